"""The history of a customer and its people, as a person reads it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, AccountMember, AccountPlan, AccountRisk, Contact, DealerYear, Nomination, PlanRow
from crm.models import AuditEntry
from teams.models import User

ACTIONS: dict[str, str | Promise] = {
    "account.created": gettext_lazy("Customer created"),
    "account.edited": gettext_lazy("Facts changed"),
    "account.owner_changed": gettext_lazy("Owner changed"),
    "account.owner_changed_back": gettext_lazy("Change of owner taken back"),
    "account.archived": gettext_lazy("Customer archived"),
    "account.restored": gettext_lazy("Customer brought back"),
    "account.member_added": gettext_lazy("Joined the account team"),
    "account.member_removed": gettext_lazy("Left the account team"),
    "account_member.edited": gettext_lazy("Role or last day in the account team changed"),
    "account.login_given": gettext_lazy("Log-in of a dealer given"),
    "account.login_taken": gettext_lazy("Log-in of a dealer taken away"),
    "dealer_year.set": gettext_lazy("Regions and target of a dealer set"),
    "account.contact_noted": gettext_lazy("Contact noted"),
    "account.contact_withdrawn": gettext_lazy("Contact taken back"),
    "account.tier_changed": gettext_lazy("Tier changed"),
    "account.tier_fixed": gettext_lazy("Tier set by hand"),
    "account.tier_freed": gettext_lazy("Hand setting of the tier ended"),
    "account.key_marked": gettext_lazy("Became a key account"),
    "account.key_mark_taken_back": gettext_lazy("Mark of a key account taken back"),
    "account.key_ended": gettext_lazy("Key account no more"),
    "account.key_end_undone": gettext_lazy("End of a key account taken back"),
    "account_plan.started": gettext_lazy("Account plan started"),
    "account_plan.edited": gettext_lazy("Account plan changed"),
    "plan_row.added": gettext_lazy("Line of the account plan added"),
    "plan_row.edited": gettext_lazy("Line of the account plan changed"),
    "plan_row.done": gettext_lazy("Line of the account plan done"),
    "plan_row.reopened": gettext_lazy("Line of the account plan open again"),
    "plan_row.removed": gettext_lazy("Line of the account plan taken out"),
    "plan_row.restored": gettext_lazy("Line of the account plan put back"),
    "account_risk.added": gettext_lazy("Risk entered"),
    "account_risk.edited": gettext_lazy("Risk changed"),
    "account_risk.closed": gettext_lazy("Risk closed"),
    "account_risk.reopened": gettext_lazy("Risk open again"),
    "nomination.handed_in": gettext_lazy("Key-account proposal handed in"),
    "nomination.edited": gettext_lazy("Key-account proposal changed"),
    "nomination.handed_in_again": gettext_lazy("Key-account proposal handed in again"),
    "nomination.returned": gettext_lazy("Key-account proposal returned"),
    "nomination.approved": gettext_lazy("Key-account proposal approved"),
    "nomination.signature_taken_back": gettext_lazy("Approval of a key-account proposal taken back"),
    "nomination.withdrawn": gettext_lazy("Key-account proposal withdrawn"),
    "nomination.ended": gettext_lazy("Key-account proposal ended"),
    "nomination.end_undone": gettext_lazy("End of a key-account proposal taken back"),
    "contact.created": gettext_lazy("Person added"),
    "contact.edited": gettext_lazy("Facts of a person changed"),
    "contact.line_changed": gettext_lazy("Reporting line changed"),
    "contact.stance_changed": gettext_lazy("Stance changed"),
    "contact.stance_added": gettext_lazy("Earlier stance added"),
    "contact.stance_undone": gettext_lazy("Change of stance taken back"),
    "contact.archived": gettext_lazy("Person archived"),
    "contact.restored": gettext_lazy("Person brought back"),
}
# What else hangs on a customer, and the way from each to it; who sees which says its `visible_to`.
AROUND: dict[type[Model], str] = {
    AccountMember: "account",
    DealerYear: "account",
    Nomination: "account",
    AccountPlan: "account",
    PlanRow: "plan__account",
    AccountRisk: "account",
}
_ALL: tuple[type[Model], ...] = (Account, Contact, *AROUND)
MODELS: dict[str, type[Model]] = {model._meta.label_lower: model for model in _ALL}
# Of these there are several at a customer, so that history says which.
NAMED = frozenset({"accounts.contact", "accounts.accountmember", "accounts.planrow", "accounts.accountrisk"})
# Numbers that mean something to the machine only; `names` says the same in words.
UNSAID = frozenset(
    {
        *("version", "owner", "team", "parent", "dealer", "industry", "reports_to", "account", "member", "archived_at"),
        *("requested_by", "handed_in_at", "ended_by", "mark_before", "sponsor", "responsible", "removed_at"),
    }
)
EMPTY = "--"


@dataclass(frozen=True)
class Line:
    """One change of one field."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Event:
    """One entry of the history."""

    at: datetime
    who: str
    title: str
    subject: str
    lines: list[Line]


def history_of_account(account: Account, *, user: User) -> QuerySet[AuditEntry]:
    """Return the entries about a customer, everybody there, and what is meant to be done there; newest first."""
    people = Contact.objects.filter(account=account).values("pk")
    about = Q(kind="accounts.account", subject_id=account.pk) | Q(kind="accounts.contact", subject_id__in=people)
    for model, path in AROUND.items():
        seen: Any = model._default_manager
        rows = seen.visible_to(user).filter(**{path: account}).order_by().values("pk")
        about |= Q(kind=model._meta.label_lower, subject_id__in=rows)
    return AuditEntry.objects.filter(about).order_by("-id")


def _word(model: type[Model], name: str, value: Any) -> str:
    """Return a stored value in words."""
    if value in (None, "", []):
        return EMPTY
    choices = dict(getattr(model._meta.get_field(name), "flatchoices", None) or [])
    return str(choices.get(value, "、".join(map(str, value)) if isinstance(value, list) else value))


def _lines(entry: AuditEntry) -> Iterable[Line]:
    model = MODELS[entry.kind]
    for name, change in entry.changes.items():
        if name == "names":
            yield Line(_("owner"), change[0] or EMPTY, change[1] or EMPTY)
        elif name not in UNSAID and isinstance(change, list) and len(change) == 2:
            try:
                field: Any = model._meta.get_field(name)
            except FieldDoesNotExist:
                continue
            yield Line(str(field.verbose_name), _word(model, name, change[0]), _word(model, name, change[1]))


def as_events(entries: Iterable[AuditEntry]) -> list[Event]:
    """Return entries in words; an action without a word of its own shows its name."""
    return [
        Event(
            at=entry.recorded_at,
            who=entry.actor_name or _("the system"),
            title=str(ACTIONS.get(entry.action, entry.action)),
            subject=entry.subject_name if entry.kind in NAMED else "",
            lines=list(_lines(entry)),
        )
        for entry in entries
    ]
