"""Follow-ups that the kind of a prospect asks for (tracking-and-reports)."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.choices import AccountKind, ProspectKind
from accounts.models import Account
from followups.rules import Due, Param, Rule, RuleContext

PROSPECT_DUE = "prospect-due"
# What each kind of prospect asks for (tracking-and-reports); the days are ours, editable.
PROSPECT_TASKS = {
    ProspectKind.DIRECT: _("agree on the next step; let it go only when the order is locked and installed"),
    ProspectKind.INDIRECT: _("keep the key person warm and ask for introductions"),
    ProspectKind.POTENTIAL: _("look whether the need has come; do not chase"),
}
PROSPECT_PARAMS = {
    ProspectKind.DIRECT: Param("direct_days", _("Direct: days between contacts"), default=7, low=1, high=90),
    ProspectKind.INDIRECT: Param("indirect_days", _("Indirect: days between contacts"), default=30, low=1, high=180),
    ProspectKind.POTENTIAL: Param("potential_days", _("Potential: days between looks"), default=180, low=7, high=730),
}


def prospects_due(context: RuleContext) -> Iterator[Due]:
    """Yield what the kind of a prospect asks of its owner, so many days after the last contact.

    A prospect whose next contact is agreed has its follow-up already. Nobody contacted yet counts from the day it was
    entered.
    """
    waiting = Account.objects.live().filter(kind=AccountKind.PROSPECT, next_contact_on=None, owner__isnull=False)
    for kind, param in PROSPECT_PARAMS.items():
        line = context.on - timedelta(days=int(context.params[param.name]))
        quiet = Q(last_contact_on__lte=line) | Q(last_contact_on=None, recorded_at__date__lte=line)
        yield from _prospect_dues(waiting.filter(quiet, prospect_kind=kind), context, int(context.params[param.name]))


def _prospect_dues(prospects: "QuerySet[Account]", context: RuleContext, days: int) -> Iterator[Due]:
    for account in prospects.order_by("pk").iterator():
        since = account.last_contact_on or account.recorded_at.date()
        yield Due(
            kind=PROSPECT_DUE,
            subject=("account", account.pk),
            recipient_id=account.owner_id or 0,
            due_on=context.calendar.next_workday(since + timedelta(days=days)),
            key=f"{PROSPECT_DUE}:{account.pk}:{since.isoformat()}",
            params={"account": account.called, "prospect": account.prospect_kind, "since": since.isoformat()},
            account_id=account.pk,
            source_version=account.version,
        )


def _in_words(params: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = params.get("prospect", "")
    return {**params, "task": str(PROSPECT_TASKS[ProspectKind(kind)]) if kind in ProspectKind.values else ""}


PROSPECT_RULE = Rule(
    kind=PROSPECT_DUE,
    label=_("Prospect to be followed"),
    title=_("%(account)s: %(task)s"),
    reason=_("No contact since %(since)s, and none agreed."),
    plan=prospects_due,
    params=tuple(PROSPECT_PARAMS.values()),
    prepare=_in_words,
)
