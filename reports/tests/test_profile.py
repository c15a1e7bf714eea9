"""What won customers have in common, as a score with its reasons; nothing is said from too little."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.profile import LEAST, Profile, TooFew, learn

INDUSTRIES = ("电子", "汽车", "化工")
Row = tuple[dict[str, str], bool, int]


def profile(rows: list[Row]) -> Profile:
    """Learn from enough rows."""
    found = learn(rows)
    assert isinstance(found, Profile)
    return found


def enough(*more: Row) -> list[Row]:
    """Return sixty won and sixty lost that say nothing, and what is added."""
    return [({"industry": ""}, True, 60), ({"industry": ""}, False, 60), *more]


@pytest.mark.parametrize(("won", "lost"), [(49, 500), (500, 49), (0, 0)])
def test_below_fifty_won_and_fifty_lost_it_says_so(won, lost):
    assert learn([({"industry": "电子"}, True, won), ({"industry": "电子"}, False, lost)]) == TooFew(won, lost)
    assert isinstance(learn([({}, True, LEAST), ({}, False, LEAST)]), Profile)


def test_a_trait_that_wins_more_often_raises_the_score_and_says_why():
    found = profile(enough(({"industry": "电子"}, True, 80), ({"industry": "电子"}, False, 20)))
    score = found.score({"industry": "电子", "province": "西藏"})
    assert score.points > score.average == 64
    [reason] = score.reasons
    assert (reason.trait, reason.value, reason.won, reason.decided) == ("industry", "电子", 80, 100)
    assert score.points == score.average + reason.points
    assert [line.value for line in found.best("industry")] == ["电子"]


def test_a_customer_of_whom_nothing_is_known_is_average():
    score = profile(enough()).score({"industry": "", "size": "large"})
    assert (score.points, score.average, score.reasons) == (50, 50, [])


def test_the_best_there_is_has_the_best_of_every_trait_and_only_what_stands_out():
    rows = [
        *((({"industry": "电子", "size": "large"}), True, 80), ({"industry": "电子", "size": "large"}, False, 20)),
        ({"industry": "化工", "size": "large"}, False, 60),
    ]
    found = profile(enough(*rows))
    ideal = found.ideal(("industry", "size", "province"))
    assert [(reason.trait, reason.value) for reason in ideal.reasons] == [("industry", "电子")]
    assert ideal == found.score({"industry": "电子"})
    assert profile(enough()).ideal(("industry",)).points == profile(enough()).ideal(("industry",)).average


def test_two_lucky_ones_are_no_rule():
    many = profile(enough(({"industry": "电子"}, True, 100)))
    two = profile(enough(({"industry": "电子"}, True, 2)))
    assert 50 < two.score({"industry": "电子"}).points < 56
    assert many.score({"industry": "电子"}).points > 85


rows = st.lists(
    st.tuples(
        st.fixed_dictionaries(
            {"industry": st.sampled_from(INDUSTRIES), "size": st.sampled_from(("large", "tiny", ""))}
        ),
        st.booleans(),
        st.integers(1, 40),
    ),
    max_size=30,
)


@pytest.mark.property
@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(decided, random):
    base = enough(*decided)
    mixed = list(base)
    random.shuffle(mixed)
    traits = {"industry": "电子", "size": "large"}
    assert profile(base).score(traits) == profile(mixed).score(traits)


@pytest.mark.property
@given(rows, st.sampled_from(INDUSTRIES), st.integers(1, 50))
def test_one_more_won_never_lowers_the_share_of_its_trait(decided, industry, count):
    traits = {"industry": industry}
    before = profile(enough(*decided))
    after = profile(enough(*decided, (traits, True, count)))
    assert 0 <= after.score(traits).points <= 100
    assert after.won_part("industry", industry) >= before.won_part("industry", industry)
