"""Rows for fault drills; run inside a process of the product: `python -m followups.tests.drill_rows people 6 3`."""

import sys
from collections.abc import Iterator
from datetime import timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402 - the applications must be loaded first

from crm.models import CalendarDay  # noqa: E402
from followups.actions.items import promise  # noqa: E402
from followups.planning import plan_follow_ups  # noqa: E402
from followups.rules import Due, Rule, RuleContext, all_rules, register_rule  # noqa: E402
from followups.tasks import dispatch  # noqa: E402
from teams.tests.factories import UserFactory  # noqa: E402


def zone_at_noon() -> str:
    """Return a time zone where it is about noon now, so that a drill may send mail at any hour."""
    ahead = 12 - timezone.now().hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def people(count: int, each: int) -> None:
    """Write `each` promises due now for each of `count` people, on a day that is a working day everywhere."""
    now = timezone.now()
    for days in (-1, 0, 1):
        CalendarDay.objects.get_or_create(day=now.date() + timedelta(days=days), defaults={"is_workday": True})
    for number in range(count):
        person = UserFactory(username=f"drill{number}", time_zone=zone_at_noon())
        for item in range(each):
            text = f"promise {item} of {person.username}."
            promise(person, recipient=person, text=text, due_on=now.date() - timedelta(days=1), actor=person, now=now)


def plan(count: int) -> None:
    """Run one rule that yields `count` occurrences."""
    person = UserFactory._meta.model.objects.order_by("pk").first()
    on = timezone.now().date()

    def rule(_context: RuleContext) -> Iterator[Due]:
        for number in range(count):
            yield Due("drill", ("user", person.pk), person.pk, on, f"drill:{number}", {"n": number})

    register_rule(Rule(kind="drill", label="Drill", title="%(n)s", reason="", plan=rule))
    assert len(all_rules()) > 1
    tally = plan_follow_ups(on=on, now=timezone.now())["drill"]
    assert not tally.error, tally.error
    print(tally.added)  # noqa: T201 - read by the drill


def wake(count: int) -> None:
    """Ask the workers `count` times to send what is due."""
    for _each in range(count):
        dispatch.delay()


if __name__ == "__main__":
    {"people": people, "plan": plan, "wake": wake}[sys.argv[1]](*map(int, sys.argv[2:]))
