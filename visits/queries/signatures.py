"""Where the signature under a plan stands."""

from dataclasses import dataclass

from followups.models import Approval, ApprovalStep
from visits.actions.plans import KIND
from visits.choices import PlanState
from visits.models import DayPlan


@dataclass(frozen=True)
class Signature:
    """Where the plan stands: who is asked, who decided what, with which comment."""

    state: str
    signer: str
    comment: str
    is_by_nobody: bool


def signature_of(plan: DayPlan | None) -> Signature:
    """Return where the signature of a plan stands; one query, two where a plan was handed in."""
    if plan is None:
        return Signature(PlanState.DRAFT, "", "", is_by_nobody=False)
    latest = Approval.objects.about(KIND, plan.pk).filter(kind=KIND).order_by("-pk").first()
    step = None
    if latest is not None:
        steps = ApprovalStep.objects.filter(approval=latest).select_related("approver", "decided_by")
        step = steps.order_by("-position").first()
    is_by_nobody = plan.state == PlanState.APPROVED and (latest is None or latest.state != "APPROVED")
    if step is None or plan.state == PlanState.DRAFT:
        return Signature(plan.state, "", "", is_by_nobody=is_by_nobody)
    return Signature(plan.state, str(step.decided_by or step.approver), step.comment, is_by_nobody=is_by_nobody)
