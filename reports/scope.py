"""What a manager's page is about: whose work, which days, seen by whom, on which day."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import QuerySet

from accounts.models import Account
from followups.models import FollowUp
from pipeline.models import ExchangeRate, Opportunity
from pipeline.worth import WORTH, Rates
from reports.periods import Period
from teams.choices import Role
from teams.models import Team, User
from visits.models import DayPlan, Visit

AMOUNT, COUNT = "amount", "count"


@dataclass(frozen=True)
class Scope:
    """One person's look at a team (None: all he may see) in a period.

    `pipeline` is the key of the one whose funnel is shown ("": the busiest), `measure` whether its bars show amounts
    or numbers.
    """

    user: User
    period: Period
    today: date
    now: datetime
    team: Team | None = None
    pipeline: str = ""
    measure: str = AMOUNT

    @cached_property
    def rates(self) -> Rates:
        """Return what other currencies are worth; read once a look."""
        return ExchangeRate.objects.rates()

    def worth(self) -> Any:
        """Return the expression of an amount in the reporting currency."""
        return self.rates.worth(self.today)

    def weighted(self) -> Any:
        """Return the expression of amount × funnel band in the reporting currency."""
        return self.rates.weighted(self.today)

    def of_all_teams(self) -> "Scope":
        """Return the same look at everything this person may see."""
        return replace(self, team=None)

    def teams(self) -> "QuerySet[Team]":
        """Return the team and all below it; without one, all teams this person may look at."""
        rows: QuerySet[Team] = teams_to_choose(self.user)
        return rows.filter(path__startswith=self.team.path) if self.team else rows

    def _of_teams(self, rows: "QuerySet[Any]", path: str = "team") -> "QuerySet[Any]":
        """Narrow to the chosen team and all below it, closed ones included, on the database that reports read from."""
        if self.team is None:
            return rows
        return rows.filter(**{f"{path}_id__in": Team.objects.at_or_below(self.team).order_by().values("pk")})

    def opportunities(self) -> Any:
        """Return the opportunities in it."""
        return self._of_teams(Opportunity.objects.visible_to(self.user).live())

    def accounts(self) -> Any:
        """Return the customers in it."""
        return self._of_teams(Account.objects.visible_to(self.user).live())

    def visits(self) -> Any:
        """Return the visits made by its people."""
        return self._of_teams(Visit.objects.visible_to(self.user).live(), "user__team")

    def follow_ups(self) -> Any:
        """Return the follow-ups of its people."""
        return self._of_teams(FollowUp.objects.visible_to(self.user), "recipient__team")

    def plans(self) -> Any:
        """Return the day plans of its people."""
        return self._of_teams(DayPlan.objects.visible_to(self.user), "user__team")

    def people(self) -> Any:
        """Return everybody in it, those who left too: what they did still counts."""
        people = User.objects.visible_to(self.user)
        return people.filter(team_id__in=self.teams().order_by().values("pk"))

    def sellers(self) -> Any:
        """Return the people who sell in it."""
        return self.people().sellers()


def teams_to_choose(user: User) -> Any:
    """Return the teams a person may choose: a director all, a manager his own and those below."""
    teams = Team.objects.filter(is_active=True)
    return teams if user.acts_as(Role.DIRECTOR) else teams.led_by(user)


def sum_of(expression: Any, **options: Any) -> models.Aggregate:
    """Return a money sum that is zero for no rows."""
    return models.Sum(expression, output_field=WORTH, default=0, **options)
