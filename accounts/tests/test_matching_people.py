"""Who at two filings of a customer is one person."""

from hypothesis import given
from hypothesis import strategies as st

from accounts.matching.people import PersonIdentity, SamePerson, same_people

WANG = PersonIdentity(1, "王建国", mobile="138 1234 5678", wechat="wang")


def test_the_same_name_is_one_person_unless_a_number_says_otherwise() -> None:
    assert same_people([WANG], [PersonIdentity(7, "王 建國")]) == [SamePerson(1, 7, is_certain=True)]
    assert same_people([WANG], [PersonIdentity(7, "王建国", mobile="+8613812345678")]) == [
        SamePerson(1, 7, is_certain=True)
    ]
    assert same_people([WANG], [PersonIdentity(7, "王建国", mobile="13987654321")]) == [
        SamePerson(1, 7, is_certain=False)
    ]
    assert same_people([WANG], [PersonIdentity(7, "王建军", mobile="13812345678")]) == []


def test_of_two_of_one_name_the_one_with_the_same_number_is_chosen() -> None:
    theirs = [PersonIdentity(7, "王建国", mobile="13987654321"), PersonIdentity(8, "王建国", wechat="WANG")]
    assert same_people([WANG], theirs) == [SamePerson(1, 8, is_certain=True)]


PEOPLE = st.lists(st.builds(PersonIdentity, st.integers(1, 50), st.sampled_from(["王建国", "李敏", ""])), max_size=6)


@given(PEOPLE, PEOPLE)
def test_nobody_is_two_people(ours: list[PersonIdentity], theirs: list[PersonIdentity]) -> None:
    found = same_people(ours, theirs)
    assert len({pair.one for pair in found}) == len({pair.other for pair in found}) == len(found)
