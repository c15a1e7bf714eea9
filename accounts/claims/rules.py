"""The follow-up before a claimed customer goes to the pool (method, follow-ups: claim about to lapse)."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.claims.claiming import lapse_day, warning_day, warning_line
from accounts.claims.reads import Ending, claim_policy, ending_before, leader_of
from crm.workdays import WorkCalendar, load_calendar
from followups.planning import plan_now
from followups.rules import Due, Rule, RuleContext

LAPSING = "claim-lapsing"


def _due(ending: Ending, warning_days: int, calendar: WorkCalendar) -> Due:
    claim, until = ending.claim, ending.claim.protected_until or date.max
    last, claimant = claim.account.last_contact_on, claim.claimant
    # Who has left reads nothing; his manager can still send somebody, or give the customer away.
    warned = claimant if claimant.is_active else leader_of(claim.account.team, besides=(claimant.pk,)) or claimant
    return Due(
        kind=LAPSING,
        subject=("claim", claim.pk),
        recipient_id=warned.pk,
        due_on=warning_day(until, warning_days, calendar),
        ends_on=until,
        key=f"{LAPSING}:{claim.pk}:{until.isoformat()}",
        params={
            "account": claim.account.called,
            "day": lapse_day(until, calendar).isoformat(),
            "last": last.isoformat() if last else "",
        },
        account_id=claim.account_id,
    )


def _dues(on: date, calendar: WorkCalendar, *, among: Collection[int] | None = None) -> Iterator[Due]:
    policy = claim_policy()
    line = warning_line(on, policy.warning_days, calendar)
    for ending in ending_before(line, policy, among=among):
        if ending.is_ending:
            yield _due(ending, policy.warning_days, calendar)


def about_to_lapse(context: RuleContext) -> Iterator[Due]:
    """Yield one follow-up for the owner of every claimed customer that lapses soon and that nothing keeps."""
    yield from _dues(context.on, context.calendar)


def warnings_of(claims: Collection[int], *, now: datetime) -> None:
    """Write the warnings about these claims at once where they are due, in the transaction of what made them due."""
    plan_now(RULE, list(_dues(timezone.localdate(now), load_calendar(), among=claims)), now=now)


def _prepare(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Say since when nobody was there, or that nobody ever was."""
    last = params.get("last", "")
    since = _("No contact since %(day)s.") % {"day": last} if last else _("Nobody has been in contact there yet.")
    return {**params, "since": since}


RULE = Rule(
    kind=LAPSING,
    label=gettext_lazy("Claim about to lapse"),
    title=gettext_lazy("Contact %(account)s: it goes to the pool on %(day)s"),
    reason="%(since)s",
    plan=about_to_lapse,
    prepare=_prepare,
)
