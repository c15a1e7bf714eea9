"""Follow-ups about opportunities. Pure towards the clock: the day is given."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from followups.rules import Due, Param, Rule, RuleContext
from pipeline.models import Opportunity
from pipeline.stalls import overdue_since

STAGE_OVERDUE = "stage_overdue"


def stage_overdue(context: RuleContext) -> Iterator[Due]:
    """Yield open opportunities longer at our step than expected, in working days, with no next step to come.

    One occurrence a stay at a step (growing-key-accounts: "who stays too long at one place, and why").
    """
    extra = int(context.params.get("extra_days", 0))
    rows = Opportunity.objects.live().overdue_at_step(context.on, extra_days=extra)
    for row in rows.select_related("our_step", "account").order_by("pk").iterator():
        since = timezone.localtime(row.step_since).date()
        expected = row.our_step.expected_days + extra
        params = {
            "opportunity": row.name,
            "account": row.account.called if row.account else "",
            "step": row.our_step.code,
            "since": since.isoformat(),
            "expected": expected,
        }
        yield Due(
            kind=STAGE_OVERDUE,
            subject=("opportunity", row.pk),
            recipient_id=row.owner_id,
            due_on=min(overdue_since(since, expected, context.calendar), context.on),
            key=f"{STAGE_OVERDUE}:{row.pk}:{row.our_step_id}:{since.isoformat()}",
            params=params,
            account_id=row.account_id,
            source_version=row.version,
        )


RULE = Rule(
    kind=STAGE_OVERDUE,
    label=_("Stage overdue"),
    title=_("%(opportunity)s stays too long at %(step)s"),
    reason=_("There since %(since)s; %(expected)s working days are expected, and no next step is agreed."),
    plan=stage_overdue,
    params=(Param("extra_days", _("Working days allowed beyond the expected days"), 0, 0, 60),),
)
