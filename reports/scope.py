"""What a manager's page is about: whose work, which days, seen by whom, on which day."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import QuerySet

from accounts.models import Account
from followups.models import FollowUp
from pipeline.models import Opportunity
from reports.periods import Period
from teams.choices import Role
from teams.models import Team, User
from visits.models import DayPlan, Visit


@dataclass(frozen=True)
class Scope:
    """One person's look at a team (None: all he may see) in a period."""

    user: User
    period: Period
    today: date
    now: datetime
    team: Team | None = None

    def teams(self) -> "QuerySet[Team]":
        """Return the team and all below it; without one, all teams this person may look at."""
        rows: QuerySet[Team] = teams_to_choose(self.user)
        return rows.filter(path__startswith=self.team.path) if self.team else rows

    def _of_teams(self, rows: "QuerySet[Any]", path: str = "team") -> "QuerySet[Any]":
        """Narrow to the chosen team."""
        return rows.filter(**{f"{path}_id__in": self.teams().order_by().values("pk")}) if self.team else rows

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

    def sellers(self) -> Any:
        """Return the people who sell in it."""
        people = User.objects.visible_to(self.user).sellers()
        return people.filter(team_id__in=self.teams().order_by().values("pk"))


def teams_to_choose(user: User) -> Any:
    """Return the teams a person may choose: a director all, a manager his own and those below."""
    teams = Team.objects.filter(is_active=True)
    return teams if user.role == Role.DIRECTOR else teams.led_by(user)


def sum_of(field: str | models.Expression, **options: Any) -> models.Aggregate:
    """Return a money sum that is zero for no rows."""
    money = models.DecimalField(max_digits=22, decimal_places=4)
    return models.Sum(field, output_field=money, default=0, **options)
