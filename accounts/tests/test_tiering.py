"""Which tier a customer earns: examples, and rules that hold for any customers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.tiers.scoring import Customer, Value
from accounts.tiers.tiering import By, Cuts, Points, Rules, hold, propose, tier_by_cumulated_share

CUTS = Cuts(Decimal(10), Decimal(30))
USUAL = {"turnover": 60, "potential": 25, "credit": 15}
RULES = Rules(USUAL, CUTS)


def customer(pk: int, turnover: int, tier: str = "", **values: Value) -> Customer:
    """Return a customer with what is known of it."""
    return Customer(pk, Decimal(turnover), values, tier)


def ten(current: str = "") -> list[Customer]:
    """Ten customers who differ by turnover alone."""
    return [customer(number, number * 1000, current, potential=3, credit=3) for number in range(1, 11)]


def tiers(customers: Sequence[Customer], rules: Rules = RULES) -> dict[int, str]:
    return {key: proposal.tier for key, proposal in propose(customers, rules).items()}


def word(customers: Sequence[Customer], rules: Rules = RULES) -> str:
    """Return the tiers in the order of the keys, "-" for none."""
    return "".join(tier or "-" for _key, tier in sorted(tiers(customers, rules).items()))


# --- the score --------------------------------------------------------------------------------------------------------
def test_one_in_ten_is_a_and_two_are_b() -> None:
    assert word(ten()) == "CCCCCCCBBA"


def test_the_score_is_the_weighted_mean_of_its_parts() -> None:
    best = propose(ten(), RULES)[10]
    assert best.parts == [100, 60, 60]
    assert best.score == Decimal("84.00")  # 60 + 15 + 9
    assert (best.rank, best.of) == (1, 10)


def test_potential_and_credit_lift_a_smaller_customer_past_a_larger_one() -> None:
    rows = [customer(1, 1000, potential=0, credit=0), customer(2, 900, potential=5, credit=5), customer(3, 10)]
    assert word(rows) == "CAC"


def test_every_kind_of_value_becomes_points_from_0_to_100() -> None:
    weights = {"turnover": 20, "margin": 20, "wallet": 20, "strategic": 20, "rating:7": 20}
    rows = [
        Customer(1, Decimal(9), {"margin": Decimal(-3), "wallet": 35, "strategic": 1, "rating:7": 4}),
        Customer(2, Decimal(5), {"margin": Decimal(2), "wallet": 0, "strategic": 0}),
    ]
    found = propose(rows, Rules(weights, CUTS))
    assert found[1].parts == [100, 0, 35, 100, 80]
    assert found[1].score == Decimal("63.00")
    assert found[2].parts == [0, 100, 0, 0, 0]


def test_what_nobody_rated_scores_nothing() -> None:
    found = propose([customer(1, 0, credit=3), customer(2, 0, potential=1, credit=3)], RULES)
    assert (found[1].score, found[2].score) == (Decimal("9.00"), Decimal("14.00"))


def test_equal_scores_are_parted_by_turnover_then_by_id() -> None:
    rows = [customer(3, 5, potential=1), customer(2, 5, potential=1), customer(1, 5, potential=1)]
    found = propose(rows, RULES)
    assert [found[key].rank for key in (1, 2, 3)] == [1, 2, 3]


def test_refunds_count_as_no_turnover() -> None:
    assert propose([customer(1, -5, potential=2), customer(2, 5, potential=2)], RULES)[1].parts[0] == 0


def test_nobody_at_all() -> None:
    assert propose([], RULES) == {}


# --- how much has to be known -----------------------------------------------------------------------------------------
def test_of_whom_nothing_is_known_gets_no_tier_and_takes_nobodys_place() -> None:
    found = tiers([*ten(), *[customer(number, 0) for number in range(20, 120)]])
    assert (found[20], found[10], found[7]) == ("", "A", "C")


def test_so_many_criteria_of_so_much_weight_have_to_be_known() -> None:
    rows = [customer(1, 9), customer(2, 0, potential=5, credit=5), customer(3, 8, credit=1), customer(4, 0)]
    assert word(rows) == "ACC-"
    assert word(rows, replace(RULES, min_criteria=2)) == "-CA-"
    assert word(rows, replace(RULES, min_weight=60)) == "A-C-"
    assert word(rows, replace(RULES, min_criteria=2, min_weight=75)) == "--A-"


def test_a_mark_that_is_not_set_says_nothing_and_a_loss_says_something() -> None:
    rules = Rules({"strategic": 50, "margin": 50}, CUTS)
    assert word([customer(1, 5, strategic=0), customer(2, 5, margin=Decimal(-1))], rules) == "-A"


# --- the three ways to cut --------------------------------------------------------------------------------------------
def test_the_first_seventy_percent_of_turnover_are_a_and_the_one_that_crosses_it_too() -> None:
    amounts = dict(enumerate(map(Decimal, (10, 60, 20, 9, 1, 0, -5)), start=1))
    found = tier_by_cumulated_share(amounts, Cuts(Decimal(70), Decimal(90)))
    assert found == {2: "A", 3: "A", 1: "B", 4: "C", 5: "C", 6: "C", 7: "C"}
    assert tier_by_cumulated_share({2: Decimal(50), 1: Decimal(50)}, Cuts(Decimal(50), Decimal(90))) == {1: "A", 2: "B"}
    assert tier_by_cumulated_share({}, CUTS) == {}


def test_a_cut_by_turnover_takes_the_best_until_they_bring_the_share() -> None:
    rules = Rules({"potential": 100}, Cuts(Decimal(70), Decimal(90)), By.TURNOVER)
    rows = [customer(1, 10, potential=1), customer(2, 60, potential=2), customer(3, 30, potential=5)]
    assert word(rows, rules) == "CAA"
    assert word([*rows, customer(4, 0, potential=5)], rules) == "CAAC"


def test_a_cut_by_score_takes_who_has_the_points() -> None:
    rules = Rules({"potential": 100}, Points(Decimal(80), Decimal(40)), By.SCORE)
    assert word([customer(number, 0, potential=number) for number in range(1, 6)], rules) == "CBBAA"


# --- not back and forth -----------------------------------------------------------------------------------------------
def test_one_moves_only_beyond_the_margin() -> None:
    rules = replace(RULES, cuts=Cuts(Decimal(30), Decimal(60)), margin=Decimal(10))
    assert word(ten()[::-1], rules) == "CCCCBBBAAA"
    assert word(ten("B"), rules) == "CCCBBBBBAA"
    assert word(ten("A"), rules) == "CCCBBBAAAA"
    assert word(ten("C"), rules) == "CCCCCBBBAA"
    third = propose(ten("B"), rules)[8]
    assert (third.tier, third.earned, third.is_held) == ("B", "A", True)


def test_new_rules_put_everybody_where_they_say() -> None:
    rules = replace(RULES, margin=Decimal(5))
    found = propose(ten("C"), rules, holds=False)
    assert "".join(found[key].tier for key in sorted(found)) == "CCCCCCCBBA"


def test_a_small_step_over_the_cut_and_back_moves_nobody() -> None:
    rules = replace(RULES, cuts=Cuts(Decimal(30), Decimal(60)), margin=Decimal(10))
    month = ten()
    for turnover in (7500, 8500, 7500, 8500):
        held = propose([replace(row, tier=tiers(month, rules)[row.id]) for row in month], rules)
        month = [
            replace(row, tier=held[row.id].tier, turnover=Decimal(turnover) if row.id == 7 else row.turnover)
            for row in month
        ]
    assert word(month, rules) == "CCCCBBBAAA"


@pytest.mark.parametrize(
    ("current", "best", "worst", "expected"),
    [("", "A", "C", "B"), ("A", "A", "B", "A"), ("C", "A", "B", "B"), ("A", "B", "C", "B"), ("B", "A", "C", "B")],
)
def test_holding(current: str, best: str, worst: str, expected: str) -> None:
    assert hold(current, best=best, worst=worst, earned="B") == expected


# --- rules that do not fit together -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "wrong", [{"turnover": 60, "potential": 39}, {"turnover": 120, "credit": -20}, {}, {"luck": 100}]
)
def test_weights_that_do_not_add_up_are_refused(wrong: Mapping[str, int]) -> None:
    with pytest.raises(ValueError, match="weight"):
        Rules(wrong, CUTS)


@pytest.mark.parametrize("wrong", [(0, 30), (30, 30), (40, 30), (10, 100)])
def test_shares_that_overlap_are_refused(wrong: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="below"):
        Cuts(Decimal(wrong[0]), Decimal(wrong[1]))


@pytest.mark.parametrize("wrong", [(30, 30), (30, 40), (101, 40), (50, 0)])
def test_points_that_overlap_are_refused(wrong: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="below"):
        Points(Decimal(wrong[0]), Decimal(wrong[1]))


def test_a_margin_beyond_which_nobody_comes_and_a_cut_of_another_kind_are_refused() -> None:
    for margin in (10, 70, -1):
        with pytest.raises(ValueError, match="room"):
            Rules(USUAL, CUTS, margin=Decimal(margin))
    for by, cuts in ((By.SCORE, CUTS), (By.TURNOVER, Points(Decimal(80), Decimal(40)))):
        with pytest.raises(ValueError, match="points cut"):
            Rules(USUAL, cuts, by)


# --- what holds for any customers -------------------------------------------------------------------------------------
RATING = st.none() | st.integers(0, 5)
MONEY = st.decimals(Decimal(0), Decimal(10_000_000), places=2, allow_nan=False)
# What was returned may exceed what was bought, and many bring exactly the same.
BOOKED = MONEY | st.decimals(-10_000, 0, places=2, allow_nan=False) | st.sampled_from(list(map(Decimal, (-7, 0, 500))))
KEYS = ("turnover", "margin", "potential", "wallet", "strategic", "rating:7")
CUSTOMERS = st.lists(
    st.builds(
        Customer,
        id=st.integers(1, 10_000),
        turnover=BOOKED,
        values=st.fixed_dictionaries(
            {
                "margin": st.none() | st.decimals(-1000, 100_000, places=2, allow_nan=False),
                "potential": RATING,
                "wallet": st.none() | st.integers(0, 100),
                "strategic": st.integers(0, 1),
                "rating:7": RATING,
            }
        ),
        tier=st.sampled_from(["", "A", "B", "C"]),
    ),
    min_size=1,
    max_size=40,
    unique_by=lambda customer: customer.id,
)


@st.composite
def rule_sets(draw: st.DrawFn) -> Rules:
    """Any rules that fit together."""
    marks = sorted(draw(st.lists(st.integers(0, 100), min_size=len(KEYS) - 1, max_size=len(KEYS) - 1)))
    parts = [high - low for low, high in zip([0, *marks], [*marks, 100], strict=True)]
    by = draw(st.sampled_from(By))
    low = draw(st.integers(1, 97))
    high = draw(st.integers(low + 1, 98))
    cuts = Points(Decimal(high), Decimal(low)) if by == By.SCORE else Cuts(Decimal(low), Decimal(high))
    margin = draw(st.integers(0, min(low - 1, 98 - high)))
    minimum = draw(st.integers(0, 3)), draw(st.integers(0, 60))
    return Rules(dict(zip(KEYS, parts, strict=True)), cuts, by, *minimum, margin=Decimal(margin))


@pytest.mark.property
@given(CUSTOMERS, rule_sets(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(customers, rules, random) -> None:
    mixed = list(customers)
    random.shuffle(mixed)
    assert propose(mixed, rules) == propose(customers, rules)


def grown_by(customers: Sequence[Customer], mine: int, more: Decimal) -> list[Customer]:
    return [replace(row, turnover=row.turnover + more) if row.id == mine else row for row in customers]


@pytest.mark.property
@given(CUSTOMERS, rule_sets(), MONEY, st.booleans(), st.data())
def test_selling_more_never_lowers_ones_own_tier(customers, rules, more, holds, data) -> None:
    mine = data.draw(st.sampled_from(customers))
    grown = grown_by(customers, mine.id, more)
    before = propose(customers, rules, holds=holds)[mine.id].tier
    after = propose(grown, rules, holds=holds)[mine.id].tier
    assert before == "" or "A" <= after <= before


@pytest.mark.property
@pytest.mark.parametrize("by", By)
@given(CUSTOMERS, rule_sets(), st.lists(MONEY, min_size=1, max_size=5), st.data())
def test_selling_ever_more_only_ever_lifts_by_whatever_is_cut(by, customers, rules, steps, data) -> None:
    cuts = Points(Decimal(60), Decimal(30)) if by == By.SCORE else Cuts(Decimal(60), Decimal(80))
    rules = replace(rules, by=by, cuts=cuts, margin=Decimal(8), weights=USUAL)
    mine = data.draw(st.sampled_from(customers)).id
    found = [propose(customers, rules)[mine]]
    for more in steps:
        customers = grown_by(customers, mine, more)
        found.append(propose(customers, rules)[mine])
    judged = [each for each in found if each.tier]
    assert judged == found[len(found) - len(judged) :]  # enough is known once, and from then on
    assert [each.tier for each in judged] == sorted((each.tier for each in judged), reverse=True)
    assert [each.rank for each in judged if each.of == len(customers)] == sorted(
        (each.rank for each in judged if each.of == len(customers)), reverse=True
    )


@pytest.mark.property
@given(CUSTOMERS, rule_sets(), st.data())
def test_what_one_returned_beyond_what_it_bought_weighs_as_nothing_bought(customers, rules, data) -> None:
    mine = data.draw(st.sampled_from(customers))
    less = [replace(row, turnover=Decimal(-9)) if row.id == mine.id else row for row in customers]
    nothing = [replace(row, turnover=Decimal(0)) if row.id == mine.id else row for row in customers]
    assert (propose(less, rules)[mine.id].points, propose(less, rules)[mine.id].tier or "D") >= (
        propose(nothing, rules)[mine.id].points,
        propose(nothing, rules)[mine.id].tier or "D",
    )


@pytest.mark.property
@given(CUSTOMERS, rule_sets())
def test_every_known_customer_has_a_place_of_its_own(customers, rules) -> None:
    found = propose(customers, rules)
    known = sorted(each.rank for each in found.values() if each.tier)
    assert set(found) == {row.id for row in customers}
    assert known == list(range(1, len(known) + 1))
    assert all(each.tier in "ABC" and each.of == len(known) for each in found.values() if each.tier)
    assert all((each.rank, each.points, each.earned) == (0, 0, "") for each in found.values() if not each.tier)


@pytest.mark.property
@given(
    st.builds(Customer, id=st.just(1), turnover=BOOKED, values=st.just({"credit": 3}), tier=st.just("")), rule_sets()
)
def test_one_customer_alone_is_the_best_there_is(alone, rules) -> None:
    rules = replace(rules, weights=USUAL, min_criteria=1, min_weight=0)
    found = propose([alone], rules)[1]
    assert (found.rank, found.of) == (1, 1)
    if rules.by == By.CUSTOMERS:
        assert found.tier == "A"
    if rules.by == By.TURNOVER:
        assert found.tier == ("A" if alone.turnover > 0 else "C")


@pytest.mark.property
@given(st.sets(st.integers(1, 500), min_size=1, max_size=30), rule_sets(), BOOKED, st.randoms(use_true_random=False))
def test_equals_are_parted_by_id_whoever_comes_first(ids, rules, amount, random) -> None:
    rules = replace(rules, weights=USUAL, min_criteria=1, min_weight=0)
    rows = [customer(pk, 0, potential=2) for pk in ids]
    rows = [replace(row, turnover=amount) for row in rows]
    random.shuffle(rows)
    found = propose(rows, rules)
    assert sorted(found, key=lambda pk: found[pk].rank) == sorted(ids)
    best_first = [found[pk].tier for pk in sorted(ids)]
    assert best_first == sorted(best_first)
    assert rules.by != By.SCORE or len(set(best_first)) == 1


@pytest.mark.property
@given(CUSTOMERS, rule_sets(), st.lists(st.lists(MONEY, min_size=40, max_size=40), min_size=2, max_size=6))
def test_who_goes_and_comes_back_had_to_cross_the_margin_both_ways(customers, rules, months) -> None:
    for amounts in [[row.turnover for row in customers], *months]:
        customers = [replace(row, turnover=amount) for row, amount in zip(customers, amounts, strict=False)]
        found = propose(customers, rules)
        widest, narrowest = beyond(customers, rules, rules.margin), beyond(customers, rules, -rules.margin)
        for row in customers:
            tier = found[row.id].tier
            if not tier or not row.tier or tier == row.tier:
                continue
            # Up only where even the strictest cuts say so, down only where even the mildest do.
            assert tier == narrowest[row.id] < row.tier or tier == widest[row.id] > row.tier
        customers = [replace(row, tier=found[row.id].tier or row.tier) for row in customers]


def beyond(customers: Sequence[Customer], rules: Rules, shift: Decimal) -> dict[int, str]:
    """Return what customers earn where both cuts let in so much more, or less."""
    sign = -1 if rules.by == By.SCORE else 1
    cuts = replace(rules.cuts, a=rules.cuts.a + sign * shift, b=rules.cuts.b + sign * shift)
    return {key: each.earned for key, each in propose(customers, replace(rules, cuts=cuts, margin=Decimal(0))).items()}


@pytest.mark.property
@given(CUSTOMERS, rule_sets())
def test_who_moved_once_does_not_move_again(customers, rules) -> None:
    settled = [replace(row, tier=tiers(customers, rules)[row.id] or row.tier) for row in customers]
    again = tiers(settled, rules)
    assert all(again[row.id] in ("", row.tier) for row in settled)


@pytest.mark.property
@given(CUSTOMERS, rule_sets())
def test_a_margin_only_ever_keeps_people_where_they_are(customers, rules) -> None:
    for row in customers:
        found = propose(customers, rules)[row.id]
        if found.is_held:
            assert row.tier
            assert min(row.tier, found.earned) <= found.tier <= max(row.tier, found.earned)


@pytest.mark.property
@given(CUSTOMERS, rule_sets())
def test_tiers_are_as_large_as_the_cuts_say(customers, rules) -> None:
    rules = replace(rules, by=By.CUSTOMERS, cuts=Cuts(Decimal(10), Decimal(30)), margin=Decimal(0))
    known = [proposal for proposal in propose(customers, rules, holds=False).values() if proposal.tier]
    in_a, in_b = (sum(proposal.tier == tier for proposal in known) for tier in "AB")
    assert in_a == -(-len(known) * 10 // 100)
    assert in_a + in_b == -(-len(known) * 30 // 100)


@pytest.mark.property
@given(CUSTOMERS)
def test_by_turnover_alone_the_score_cuts_as_the_analysis_of_the_book(customers) -> None:
    cuts = Cuts(Decimal(70), Decimal(90))
    found = tiers([replace(row, tier="") for row in customers], Rules({"turnover": 100}, cuts, By.TURNOVER))
    expected = tier_by_cumulated_share({row.id: row.turnover for row in customers}, cuts)
    assert {key: tier for key, tier in found.items() if tier} == {
        key: tier for key, tier in expected.items() if found[key]
    }
