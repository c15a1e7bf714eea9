"""Proposals for a day's plan: complete, each customer once, most urgent first, always the same."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visits.choices import Purpose, Suggestion
from visits.suggesting import Cause, in_words, suggest

DAY = date(2026, 11, 25)

kinds = st.sampled_from([Suggestion.PROMISE, Suggestion.STAGE, Suggestion.CADENCE, Suggestion.CARRIED])
since = st.dates(DAY - timedelta(days=400), DAY)
causes = st.builds(
    Cause,
    kind=kinds,
    since=since,
    tier=st.sampled_from(["A", "B", "C", ""]),
    text=st.sampled_from(["", "样品", "Line 2"]),
)
never = st.builds(Cause, kind=st.just(Suggestion.CADENCE), since=st.none(), tier=st.sampled_from(["A", "B", "C", ""]))
pairs = st.lists(st.tuples(st.integers(1, 8), causes | never), max_size=30)


@pytest.mark.property
@given(pairs, st.randoms())
def test_the_order_in_which_causes_are_found_does_not_matter(found, chance):
    shuffled = found[:]
    chance.shuffle(shuffled)

    assert suggest(shuffled, on=DAY) == suggest(found, on=DAY)


@pytest.mark.property
@given(pairs, st.sets(st.integers(1, 8)))
def test_every_customer_with_a_cause_is_proposed_once_unless_planned(found, taken):
    proposals = suggest(found, on=DAY, taken=taken, limit=100)

    proposed = [proposal.account_id for proposal in proposals]
    assert sorted(proposed) == sorted({account for account, _ in found} - taken)
    assert all(proposal.causes and all(proposal.words) for proposal in proposals)


@pytest.mark.property
@given(pairs, st.integers(0, 8))
def test_a_limit_cuts_the_least_urgent(found, limit):
    assert suggest(found, on=DAY, limit=limit) == suggest(found, on=DAY, limit=100)[:limit]


@pytest.mark.property
@given(pairs)
def test_proposals_come_most_urgent_first(found):
    points = [proposal.points for proposal in suggest(found, on=DAY, limit=100)]

    assert points == sorted(points, reverse=True)


@pytest.mark.property
@given(pairs, causes)
def test_a_further_reason_never_makes_a_customer_less_urgent(found, further):
    def points_of_one(causes):
        return next((proposal.points for proposal in suggest(causes, on=DAY, limit=100) if proposal.account_id == 1), 0)

    assert points_of_one([*found, (1, further)]) >= points_of_one(found)


@pytest.mark.property
@given(causes, st.integers(0, 100))
def test_a_reason_never_weighs_less_for_being_later(cause, days):
    later = replace(cause, since=cause.since - timedelta(days=days))

    assert later.points(DAY) >= cause.points(DAY)
    assert cause.points(DAY + timedelta(days=days)) >= cause.points(DAY)


@pytest.mark.property
@given(causes | never)
def test_a_stop_keeps_a_reason_whole(cause):
    assert Cause.from_json(cause.as_json()) == cause


def test_a_promise_comes_before_a_late_opportunity_and_that_before_the_tiers_turn():
    promise = (3, Cause(Suggestion.PROMISE, DAY, tier="C", text="送样品"))
    stage = (2, Cause(Suggestion.STAGE, DAY - timedelta(days=9), tier="B", text="二期扩容"))
    owed = (1, Cause(Suggestion.CADENCE, DAY - timedelta(days=2), tier="A"))

    assert [proposal.account_id for proposal in suggest([owed, stage, promise], on=DAY)] == [3, 2, 1]


def test_an_a_customer_owed_comes_before_a_c_customer_never_seen():
    never_seen = (1, Cause(Suggestion.CADENCE, None, tier="C"))
    owed = (2, Cause(Suggestion.CADENCE, DAY, tier="A"))

    assert [proposal.account_id for proposal in suggest([never_seen, owed], on=DAY)] == [2, 1]


def test_reasons_of_one_customer_add_up_and_are_all_told():
    [proposal] = suggest(
        [
            (7, Cause(Suggestion.CADENCE, date(2026, 11, 20), tier="A")),
            (7, Cause(Suggestion.PROMISE, date(2026, 11, 25), text="送样品", contact_id=4)),
            (7, Cause(Suggestion.STAGE, date(2026, 11, 1), text="二期扩容", opportunity_id=9)),
        ],
        on=DAY,
    )

    assert proposal.words == [
        "Promised for 11-25: 送样品",
        "“二期扩容” should have moved on by 11-01",
        "Tier A: contact owed since 11-20",
    ]
    assert (proposal.suggestion, proposal.goal, proposal.purpose) == (Suggestion.PROMISE, "送样品", Purpose.RELATION)
    assert (proposal.opportunity_id, proposal.contact_id) == (9, 4)


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (Cause(Suggestion.CADENCE, None, tier="B"), "Tier B, never contacted"),
        (Cause(Suggestion.CADENCE, None), "Never contacted"),
        (Cause(Suggestion.CADENCE, date(2026, 11, 2)), "Contact owed since 11-02"),
        (Cause(Suggestion.CARRIED, date(2026, 11, 23)), "Left from the plan of 11-23"),
    ],
)
def test_each_reason_is_said_in_words(cause, words):
    assert in_words(cause) == words
