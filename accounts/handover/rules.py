"""Follow-ups of a hand-over: the new owner's first visits, and downloads to look at before somebody goes."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import Tier
from accounts.models import Account
from followups.choices import FollowUpState
from followups.models import FollowUp, RuleSetting
from followups.planning import rule_params
from followups.rules import Due, Param, Rule
from teams.downloads import exports_of
from teams.exporting import Limits, Unusual, unusual
from teams.models import User

FIRST_VISIT = "first-visit"
UNUSUAL_EXPORT = "unusual-export"

FIRST_VISITS = Rule(
    kind=FIRST_VISIT,
    label=_("First visit"),
    title=_("First visit to %(account)s as its new owner"),
    reason=_("Handed over by %(giver)s on %(day)s. Read the brief before."),
    plan=None,
    params=(
        Param("days_a", _("Tier A: within working days"), 5, 1, 60),
        Param("days_b", _("Tier B: within working days"), 10, 1, 60),
        Param("days_c", _("Tier C or none: within working days"), 20, 1, 120),
    ),
    cancels=False,
)
UNUSUAL_EXPORTS = Rule(
    kind=UNUSUAL_EXPORT,
    label=_("Unusual download"),
    title=_("%(name)s downloaded %(rows)s rows at once in the last 30 days"),
    reason=_("Downloads that stand out: %(n)s. See his or her page of hand-over for which lists."),
    plan=None,
    params=(
        Param("times", _("Times as many rows as usual for the person"), 3, 2, 50),
        Param("rows", _("Rows that are many in any case"), 500, 50, 5000),
    ),
    cancels=False,
)
RULES = (FIRST_VISITS, UNUSUAL_EXPORTS)


def _numbers(rule: Rule) -> tuple[bool, dict[str, int]]:
    """Return whether the admin has a rule switched on, and its numbers; one query."""
    setting = RuleSetting.objects.filter(kind=rule.kind).first()
    return setting is None or setting.is_on, rule_params(rule, setting)


def days_to_visit() -> dict[str, int]:
    """Return within how many working days a customer of each tier is first visited; empty where nobody wants it."""
    is_on, numbers = _numbers(FIRST_VISITS)
    if not is_on:
        return {}
    return {Tier.A: numbers["days_a"], Tier.B: numbers["days_b"], Tier.C: numbers["days_c"], "": numbers["days_c"]}


def first_visit_due(account: Account, *, to: User, giver: User | None, on: date, due_on: date, key: str) -> Due:
    """Return the first visit of a customer's new owner."""
    return Due(
        kind=FIRST_VISIT,
        subject=("account", account.pk),
        recipient_id=to.pk,
        due_on=due_on,
        key=key,
        params={"account": account.called, "giver": str(giver or "--"), "day": on.isoformat()},
        account_id=account.pk,
    )


def first_visits_not_made(account: Account) -> list[str]:
    """Return the keys of a customer's first visits that count as made, although nobody was there since; one query."""
    done = FollowUp.objects.about("account", account.pk).filter(kind=FIRST_VISIT, state=FollowUpState.DONE)
    last = account.last_contact_on
    made = [(key, timezone.localtime(at).date()) for key, at in done.values_list("key", "recorded_at")]
    return [key for key, day in made if last is None or last < day]


def unusual_exports_of(user: User, *, on: date) -> list[Unusual]:
    """Return the downloads of the last 30 days that stand out for a person; none where the admin does not ask."""
    is_on, numbers = _numbers(UNUSUAL_EXPORTS)
    limits = Limits(numbers["times"], numbers["rows"])
    return unusual(exports_of(user, on=on), limits, on=on) if is_on else []
