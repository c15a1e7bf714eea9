"""Follow-ups of account plans: a review, an action of a line, a countermeasure. Pure towards the clock."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.members.reads import works_for
from accounts.models import Account, AccountPlan, AccountRisk, PlanRow
from followups.rules import Due, Param, Rule, RuleContext

REVIEW, ACTION, RISK = "account-plan-review", "account-plan-action", "account-risk"


def key_of(kind: str, pk: int, day: date) -> str:
    """Return the key of one occurrence: the same thing on another day is another one."""
    return f"{kind}:{pk}:{day.isoformat()}"


def plan_review(context: RuleContext) -> Iterator[Due]:
    """Yield one follow-up for the owner of every customer whose plan is to be reviewed, some days ahead."""
    line = context.on + timedelta(days=int(context.params["lead_days"]))
    rows = AccountPlan.objects.filter(review_on__lte=line, account__archived_at=None, account__owner__isnull=False)
    for plan in rows.select_related("account").order_by("pk").iterator():
        owner, day = plan.account.owner_id, plan.review_on
        if owner is not None and day is not None:
            yield Due(
                kind=REVIEW,
                subject=("account_plan", plan.pk),
                recipient_id=owner,
                due_on=context.calendar.previous_workday(day),
                key=key_of(REVIEW, plan.pk, day),
                params={"account": plan.account.called, "year": plan.year, "day": day.isoformat()},
                account_id=plan.account_id,
            )


def _recipient(row: Any, account: Account) -> int | None:
    """Return who is reminded of a row annotated with `is_there`: the owner, where who is responsible has left."""
    return row.responsible_id if row.is_there else account.owner_id


def actions_of(rows: "QuerySet[PlanRow]") -> Iterator[Due]:
    """Yield what lines of plans ask for, from the moment a day is set, for who is responsible or keeps the customer."""
    told = rows.select_related("plan__account").annotate(is_there=works_for("responsible", "plan__account"))
    for row in told.order_by("pk").iterator():
        account = row.plan.account
        recipient, day = _recipient(row, account), row.due_on
        if recipient is not None and day is not None:
            yield Due(
                kind=ACTION,
                subject=("plan_row", row.pk),
                recipient_id=recipient,
                due_on=day,
                key=key_of(ACTION, row.pk, day),
                params={"what": row.asks, "account": account.called, "year": row.plan.year},
                account_id=account.pk,
            )


def countermeasures_of(rows: "QuerySet[AccountRisk]") -> Iterator[Due]:
    """Yield the countermeasures against risks, from the moment a day is set."""
    told = rows.select_related("account").annotate(is_there=works_for("responsible", "account"))
    for risk in told.order_by("pk").iterator():
        recipient, day = _recipient(risk, risk.account), risk.due_on
        if recipient is not None and day is not None:
            yield Due(
                kind=RISK,
                subject=("account_risk", risk.pk),
                recipient_id=recipient,
                due_on=day,
                key=key_of(RISK, risk.pk, day),
                params={"what": risk.asks, "account": risk.account.called, "risk": risk.text},
                account_id=risk.account_id,
            )


PLAN_REVIEW = Rule(
    kind=REVIEW,
    label=_("Account plan to be reviewed"),
    title=_("Review the plan of %(account)s for %(year)s"),
    reason=_("Its review was set for %(day)s."),
    plan=plan_review,
    params=(Param("lead_days", _("Days ahead"), default=7, low=0, high=60),),
)
PLAN_ACTION = Rule(
    kind=ACTION,
    label=_("Action of an account plan"),
    title="%(what)s",
    reason=_("It stands in the plan of %(account)s for %(year)s."),
    plan=lambda _context: actions_of(PlanRow.objects.to_do()),
)
COUNTERMEASURE = Rule(
    kind=RISK,
    label=_("Countermeasure against a risk"),
    title="%(what)s",
    reason=_("Against a risk at %(account)s: %(risk)s"),
    plan=lambda _context: countermeasures_of(AccountRisk.objects.to_do()),
)
RULES = (PLAN_REVIEW, PLAN_ACTION, COUNTERMEASURE)
