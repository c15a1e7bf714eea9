"""Visits in a customer's timeline: newest first, page by page, none twice, none lost."""

from datetime import date, time

from accounts.tests.factories import AccountFactory
from accounts.timeline import timeline
from visits.tests.factories import VisitFactory
from visits.timeline import SOURCE, entries


def days(found):
    return [entry.at.date() for entry in found]


def test_visits_come_newest_first_with_who_and_what(rep, changhong):
    VisitFactory(account=changhong, happened_on=date(2026, 11, 2), said="聊了预算", result="FORWARD")
    VisitFactory(account=changhong, happened_on=date(2026, 11, 20), kind="CALL")

    newest, older = entries([changhong.pk], rep, None, 10)

    assert (newest.icon, newest.title) == ("phone", "call")
    assert (older.title, older.text, older.who, older.group) == (
        "visit · moved forward",
        "聊了预算",
        "陈思远",
        "visits",
    )


def test_paging_through_visits_of_one_day_loses_none_and_repeats_none(rep, changhong):
    made = {VisitFactory(account=changhong, happened_on=date(2026, 11, 20)).pk for _ in range(4)}
    made |= {VisitFactory(account=changhong, happened_on=date(2026, 11, 20), started_at=time(9)).pk for _ in range(3)}

    seen, before = [], None
    while page := timeline([changhong.pk], user=rep, group="visits", before=before, limit=2):
        seen += [entry.key for entry in page]
        before = page[-1].at

    assert len(seen) == len(set(seen)) == len(made)


def test_foreign_customers_archived_visits_and_other_peoples_eyes(rep, outsider, changhong, now):
    VisitFactory(account=changhong, archived_at=now)
    VisitFactory(account=AccountFactory(owner=rep))
    VisitFactory(account=changhong, happened_on=date(2026, 11, 3))

    assert days(entries([changhong.pk], rep, None, 10)) == [date(2026, 11, 3)]
    assert list(entries([changhong.pk], outsider, None, 10)) == []


def test_a_page_of_visits_is_one_query(rep, changhong, django_assert_num_queries):
    VisitFactory.create_batch(3, account=changhong)

    with django_assert_num_queries(1):
        assert len(list(SOURCE.entries([changhong.pk], rep, None, 10))) == 3
