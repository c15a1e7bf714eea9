"""How a room says who may open its URLs; `crm.tests.url_policy` collects the tables, `test_urls` proves them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

# Everybody of the cast who signs in, as in conftest.py. `rep` owns the rows that builders make.
PEOPLE = (
    "rep",
    "teammate",
    "outsider",
    "manager",
    "other_manager",
    "director",
    "clerk",
    "compliance",
    "dealer",
    "admin",
)
LOGIN = "sent to sign in"
# The write was let through to its form: it answers with a redirect, with the form again, or that something is missing.
ALLOWED = "let through"
LET_THROUGH = frozenset({200, 201, 204, 302, 400, 409, 413, 422})

Expected = int | str


@dataclass
class Cast:
    """The people of conftest.py by name, and one customer of `rep`; builders make the other rows they need."""

    people: Mapping[str, Any]
    account: Any

    def __getattr__(self, name: str) -> Any:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None


def nothing(cast: Cast) -> dict[str, Any]:
    """Build no arguments."""
    return {}


@dataclass(frozen=True)
class Policy:
    """What each person is answered at one URL.

    `get` and `post` map a name of `PEOPLE` to a status; None means that the method is not offered: 405 for everybody.
    A person who is not in the table fails the test. `anonymous` is the answer without signing in
    (`anonymous_post` where a POST differs and does not simply get through). `kwargs` builds the
    rows the URL points at and returns its arguments, `data` the posted fields, `query` the query string.
    """

    get: Mapping[str, Expected] | None = None
    post: Mapping[str, Expected] | None = None
    anonymous: Expected = LOGIN
    anonymous_post: Expected | None = None
    kwargs: Callable[[Cast], dict[str, Any]] = nothing
    data: Mapping[str, Any] = field(default_factory=dict)
    query: str = ""


def everyone(status: Expected = 200, **exceptions: Expected) -> dict[str, Expected]:
    """Return one answer for all who are signed in, but for the named exceptions."""
    return dict.fromkeys(PEOPLE, status) | exceptions


def only(*people: str, allowed: Expected = 200, others: Expected = 403, **exceptions: Expected) -> dict[str, Expected]:
    """Return `allowed` for the people named and `others` (403, or 404 where the row is not visible) for the rest."""
    unknown = (set(people) | set(exceptions)) - set(PEOPLE)
    if unknown:
        raise ValueError(f"nobody in the cast is called {sorted(unknown)}")
    return everyone(others) | dict.fromkeys(people, allowed) | exceptions


# Who sees a customer that `rep` of team East owns, as `AccountQuerySet.visible_to` says.
SEES_REPS_CUSTOMER = ("rep", "manager", "director", "clerk")


def row_page(*people: str, **exceptions: Expected) -> dict[str, Expected]:
    """Return 200 for those who see the row (by default: a customer of `rep`) and 404 for the rest."""
    return only(*(people or SEES_REPS_CUSTOMER), others=404, **exceptions)


def row_write(*people: str, forbidden: tuple[str, ...] = (), **exceptions: Expected) -> dict[str, Expected]:
    """Return let-through for `people`, 403 for `forbidden` (who see the row), 404 for the rest."""
    return only(*people, allowed=ALLOWED, others=404, **(dict.fromkeys(forbidden, 403) | exceptions))
