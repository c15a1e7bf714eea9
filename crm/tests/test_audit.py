"""History: every way of tampering with it shows, and nothing else does."""

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from django.db.models import F
from django.utils.translation import gettext_lazy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.audit import MASK, build_entry, erase_values, history_of, plain, record, seal_entries, verify_history
from crm.models import AuditEntry, AuditSeal
from crm.models.abstract import Origin

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def history(rep) -> list[AuditEntry]:
    """Nine entries about the rep, sealed in three parts."""
    entries = []
    for number in range(9):
        entry = build_entry("user.edited", rep, actor=rep, changes={"phone": ["", str(number)]}, now=NOON)
        entry.save()
        entries.append(entry)
        if number % 3 == 2:
            assert seal_entries(before=LATER) == 3
    return entries


def test_an_entry_says_who_what_from_to_and_when(rep, manager):
    entry = record("user.edited", rep, actor=manager, changes={"phone": ["1", "2"]})

    assert (entry.actor, entry.actor_name, entry.subject_name) == (manager, "赵敏", "陈思远")
    assert (entry.action, entry.kind, entry.subject_id) == ("user.edited", "teams.user", rep.pk)
    assert (entry.changes, entry.origin) == ({"phone": ["1", "2"]}, Origin.WEB)
    assert list(history_of(rep)) == [entry]


def test_what_nobody_did_was_the_system(rep):
    entry = record("user.edited", rep, actor=None)

    assert (entry.actor, entry.actor_name, entry.origin) == (None, "", Origin.SYSTEM)


@pytest.mark.parametrize("name", ["password", "secret", "token", "key", "seed", "recovery_codes"])
def test_secrets_never_enter(rep, name):
    entry = record("user.edited", rep, actor=rep, changes={name: ["old one", "new one"], "phone": "1"})

    assert entry.changes == {name: MASK, "phone": "1"}


def test_values_are_kept_as_text_a_reader_understands(rep):
    values = {
        "day": date(2026, 11, 24),
        "at": NOON,
        "hour": time(9, 30),
        "amount": Decimal("1.2500"),
        "id": UUID(int=7),
        "ratio": 1e16,
        "label": gettext_lazy("rep"),
        "row": rep,
        "many": (1, {2}),
    }
    assert plain(values) == {
        "day": "2026-11-24",
        "at": "2026-11-24T04:00:00+00:00",
        "hour": "09:30:00",
        "amount": "1.2500",
        "id": "00000000-0000-0000-0000-000000000007",
        "ratio": "1e+16",
        "label": "rep",
        "row": rep.pk,
        "many": [1, [2]],
    }


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.decimals() | st.uuids()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner))


@pytest.mark.property
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values)
def test_whatever_is_recorded_comes_back_from_a_database_as_it_went_in(value):
    kept = plain(value)

    assert json.loads(json.dumps(kept, allow_nan=False)) == kept


def test_a_whole_history_has_no_faults(history):
    assert verify_history() == []
    assert AuditSeal.objects.count() == 3


def test_an_entry_written_in_another_time_zone_is_no_fault(rep):
    shanghai = timezone(timedelta(hours=8))
    build_entry("user.edited", rep, actor=rep, now=NOON.astimezone(shanghai)).save()
    seal_entries(before=LATER)

    assert verify_history() == []


