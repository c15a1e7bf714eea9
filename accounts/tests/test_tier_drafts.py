"""Drafts of the tier rules: changed, signed by a director and never by who asks, returned, taken back."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from accounts.actions.tier_drafts import (
    WRITTEN,
    PolicyRefused,
    ask_signature,
    discard_draft,
    new_draft,
    plan_day,
    save_draft,
    signers_for,
    take_back,
)
from accounts.actions.tier_policies import apply_policy
from accounts.choices import PolicyState
from accounts.models import TierPolicy
from accounts.tests.factories import AccountFactory, TierPolicyFactory
from accounts.tests.tier_steps import asked, signed
from accounts.tiers.runs import policy_in_force
from crm.audit import history_of
from crm.editing import EditConflict
from crm.undo import CannotUndo, undo
from followups.actions.approvals import SubjectChanged, approve, send_back
from followups.approval_kinds import describe_all
from followups.models import Approval
from teams.choices import Role
from teams.models import User
from teams.tests.factories import UserFactory


@pytest.fixture
def draft(admin: User) -> TierPolicy:
    """A draft that makes half of all A."""
    return new_draft(values={"name": "半数", "cut_a": Decimal(50), "cut_b": Decimal(60)}, actor=admin)


@pytest.fixture
def cast(admin: User, director: User, today: date, now: datetime) -> dict:
    """Who asks, who signs, and when."""
    return {"admin": admin, "director": director, "on": today, "now": now}


def state(policy: TierPolicy) -> str:
    return TierPolicy.objects.get(pk=policy.pk).state


def test_a_draft_is_changed_and_thrown_away(draft: TierPolicy, admin: User, now: datetime) -> None:
    saved = save_draft(draft, changes={"cut_a": Decimal(20)}, version=1, actor=admin)
    assert (saved.cut_a, saved.version) == (20, 2)
    with pytest.raises(EditConflict):
        save_draft(draft, changes={"cut_a": Decimal(30)}, version=1, actor=admin)
    discard_draft(draft, actor=admin, now=now)
    assert TierPolicy.objects.count() == 1
    with pytest.raises(PolicyRefused, match="thrown away"):
        discard_draft(draft, actor=admin, now=now)


def test_a_draft_thrown_away_comes_back_as_it_was_but_unsigned(draft, cast, admin, now) -> None:
    save_draft(draft, changes={"weights": {"margin": 100}, "cut_a": Decimal("12.5")}, version=1, actor=admin)
    ready = signed(draft, **cast)
    before = {name: getattr(ready, name) for name in WRITTEN}
    entry = discard_draft(ready, actor=admin, now=now)
    assert not TierPolicy.objects.filter(pk=draft.pk).exists()
    undo(entry, actor=admin, now=now)
    back = TierPolicy.objects.get(pk=draft.pk)
    assert {name: getattr(back, name) for name in WRITTEN} == before
    assert (back.state, back.author, back.version, back.signed_at) == ("DRAFT", ready.author, ready.version + 1, None)
    with pytest.raises(PolicyRefused, match="changed after it had been signed"):
        plan_day(back, day=cast["on"], actor=admin, on=cast["on"])
    with pytest.raises(CannotUndo):
        undo(entry, actor=admin, now=now)


def test_everything_an_admin_writes_in_a_draft_comes_back() -> None:
    own = {"id", "version", "recorded_at", "origin", "state", "author", "figures", "signed_at", "apply_on"}
    run = {"applied_at", "ran_on", "replaced", "came_back", "change_mark"}
    assert {field.name for field in TierPolicy._meta.concrete_fields} - own - run == set(WRITTEN)


def test_what_is_in_force_can_be_neither_changed_nor_thrown_away(admin: User, now: datetime) -> None:
    policy = policy_in_force()
    with pytest.raises(PolicyRefused, match="no draft any more"):
        save_draft(policy, changes={"cut_a": Decimal(20)}, version=1, actor=admin)
    with pytest.raises(PolicyRefused, match="no draft any more"):
        discard_draft(policy, actor=admin, now=now)


@pytest.mark.parametrize(
    "values",
    [
        {"weights": {"turnover": 60, "credit": 30}},
        {"cut_a": Decimal(40), "cut_b": Decimal(30)},
        {"cut_by": "SCORE", "cut_a": Decimal(30), "cut_b": Decimal(40)},
        {"margin": Decimal(10)},
    ],
)
def test_rules_that_do_not_fit_together_are_no_draft(values: dict, draft: TierPolicy, admin: User) -> None:
    usual = {"name": "错", "cut_a": Decimal(10), "cut_b": Decimal(30)}
    with pytest.raises(PolicyRefused, match="do not fit together"):
        new_draft(values=usual | values, actor=admin)
    with pytest.raises(PolicyRefused, match="do not fit together"):
        save_draft(draft, changes={"margin": Decimal(45)}, version=1, actor=admin)
    for months in (0, 61, 30_000):
        with pytest.raises(PolicyRefused, match="1 to 60 months"):
            save_draft(draft, changes={"window_months": months}, version=1, actor=admin)


# --- the signature ----------------------------------------------------------------------------------------------------
def test_a_director_signs_and_nobody_else(draft: TierPolicy, cast, admin, manager, director, now) -> None:
    approval = asked(draft, **cast)
    assert state(draft) == PolicyState.ASKED
    for person in (admin, manager):
        with pytest.raises(PermissionDenied):
            approve(approval, actor=person, now=now)
    approve(approval, actor=director, now=now)
    assert state(draft) == PolicyState.APPROVED
    assert [entry.action for entry in history_of(draft)[:2]] == ["tier_policy.signed", "tier_policy.handed_in"]


def test_who_asks_never_signs_and_without_a_director_there_is_a_sentence(draft, admin, today, now, db) -> None:
    assert signers_for(admin) == []
    given = {"apply_on": None, "figures": {}, "on": today, "now": now}
    boss = UserFactory(name="何云", role=Role.DIRECTOR)
    for actor, signer in ((admin, None), (admin, UserFactory(role=Role.MANAGER)), (boss, boss)):
        with pytest.raises(PolicyRefused, match="Make somebody a director"):
            ask_signature(draft, signer=signer, actor=actor, **given)
    assert state(draft) == PolicyState.DRAFT


def test_the_director_reads_what_the_rules_do_and_when(draft: TierPolicy, cast, today: date) -> None:
    day = today + timedelta(days=7)
    told = {"moving": 6, "fallen": 2, "visits": ["3.3", "6.5"]}
    approval = asked(draft, **cast, apply_on=day, figures=told)
    about = describe_all([approval])[approval.pk]
    assert about.title == "Tier rules “半数”"
    assert list(about.facts) == [
        ("Effect", "6 customers move"),
        ("Contacts a month", "3.3 → 6.5"),
        ("To be applied", "2026-12-01"),
    ]
    assert list(about.exceptions) == ["2 customers lose tier A"]
    assert about.rows[0] == ("A", "the best 50 % of customers; a contact every 14 days")
    assert "turnover 60 %, growth potential 25 %, credit standing 15 %" in about.note


def test_a_draft_comes_back_with_the_reason_and_is_asked_for_again(draft, cast, admin, director, now) -> None:
    send_back(asked(draft, **cast), actor=director, now=now, comment="A 类太多")
    assert state(draft) == PolicyState.DRAFT
    fresh = TierPolicy.objects.get(pk=draft.pk)
    save_draft(draft, changes={"cut_a": Decimal(20)}, version=fresh.version, actor=admin)
    assert signed(draft, **cast).state == PolicyState.APPROVED


def test_what_waits_for_a_signature_is_not_changed_but_taken_back_by_who_asked(draft, cast, admin, now) -> None:
    asked(draft, **cast)
    version = TierPolicy.objects.get(pk=draft.pk).version
    with pytest.raises(PolicyRefused, match="Take the request back"):
        save_draft(draft, changes={"cut_a": Decimal(20)}, version=version, actor=admin)
    with pytest.raises(PolicyRefused, match="Only 林越"):
        take_back(draft, actor=UserFactory(role=Role.ADMIN), now=now)
    take_back(draft, actor=admin, now=now)
    assert state(draft) == PolicyState.DRAFT
    assert not Approval.objects.waiting().exists()


def test_a_draft_changed_while_the_director_reads_is_not_signed(draft, cast, director, now) -> None:
    approval = asked(draft, **cast)
    TierPolicy.objects.filter(pk=draft.pk).update(version=99)
    with pytest.raises(SubjectChanged):
        approve(approval, actor=director, now=now)
    assert state(draft) == PolicyState.ASKED


def test_a_day_in_the_past_is_refused_with_a_sentence(draft: TierPolicy, cast, admin, today) -> None:
    with pytest.raises(PolicyRefused, match="This day has passed"):
        asked(draft, **cast, apply_on=today - timedelta(days=1))
    signed(draft, **cast)
    with pytest.raises(PolicyRefused, match="This day has passed"):
        plan_day(draft, day=today - timedelta(days=1), actor=admin, on=today)


def test_a_signature_is_taken_back_until_the_rules_are_applied(draft, cast, admin, director, today, now, rep) -> None:
    AccountFactory(owner=rep, potential=3)
    entry = approve(asked(draft, **cast), actor=director, now=now)
    undo(entry, actor=director, now=now + timedelta(seconds=20))
    assert state(draft) == PolicyState.ASKED
    approval = Approval.objects.waiting().get()
    entry = approve(approval, actor=director, now=now)
    apply_policy(draft, actor=admin, on=today, now=now)
    with pytest.raises(CannotUndo, match="was applied meanwhile"):
        undo(entry, actor=director, now=now + timedelta(seconds=20))
    assert policy_in_force() == draft


def test_drafts_of_others_are_seen_by_who_sets_and_who_signs(draft, admin, director, manager, rep) -> None:
    seen = {person.role: list(TierPolicy.objects.visible_to(person).filter(pk=draft.pk)) for person in
            (admin, director, manager, rep)}  # fmt: skip
    assert seen == {"ADMIN": [draft], "DIRECTOR": [draft], "MANAGER": [], "REP": []}


def test_a_draft_that_was_not_changed_stays_signed(cast, admin) -> None:
    policy = signed(TierPolicyFactory(), **cast)
    assert save_draft(policy, changes={}, version=policy.version, actor=admin).state == PolicyState.APPROVED
