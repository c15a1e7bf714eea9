"""A database made by an earlier release is brought up to today's tables with its data intact."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

# The tables as they were released before customers came to have claims, groups, plans and rules of any criteria.
RELEASED = [
    ("crm", "0002_relations"),
    ("teams", "0001_initial"),
    ("followups", "0002_relations"),
    ("accounts", "0004_first_tier_policy"),
]

pytestmark = pytest.mark.machine


@pytest.fixture
def old(transactional_db):
    """The earlier tables; afterwards they are today's again."""
    executor = MigrationExecutor(connection)
    executor.migrate(RELEASED)
    yield executor.loader.project_state(RELEASED).apps
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def upgraded():
    """Bring the tables up to today; return the models."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    return MigrationExecutor(connection).loader.project_state().apps


def test_customers_people_ledger_and_tiers_survive_and_owners_are_known(old) -> None:
    rep = old.get_model("teams", "User").objects.create(username="chen", name="陈思远", role="REP", is_active=True)
    account = old.get_model("accounts", "Account").objects.create(
        name="苏州长虹精密科技有限公司", owner=rep, tier="A", potential=4, province="江苏", city="苏州"
    )
    old.get_model("accounts", "Contact").objects.create(account=account, name="王建国", stance="SP")
    old.get_model("accounts", "AccountMember").objects.create(account=account, user=rep, role="SUPPORT")
    old.get_model("accounts", "Turnover").objects.create(
        account=account, booked_on=date(2026, 3, 1), amount=Decimal("1200.5"), external_id="SO-1"
    )
    policy = old.get_model("accounts", "TierPolicy").objects.get(state="ACTIVE")
    old.get_model("accounts", "TierChange").objects.create(
        account=account, before="B", after="A", kind="COMPUTED", happened_on=date(2026, 6, 1), policy=policy
    )

    now = upgraded()
    kept = now.get_model("accounts", "Account").objects.get(name="苏州长虹精密科技有限公司")
    assert (kept.owner_id, kept.tier, kept.potential, kept.city, kept.merged_into_id) == (rep.pk, "A", 4, "苏州", None)
    assert kept.contacts.get().name == "王建国"
    member = kept.members.get()
    assert (member.role, member.since, member.ended_at) == ("SUPPORT", None, None), "nobody knows since when"
    booking = kept.turnover.get()
    assert (booking.amount, booking.external_id) == (Decimal("1200.5"), "SO-1")
    assert kept.tier_changes.get().policy_id == policy.pk
    assert now.get_model("accounts", "Ownership").objects.get(account=kept, ended_at=None).owner_id == rep.pk
    weights = now.get_model("accounts", "TierPolicy").objects.get(state="ACTIVE").weights
    assert weights == {"turnover": 60, "potential": 25, "credit": 15}
