"""The manager's page: change the data and see every figure change; each equals the list behind it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import TierPolicy
from accounts.tests.factories import AccountFactory
from crm.undo import undo
from pipeline.actions.steps import move
from pipeline.choices import ChangeKind, Metric, PeriodKind, Track
from pipeline.models import StageChange, Target
from pipeline.tests.factories import OpportunityFactory, show_required
from reports import links
from reports.periods import PeriodKind as Length
from reports.periods import period_containing
from reports.queries import changes
from reports.queries.coverage import coverage
from reports.queries.funnel import funnel, pipeline_shown, pipelines_held
from reports.queries.outcome import outcome, outlook, target
from reports.queries.team import team_table
from reports.scope import Scope
from visits.tests.factories import VisitFactory

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 2, 40, tzinfo=UTC)


def quarter(user, team=None) -> Scope:
    return Scope(user, period_containing(Length.QUARTER, TODAY), TODAY, NOW, team)


def won(account, amount, on=TODAY, **fields):
    return OpportunityFactory(account=account, state="WON", closed_on=on, amount=Decimal(amount), **fields)


def count_behind(client: Client, url: str, key: str = "page") -> int:
    """Return how many rows the list at `url` says it has."""
    response = client.get(url)
    assert response.status_code == 200, url
    return response.context[key].count


def test_signed_counts_what_was_won_in_the_period_by_its_dated_signature(manager, changhong):
    assert outcome(quarter(manager)).value == 0
    won(changhong, 3_800_000)
    won(changhong, 1_000_000, on=date(2026, 9, 30))
    found = outcome(quarter(manager))
    assert (found.won, found.value) == (1, Decimal(3_800_000))


def test_win_rate_is_won_of_all_decided(manager, changhong):
    assert outcome(quarter(manager)).win_rate is None
    won(changhong, 100)
    OpportunityFactory(account=changhong, state="LOST", closed_on=TODAY)
    OpportunityFactory(account=changhong, state="LOST", closed_on=TODAY)
    assert outcome(quarter(manager)).win_rate == Decimal("33.33")


def test_weighted_funnel_is_amount_times_band(manager, changhong):
    OpportunityFactory(account=changhong, step="D", amount=Decimal(1_000_000))
    OpportunityFactory(account=changhong, step="C", amount=Decimal(2_000_000))
    found = outlook(quarter(manager))
    assert (found.count, found.value, found.weighted) == (2, Decimal(3_000_000), Decimal(2_000_000))


def test_another_teams_figures_stay_with_that_team(manager, other_manager, outsider):
    won(AccountFactory(owner=outsider), 500)
    assert outcome(quarter(manager)).won == 0
    assert outcome(quarter(other_manager)).won == 1


def test_a_director_sees_all_teams_or_one(director, west, changhong, outsider):
    won(changhong, 100)
    won(AccountFactory(owner=outsider), 500)
    assert outcome(quarter(director)).won == 2
    assert outcome(quarter(director, west)).value == Decimal(500)


def test_target_takes_the_highest_team_that_has_one(director, firm, east, west):
    def set_target(team, value):
        first = date(2026, 10, 1)
        Target.objects.create(
            team=team, metric=Metric.WON_VALUE, period=PeriodKind.QUARTER, starts_on=first, value=value
        )

    assert target(quarter(director)) is None
    set_target(east, 4_000_000)
    set_target(west, 3_000_000)
    assert target(quarter(director)) == 7_000_000
    set_target(firm, 9_000_000)
    assert target(quarter(director)) == 9_000_000
    assert target(quarter(director, west)) == 3_000_000


def test_coverage_counts_a_customers_seen_within_their_days(manager, rep):
    days = TierPolicy.objects.get(state="ACTIVE").contact_days["A"]
    seen = TODAY - timedelta(days=days)
    AccountFactory(owner=rep, tier="A", last_contact_on=seen)
    AccountFactory(owner=rep, tier="A", last_contact_on=seen - timedelta(days=1))
    AccountFactory(owner=rep, tier="A", last_contact_on=None)
    AccountFactory(owner=rep, tier="B", last_contact_on=seen)
    found = coverage(quarter(manager))
    assert (found.total, found.covered, found.percent) == (3, 1, 33)


def test_funnel_shows_each_step_and_how_many_went_on(manager, changhong):
    for step in ("F", "E", "E"):
        opportunity = OpportunityFactory(account=changhong, step=step, amount=Decimal(100))
        for passed in opportunity.pipeline.steps.filter(position__lte=opportunity.our_step.position):
            StageChange.objects.create(
                opportunity=opportunity, track=Track.OURS, kind=ChangeKind.FORWARD, after=passed, happened_on=TODAY
            )
    scope = quarter(manager)
    first, second, *others = funnel(scope, pipeline_shown(pipelines_held(scope)))
    assert (first.count, first.entered, first.went_on, first.conversion) == (1, 3, 2, 67)
    assert (second.count, second.value, second.entered, second.went_on) == (2, Decimal(200), 2, 0)
    assert [level.count for level in others] == [0, 0, 0, 0]


def test_what_moved_slipped_appeared_and_died_this_week(manager, changhong, rep):
    scope = quarter(manager)
    week = period_containing(Length.WEEK, TODAY)
    nothing = {"moved": 0, "slipped": 0, "appeared": 0, "died": 0}
    old = OpportunityFactory(account=changhong, step="E")
    assert changes.counts(scope, week) == nothing
    step = old.our_step
    StageChange.objects.create(
        opportunity=old, track=Track.OURS, kind=ChangeKind.FORWARD, after=step, happened_on=TODAY,
        origin="IMPORT", history_at=NOW,
    )  # fmt: skip
    OpportunityFactory(account=changhong, opened_on=TODAY)
    OpportunityFactory(account=changhong, state="LOST", closed_on=TODAY)
    OpportunityFactory(account=changhong, expected_on=TODAY - timedelta(days=1))
    assert changes.counts(scope, week) == {"moved": 1, "slipped": 1, "appeared": 1, "died": 1}


def test_team_table_puts_those_who_need_attention_first(manager, rep, teammate):
    AccountFactory(owner=rep, tier="A", last_contact_on=None)
    VisitFactory(account=AccountFactory(owner=rep), goal_reached=True, happened_on=TODAY)
    VisitFactory(account=AccountFactory(owner=teammate), happened_on=TODAY)
    table = team_table(quarter(manager))
    rows = {row.person: row for row in table}
    assert [row.person for row in table] == [rep, teammate]  # one A customer was not seen
    assert (rows[rep].visits, rows[rep].effective_percent, rows[rep].uncovered) == (1, 100, 1)
    assert (rows[teammate].visits, rows[teammate].effective_percent) == (1, 0)


def test_a_rep_without_a_visit_needs_attention_a_manager_without_one_does_not(manager, rep, teammate):
    VisitFactory(account=AccountFactory(owner=rep), happened_on=TODAY)

    table = team_table(quarter(manager))

    assert [(row.person, [reason.kind for reason in row.reasons]) for row in table] == [
        (teammate, ["no_visits"]),
        (rep, []),
    ]


def test_whoever_left_stays_in_the_table_while_his_figures_count(manager, rep, teammate, changhong):
    won(changhong, 3_800_000)
    VisitFactory(account=changhong, user=teammate, happened_on=TODAY)
    rep.is_active = False
    rep.save(update_fields=["is_active"])

    table = {row.person: row for row in team_table(quarter(manager))}

    assert sum(row.signed for row in table.values()) == outcome(quarter(manager)).value == 3_800_000
    assert (table[rep].signed, table[rep].reasons) == (3_800_000, [])


def test_every_number_is_as_long_as_the_list_behind_it(manager, rep, changhong, client_for):
    client = client_for(manager)
    won(changhong, 3_800_000)
    OpportunityFactory(account=changhong, state="LOST", closed_on=TODAY)
    OpportunityFactory(account=changhong, step="E")
    AccountFactory(owner=rep, tier="A", last_contact_on=None)
    VisitFactory(account=changhong, happened_on=TODAY)
    scope = quarter(manager)
    found, open_now, seen = outcome(scope), outlook(scope), coverage(scope)
    assert count_behind(client, links.won(scope)) == found.won == 1
    assert count_behind(client, links.lost(scope)) == found.lost == 1
    assert count_behind(client, links.still_open(scope)) == open_now.count == 1
    uncovered = links.customers(scope, tier="A", quiet=(TODAY - seen.since).days)
    assert count_behind(client, uncovered) == seen.total - seen.covered == 1
    for level in funnel(scope, pipeline_shown(pipelines_held(scope))):
        assert count_behind(client, links.still_open(scope, step=level.step.pk)) == level.count
    row = next(row for row in team_table(scope) if row.person == rep)
    lists = links.of_person(scope, rep.pk, days=14)
    assert count_behind(client, lists["visits"]) == row.visits == 1
    assert count_behind(client, lists["stalled"]) == row.stalled
    week = period_containing(Length.WEEK, TODAY)
    for kind, count in changes.counts(scope, week).items():
        assert count_behind(client, links.changes(scope, kind, week)) == count


@pytest.mark.parametrize("people", [1, 3])
def test_the_page_costs_the_same_for_one_seller_and_three(
    people, manager, rep, client_for, django_assert_num_queries, request
):
    for name in ("teammate", "changhong")[: people - 1]:
        request.getfixturevalue(name)
    client = client_for(manager)
    client.get(reverse("reports:dashboard"))
    with django_assert_num_queries(46):
        assert client.get(reverse("reports:dashboard")).status_code == 200


def test_only_those_who_lead_open_the_page(manager, rep, client_for):
    assert client_for(manager).get(reverse("reports:dashboard")).status_code == 200
    assert client_for(rep).get(reverse("reports:dashboard")).status_code == 403


def test_a_period_nobody_understands_falls_back_to_this_quarter(manager, client_for):
    response = client_for(manager).get(reverse("reports:dashboard"), {"period": "decade", "on": "soon", "team": "x"})
    assert response.context["scope"].period.kind == Length.QUARTER


def test_a_closing_counts_on_the_first_and_the_last_day_of_the_period_and_on_no_other(manager, changhong):
    for day in (date(2026, 9, 30), date(2026, 10, 1), date(2026, 12, 31), date(2027, 1, 1)):
        won(changhong, 100, on=day)
    assert outcome(quarter(manager)).won == 2


def test_a_move_counts_in_the_week_in_which_the_server_saw_it_in_the_managers_zone(manager, changhong):
    scope, week = quarter(manager), period_containing(Length.WEEK, TODAY)
    # Monday 00:00 in Shanghai is Sunday 16:00 in London.
    for at in (datetime(2026, 11, 22, 15, 59, tzinfo=UTC), datetime(2026, 11, 22, 16, 0, tzinfo=UTC)):
        deal = OpportunityFactory(account=changhong, step="E")
        StageChange.objects.create(
            opportunity=deal, track=Track.OURS, kind=ChangeKind.FORWARD, after=deal.our_step, happened_on=TODAY,
            origin="IMPORT", history_at=at,
        )  # fmt: skip
    assert [found.pk for found in changes.changed(scope, "moved", week)] == [deal.pk]


def test_a_move_taken_back_at_once_has_not_moved_anything(manager, rep, changhong, now):
    scope, week = quarter(manager), period_containing(Length.WEEK, TODAY)
    deal = OpportunityFactory(account=changhong)
    show_required(deal)
    with time_machine.travel(now, tick=False):
        ahead = deal.pipeline.steps.get(code="E")
        moved = move(deal, track=Track.OURS, to=ahead, on=TODAY, actor=rep, now=now)
        assert changes.counts(scope, week)["moved"] == 1
        assert funnel(scope, deal.pipeline)[0].went_on == 1
        undo(moved.undo_entry, actor=rep, now=now)
    assert changes.counts(scope, week)["moved"] == 0
    assert funnel(scope, deal.pipeline)[0].went_on == 0


def test_a_target_of_a_quarter_may_be_the_sum_of_its_months_and_of_its_people(manager, rep, teammate, east):
    november = {"metric": Metric.WON_VALUE, "period": PeriodKind.MONTH, "starts_on": date(2026, 11, 1)}
    Target.objects.create(user=rep, value=100, **november)
    Target.objects.create(user=teammate, value=50, **november)
    assert target(quarter(manager)) == 150
    Target.objects.create(team=east, value=400, **november)
    assert target(quarter(manager)) == 400


def test_the_first_row_compares_with_the_period_before_and_with_last_year(manager, changhong, client_for):
    won(changhong, 3_000_000)
    won(changhong, 2_000_000, on=date(2026, 7, 10))
    won(changhong, 9_000_000, on=date(2026, 9, 30))  # later than the same day of the quarter
    won(changhong, 6_000_000, on=date(2025, 10, 3))
    with time_machine.travel(NOW, tick=False):
        page = client_for(manager).get(reverse("reports:dashboard"))
    signed, weighted, *_others = page.context["figures"]
    assert [note.text for note in signed.notes] == [
        "no target is set",
        "↑ 50 % on 2026 Q3 until 08-24: CNY 2M",
        "↓ 50 % on 2025 Q4 until 11-24: CNY 6M",
    ]
    assert [note.text for note in weighted.notes] == [
        "0 open opportunities, CNY 0",
        "0.0 times what was signed in 2026 Q3: CNY 11M",
    ]
    Target.objects.create(
        team=manager.team, metric=Metric.WON_VALUE, period=PeriodKind.QUARTER, starts_on=date(2026, 10, 1),
        value=Decimal(5_000_000),
    )  # fmt: skip
    OpportunityFactory(account=changhong, step="D", amount=Decimal(6_000_000))
    with time_machine.travel(NOW, tick=False):
        signed, weighted, *_others = client_for(manager).get(reverse("reports:dashboard")).context["figures"]
    assert signed.notes[0].text == "60 % of the target of CNY 5M"
    assert weighted.notes[1] == "1.5 times the CNY 2M missing to the target; 2 to 2.5 times is usual"


def test_the_choice_of_period_team_pipeline_and_measure_stays_in_the_address(director, east, client_for):
    chosen = {
        "period": "month",
        "on": "2026-10-01",
        "team": str(east.pk),
        "pipeline": "seven-steps",
        "measure": "count",
    }
    page = client_for(director).get(reverse("reports:dashboard"), chosen)
    previous = dict(parse_qsl(urlsplit(page.context["previous_url"]).query))
    assert previous == chosen | {"on": "2026-09-01"}
