"""Writes about customers that may be one: the keys they are found by, the pairs found, the word that two are two."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.choices import PairState
from accounts.duplicates.reads import (
    READ,
    Pair,
    crowded_keys,
    identities,
    identity_from,
    identity_of,
    likely_pairs,
    open_pairs_of,
    ordered,
    sharing,
)
from accounts.matching.blocking import Identity, keys_of
from accounts.matching.scoring import Verdict
from accounts.models import Account, DuplicatePair, MatchKey
from crm.audit import record
from crm.models import UndoEntry
from crm.undo import offer_undo
from teams.models import User

BATCH = 200
# `step(done, total)` tells a job how far it is; called inside the transaction of the part just done.
Step = Callable[[int, int], None]


@transaction.atomic
def file_keys(accounts: Iterable[Account]) -> None:
    """Write what customers just written are found by; it is no news and stands in no history."""
    _file({account.pk: identity_of(account) for account in accounts})


def _file(known: Mapping[int, Identity]) -> None:
    MatchKey.objects.filter(account__in=known).delete()
    rows = [MatchKey(account_id=pk, key=key) for pk, identity in known.items() for key in sorted(keys_of(identity))]
    MatchKey.objects.bulk_create(rows, batch_size=2_000, ignore_conflicts=True)


def changed_accounts() -> list[int]:
    """Return the customers that are new, or were renamed since they were last compared."""
    rows = Account.objects.live().values_list("matched_as", *READ).order_by("pk").iterator(chunk_size=2_000)
    return [pk for matched_as, pk, *columns in rows if identity_from(*columns).digest != matched_as]


def find_duplicates(*, step: Step | None = None) -> int:
    """Compare every new or changed customer with those that share a key with it; return how many pairs are open now.

    In parts, each a transaction of its own: whoever is killed in the middle starts again, and only the rest is
    compared. What changes while it runs is found by the next run.
    """
    changed = changed_accounts()
    parts = [changed[start : start + BATCH] for start in range(0, len(changed), BATCH)]
    for part in parts:
        with transaction.atomic():
            _file(identities(part))
    crowded, later, done = crowded_keys() if parts else set(), set(changed), 0
    for part in parts:
        later.difference_update(part)
        done += len(part)
        with transaction.atomic():
            _compare(set(part), crowded=crowded, later=later)
            if step:
                step(done, len(changed))
    return DuplicatePair.objects.open().count()


def _compare(part: set[int], *, crowded: set[int], later: set[int]) -> None:
    """Compare some customers with all but those whose own turn comes later, and keep what is found."""
    keys = set(MatchKey.objects.filter(account__in=part).values_list("key", flat=True)) - crowded
    wanted = {
        ordered(one, other)
        for members in sharing(keys).values()
        for one in members & part
        for other in members - later
        if one != other
    }
    known = identities(part.union(*wanted))
    _keep(likely_pairs(wanted, known), part, later)
    _note_compared({pk: known[pk].digest for pk in sorted(part & known.keys())})


def _note_compared(digests: Mapping[int, str]) -> None:
    """Remember as what customers were compared; `bulk_update` would take a third of the whole search for it."""
    if not digests:
        return
    rows = ", ".join(["(%s, %s)"] * len(digests))
    words = (
        "UPDATE accounts_account SET matched_as = said.column2"  # noqa: S608 - placeholders only
        f" FROM (VALUES {rows}) AS said WHERE accounts_account.id = said.column1"
    )
    with connection.cursor() as cursor:
        cursor.execute(words, [each for pair in digests.items() for each in pair])


def _keep(found: Mapping[Pair, Verdict], part: set[int], later: set[int]) -> None:
    """Write the pairs found, whose decision stays, and drop the open ones that are no longer alike."""
    rows = [
        DuplicatePair(first_id=first, second_id=second, score=verdict.score, reasons=list(verdict.reasons))
        for (first, second), verdict in sorted(found.items())
    ]
    DuplicatePair.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["first", "second"], update_fields=["score", "reasons"]
    )
    ends = ((pair.pk, (pair.first_id, pair.second_id)) for pair in open_pairs_of(part))
    outdated = [pk for pk, pair in ends if pair not in found and later.isdisjoint(pair)]
    DuplicatePair.objects.filter(pk__in=outdated).delete()


@transaction.atomic
def set_apart(one: Account, other: Account, *, actor: User, now: datetime) -> UndoEntry:
    """Say that two customers are not the same; nobody is asked about them again. Return what takes it back."""
    first, second = sorted((one, other), key=lambda account: account.pk)
    pair, _new = DuplicatePair.objects.get_or_create(first=first, second=second, defaults={"score": 0})
    data = {"pair": pair.pk, "state": pair.state}
    _decide(pair, PairState.NOT_SAME, actor=actor, now=now)
    record("account.set_apart", first, actor=actor, changes={"other": second})
    label = _("%(one)s and %(other)s are not the same") % {"one": first.called, "other": second.called}
    return offer_undo("accounts.set_apart", actor=actor, label=label, inverse=data, rows=[], now=now)


def undo_set_apart(data: dict[str, Any], *, actor: User, now: datetime) -> None:
    """Ask about the two again."""
    pair = DuplicatePair.objects.select_related("first").get(pk=data["pair"])
    if pair.state == PairState.NOT_SAME:
        _decide(pair, PairState.OPEN, actor=None, now=now)
        record("account.asked_again", pair.first, actor=actor, changes={"other": pair.second_id})


def _decide(pair: DuplicatePair, state: str, *, actor: User | None, now: datetime) -> None:
    pair.state, pair.decided_by, pair.decided_at = state, actor, now if actor else None
    pair.save(update_fields=["state", "decided_by", "decided_at"])
