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

from accounts.handover.carried import counts_in_words
from accounts.in_house import JUDGEMENTS, is_in_house, readable
from accounts.models import (
    Account,
    AccountMember,
    AccountPlan,
    AccountRisk,
    Claim,
    ClaimPolicy,
    Contact,
    DealerYear,
    Inquiry,
    Nomination,
    Ownership,
    PlanRow,
    Rival,
)
from crm.models import AuditEntry
from teams.models import User

ACTIONS: dict[str, str | Promise] = {
    "account.created": gettext_lazy("Customer created"),
    "account.edited": gettext_lazy("Facts changed"),
    "account.bulk_edited": gettext_lazy("Facts changed, together with other customers"),
    "account.bulk_taken_back": gettext_lazy("Change taken back"),
    "account.owner_changed": gettext_lazy("Owner changed"),
    "account.owner_changed_back": gettext_lazy("Change of owner taken back"),
    "account.claimed": gettext_lazy("Customer claimed from the pool"),
    "account.claim_decided": gettext_lazy("Customer given to the second claimant"),
    "account.released": gettext_lazy("Customer released to the pool"),
    "account.lapsed": gettext_lazy("Protection lapsed"),
    "hand_over.planned": gettext_lazy("Hand-over planned"),
    "hand_over.changed": gettext_lazy("Plan of a hand-over changed"),
    "hand_over.receivers_chosen": gettext_lazy("Receivers of single customers chosen"),
    "hand_over.discarded": gettext_lazy("Plan of a hand-over discarded"),
    "hand_over.scheduled": gettext_lazy("Hand-over waits for its day"),
    "hand_over.not_started": gettext_lazy("Hand-over could not begin on its day"),
    "hand_over.started": gettext_lazy("Hand-over begun"),
    "hand_over.paused": gettext_lazy("Hand-over paused"),
    "hand_over.stopped": gettext_lazy("Hand-over stopped half-way"),
    "hand_over.finished": gettext_lazy("Hand-over finished"),
    "hand_over.taking_back": gettext_lazy("Taking back of a hand-over begun"),
    "hand_over.taken_back": gettext_lazy("Hand-over taken back"),
    "account.archived": gettext_lazy("Customer archived"),
    "account.restored": gettext_lazy("Customer brought back"),
    "account.moved_in_group": gettext_lazy("Moved within the group"),
    "account.moved_back_in_group": gettext_lazy("Move within the group taken back"),
    "account.position_set": gettext_lazy("Position on the map changed"),
    "account.position_set_back": gettext_lazy("Change of the position taken back"),
    "account.merged": gettext_lazy("Another filing merged into this customer"),
    "account.merged_away": gettext_lazy("Merged into another customer"),
    "account.unmerged": gettext_lazy("Merge taken back"),
    "account.set_apart": gettext_lazy("Found not to be the same as another customer"),
    "account.asked_again": gettext_lazy("Asked again whether it is the same as another customer"),
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
    "claim.filed": gettext_lazy("Claim filed"),
    "claim.granted": gettext_lazy("Claim granted"),
    "claim.refused": gettext_lazy("Claim refused"),
    "claim.withdrawn": gettext_lazy("Claim withdrawn"),
    "claim.decision_taken_back": gettext_lazy("Decision on a claim taken back"),
    "claim.extended": gettext_lazy("Protection extended"),
    "claim_policy.set": gettext_lazy("Rules of claims changed"),
    "claim.extension_taken_back": gettext_lazy("Extension of a protection taken back"),
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
    "account.rated": gettext_lazy("Rated by a further criterion"),
    "contact.created": gettext_lazy("Person added"),
    "contact.edited": gettext_lazy("Facts of a person changed"),
    "contact.line_changed": gettext_lazy("Reporting line changed"),
    "contact.stance_changed": gettext_lazy("Stance changed"),
    "contact.stance_added": gettext_lazy("Earlier stance added"),
    "contact.stance_undone": gettext_lazy("Change of stance taken back"),
    "contact.archived": gettext_lazy("Person archived"),
    "contact.restored": gettext_lazy("Person brought back"),
    "account.judged": gettext_lazy("Qualification judged"),
    "account.qualified": gettext_lazy("Outcome of the qualification changed"),
    "rival.added": gettext_lazy("Competitor added"),
    "rival.edited": gettext_lazy("Facts of a competitor changed"),
    "rival.archived": gettext_lazy("Competitor archived"),
    "rival.restored": gettext_lazy("Competitor brought back"),
    "inquiry.registered": gettext_lazy("Call or walk-in registered"),
    "inquiry.given": gettext_lazy("Call or walk-in given to somebody else"),
    "inquiry.answered": gettext_lazy("First contact noted"),
    "inquiry_rule.added": gettext_lazy("Rule for calls and walk-ins added"),
    "inquiry_rule.removed": gettext_lazy("Rule for calls and walk-ins taken away"),
    "region.marked": gettext_lazy("Region marked as key"),
    "region.unmarked": gettext_lazy("Mark of a key region taken away"),
    "sweep.created": gettext_lazy("Place laid out for a sweep"),
    "sweep.edited": gettext_lazy("Facts of a swept place changed"),
    "sweep.units_added": gettext_lazy("Units added to a swept place"),
    "sweep.archived": gettext_lazy("Swept place archived"),
    "sweep.restored": gettext_lazy("Swept place brought back"),
    "sweep_unit.noted": gettext_lazy("Noted at a unit"),
    "sweep_unit.taken_back": gettext_lazy("Note at a unit taken back"),
    "sweep_unit.became_customer": gettext_lazy("Unit became a customer"),
    "contact.merged": gettext_lazy("Another entry merged into this person"),
    "contact.merged_away": gettext_lazy("Merged into another person"),
}
# What else hangs on a customer, and the way from each to it; who sees which says its `visible_to`.
AROUND: dict[type[Model], str] = {
    AccountMember: "account",
    DealerYear: "account",
    Nomination: "account",
    AccountPlan: "account",
    PlanRow: "plan__account",
    AccountRisk: "account",
    Claim: "account",
    Inquiry: "account",
    Rival: "account",
}
_ALL: tuple[type[Model], ...] = (Account, Contact, ClaimPolicy, *AROUND)
MODELS: dict[str, type[Model]] = {model._meta.label_lower: model for model in _ALL}
# Of these there are several at a customer, so that history says which.
NAMED = frozenset(
    f"accounts.{name}" for name in ("contact", "accountmember", "planrow", "accountrisk", "rival", "inquiry")
)
# Numbers that mean something to the machine only; `names` says the same in words.
UNSAID = frozenset(
    {
        *("version", "owner", "team", "parent", "dealer", "industry", "reports_to", "account", "member", "archived_at"),
        *("requested_by", "handed_in_at", "ended_by", "mark_before", "sponsor", "responsible", "removed_at"),
        *("closed_at", "replaces", "given_to", "merged_into"),
    }
)
EMPTY = "--"
# What became of things that hung on the owner.
WENT = {"along": gettext_lazy("went along"), "ended": gettext_lazy("ended with it")}


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
    """Return the entries about a customer, what was merged into it, everybody there, what is meant; newest first."""
    people = Contact.objects.filter(account=account).values("pk")
    filings = Account.objects.filter(Q(pk=account.pk) | Q(merged_into=account)).order_by().values("pk")
    about = Q(kind="accounts.account", subject_id__in=filings) | Q(kind="accounts.contact", subject_id__in=people)
    for model, path in AROUND.items():
        seen: Any = model._default_manager
        rows = seen.visible_to(user).filter(**{path: account}).order_by().values("pk")
        about |= Q(kind=model._meta.label_lower, subject_id__in=rows)
    entries = AuditEntry.objects.filter(about).order_by("-id")
    return entries if is_in_house(user) else entries.exclude(action__in=JUDGEMENTS)


