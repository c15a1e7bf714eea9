"""Two customers become one, in one transaction, with everything that hangs on them; and the way back for 30 days."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.contact_log import contact_days, remind_again_of_next_contact
from accounts.actions.duplicates import file_keys
from accounts.actions.groups import GROUPS
from accounts.actions.members import add_member
from accounts.actions.ownership import Why, note_owners
from accounts.actions.protection import end_claims, pass_on
from accounts.cadence import next_due
from accounts.choices import OwnershipKind, PairState, TierChangeKind
from accounts.duplicates.reads import ordered
from accounts.groups.group import companies_above
from accounts.groups.rollup import climb, reaches
from accounts.merging.contested import Contest, chosen, contests_of
from accounts.merging.registry import Moves, Pointer, every_pointer
from accounts.merging.values import filled_person, line_values, merged_values
from accounts.models import Account, Claim, Contact, DuplicatePair, Ownership, TierChange
from accounts.naming import account_search_text, contact_search_text
from crm.audit import record
from crm.editing import write_fields
from crm.journal import Entry, Journal, as_data, from_data, put_back
from crm.locks import one_at_a_time
from crm.models import UndoEntry
from crm.undo import CannotUndo, offer_undo, refuse_changed
from crm.workdays import load_calendar
from teams.models import User

MERGE = "accounts.merge_accounts"
# What a room works out anew, and the rows it does so for.
Moved = tuple[Callable[[Any], object], Any]


class MergeRefused(Exception):
    """The two cannot become one so; the message says why and what to do."""


@transaction.atomic
def merge_accounts(
    keep: Account,
    drop: Account,
    *,
    take: Collection[str] = (),
    people: Mapping[int, int] | None = None,
    versions: tuple[int, int],
    actor: User,
    now: datetime,
) -> UndoEntry:
    """Make `drop` a part of `keep`, which the page saw as `versions`; return what takes it back.

    Everything that leads to `drop` leads to `keep` afterwards, as each room declared it (`accounts.merging.registry`).
    Of the lines in `take`, and of what `accounts.merging.contested` names, the value of `drop` wins. `people` says who
    of `drop` is whom of `keep`; all others move. Whoever kept `drop` joins the account team. `drop` stays in the
    archive and leads to `keep`. Raises MergeRefused.
    """
    keep, drop = _locked(keep, drop, versions)
    journal = Journal()
    _note(journal, keep, drop)
    contests = list(chosen(contests_of(keep, drop), take))
    ended = end_claims([drop], kind=OwnershipKind.HANDED_OVER, reason=_("merged"), now=now)
    moved = _move("account", drop.pk, keep.pk)
    for theirs, ours in (people or {}).items():
        moved += _merge_person(journal, theirs, ours, keep=keep, actor=actor, now=now)
    keepers, names = {keep.owner_id, drop.owner_id}, {"drop": drop.name, "keep": keep.name}
    tier, fixed_until = line_values(keep, "tier")
    told = {"chosen": _choose(contests)} if contests else {}
    _write(keep, drop, take=take, told=told, actor=actor, now=now)
    if (tier, fixed_until) != line_values(keep, "tier"):
        _note_tier(keep, drop, before=tier, actor=actor, now=now)
    _hold(keep, [claim.pk for claim in ended], actor=actor, now=now)
    _join(keep, keepers, actor=actor, now=now)
    _close_pair(keep, drop, actor=actor, now=now)
    for work_out, rows in moved:
        work_out(rows)
    remind_again_of_next_contact(keep, actor=actor, now=now)
    data = {"keep": keep.pk, "drop": drop.pk, "entries": as_data(journal.entries())}
    label = _("%(drop)s merged into %(keep)s") % names
    return offer_undo(MERGE, actor=actor, label=label, inverse=data, rows=[], now=now)


# --- what cannot be merged --------------------------------------------------------------------------------------------
def _locked(keep: Account, drop: Account, versions: tuple[int, int]) -> tuple[Account, Account]:
    """Return both customers held, so that two people cannot merge them at once; raises MergeRefused.

    Groups stand still meanwhile, as for every other move in them: both leave together what alone closes no circle.
    """
    one_at_a_time(GROUPS)
    if keep.pk == drop.pk:
        raise MergeRefused(_("This is one customer already. Choose another one to merge it with."))
    # No join: after waiting for the other one's merge, only the locked rows themselves are read anew.
    rows = Account.objects.select_for_update().filter(pk__in=[keep.pk, drop.pk]).order_by("pk")
    held = {account.pk: account for account in rows}
    keep, drop = held[keep.pk], held[drop.pk]
    for account in (keep, drop):
        _refuse_gone(account)
    _refuse_line(keep, drop)
    for account, version in zip((keep, drop), versions, strict=True):
        if account.version != version:
            text = _("Somebody changed %(name)s meanwhile. Look at both again, then merge.")
            raise MergeRefused(text % {"name": account.called})
    return keep, drop


def _refuse_gone(account: Account) -> None:
    if account.merged_into:
        names = {"name": account.called, "other": account.merged_into.called}
        raise MergeRefused(_("%(name)s was merged into %(other)s already.") % names)
    if account.archived_at:
        raise MergeRefused(_("%(name)s is archived. Bring it back first, then merge.") % {"name": account.called})


def _refuse_line(one: Account, other: Account) -> None:
    """Raise MergeRefused where one stands above the other in its group, or deals for it."""
    for lower, upper in ((one, other), (other, one)):
        names = {"lower": lower.called, "upper": upper.called}
        if lower.dealer_id == upper.pk:
            text = _("%(upper)s is the dealer of %(lower)s, so they are two companies. Change “Dealer” first.")
            raise MergeRefused(text % names)
        above, seen = lower.parent_id, set[int]()
        while above is not None and above not in seen:
            if above == upper.pk:
                text = _("%(lower)s belongs to %(upper)s, so they are two companies. Change “Belongs to” first.")
                raise MergeRefused(text % names)
            seen.add(above)
            above = Account.objects.filter(pk=above).values_list("parent_id", flat=True).first()


# --- moving -----------------------------------------------------------------------------------------------------------
def _note(journal: Journal, keep: Account, drop: Account) -> None:
    """Keep everything as it is that the merge may touch; what was noted last is put back first."""
    journal.note(Account.objects.filter(pk=drop.pk))
    journal.note(Account.objects.filter(pk=keep.pk))
    both = DuplicatePair.objects.filter(first__in=(keep, drop)) | DuplicatePair.objects.filter(second__in=(keep, drop))
    journal.watch(both)
    journal.watch(Ownership.objects.filter(account=keep))
    journal.watch(TierChange.objects.filter(account=keep))
    for pointer, handling in every_pointer("account"):
        if isinstance(handling, Moves):
            journal.note(pointer.rows([drop.pk]))
            for beside in handling.beside:
                journal.note(beside(pointer.rows([drop.pk])))
            if handling.watched:
                journal.watch(pointer.rows([keep.pk]))


def _move(target: str, source: int, to: int) -> list[Moved]:
    """Let everything that leads to `source` lead to `to`; return the rows of which a room works something out anew."""
    moved = []
    for pointer, handling in every_pointer(target):
        if isinstance(handling, Moves):
            keys = _move_rows(pointer, handling, source, to)
            if handling.then is not None:
                moved.append((handling.then, pointer.model._base_manager.filter(pk__in=keys)))
    return moved


def _move_rows(pointer: Pointer, handling: Moves, source: int, to: int) -> list[int]:
    """Let the rows of one column lead to `to`, but for those in the way; return their numbers."""
    crowded = pointer.crowded(source, to)
    rows = pointer.rows([source])
    if crowded and handling.left is not None:
        handling.left(rows.filter(pk__in=crowded), to)
        crowded = pointer.crowded(source, to)
    free = rows.exclude(pk__in=crowded)
    keys = list(free.values_list("pk", flat=True))
    free.update(**{pointer.column: to})
    return keys


def _merge_person(
    journal: Journal, theirs: int, ours: int, *, keep: Account, actor: User, now: datetime
) -> list[Moved]:
    """Make one person of two who moved together: what hangs on the one hangs on the other afterwards."""
    rows = Contact.objects.select_for_update().filter(pk__in=[theirs, ours], account=keep, archived_at=None)
    held = {contact.pk: contact for contact in rows.order_by("pk")}
    if theirs == ours or len(held) != 2:
        raise MergeRefused(_("Somebody changed the people there meanwhile. Look at both again, then merge."))
    journal.note(Contact.objects.filter(pk=ours))
    for pointer, handling in every_pointer("contact"):
        if isinstance(handling, Moves):
            journal.note(pointer.rows([theirs]))
    moved = _move("contact", theirs, ours)
    person, other = held[ours], held[theirs]
    write_fields(other, {"archived_at": now, "merged_into": person}, actor=actor, action="contact.merged_away")
    if values := filled_person(person, other):
        write_fields(person, values, actor=actor, action="contact.merged")
        person.search_text = contact_search_text(person)
        Contact.objects.filter(pk=person.pk).update(search_text=person.search_text)
    return moved


# --- the two themselves -----------------------------------------------------------------------------------------------
def _choose(contests: Iterable[tuple[Contest, Mapping[str, Any]]]) -> dict[str, list[str]]:
    """Write what was taken of the other where only one can be kept; return it in words, before and after."""
    told = {}
    for contest, values in contests:
        versioned = {"version": F("version") + 1} if hasattr(contest.row, "version") else {}
        type(contest.row)._base_manager.filter(pk=contest.row.pk).update(**values, **versioned)
        after = contest.theirs if values == contest.values else f"{contest.ours} · {contest.theirs}"
        told[contest.label] = [contest.ours, after]
    return told


def _note_tier(keep: Account, drop: Account, *, before: str, actor: User, now: datetime) -> None:
    """Tell where the tier of the one that stays comes from: who set it by hand at the other, and why, counts on."""
    by_hand = TierChange.objects.filter(account=drop, kind=TierChangeKind.OVERRIDE).order_by("-pk").first()
    hand = by_hand if keep.tier_fixed_until else None
    TierChange.objects.create(
        account=keep,
        before=before,
        after=keep.tier,
        kind=TierChangeKind.OVERRIDE if keep.tier_fixed_until else TierChangeKind.COMPUTED,
        happened_on=timezone.localdate(now),
        actor=hand.actor if hand else actor,
        reason=hand.reason if hand else _("merged"),
    )


def _write(
    keep: Account, drop: Account, *, take: Collection[str], told: Mapping[str, Any], actor: User, now: datetime
) -> None:
    """Write both customers: the one that stays with the values that win, the other as a signpost."""
    values = merged_values(keep, drop, take)
    last = values.get("last_contact_on", keep.last_contact_on)
    if values.get("next_contact_on", keep.next_contact_on) is None and last is not None:
        tier = values.get("tier", keep.tier)
        values["next_contact_on"] = next_due(last, tier, contact_days(), load_calendar())
    gone: dict[str, Any] = {"archived_at": now, "merged_into": keep}
    if drop.external_id and values.get("external_id") == drop.external_id:
        gone["external_id"] = ""  # a number belongs to one customer
    write_fields(drop, gone, actor=actor, action="account.merged_away")
    write_fields(keep, values, actor=actor, action="account.merged", told=told)
    keep.search_text = account_search_text(keep)
    Account.objects.filter(pk=keep.pk).update(search_text=keep.search_text)
    file_keys([keep])


def _hold(keep: Account, ended: Collection[int], *, actor: User, now: datetime) -> None:
    """Let owners and claims follow who holds the one that stays; it is protected where either of the two was.

    Who had claimed it keeps the days of that claim: merging neither lengthens nor shortens a protection.
    """
    why = Why(OwnershipKind.HANDED_OVER, _("merged"))
    ended = [*ended, *(claim.pk for claim in note_owners([keep], actor=actor, why=why, now=now))]
    if Claim.objects.in_force().filter(account=keep).exists():
        return
    claims = Claim.objects.filter(pk__in=ended).order_by("-protected_until", "pk")
    own = claims.filter(claimant=keep.owner_id).first()
    pass_on([own] if own else list(claims[:1]), [keep], now=now)
    if own:
        days = {"granted_until": own.granted_until, "protected_until": own.protected_until}
        Claim.objects.in_force().filter(account=keep).update(**days)


def _join(keep: Account, keepers: Collection[int | None], *, actor: User, now: datetime) -> None:
    """Take whoever kept one of the two and keeps them no longer into the account team."""
    there = set(keep.members.current().values_list("user_id", flat=True))
    left_out = User.objects.active().filter(pk__in={pk for pk in keepers if pk}).exclude(pk=keep.owner_id)
    for person in left_out.exclude(pk__in=there).order_by("pk"):
        add_member(keep, user=person, actor=actor, now=now)


def _close_pair(keep: Account, drop: Account, *, actor: User, now: datetime) -> None:
    """Close the pair; who was not the one is not the other either."""
    decided = {"state": PairState.MERGED, "decided_by": actor, "decided_at": now}
    first, second = ordered(keep.pk, drop.pk)
    DuplicatePair.objects.update_or_create(
        first_id=first, second_id=second, defaults=decided, create_defaults={"score": 0, **decided}
    )
    apart = DuplicatePair.objects.filter(state=PairState.NOT_SAME)
    for pair in (apart.filter(first=drop) | apart.filter(second=drop)).exclude(first=keep).exclude(second=keep):
        other = pair.second_id if pair.first_id == drop.pk else pair.first_id
        first, second = ordered(keep.pk, other)
        said = {"state": PairState.NOT_SAME, "decided_by": pair.decided_by, "decided_at": pair.decided_at}
        DuplicatePair.objects.update_or_create(
            first_id=first, second_id=second, defaults=said, create_defaults={"score": pair.score, **said}
        )


# --- the way back -----------------------------------------------------------------------------------------------------
def undo_merge(data: dict[str, Any], *, actor: User, now: datetime) -> None:  # noqa: ARG001 -- undo's signature
    """Make two customers of one again, every row as it was; refuses naming what was changed since."""
    entries = from_data(data["entries"])
    one_at_a_time(GROUPS)
    _refuse_taken(entries)
    put_back(entries)
    _refuse_circle([data["drop"], data["keep"]])
    accounts = Account.objects.in_bulk([data["keep"], data["drop"]])
    file_keys(accounts.values())
    record("account.unmerged", accounts[data["keep"]], actor=actor, changes={"other": data["drop"]})


def _refuse_taken(entries: Collection[Entry]) -> None:
    """Raise CannotUndo where another customer has got the number elsewhere that one of the two had."""
    merged = [entry.pk for entry in entries if entry.model == Account._meta.label_lower]
    numbers = [
        number for entry in entries if entry.pk in merged and (number := (entry.before or {}).get("external_id"))
    ]
    others = Account.objects.filter(external_id__in=numbers).exclude(pk__in=merged)
    refuse_changed([account.called for account in others.order_by("pk")])


def _refuse_circle(merged: Collection[int]) -> None:
    """Raise CannotUndo where a company was moved since so that the group would go in a circle again; names it."""
    for key in merged:
        parents = companies_above([key])
        if reaches(parents, parents[key], key):
            between = Account.objects.filter(pk__in=set(climb(parents, key)) - {key})
            names = "、".join(account.called for account in between.order_by("pk"))
            raise CannotUndo(
                _("This cannot be undone: %(names)s would stand in a circle in the group.") % {"names": names}
            )
