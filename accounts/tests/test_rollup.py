"""Groups of companies as trees, and figures added up from below: rules for any group."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.groups.rollup import Node, add_up, climb, grow, hang, holding, reaches, roll_up

COMPANIES = 40
EMPTY = (None, None)


@st.composite
def groups(draw) -> dict[int, int | None]:
    """Return companies of groups without a circle: each belongs to an earlier one, or to none."""
    size = draw(st.integers(1, COMPANIES))
    return {key: draw(st.one_of(st.none(), st.integers(1, key - 1))) if key > 1 else None for key in range(1, size + 1)}


# What imported data may hold: anything may belong to anything.
anything = st.dictionaries(st.integers(1, COMPANIES), st.one_of(st.none(), st.integers(1, COMPANIES + 5)))


def keys(tops: list[Node]) -> list[int]:
    """Return every company of some trees."""
    return [node.key for top in tops for node in top.walk()]


def test_a_group_of_three_levels() -> None:
    tops = grow({1: None, 2: 1, 3: 2, 4: 1, 5: None})
    roll_up(tops, {1: (10, None), 2: (5, 1), 3: (1, 2)}, EMPTY)
    group, alone = tops
    assert [node.key for node in group.walk()] == [1, 2, 3, 4]
    assert (group.total, group.own, group.size) == ((16, 3), (10, None), 3)
    assert [lower.total for lower in group.below] == [(6, 3), EMPTY]
    assert (alone.key, alone.total, alone.size) == (5, EMPTY, 0)


def test_a_circle_of_imported_data_stands_on_top() -> None:
    tops = grow({1: 2, 2: 1, 3: 1})
    assert [(top.key, [lower.key for lower in top.below]) for top in tops] == [(1, [3]), (2, [])]


def test_who_is_not_seen_is_kept_only_where_somebody_seen_hangs_there() -> None:
    assert holding({1: None, 2: 1, 3: 2, 4: 1}, [3]) == {1: None, 2: 1, 3: 2}


def test_of_two_moves_that_close_a_circle_together_the_first_counts() -> None:
    assert hang({1: None, 2: None, 3: 2}, {1: 3, 2: 1}) == {1: 3}


@pytest.mark.property
@given(anything)
def test_every_company_stands_in_the_tree_once(parents: dict[int, int | None]) -> None:
    assert sorted(keys(grow(parents))) == sorted(parents)


@pytest.mark.property
@given(groups())
def test_who_stands_below_climbs_to_who_stands_above(parents: dict[int, int | None]) -> None:
    for top in grow(parents):
        assert parents[top.key] is None
        for node in top.walk():
            assert all(parents[lower.key] == node.key for lower in node.below)
            assert list(climb(parents, node.key))[-1] == top.key


@pytest.mark.property
@given(groups(), st.dictionaries(st.integers(1, COMPANIES), st.integers(0, 1000)))
def test_the_sums_of_the_tops_are_the_sum_of_all(parents: dict[int, int | None], values: dict[int, int]) -> None:
    own = {key: (values.get(key), 1) for key in parents}
    tops = grow(parents)
    roll_up(tops, own, EMPTY)
    known = [value for key in parents if (value := values.get(key)) is not None]
    assert add_up([top.total for top in tops], EMPTY) == (sum(known) if known else None, len(parents))
    for top in tops:
        for node in top.walk():
            assert node.total[1] == node.size + 1


@pytest.mark.property
@given(groups(), st.dictionaries(st.integers(1, COMPANIES), st.integers(1, COMPANIES)))
def test_no_moves_ever_close_a_circle(parents: dict[int, int | None], wanted: dict[int, int]) -> None:
    kept = hang(parents, wanted)
    after = parents | kept
    assert all(not reaches(after, after[key], key) for key in after)
    for key, above in wanted.items():
        if key not in kept:
            assert reaches(after, above, key)


def test_a_move_is_made_whose_way_a_later_one_frees() -> None:
    assert hang({1: None, 2: 1, 3: None}, {1: 2, 2: 3}) == {2: 3, 1: 2}
    assert hang({1: None, 2: None}, {1: 2, 2: 1}) == {1: 2}
    assert hang({1: None}, {1: 1}) == {}


@pytest.mark.property
@given(anything, st.lists(st.integers(1, COMPANIES)))
def test_what_is_seen_keeps_its_whole_way_up(parents: dict[int, int | None], seen: list[int]) -> None:
    there = [key for key in seen if key in parents]
    kept = holding(parents, there)
    assert set(kept) == {step for key in there for step in climb(parents, key)} & set(parents)