@pytest.mark.parametrize(
    "change",
    [
        {"recorded_at": NOON - timedelta(days=1)},
        {"actor_id": None},
        {"action": "user.deleted"},
        {"kind": "teams.team"},
        {"subject_id": 4711},
        {"origin": Origin.IMPORT},
        {"values_digest": "0" * 64},
        {"digest": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_entry_is_found_and_named(history, change):
    AuditEntry.objects.filter(pk=history[4].pk).update(**change)

    assert f"entry {history[4].pk} was changed" in verify_history()


@pytest.mark.parametrize(
    "change",
    [{"changes": {"phone": ["", "forged"]}}, {"changes": {}}, {"actor_name": "Nobody"}, {"subject_name": "Nobody"}],
    ids=str,
)
def test_changed_values_are_found_and_named(history, change):
    AuditEntry.objects.filter(pk=history[4].pk).update(**change)

    assert verify_history() == [f"the values of entry {history[4].pk} were changed"]


def test_an_entry_that_was_rewritten_with_its_digests_is_found(history):
    entry = AuditEntry.objects.get(pk=history[4].pk)
    forged = build_entry("user.edited", entry.actor, actor=entry.actor, changes={"phone": ["", "x"]}, now=NOON)
    AuditEntry.objects.filter(pk=entry.pk).update(
        changes=forged.changes, values_digest=forged.values_digest, digest=forged.digest
    )

    assert verify_history() == [f"seal {AuditSeal.objects.order_by('pk')[1]} does not match its entries"]


@pytest.mark.parametrize("place", range(9))
def test_a_deleted_entry_is_found(history, place):
    AuditEntry.objects.filter(pk=history[place].pk).delete()

    assert any("3 entries were sealed, 2 are there" in fault for fault in verify_history())


def _numbered(rep, pk: int) -> None:
    entry = build_entry("user.edited", rep, actor=rep, now=NOON)
    entry.pk = pk
    entry.save(force_insert=True)


@pytest.mark.parametrize(
    "place", [0, 5, 15, 25], ids=["first", "below the first", "between two seals", "below the last"]
)
def test_an_entry_put_between_is_found(rep, place):
    for pk in (10, 20, 30):
        _numbered(rep, pk)
        assert seal_entries(before=LATER) == 1
    assert verify_history() == []

    _numbered(rep, place or 1)

    assert any("1 entries were sealed, 2 are there" in fault for fault in verify_history())


def test_entries_in_another_order_are_found(history):
    first, second, spare = history[3].pk, history[4].pk, 10_000
    AuditEntry.objects.filter(pk=first).update(id=spare)
    AuditEntry.objects.filter(pk=second).update(id=first)
    AuditEntry.objects.filter(pk=spare).update(id=second)

    assert verify_history() == [f"seal {AuditSeal.objects.order_by('pk')[1]} does not match its entries"]


def test_a_seal_that_is_gone_with_its_entries_is_found(history):
    AuditEntry.objects.filter(pk__in=[entry.pk for entry in history[3:6]]).delete()
    AuditSeal.objects.order_by("pk")[1].delete()

    assert verify_history() == [f"seal {AuditSeal.objects.order_by('pk')[1]} does not match its entries"]


def test_a_seal_made_without_the_key_is_found(history, settings):
    settings.SECRET_KEY = "another key"

    assert len(verify_history()) == 3


def test_a_key_that_was_retired_still_proves_the_old_seals(history, settings, rep):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the new key"
    build_entry("user.edited", rep, actor=rep, now=NOON).save()
    seal_entries(before=LATER)

    assert verify_history() == []


def test_erased_values_leave_the_seals_whole_and_are_told(history, rep, admin):
    erase_values(AuditEntry.objects.filter(pk=history[4].pk), target=rep, actor=admin)

    assert verify_history() == []
    assert "4" not in str(AuditEntry.objects.get(pk=history[4].pk).changes)
    assert history_of(rep).first().changes == {"entries": [history[4].pk]}


def test_values_wiped_without_an_erasure_are_found(history):
    AuditEntry.objects.filter(pk=history[4].pk).update(changes={"erased": True})

    assert verify_history() == [f"the values of entry {history[4].pk} were changed"]


def test_what_is_young_waits_for_the_next_seal(rep):
    build_entry("user.edited", rep, actor=rep, now=NOON).save()
    build_entry("user.edited", rep, actor=rep, now=LATER).save()

    assert seal_entries(before=NOON + timedelta(minutes=5)) == 1
    assert seal_entries(before=NOON + timedelta(minutes=5)) == 0
    assert seal_entries(before=LATER + timedelta(minutes=5)) == 1
    assert verify_history() == []


def test_an_old_date_behind_a_young_entry_waits_with_it(rep):
    build_entry("user.edited", rep, actor=rep, now=LATER).save()
    build_entry("user.edited", rep, actor=rep, now=NOON).save()  # a bulk writer with dated history

    assert seal_entries(before=NOON + timedelta(minutes=5)) == 0
    assert seal_entries(before=LATER + timedelta(minutes=5)) == 2
    assert verify_history() == []


def test_a_long_history_is_sealed_in_parts(rep):
    AuditEntry.objects.bulk_create([build_entry("user.edited", rep, actor=rep, now=NOON) for _ in range(7)])

    assert [seal_entries(before=LATER, limit=3) for _ in range(4)] == [3, 3, 1, 0]
    assert verify_history() == []


def test_sealing_writes_no_entry(history):
    before = AuditEntry.objects.order_by("pk").values_list("pk", "digest")

    assert list(before) == [(entry.pk, entry.digest) for entry in history]
    assert not AuditEntry.objects.exclude(digest=F("digest")).exists()
