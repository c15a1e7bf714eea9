"""Two people edit one row: different fields merge, the same field asks, nothing is overwritten unseen."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.appearance import set_preference
from crm.audit import history_of
from crm.editing import EditConflict, save_edit, write_fields
from crm.models.abstract import Origin
from teams.models import User

# A form of three fields, as two people might fill it.
FIELDS = ("name", "phone", "language")
forms = st.fixed_dictionaries({name: st.sampled_from(["", "one", "two", "three"]) for name in FIELDS})


def edit(user: User, version: int, **changes) -> User:
    return save_edit(user, changes=changes, version=version, actor=user, action="user.edited")


def asked_about(user: User, version: int, changes: dict[str, str]) -> set[str]:
    """Return the fields an edit asks about; none when it is written."""
    try:
        edit(user, version, **changes)
    except EditConflict as conflict:
        return {clash.field for clash in conflict.clashes}
    return set()


def test_an_edit_raises_the_version_and_tells_history_from_and_to(rep, manager):
    saved = save_edit(
        rep, changes={"phone": "1402"}, version=1, actor=manager, action="user.edited", origin=Origin.OFFLINE
    )

    rep.refresh_from_db()
    assert (rep.phone, rep.version, saved.version) == ("1402", 2, 2)
    entry = history_of(rep).get()
    assert (entry.actor, entry.action, entry.origin) == (manager, "user.edited", Origin.OFFLINE)
    assert entry.changes == {"phone": ["", "1402"], "version": [1, 2]}


def test_the_same_values_again_write_nothing(rep):
    assert edit(rep, 1, name=rep.name).version == 1
    assert not history_of(rep).exists()


def test_different_fields_merge(rep):
    edit(rep, 1, phone="1402")
    edit(rep, 1, name="陈思")

    rep.refresh_from_db()
    assert (rep.phone, rep.name, rep.version) == ("1402", "陈思", 3)


def test_a_form_that_sends_every_field_leaves_alone_what_it_did_not_touch(rep):
    edit(rep, 1, phone="1402")
    edit(rep, 1, name="陈思", phone="")

    rep.refresh_from_db()
    assert (rep.phone, rep.name) == ("1402", "陈思")


def test_the_same_field_asks_with_both_values_and_writes_nothing(rep, manager):
    save_edit(rep, changes={"phone": "1111"}, version=1, actor=manager, action="user.edited")

    with pytest.raises(EditConflict) as conflict:
        edit(rep, 1, phone="2222", name="陈思")

    clash = conflict.value.clashes[0]
    assert (clash.field, clash.label, clash.theirs, clash.ours, clash.changed_by) == (
        "phone",
        "phone",
        "1111",
        "2222",
        "赵敏",
    )
    rep.refresh_from_db()
    assert (rep.phone, rep.name, rep.version) == ("1111", "陈思远", 2)


def test_both_writing_the_same_is_no_conflict(rep):
    edit(rep, 1, phone="1402")
    edit(rep, 1, phone="1402")

    rep.refresh_from_db()
    assert (rep.phone, rep.version) == ("1402", 2)


def test_an_answer_to_the_question_is_taken(rep):
    edit(rep, 1, phone="1111")
    with pytest.raises(EditConflict):
        edit(rep, 1, phone="2222")

    assert edit(rep, 2, phone="2222").phone == "2222"


def test_a_field_of_rows_compares_by_row(rep, east, west):
    edit(rep, 1, team=west)

    edit(rep, 1, team=east, phone="1402")
    rep.refresh_from_db()
    assert (rep.team, rep.phone) == (west, "1402")

    with pytest.raises(EditConflict):
        edit(rep, 1, team=None)


def test_the_base_of_a_field_is_what_it_was_when_the_form_was_opened(rep):
    edit(rep, 1, phone="1111")
    edit(rep, 2, phone="2222")

    with pytest.raises(EditConflict):
        edit(rep, 1, phone="1111")
    with pytest.raises(EditConflict):
        edit(rep, 2, phone="3333")
    edit(rep, 2, phone="1111", name="陈思")
    rep.refresh_from_db()
    assert (rep.phone, rep.name) == ("2222", "陈思")


def test_a_change_that_history_does_not_tell_asks_rather_than_overwrites(rep):
    User.objects.filter(pk=rep.pk).update(phone="1111", version=2)

    with pytest.raises(EditConflict) as conflict:
        edit(rep, 1, phone="2222")
    assert conflict.value.clashes[0].changed_by == ""


def test_a_form_without_a_version_asks_about_every_field_it_would_change(rep):
    with pytest.raises(EditConflict):
        edit(rep, 0, phone="2222")


def test_write_fields_raises_the_version_by_one(rep):
    assert write_fields(rep, {"phone": "1"}, actor=None, action="user.edited").version == 2
    assert history_of(rep).get().origin == Origin.SYSTEM


def test_a_preference_is_kept_once_and_only_known_ones(rep):
    set_preference(rep, name="theme", value="dark", actor=rep)
    set_preference(rep, name="theme", value="dark", actor=rep)

    rep.refresh_from_db()
    assert (rep.theme, rep.version, history_of(rep).count()) == ("dark", 2, 1)
    with pytest.raises(ValueError, match="no preference"):
        set_preference(rep, name="role", value="ADMIN", actor=rep)


@pytest.mark.property
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=forms, theirs=forms, ours=forms)
def test_nobodys_change_is_ever_lost_unseen(rep, start, theirs, ours):
    """Whatever two people do to a form opened at the same time: both changes stand, or the second is asked."""
    User.objects.filter(pk=rep.pk).update(**start)
    rep.refresh_from_db()
    opened = rep.version
    edit(rep, opened, **theirs)
    both = {name for name in FIELDS if start[name] != theirs[name] != ours[name] != start[name]}
    merged = {name: ours[name] if ours[name] != start[name] else theirs[name] for name in FIELDS}

    assert asked_about(rep, opened, ours) == both

    rep.refresh_from_db()
    assert {name: getattr(rep, name) for name in FIELDS} == (theirs if both else merged)
