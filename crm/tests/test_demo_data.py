"""The demo's data: what the firm holds, that it hangs together, and that a day always gives the same."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, F, Max, Min

from accounts.models import Account, AccountMember, Contact, StanceChange, TierChange
from crm.management.demo.firm import seed
from crm.workdays import load_calendar
from followups.models import Approval, Comment, FollowUp
from pipeline.choices import ChangeKind, Track
from pipeline.models import Evidence, Opportunity, Pipeline, StageChange
from reports.periods import PeriodKind, period_containing
from reports.queries.changes import counts
from reports.queries.coverage import coverage
from reports.queries.outcome import outcome, outlook, target
from reports.scope import Scope
from teams.choices import Role
from teams.models import Absence, Team, User
from visits.choices import ItemState, PlanState
from visits.models import DayPlan, PlanItem, Visit, VisitContact

THURSDAY = date(2026, 11, 26)
MORNING = datetime(2026, 11, 26, 1, 30, tzinfo=UTC)  # 9:30 in Shanghai


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The demo of a Thursday, filled once for all the tests that only read it."""
    with django_db_blocker.unblock(), transaction.atomic():
        seed(accounts=400, password="", on=THURSDAY, now=MORNING)
        yield
        transaction.set_rollback(True)


def reps() -> Any:
    return User.objects.filter(role=Role.REP).order_by("pk")


def seen_by(name: str) -> Scope:
    person = User.objects.get(username=name)
    return Scope(person, period_containing(PeriodKind.QUARTER, THURSDAY), THURSDAY, MORNING)


# Asks for the test database; the tests below stand in the transaction of the module.
def test_a_second_filling_is_refused(db) -> None:
    call_command("seed_demo", accounts=60, verbosity=0)

    with pytest.raises(CommandError, match="holds data already"):
        call_command("seed_demo", accounts=60, verbosity=0)


def test_it_is_as_large_as_said(demo: None) -> None:
    people = Counter(User.objects.values_list("role", flat=True))
    selling = Team.objects.filter(pk__in=reps().values("team"))

    assert people == Counter(REP=12, MANAGER=2, DIRECTOR=1, CLERK=1, COMPLIANCE=1, ADMIN=1, DEALER=1)
    assert sorted(selling.values_list("name", "manager__name")) == [
        ("中西部区", "钱伟"),
        ("华东一区", "赵敏"),
        ("华东二区", "赵敏"),
    ]
    assert (Account.objects.count(), Contact.objects.count(), Opportunity.objects.count()) == (401, 1000, 300)
    assert 5000 <= Visit.objects.count() <= 5500


def test_customers_stand_in_groups_under_one_name_across_territories(demo: None) -> None:
    heads = Account.objects.annotate(below=Count("subsidiaries")).filter(below__gt=0)
    members = Account.objects.exclude(parent=None).select_related("parent")

    assert (heads.count(), members.count()) == (40, 100)
    assert [str(one) for one in members if not one.name.startswith(one.parent.short_name[:2])] == []
    assert members.exclude(owner=F("parent__owner")).exists()
    assert Counter(Account.objects.values_list("name", flat=True)).most_common(1)[0][1] == 1


def test_every_rep_has_customers_of_every_tier_in_two_cities(demo: None) -> None:
    for rep in reps():
        mine = Account.objects.filter(owner=rep).exclude(kind="DEALER")
        assert 32 <= mine.count() <= 35, rep
        assert set(mine.values_list("tier", flat=True)) == {"A", "B", "C"}, rep
        assert mine.values("city").distinct().count() == 2, rep
    assert Account.objects.filter(last_contact_on=None).exists()
    assert TierChange.objects.filter(kind="OVERRIDE").exists()
    assert AccountMember.objects.filter(role="SUPPORT").exists()


def test_every_rep_has_something_to_win_and_chen_at_every_point(demo: None) -> None:
    for rep in reps():
        mine = Opportunity.objects.filter(owner=rep)
        assert mine.open().count() >= 10, rep
        assert mine.won().exists(), rep
        assert mine.lost().exists(), rep
        assert mine.stalled(MORNING).exists(), rep
    main = Pipeline.objects.get(is_default=True)
    chens = Opportunity.objects.open().filter(owner__username="chen", pipeline=main)
    assert set(chens.values_list("our_step", flat=True)) == set(main.steps.values_list("pk", flat=True))


