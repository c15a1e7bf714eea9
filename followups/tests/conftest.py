"""A rule book for tests: rules of the other rooms are put aside, small ones of the test's own stand instead."""

from collections.abc import Callable, Iterable, Iterator

import pytest

from followups import rules
from followups.rules import Due, Param, Rule, RuleContext

Plan = Callable[[RuleContext], Iterable[Due]]


@pytest.fixture
def rule_book() -> Iterator[Callable[..., Rule]]:
    """Return `add(plan, kind="visit-tomorrow", **fields)`; promises stay known."""
    before = dict(rules._rules)
    for kind in [kind for kind in before if kind != "promise"]:
        del rules._rules[kind]

    def add(plan: Plan | None, kind: str = "check-in", params: tuple[Param, ...] = (), **fields: object) -> Rule:
        texts = {"label": "Check-in", "title": "See %(who)s", "reason": "Not seen for %(days)s days"}
        rule = Rule(kind=kind, plan=plan, params=params, **(texts | fields))
        rules.register_rule(rule)
        return rule

    yield add
    rules._rules.clear()
    rules._rules.update(before)