def owners_of(account: Account) -> QuerySet[Ownership]:
    """Return who held the customer, and what was merged into it, and when; newest first."""
    filings = Ownership.objects.filter(Q(account=account) | Q(account__merged_into=account))
    return filings.select_related("account", "owner", "team", "actor").order_by("-started_at", "-pk")


def _word(model: type[Model], name: str, value: Any) -> str:
    """Return a stored value in words."""
    if value in (None, "", []):
        return EMPTY
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    choices = dict(getattr(model._meta.get_field(name), "flatchoices", None) or [])
    return str(choices.get(value, "、".join(map(str, value)) if isinstance(value, list) else value))


def _lines(entry: AuditEntry) -> Iterable[tuple[str, Line]]:
    """Yield the changes of an entry in words, each with the name of its field."""
    model = MODELS[entry.kind]
    for name, change in entry.changes.items():
        if name == "names":
            yield name, Line(_("owner"), change[0] or EMPTY, change[1] or EMPTY)
        elif name == "companies":
            yield name, Line(_("belongs to"), change[0] or EMPTY, change[1] or EMPTY)
        elif name in WENT:
            yield name, Line(str(WENT[name]), "", counts_in_words(change))
        elif name == "chosen":
            yield from (
                (name, Line(label, before or EMPTY, after or EMPTY)) for label, (before, after) in change.items()
            )
        elif name not in UNSAID and isinstance(change, list) and len(change) == 2:
            try:
                field: Any = model._meta.get_field(name)
            except FieldDoesNotExist:
                continue
            yield name, Line(str(field.verbose_name), _word(model, name, change[0]), _word(model, name, change[1]))


def as_events(entries: Iterable[AuditEntry], *, user: User) -> list[Event]:
    """Return entries in words, without what the person may not read; an action without a word shows its name."""
    return [
        Event(
            at=entry.recorded_at,
            who=entry.actor_name or _("the system"),
            title=str(ACTIONS.get(entry.action, entry.action)),
            subject=entry.subject_name if entry.kind in NAMED else "",
            lines=readable(_lines(entry), user),
        )
        for entry in entries
    ]
