"""The set the matcher is measured on: made alike every time, its halves apart, every kind of difference in it."""

import pytest

from accounts.tests.labelled import (
    DISTURBANCES,
    SEEDS,
    TRAPS,
    TUNING,
    UNSEEN,
    Company,
    half,
    labelled,
    read_companies,
)

CHANGHONG = Company("苏州长虹精密科技股份有限公司", "长虹精密", "江苏")
BORUI = Company("博瑞（深圳）自动化第一集团有限公司", "博瑞自动", "深圳")
CAST = [CHANGHONG, BORUI]


@pytest.mark.parametrize(("disturb", "name"), [
    ("drop_form", "苏州长虹精密科技"),
    ("change_place", "长虹精密科技股份有限公司"),
    ("bracket", "长虹精密科技（苏州）股份有限公司"),
    ("traditional", "蘇州長虹精密科技股份有限公司"),
    ("shorten", "长虹精密"),
])  # fmt: skip
def test_a_company_typed_otherwise(disturb: str, name: str) -> None:
    known = labelled([CHANGHONG] * 400, seed=1)
    typed = {known.filed[copy].name for (_first, copy), how in known.same.items() if how == disturb}
    assert typed == {name}


def test_the_same_seed_makes_the_same_set() -> None:
    assert labelled(CAST, seed=7) == labelled(CAST, seed=7)
    assert labelled(CAST * 9, seed=7) != labelled(CAST * 9, seed=8)


def test_no_pair_is_both() -> None:
    known = labelled(CAST * 50, seed=3)
    assert known.same.keys() & known.traps.keys() == set()


@pytest.mark.answers
def test_the_halves_share_no_company_and_hold_every_kind_of_difference(data_dir) -> None:
    companies = read_companies(data_dir)
    halves = {which: half(companies, which) for which in (TUNING, UNSEEN)}
    assert set(halves[TUNING]) & set(halves[UNSEEN]) == set()
    assert len(halves[TUNING]) + len(halves[UNSEEN]) == len(companies) == 5485
    for which, seed in SEEDS.items():
        known = labelled(halves[which], seed)
        found = {how for each in known.same.values() for how in each.split("+")}
        assert found >= {each.__name__ for each in DISTURBANCES}
        assert set(known.traps.values()) == {trap.__name__ for trap in TRAPS}
        assert len(known.same) > 1_500 < 3 * len(known.traps)