def test_some_opportunities_lack_a_customer_and_some_go_another_way(demo: None) -> None:
    assert Opportunity.objects.filter(account=None).count() == 15
    assert Opportunity.objects.filter(pipeline__is_default=False).count() > 20
    assert Opportunity.objects.exclude(account=None).exclude(owner=F("account__owner")).count() == 0
    assert Opportunity.objects.without_sponsor().exists()


def test_history_leads_to_where_an_opportunity_stands_and_each_move_has_its_evidence(demo: None) -> None:
    moves: dict[int, list[StageChange]] = defaultdict(list)
    for change in StageChange.objects.filter(track=Track.OURS).order_by("pk"):
        moves[change.opportunity_id].append(change)
    shown = set(Evidence.objects.values_list("opportunity", "criterion"))
    for one in Opportunity.objects.select_related("pipeline"):
        rows = moves[one.pk]
        days = [row.happened_on for row in rows]
        steps = [row.after_id for row in rows if row.kind in (ChangeKind.OPENED, ChangeKind.FORWARD)]
        passed = one.pipeline.steps.filter(pk__in=steps[:-1])
        asked = passed.filter(criteria__track=Track.OURS).values_list("criteria", flat=True)
        assert (rows[0].kind, days, steps[-1]) == (ChangeKind.OPENED, sorted(days), one.our_step_id)
        assert days[-1] <= THURSDAY
        assert {(one.pk, criterion) for criterion in asked} <= shown
        assert (rows[-1].kind, days[-1]) == (one.state, one.closed_on) if one.closed_on else one.is_open


def test_people_report_to_people_of_their_customer_and_only_the_first_to_nobody(demo: None) -> None:
    assert Contact.objects.exclude(reports_to=None).exclude(account=F("reports_to__account")).count() == 0
    assert Contact.objects.filter(reports_to=None).count() == 400
    assert Contact.objects.filter(title="总经理").exclude(reports_to=None).count() == 0
    assert Contact.objects.filter(buying_roles=[]).count() == 0
    assert Contact.objects.filter(stance="PS", influence__lt=4).count() == 0


def test_a_stance_is_the_last_of_its_changes_each_learnt_on_a_visit_to_that_person(demo: None) -> None:
    last = {change.contact_id: change for change in StanceChange.objects.order_by("pk")}
    known = Contact.objects.exclude(stance="")
    met = set(VisitContact.objects.values_list("visit", "contact"))

    assert {person.pk: (person.stance, person.stance_on) for person in known} == {
        pk: (change.after, change.happened_on) for pk, change in last.items()
    }
    assert {(change.source_id, change.contact_id) for change in StanceChange.objects.all()} <= met
    assert StanceChange.objects.exclude(before="").count() > 100


def test_last_contact_is_the_last_visit_and_the_next_one_lies_on_a_working_day_after_it(demo: None) -> None:
    calendar = load_calendar()
    for account in Account.objects.annotate(last=Max("visits__happened_on")):
        assert account.last_contact_on == account.last, account
        if account.last and (account.next_contact_on or not account.prospect_kind):
            assert account.next_contact_on > account.last, account
            assert calendar.is_workday(account.next_contact_on), account
    people = Contact.objects.annotate(last=Max("met_on__visit__happened_on"))
    assert people.exclude(last_contact_on=F("last")).exclude(last=None, last_contact_on=None).count() == 0


def test_visits_lie_on_working_days_of_half_a_year_never_two_at_a_time(demo: None) -> None:
    calendar = load_calendar()
    span = Visit.objects.aggregate(first=Min("happened_on"), last=Max("happened_on"))
    at_once = Visit.objects.values("user", "happened_on", "started_at").annotate(n=Count("pk")).filter(n__gt=1)

    assert span["last"] == THURSDAY
    assert timedelta(days=175) < span["last"] - span["first"] < timedelta(days=200)
    assert [
        day for day in Visit.objects.values_list("happened_on", flat=True).distinct() if not calendar.is_workday(day)
    ] == []
    assert (at_once.count(), Visit.objects.filter(ended_at__lte=F("started_at")).count()) == (0, 0)
    assert Visit.objects.filter(recorded_at__gt=MORNING).count() == 0


