"""Taking back: once, by the one who did it, in time, and only while nothing has changed since."""

from datetime import timedelta

import pytest
from django.urls import reverse

from crm import undo as ground
from crm.editing import save_edit
from crm.models import UndoEntry
from crm.undo import CannotUndo, offer_undo, register_undo, undo
from teams.models import User

ACTION = "test.rename"


def rename_back(data, *, actor, now) -> None:
    User.objects.filter(pk=data["pk"]).update(name=data["name"])


@pytest.fixture(autouse=True)
def _known_action(monkeypatch):
    """A way back that exists for these tests only."""
    monkeypatch.setattr(ground, "_inverses", dict(ground._inverses))
    register_undo(ACTION, rename_back)


@pytest.fixture
def renamed(rep, now) -> UndoEntry:
    """The rep has called himself something else."""
    saved = save_edit(rep, changes={"name": "陈思"}, version=1, actor=rep, action="user.edited")
    inverse = {"pk": rep.pk, "name": "陈思远"}
    return offer_undo(ACTION, actor=rep, label="renamed", inverse=inverse, rows=[saved], now=now)


def test_it_puts_back_what_was(renamed, rep, now):
    undo(renamed, actor=rep, now=now)

    rep.refresh_from_db()
    renamed.refresh_from_db()
    assert (rep.name, renamed.used_at) == ("陈思远", now)


def test_twice_is_refused(renamed, rep, now):
    undo(renamed, actor=rep, now=now)

    with pytest.raises(CannotUndo, match="undone already"):
        undo(renamed, actor=rep, now=now)


def test_only_the_one_who_did_it_may(renamed, manager, now):
    with pytest.raises(CannotUndo, match="Only the person"):
        undo(renamed, actor=manager, now=now)


def test_after_thirty_days_it_is_too_late(renamed, rep, now):
    with pytest.raises(CannotUndo, match="too much time"):
        undo(renamed, actor=rep, now=now + timedelta(days=30, seconds=1))
    undo(renamed, actor=rep, now=now + timedelta(days=30))


def test_what_changed_since_is_named_and_nothing_is_written(renamed, rep, now):
    save_edit(rep, changes={"phone": "1402"}, version=2, actor=rep, action="user.edited")

    with pytest.raises(CannotUndo, match="陈思"):
        undo(renamed, actor=rep, now=now)
    rep.refresh_from_db()
    renamed.refresh_from_db()
    assert (rep.name, renamed.used_at) == ("陈思", None)


def test_a_row_that_is_gone_counts_as_changed(rep, teammate, now):
    entry = offer_undo(ACTION, actor=rep, label="x", inverse={}, rows=[teammate], now=now)
    teammate.delete()

    with pytest.raises(CannotUndo, match="user"):
        undo(entry, actor=rep, now=now)


def test_at_most_five_rows_are_named(rep, outsider, teammate, manager, director, clerk, admin, now):
    people = [outsider, teammate, manager, director, clerk, admin]
    entry = offer_undo(ACTION, actor=rep, label="x", inverse={}, rows=people, now=now)
    User.objects.exclude(pk=rep.pk).update(version=9)

    with pytest.raises(CannotUndo) as refusal:
        undo(entry, actor=rep, now=now)
    assert str(refusal.value).count(",") == 1 + 4


def test_an_inverse_that_fails_leaves_everything_as_it_was(renamed, rep, now):
    def broken(data, *, actor, now) -> None:
        User.objects.filter(pk=data["pk"]).update(name="half done")
        raise RuntimeError

    register_undo(ACTION, broken)
    with pytest.raises(RuntimeError):
        undo(renamed, actor=rep, now=now)
    rep.refresh_from_db()
    renamed.refresh_from_db()
    assert (rep.name, renamed.used_at) == ("陈思", None)


def test_an_action_without_a_way_back_offers_none(rep, now):
    with pytest.raises(ValueError, match="nothing is registered"):
        offer_undo("test.unknown", actor=rep, label="x", inverse={}, rows=[], now=now)


def test_a_way_back_that_an_update_removed_is_refused_in_words(renamed, rep, now):
    del ground._inverses[ACTION]

    with pytest.raises(CannotUndo, match="can no longer be undone"):
        undo(renamed, actor=rep, now=now)


# --- the button ---


def test_the_button_takes_back_and_returns_to_the_page(renamed, rep, client_for, settings):
    client = client_for(rep)
    response = client.post(reverse("crm:undo", args=[renamed.pk]), {"next": "/outbox/?page=2"})

    assert (response.status_code, response.url) == (302, "/outbox/?page=2")
    rep.refresh_from_db()
    assert rep.name == "陈思远"


@pytest.mark.parametrize("place", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_the_button_leads_nowhere_else(renamed, rep, client_for, place):
    response = client_for(rep).post(reverse("crm:undo", args=[renamed.pk]), {"next": place})

    assert response.url == "/"


def test_a_script_is_answered_in_words(renamed, rep, client_for):
    client = client_for(rep)
    url = reverse("crm:undo", args=[renamed.pk])
    first = client.post(url, headers={"Accept": "application/json"})
    second = client.post(url, headers={"Accept": "application/json"})

    assert (first.status_code, first.json()) == (200, {"message": "Taken back."})
    assert (second.status_code, second.json()) == (409, {"message": "This has been undone already."})


def test_a_refusal_is_told_on_the_next_page(renamed, rep, client_for):
    client = client_for(rep)
    url = reverse("crm:undo", args=[renamed.pk])
    client.post(url)
    client.post(url)

    assert b"This has been undone already." in client.get("/outbox/").content


def test_somebody_elses_is_not_there(renamed, manager, client_for):
    assert client_for(manager).post(reverse("crm:undo", args=[renamed.pk])).status_code == 404


def test_looking_takes_nothing_back(renamed, rep, client_for):
    assert client_for(rep).get(reverse("crm:undo", args=[renamed.pk])).status_code == 405
