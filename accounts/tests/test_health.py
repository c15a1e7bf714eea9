"""A relationship in words."""

from datetime import date, timedelta

from accounts.health import CALM, OFF, WATCH, Person, coverage, findings

ON = date(2026, 11, 24)


def person(
    name: str = "王建国", *, roles: tuple[str, ...] = ("DECIDER",), stance: str = "SN", days: int | None = 5
) -> Person:
    return Person(name, roles, stance, None if days is None else ON - timedelta(days=days))


def texts(*people: Person, last: int | None = 5, following: int | None = 9) -> list[tuple[str, str]]:
    found = findings(
        people,
        last=None if last is None else ON - timedelta(days=last),
        following=None if following is None else ON + timedelta(days=following),
        on=ON,
    )
    return [(finding.tone, finding.text) for finding in found]


def test_a_decider_met_lately_is_calm() -> None:
    assert texts(person()) == [(CALM, "Decision maker 王建国 met within the month")]


def test_a_decider_not_seen_for_45_days_comes_first() -> None:
    assert texts(person("李敏", roles=("USER",)), person(days=45))[0] == (
        OFF,
        "Decision maker 王建国 not seen for 45 days",
    )


def test_the_thirtieth_day_is_still_calm_and_the_next_is_not() -> None:
    assert texts(person(days=30))[0][0] == CALM
    assert texts(person(days=31))[0][0] == OFF


def test_a_decider_nobody_met() -> None:
    assert texts(person(days=None))[0] == (OFF, "Decision maker 王建国 not met yet")


def test_a_decider_against_us() -> None:
    assert texts(person(stance="H"), person("李敏", roles=(), stance="PS"))[0] == (
        OFF,
        "Decision maker 王建国 is against us",
    )


def test_nobody_decides_and_nobody_helps() -> None:
    assert texts(person(roles=("USER",), stance="N")) == [(WATCH, "No decision maker known"), (WATCH, "No sponsor yet")]


def test_an_overdue_contact_is_named_with_its_days() -> None:
    assert (WATCH, "Next contact overdue by 1 day") in texts(person(), following=-1)
    assert (OFF, "Next contact overdue by 31 days") in texts(person(), following=-31)
    assert texts(person(), following=0) == [(CALM, "Decision maker 王建国 met within the month")]


def test_a_customer_nobody_visited() -> None:
    assert texts(last=None, following=None) == [
        (WATCH, "No decision maker known"),
        (WATCH, "Nobody of ours has been there yet"),
    ]


def test_coverage_counts_each_person_where_he_belongs() -> None:
    people = [
        person(),
        person("李敏", days=None, stance=""),
        person("赵磊", roles=("USER",), stance="H", days=45),
        person("钱红", roles=(), stance="PS", days=30),
    ]
    counted = coverage(people, on=ON)
    assert (counted.people, counted.deciders, counted.deciders_met) == (4, 2, 1)
    assert (counted.sponsors, counted.against, counted.unseen) == (2, 1, 2)