def test_what_was_promised_is_due_on_a_working_day_after_the_visit(demo: None) -> None:
    calendar = load_calendar()
    promised = Visit.objects.exclude(commitment="")
    assert promised.filter(commitment_on__lte=F("happened_on")).count() == 0
    assert [str(one) for one in promised if not calendar.is_workday(one.commitment_on)] == []
    kept = FollowUp.objects.filter(kind="promise")
    assert kept.filter(recipient__username="chen").exists()
    assert [one.key for one in kept if one.params["made_on"] >= one.due_on.isoformat()] == []


def test_every_rep_is_reminded_of_something_and_every_rule_has_work(demo: None) -> None:
    kinds = set(FollowUp.objects.values_list("kind", flat=True))
    assert kinds == {
        "claim-lapsing",
        "first-contact-due",
        "promise",
        "next-contact-due",
        "prospect-due",
        "stage_overdue",
        "sweep-unit-due",
        "visit_tomorrow",
        "visit_not_logged",
    }
    for rep in reps():
        mine = FollowUp.objects.filter(recipient=rep, state="OPEN")
        assert mine.filter(due_on__lt=THURSDAY).exists(), rep
        assert mine.filter(due_on__gte=THURSDAY).exists(), rep


def test_everybody_has_a_plan_for_today_and_tomorrow_and_signed_ones_of_the_last_days(demo: None) -> None:
    friday = THURSDAY + timedelta(days=1)
    for rep in reps():
        plans = DayPlan.objects.filter(user=rep)
        assert plans.filter(day__lt=THURSDAY, state=PlanState.APPROVED).count() == 5, rep
        assert list(plans.filter(day__gte=THURSDAY).order_by("day").values_list("day", flat=True)) == [
            THURSDAY,
            friday,
        ]
        today = PlanItem.objects.filter(plan__user=rep, plan__day=THURSDAY)
        assert today.filter(state=ItemState.OPEN).count() == 3, rep
        assert today.filter(plan__day=THURSDAY, state=ItemState.DONE, visit=None).count() == 0, rep
    states = Counter(DayPlan.objects.filter(day__gte=THURSDAY).values_list("day", "state"))
    assert states == Counter(
        {
            (THURSDAY, "APPROVED"): 11,
            (THURSDAY, "SUBMITTED"): 1,
            (friday, "DRAFT"): 4,
            (friday, "SUBMITTED"): 7,
            (friday, "RETURNED"): 1,
        }
    )
    assert DayPlan.objects.get(user__username="chen", day=friday).state == PlanState.DRAFT
    assert Absence.objects.exclude(deputy=None).count() == 2


@pytest.mark.parametrize("name", ["zhao", "qian", "he"])
def test_the_managers_page_is_alive(demo: None, name: str) -> None:
    scope = seen_by(name)
    week = counts(scope, period_containing(PeriodKind.WEEK, THURSDAY))
    seen = coverage(scope)
    assert min(week.values()) >= 2, week
    assert 60 < seen.percent < 100
    assert outcome(scope).value > 0
    assert outlook(scope).weighted > target(scope) > outcome(scope).value


@pytest.mark.parametrize(("name", "waiting"), [("zhao", 5), ("qian", 3)])
def test_plans_wait_for_a_signature_since_different_times(demo: None, name: str, waiting: int) -> None:
    times = (
        Approval.objects.to_sign(User.objects.get(username=name))
        .filter(kind="day_plan")
        .values_list("recorded_at", flat=True)
    )
    assert len(times) == waiting
    assert len(set(times)) >= 3
    assert max(times) < MORNING
    assert min(times) < MORNING - timedelta(hours=12)


def test_managers_and_reps_talk_about_visits_and_opportunities(demo: None) -> None:
    about = Counter(Comment.objects.values_list("subject_kind", flat=True))
    assert set(about) == {"opportunity", "visit"}
    assert set(Comment.objects.values_list("author__role", flat=True)) == {"MANAGER", "REP"}


def test_names_are_found_by_their_pinyin_without_it_being_worked_out(demo: None) -> None:
    found = Account.objects.matching("szccjt")
    assert [str(one) for one in found] == ["苏州辰驰集团有限公司"]
