"""A database made before criteria were a list is taken along, and back."""

from datetime import date

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE = [("accounts", "0019_duplicates")]
AFTER = [("accounts", "0022_drop_weight_columns")]


def migrate(target: list[tuple[str, str]]):
    """Bring the tables to a state; return its models."""
    executor = MigrationExecutor(connection)
    executor.migrate(target)
    return MigrationExecutor(connection).loader.project_state(target).apps


@pytest.fixture
def old(transactional_db):
    """The tables as they were before; afterwards they are as they are now."""
    yield migrate(BEFORE)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_weights_and_cuts_survive_and_what_was_in_force_counts_as_run(old) -> None:
    policies = old.get_model("accounts", "TierPolicy").objects
    policies.all().delete()
    first = policies.create(name="ABC", state="RETIRED", applied_at="2026-03-01T08:00Z", author=None, version=3)
    policies.create(
        name="从严", state="ACTIVE", applied_at="2026-09-30T20:00Z", version=2, window_months=24,
        weight_turnover=70, weight_potential=30, weight_credit=0, cut_a="7.50", cut_b=25,
    )  # fmt: skip
    policies.create(name="草案", state="DRAFT")

    now = migrate(AFTER).get_model("accounts", "TierPolicy").objects
    active = now.get(state="ACTIVE")
    assert active.weights == {"turnover": 70, "potential": 30}
    assert (str(active.cut_a), active.cut_b, active.cut_by, active.window_months) == ("7.50", 25, "CUSTOMERS", 24)
    assert (active.margin, active.run_every, active.replaced_id) == (0, "NEVER", first.pk)
    assert active.ran_on == date(2026, 10, 1)  # 20:00 UTC is the next day in the firm's zone
    assert now.get(state="DRAFT").weights == {"turnover": 60, "potential": 25, "credit": 15}
    assert now.get(state="DRAFT").ran_on is None

    now.filter(pk=active.pk).update(weights={"turnover": 40, "margin": 20, "potential": 40})
    now.filter(state="DRAFT").update(state="APPROVED", cut_by="SCORE", cut_a=80, cut_b=40)
    back = migrate(BEFORE).get_model("accounts", "TierPolicy").objects
    active = back.get(state="ACTIVE")
    assert (active.weight_turnover, active.weight_potential, active.weight_credit) == (60, 40, 0)
    draft = back.get(name="草案")
    assert (draft.state, draft.cut_a, draft.cut_b) == ("DRAFT", 10, 30)


def test_the_first_policy_that_nobody_touched_gets_a_margin(old) -> None:
    policies = old.get_model("accounts", "TierPolicy").objects
    policies.filter(state="ACTIVE").delete()
    policies.create(name="ABC", state="ACTIVE", applied_at="2026-09-01T08:00Z", author=None)
    now = migrate(AFTER).get_model("accounts", "TierPolicy").objects
    assert now.get(state="ACTIVE").margin == 2
