"""The pages: what they show, to whom, at which cost, and what one tap does."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from crm.models import UndoEntry
from crm.workdays import WorkCalendar
from followups import approval_kinds
from followups.actions.approvals import ApprovalKind, Description, register_approval
from followups.choices import ApprovalState, Channel, DeliveryState, FollowUpState
from followups.models import (
    Approval,
    ChannelChoice,
    Comment,
    Delivery,
    DispatcherBeat,
    FollowUp,
    Notification,
    RuleRun,
    RuleSetting,
)
from followups.queries import group_of, grouped, rows_for, snooze_days, where_to
from followups.rules import Param
from followups.tests.factories import (
    ApprovalFactory,
    DeliveryFactory,
    FollowUpFactory,
    KeptMailFactory,
    NotificationFactory,
)
from teams.models import User

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 11, 24)
MIDDAY = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _the_day(time_machine) -> None:
    """Freeze the day the pages ask the clock for."""
    time_machine.move_to(MIDDAY, tick=False)


def item_for(person: User, text: str, **fields: object) -> FollowUp:
    return FollowUpFactory(recipient=person, params={"text": text, "made_on": "2026-11-20"}, **fields)


def text_of(response) -> str:
    return response.content.decode()


# --- the centre -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("day", "part"),
    [
        (date(2026, 11, 20), "overdue"),
        (TUESDAY, "today"),
        (date(2026, 11, 25), "tomorrow"),
        (date(2026, 11, 29), "week"),
        (date(2026, 11, 30), "later"),
    ],
)
def test_a_day_belongs_to_its_part_of_the_list(day, part):
    assert group_of(day, TUESDAY) == part


def test_on_a_sunday_monday_is_tomorrow():
    assert group_of(date(2026, 11, 30), date(2026, 11, 29)) == "tomorrow"


def test_one_tap_puts_off_to_tomorrow_the_next_working_day_or_monday():
    def days(today: date) -> list[tuple[str, date]]:
        with translation.override("en"):
            return [(str(label), day) for label, day in snooze_days(today, WorkCalendar())]

    assert days(TUESDAY) == [("Tomorrow", date(2026, 11, 25)), ("Next Monday", date(2026, 11, 30))]
    assert days(date(2026, 11, 27)) == [("Tomorrow", date(2026, 11, 28)), ("Next working day", date(2026, 11, 30))]


def test_the_centre_shows_what_is_to_be_done_by_day(client_for, rep, teammate):
    item_for(rep, "call Li Min", due_on=date(2026, 11, 20))
    item_for(rep, "send the drawing")
    item_for(rep, "visit Wuxi", due_on=date(2026, 11, 27), snoozed_until=None)
    item_for(rep, "old thing", state=FollowUpState.CANCELLED)
    item_for(teammate, "of a colleague")
    page = text_of(client_for(rep).get("/follow-ups/"))
    parts = ('id="group-overdue"', "call Li Min", 'id="group-today"', "send the drawing", "visit Wuxi")
    places = [page.index(words) for words in parts]
    assert places == sorted(places)
    assert "4 days overdue" in page
    assert "old thing" not in page
    assert "of a colleague" not in page


def test_what_is_put_off_stands_on_its_new_day(rep):
    item = item_for(rep, "call", snoozed_until=date(2026, 12, 1))
    rows = rows_for([item], user=rep, today=TUESDAY)
    assert [(group.key, len(group.rows)) for group in grouped(rows, TUESDAY)] == [("later", 1)]


def test_a_row_names_the_customer_and_leads_to_it(client_for, rep, changhong):
    item_for(rep, "call Li Min", subject_kind="account", subject_id=changhong.pk, account_id=changhong.pk)
    page = text_of(client_for(rep).get("/follow-ups/"))
    assert "长虹精密" in page
    assert f'href="{changhong.get_absolute_url()}"' in page


def test_a_customer_one_may_not_see_is_not_named(client_for, outsider, changhong):
    item_for(outsider, "call", subject_kind="account", subject_id=changhong.pk, account_id=changhong.pk)
    page = text_of(client_for(outsider).get("/follow-ups/"))
    assert "call" in page
    assert "长虹精密" not in page
    assert changhong.get_absolute_url() not in page


@pytest.mark.parametrize("many", [1, 3])
def test_the_centre_costs_the_same_however_long(client_for, rep, changhong, many, django_assert_num_queries):
    for number in range(many):
        item_for(rep, f"n {number}", subject_kind="account", subject_id=changhong.pk, account_id=changhong.pk)
    browser = client_for(rep)
    browser.get("/follow-ups/")
    with django_assert_num_queries(8):
        browser.get("/follow-ups/")


def test_a_manager_looks_at_a_member_of_his_team_but_cannot_act(client_for, rep, manager, other_manager):
    item = item_for(rep, "call Li Min")
    page = text_of(client_for(manager).get(f"/follow-ups/?person={rep.pk}"))
    assert "Follow-ups of 陈思远" in page
    assert "call Li Min" in page
    assert reverse("followups:done", args=[item.pk]) not in page
    assert client_for(other_manager).get(f"/follow-ups/?person={rep.pk}").status_code == 404
    assert client_for(rep).get(f"/follow-ups/?person={manager.pk}").status_code == 404
    assert client_for(rep).get("/follow-ups/?person=x").status_code == 404


def test_the_list_can_be_narrowed_to_a_kind(client_for, rule_book, rep):
    rule_book(lambda context: [])
    item_for(rep, "call Li Min")
    item_for(rep, "", kind="check-in", key="check-in:1")
    page = text_of(client_for(rep).get("/follow-ups/?kind=promise"))
    assert "call Li Min" in page
    assert "Not seen for" not in page
    assert "call Li Min" in text_of(client_for(rep).get("/follow-ups/?kind=nonsense"))


def test_an_empty_centre_says_what_will_appear(client_for, rep):
    assert "Everything is done" in text_of(client_for(rep).get("/follow-ups/"))
    assert "Nothing is done yet" in text_of(client_for(rep).get("/follow-ups/?state=done"))


def test_the_number_beside_the_navigation_is_what_is_due(client_for, rep):
    item_for(rep, "a")
    item_for(rep, "b", due_on=date(2026, 11, 1))
    item_for(rep, "c", due_on=date(2026, 12, 1))
    item_for(rep, "d", snoozed_until=date(2026, 11, 30))
    page = text_of(client_for(rep).get("/notifications/"))
    assert '<span class="count">2</span>' in page


# --- done, later, again -----------------------------------------------------------------------------------------------
def test_done_goes_back_to_where_it_was_tapped_and_can_be_taken_back(client_for, rep):
    item = item_for(rep, "call Li Min")
    browser = client_for(rep)
    answer = browser.post(f"/follow-ups/{item.pk}/done/", {"next": "/follow-ups/?kind=promise"})
    assert answer.url == "/follow-ups/?kind=promise"
    page = text_of(browser.get(answer.url))
    assert "Done: call Li Min" in page
    undo_url = reverse("crm:undo", args=[UndoEntry.objects.get().pk])
    assert undo_url in page
    browser.post(undo_url)
    item.refresh_from_db()
    assert item.state == FollowUpState.OPEN


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_back_is_never_another_site(client_for, rep, url):
    item = item_for(rep, "call Li Min")
    assert client_for(rep).post(f"/follow-ups/{item.pk}/done/", {"next": url}).url == "/follow-ups/"


def test_what_is_done_is_listed_and_can_be_opened_again(client_for, rep):
    item = item_for(rep, "call Li Min", state=FollowUpState.DONE, closed_at=MIDDAY, closed_by=rep)
    browser = client_for(rep)
    assert "call Li Min" in text_of(browser.get("/follow-ups/?state=done"))
    browser.post(f"/follow-ups/{item.pk}/reopen/")
    item.refresh_from_db()
    assert item.state == FollowUpState.OPEN


def test_later_by_one_tap_and_by_any_day(client_for, rep):
    item = item_for(rep, "call Li Min")
    browser = client_for(rep)
    browser.post(f"/follow-ups/{item.pk}/later/", {"when": "2026-11-25"})
    item.refresh_from_db()
    assert item.snoozed_until == date(2026, 11, 25)
    browser.post(f"/follow-ups/{item.pk}/later/", {"when": "other", "on": "2026-12-09"})
    item.refresh_from_db()
    assert item.snoozed_until == date(2026, 12, 9)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"when": "other"}, "Choose a day."),
        ({"on": "2026-11-24"}, "Choose a day after today."),
        ({"on": "tomorrow"}, "Enter a valid date"),
        ({"when": "2026-13-45"}, "Select a valid choice"),
    ],
)
def test_a_day_that_will_not_do_is_said_in_words(client_for, rep, typed, words):
    item = item_for(rep, "call Li Min")
    assert words in text_of(client_for(rep).post(f"/follow-ups/{item.pk}/later/", typed))
    item.refresh_from_db()
    assert item.snoozed_until is None


def test_a_follow_up_has_a_page(client_for, rep, manager):
    item = item_for(rep, "call Li Min")
    assert "Promised on 2026-11-20" in text_of(client_for(rep).get(f"/follow-ups/{item.pk}/"))
    page = text_of(client_for(manager).get(f"/follow-ups/{item.pk}/"))
    assert reverse("followups:done", args=[item.pk]) not in page


# --- a new one --------------------------------------------------------------------------------------------------------
def test_a_new_follow_up_about_a_customer(client_for, rep, changhong):
    token = str(uuid4())
    browser = client_for(rep)
    url = f"/follow-ups/new/?kind=account&id={changhong.pk}"
    assert "长虹精密" in text_of(browser.get(url))
    for _each in range(2):
        answer = browser.post(url, {"text": "send the offer", "when": "2026-11-25", "key": token})
    assert answer.url == changhong.get_absolute_url()
    item = FollowUp.objects.get()
    assert (item.due_on, item.account_id, item.recipient) == (date(2026, 11, 25), changhong.pk, rep)


def test_a_new_follow_up_about_nothing(client_for, rep):
    client_for(rep).post("/follow-ups/new/", {"text": "learn", "on": "2026-12-01", "key": str(uuid4())})
    assert FollowUp.objects.get().subject_kind == "user"


@pytest.mark.parametrize("query", ["?kind=account&id=0", "?kind=nothing&id=1", "?kind=account&id=x", "?kind=account"])
def test_a_new_follow_up_about_what_is_not_there(client_for, rep, query):
    assert client_for(rep).get(f"/follow-ups/new/{query}").status_code == 404


def test_a_new_follow_up_about_anothers_customer_is_not_found(client_for, outsider, changhong):
    assert client_for(outsider).get(f"/follow-ups/new/?kind=account&id={changhong.pk}").status_code == 404


def test_without_words_it_asks_what_is_to_be_done(client_for, rep):
    answer = client_for(rep).post("/follow-ups/new/", {"when": "2026-11-25", "key": str(uuid4())})
    assert "Say what you have to do." in text_of(answer)


# --- notifications ----------------------------------------------------------------------------------------------------
def test_lines_lead_somewhere_and_are_read_on_the_way(client_for, rep, changhong):
    line = NotificationFactory(recipient=rep, subject_kind="account", subject_id=changhong.pk)
    browser = client_for(rep)
    assert "send the drawing" in text_of(browser.get("/notifications/?show=unread"))
    assert browser.post(f"/notifications/{line.pk}/open/").url == changhong.get_absolute_url()
    line.refresh_from_db()
    assert line.read_at is not None
    assert "send the drawing" not in text_of(browser.get("/notifications/?show=unread"))


def test_a_line_never_leads_to_another_site(rep):
    line = NotificationFactory(recipient=rep, params={"url": "//evil.example/"}, subject_kind="unknown")
    assert where_to(line) == ""
    line.params = {"url": "/approvals/3/"}
    assert where_to(line) == "/approvals/3/"


def test_all_is_read_up_to_what_was_shown(client_for, rep):
    shown = NotificationFactory(recipient=rep)
    later = NotificationFactory(recipient=rep)
    client_for(rep).post("/notifications/read/", {"up_to": shown.pk})
    assert list(Notification.objects.unread()) == [later]


def test_somebody_elses_line_is_not_found(client_for, rep, teammate):
    line = NotificationFactory(recipient=rep)
    assert client_for(teammate).post(f"/notifications/{line.pk}/open/").status_code == 404


@pytest.mark.parametrize("many", [1, 3])
def test_notifications_cost_the_same_however_many(client_for, rep, many, django_assert_num_queries):
    for _each in range(many):
        NotificationFactory(recipient=rep)
    browser = client_for(rep)
    browser.get("/notifications/")
    with django_assert_num_queries(7):
        browser.get("/notifications/")


# --- approvals --------------------------------------------------------------------------------------------------------
def describe(approvals: Sequence[Approval]) -> Mapping[int, Description]:
    return {
        each.pk: Description(
            title=f"Plan of {each.requested_by}",
            facts=[("Stops", 5)],
            exceptions=["2 stops < target 4"] if each.requested_by.username == "liu" else [],
            headers=["Customer", "Goal"],
            rows=[["长虹精密", "offer"]],
        )
        for each in approvals
    }


@pytest.fixture
def plans(rep, teammate, manager) -> Iterator[list[Approval]]:
    """Two plans wait for Zhao Min; that of Liu Ting has an exception."""
    register_approval("test-approval", ApprovalKind("Plan", lambda *_a, **_n: None, describe, lambda *_a, **_n: None))
    yield [ApprovalFactory(requested_by=person, approver=manager) for person in (rep, teammate)]
    approval_kinds._kinds.pop("test-approval")


def test_what_waits_is_parted_by_whether_it_needs_a_look(client_for, manager, plans):
    Approval.objects.filter(pk=plans[0].pk).update(recorded_at=MIDDAY - timedelta(hours=16))
    page = text_of(client_for(manager).get("/approvals/"))
    assert 'Needs a look <span class="small">1</span>' in page
    assert 'No exceptions <span class="small">1</span>' in page
    assert "2 stops &lt; target 4" in page
    assert "the oldest has been waiting for 16 hours" in page
    assert "长虹精密" in page


@pytest.mark.parametrize("many", [1, 3])
def test_approvals_cost_the_same_however_many(client_for, manager, plans, many, django_assert_num_queries):
    Approval.objects.all().delete()
    for _each in range(many):
        ApprovalFactory(approver=manager)
    browser = client_for(manager)
    browser.get("/approvals/")
    with django_assert_num_queries(12):
        browser.get("/approvals/")


def test_signing_goes_on_to_the_next(client_for, manager, plans):
    answer = client_for(manager).post(f"/approvals/{plans[0].pk}/approve/")
    assert answer.url == f"/approvals/{plans[1].pk}/"
    plans[0].refresh_from_db()
    assert plans[0].state == ApprovalState.APPROVED


def test_the_last_one_leads_back_to_the_list(client_for, manager, plans):
    browser = client_for(manager)
    browser.post(f"/approvals/{plans[1].pk}/return/", {"comment": "four stops, please"})
    assert browser.post(f"/approvals/{plans[0].pk}/approve/").url == "/approvals/"
    plans[1].refresh_from_db()
    assert plans[1].state == ApprovalState.RETURNED


def test_a_return_without_a_reason_is_asked_again(client_for, manager, plans):
    answer = client_for(manager).post(f"/approvals/{plans[0].pk}/return/", {"comment": " "})
    assert answer.status_code == 422
    assert "Say what has to change." in text_of(answer)
    assert client_for(manager).get(f"/approvals/{plans[0].pk}/return/").status_code == 200


def test_what_somebody_decided_meanwhile_is_said(client_for, manager, plans):
    browser = client_for(manager)
    browser.post(f"/approvals/{plans[0].pk}/approve/")
    answer = browser.post(f"/approvals/{plans[0].pk}/approve/", follow=True)
    assert "This has been decided already." in text_of(answer)


def test_what_was_changed_after_handing_in_cannot_be_signed(client_for, manager, rep, plans):
    User.objects.filter(pk=rep.pk).update(version=9)
    browser = client_for(manager)
    assert "It has to be handed in again" in text_of(browser.get(f"/approvals/{plans[0].pk}/"))
    browser.post(f"/approvals/{plans[0].pk}/approve/")
    plans[0].refresh_from_db()
    assert plans[0].state == ApprovalState.WAITING


def test_all_without_exceptions_are_named_then_signed_with_one_undo(client_for, manager, plans):
    browser = client_for(manager)
    page = text_of(browser.get("/approvals/all/"))
    assert "Plan of 陈思远" in page
    assert "Plan of 刘婷" not in page
    browser.post("/approvals/all/", {"ids": [str(plan.pk) for plan in plans]})
    assert list(Approval.objects.order_by("pk").values_list("state", flat=True)) == ["APPROVED", "WAITING"]
    browser.post(reverse("crm:undo", args=[UndoEntry.objects.get().pk]))
    assert set(Approval.objects.values_list("state", flat=True)) == {"WAITING"}
    assert "There is nothing left" in text_of(browser.post("/approvals/all/", {}, follow=True))


def test_who_handed_in_sees_how_it_stands(client_for, rep, plans):
    page = text_of(client_for(rep).get("/approvals/?view=mine"))
    assert "Plan of 陈思远" in page
    assert "Plan of 刘婷" not in page
    assert reverse("followups:approve", args=[plans[0].pk]) not in page


def test_what_was_decided_can_be_looked_up(client_for, manager, plans):
    browser = client_for(manager)
    browser.post(f"/approvals/{plans[0].pk}/approve/")
    assert "Plan of 陈思远" in text_of(browser.get("/approvals/?view=decided"))


# --- comments ---------------------------------------------------------------------------------------------------------
def test_a_comment_is_written_and_read_by_who_sees_the_thing(client_for, rep, manager, outsider, changhong):
    url = reverse("followups:comments", args=["account", changhong.pk])
    typed = {"text": "<b>why</b> so late?", "client_id": str(uuid4())}
    browser = client_for(manager)
    assert browser.post(url, typed).url == url
    browser.post(url, typed)
    assert Comment.objects.count() == 1
    assert Delivery.objects.filter(recipient=rep, kind="comment").exists()
    assert "&lt;b&gt;why&lt;/b&gt; so late?" in text_of(client_for(rep).get(url))
    assert client_for(outsider).get(url).status_code == 404
    assert client_for(outsider).post(url, typed).status_code == 404


def test_a_comment_as_a_fragment(client_for, rep, changhong):
    url = reverse("followups:comments", args=["account", changhong.pk])
    typed = {"text": "soon", "client_id": str(uuid4())}
    answer = client_for(rep).post(url, typed, headers={"HX-Request": "true"})
    assert "soon" in text_of(answer)
    assert "<html" not in text_of(answer)
    empty = client_for(rep).post(url, {"text": " ", "client_id": str(uuid4())}, headers={"HX-Request": "true"})
    assert empty.status_code == 422
    assert "Write a comment first." in text_of(empty)


def test_comments_about_an_unknown_kind_are_not_found(client_for, rep):
    assert client_for(rep).get("/comments/nothing/1/").status_code == 404


# --- what reaches me --------------------------------------------------------------------------------------------------
def test_a_person_chooses_what_reaches_him_and_how(client_for, rep):
    browser = client_for(rep)
    assert "comment:EMAIL" in text_of(browser.get("/me/notifications/"))
    browser.post("/me/notifications/", {"on": ["comment:IN_APP", "promise:IN_APP", "promise:EMAIL"]})
    off = ChannelChoice.objects.filter(user=rep, is_on=False)
    assert ("comment", Channel.EMAIL) in set(off.values_list("kind", "channel"))
    assert ("promise", Channel.EMAIL) not in set(off.values_list("kind", "channel"))


# --- admin ------------------------------------------------------------------------------------------------------------
def test_an_admin_sees_how_rules_go_and_sets_them(client_for, admin, rule_book):
    rule_book(lambda context: [], params=(Param("days", "Days", 30, 7, 90),))
    RuleRun.objects.create(kind="check-in", ran_at=MIDDAY, error="RuntimeError: no such table")
    browser = client_for(admin)
    page = text_of(browser.get("/follow-ups/rules/"))
    assert "RuntimeError: no such table" in page
    assert "Promise" not in page.partition("<main")[2]
    browser.post("/follow-ups/rules/check-in/", {"days": "14", "version": "0"})
    setting = RuleSetting.objects.get()
    assert (setting.is_on, setting.params) == (False, {"days": 14})
    answer = browser.post("/follow-ups/rules/check-in/", {"is_on": "on", "days": "3", "version": setting.version})
    assert "greater than or equal to 7" in text_of(answer)
    stale = browser.post("/follow-ups/rules/check-in/", {"is_on": "on", "days": "20", "version": "1"})
    assert "Somebody else changed this rule meanwhile" in text_of(stale)
    assert browser.get("/follow-ups/rules/promise/").status_code == 404


def test_the_outbox_warns_while_no_dispatcher_works(client_for, admin):
    browser = client_for(admin)
    assert "No dispatcher has ever run" in text_of(browser.get("/follow-ups/outbox/"))
    DispatcherBeat.objects.create(name="here", seen_at=MIDDAY - timedelta(minutes=5))
    assert "gave its last sign of life" in text_of(browser.get("/follow-ups/outbox/"))
    DispatcherBeat.objects.update(seen_at=MIDDAY)
    assert "The dispatcher works" in text_of(browser.get("/follow-ups/outbox/"))


def test_what_was_given_up_is_sent_again_by_a_tap(client_for, admin, rep):
    item = item_for(rep, "call")
    dead = DeliveryFactory(follow_up=item, channel=Channel.EMAIL, state=DeliveryState.DEAD, last_error="550 unknown")
    browser = client_for(admin)
    assert "550 unknown" in text_of(browser.get("/follow-ups/outbox/"))
    browser.post(f"/follow-ups/outbox/{dead.pk}/again/")
    dead.refresh_from_db()
    assert (dead.state, dead.due_at) == (DeliveryState.DUE, timezone.now())
    assert "no longer given up" in text_of(browser.post(f"/follow-ups/outbox/{dead.pk}/again/", follow=True))
    assert browser.post("/follow-ups/outbox/0/again/").status_code == 404


def test_kept_mail_is_read_in_the_application(client_for, rep, admin, teammate):
    mail = KeptMailFactory(recipients=rep.email, body="<script>alert(1)</script> http://127.0.0.1:8000/follow-ups/")
    page = text_of(client_for(rep).get(f"/follow-ups/mail/{mail.pk}/"))
    assert "&lt;script&gt;" in page
    assert 'href="http://127.0.0.1:8000/follow-ups/"' in page
    assert mail.subject in text_of(client_for(admin).get("/follow-ups/mail/"))
    assert client_for(teammate).get(f"/follow-ups/mail/{mail.pk}/").status_code == 404
