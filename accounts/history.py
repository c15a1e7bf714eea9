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

from accounts.models import Account, Contact
from crm.models import AuditEntry

ACTIONS: dict[str, str | Promise] = {
    "account.created": gettext_lazy("Customer created"),
    "account.edited": gettext_lazy("Facts changed"),
    "account.owner_changed": gettext_lazy("Owner changed"),
    "account.owner_changed_back": gettext_lazy("Change of owner taken back"),
    "account.archived": gettext_lazy("Customer archived"),
    "account.restored": gettext_lazy("Customer brought back"),
    "account.member_added": gettext_lazy("Joined the account team"),
    "account.member_removed": gettext_lazy("Left the account team"),
    "account.contact_noted": gettext_lazy("Contact noted"),
    "account.contact_withdrawn": gettext_lazy("Contact taken back"),
    "account.tier_changed": gettext_lazy("Tier changed"),
    "account.tier_fixed": gettext_lazy("Tier set by hand"),
    "account.tier_freed": gettext_lazy("Hand setting of the tier ended"),
    "account.rated": gettext_lazy("Rated by a further criterion"),
    "contact.created": gettext_lazy("Person added"),
    "contact.edited": gettext_lazy("Facts of a person changed"),
    "contact.line_changed": gettext_lazy("Reporting line changed"),
    "contact.stance_changed": gettext_lazy("Stance changed"),
    "contact.stance_added": gettext_lazy("Earlier stance added"),
    "contact.stance_undone": gettext_lazy("Change of stance taken back"),
    "contact.archived": gettext_lazy("Person archived"),
    "contact.restored": gettext_lazy("Person brought back"),
}
MODELS: dict[str, type[Model]] = {"accounts.account": Account, "accounts.contact": Contact}
# Numbers that mean something to the machine only; `names` says the same in words.
UNSAID = frozenset({"version", "owner", "team", "parent", "industry", "reports_to", "account", "member", "archived_at"})
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


def history_of_account(account: Account) -> QuerySet[AuditEntry]:
    """Return the entries about a customer and everybody there, newest first."""
    people = Contact.objects.filter(account=account).values("pk")
    about = Q(kind="accounts.account", subject_id=account.pk) | Q(kind="accounts.contact", subject_id__in=people)
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
            subject=entry.subject_name if entry.kind == "accounts.contact" else "",
            lines=list(_lines(entry)),
        )
        for entry in entries
    ]
