"""What a bulk change would do, as a rule: nobody is lost, nothing is written twice, nothing unseen is overwritten."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.bulk.changes import Change, Reason, Row, Skip, plan_changes

VALUES = st.fixed_dictionaries({"city": st.sampled_from(["", "苏州", "昆山"]), "parent": st.sampled_from([None, 1, 2])})
ROWS = st.lists(
    st.builds(
        Row,
        pk=st.integers(1, 30),
        name=st.just("客户"),
        version=st.integers(1, 3),
        is_archived=st.booleans(),
        values=VALUES,
    ),
    unique_by=lambda row: row.pk,
    max_size=12,
)
EXPECTED = st.dictionaries(st.integers(1, 40), st.integers(1, 3), max_size=20)


def row(pk: int, *, city: str = "", version: int = 1, is_archived: bool = False, parent: int | None = None) -> Row:
    return Row(pk, f"客户{pk}", version, is_archived, {"city": city, "parent": parent})


def test_each_is_changed_or_left_for_a_reason() -> None:
    rows = [
        row(1, city="昆山"),
        row(2, city="苏州"),
        row(3, is_archived=True),
        row(4, version=2),
    ]
    found = plan_changes(rows, {"city": "苏州"}, expected={1: 1, 2: 1, 3: 1, 4: 1, 5: 1})
    assert found.changes == [Change(1, "客户1", 1, {"city": ("昆山", "苏州")})]
    assert found.skipped == [
        Skip(2, "客户2", Reason.SAME),
        Skip(3, "客户3", Reason.ARCHIVED),
        Skip(4, "客户4", Reason.MEANWHILE),
        Skip(5, "", Reason.GONE),
    ]


def test_no_company_comes_to_stand_below_itself() -> None:
    found = plan_changes([row(1), row(2), row(3)], {"parent": 2}, expected={}, above={2, 3})
    assert [change.pk for change in found.changes] == [1]
    assert [skip.reason for skip in found.skipped] == [Reason.CIRCLE, Reason.CIRCLE]


@pytest.mark.property
@given(rows=ROWS, wanted=VALUES, expected=EXPECTED, above=st.sets(st.integers(1, 30)))
def test_every_customer_is_accounted_for_once(
    rows: list[Row], wanted: dict[str, Any], expected: dict[int, int], above: set[int]
) -> None:
    found = plan_changes(rows, wanted, expected=expected, above=above)
    told = [change.pk for change in found.changes] + [skip.pk for skip in found.skipped]
    assert sorted(told) == sorted({each.pk for each in rows} | set(expected))


@pytest.mark.property
@given(rows=ROWS, wanted=VALUES, expected=EXPECTED)
def test_what_was_done_is_not_done_again(rows: list[Row], wanted: dict[str, Any], expected: dict[int, int]) -> None:
    found = plan_changes(rows, wanted, expected=expected)
    after = {change.pk: {name: new for name, (_old, new) in change.fields.items()} for change in found.changes}
    done = [
        Row(
            each.pk,
            each.name,
            each.version + (each.pk in after),
            each.is_archived,
            each.values | after.get(each.pk, {}),
        )
        for each in rows
    ]
    again = plan_changes(done, wanted, expected={})
    assert not {change.pk for change in again.changes} & set(after)


@pytest.mark.property
@given(rows=ROWS, wanted=VALUES, expected=EXPECTED)
def test_only_what_was_looked_at_is_changed(rows: list[Row], wanted: dict[str, Any], expected: dict[int, int]) -> None:
    versions = {each.pk: each.version for each in rows}
    for change in plan_changes(rows, wanted, expected=expected).changes:
        assert expected.get(change.pk, versions[change.pk]) == versions[change.pk]
        assert all(old != new for old, new in change.fields.values())
