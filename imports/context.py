"""What loading a file needs to know: what is there already, what an earlier file brings, what was answered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Account, Industry
from imports.cells import plain
from imports.choices import Existing
from imports.findings import Findings, Question
from pipeline.models import Product
from teams.models import Team, User

NEW, EMPTY, LEAVE_OUT = "new", "empty", "leave-out"


def compared(name: str) -> str:
    """Return a name as names are compared: full-width letters plain, no case; blanks count."""
    return plain(name).casefold()


class Names:
    """Rows of one model by their folded name; rows not yet written are in it too, so that a check sees them."""

    def __init__(self, rows: Iterable[Any], *attributes: str) -> None:
        self._attributes = attributes
        self._rows: dict[str, Any] = {}
        for row in rows:
            self.add(row)

    def add(self, row: Any) -> None:
        """Make a row known by every one of its names; the first bearer of a name keeps it."""
        for attribute in self._attributes:
            name = compared(getattr(row, attribute) or "")
            if name:
                self._rows.setdefault(name, row)

    def get(self, name: str) -> Any:
        """Return the row of that name, None where there is none."""
        return self._rows.get(compared(name))

    def like(self, name: str) -> Any:
        """Return the row whose name is most alike, None where none is near."""
        near = get_close_matches(compared(name), self._rows, n=1, cutoff=0.8)
        return self._rows[near[0]] if near else None


@dataclass
class Loading:
    """One pass over the files, to check or to load."""

    actor: User
    on: date
    now: datetime
    answers: Mapping[str, str]
    existing: str = Existing.FILL
    is_check: bool = True
    findings: Findings = field(default_factory=Findings)
    accounts: Names = field(init=False)
    account_numbers: Names = field(init=False)
    people: Names = field(init=False)
    products: Names = field(init=False)
    industries: Names = field(init=False)
    teams: Names = field(init=False)
    made: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read the names of what is there."""
        accounts = list(Account.objects.only("pk", "name", "short_name", "external_id", "owner_id", "team_id"))
        self.accounts = Names(accounts, "name", "short_name")
        self.account_numbers = Names(accounts, "external_id")
        self.people = Names(User.objects.all(), "name", "username")
        self.products = Names(Product.objects.all(), "name")
        self.industries = Names(Industry.objects.all(), "name")
        self.teams = Names(Team.objects.all(), "name")

    def answer(self, question: Question) -> str:
        """Ask, and return what was answered or is proposed."""
        self.findings.ask(question)
        return self.answers.get(question.key, question.default)

    def resolve(self, kind: str, names: Names, text: str, *, what: str) -> tuple[Any, str]:
        """Return the row a name means and "", or None and what to do about it (NEW, EMPTY or LEAVE_OUT).

        An unknown name becomes a question: the most alike, a new one, none, or leave the rows out.
        """
        value = plain(text)
        row = names.get(value)
        if row is not None:
            return row, ""
        alike = names.like(value)
        choices = [(f"is:{alike}", _("it is “%(name)s”") % {"name": alike})] if alike is not None else []
        choices += [
            (NEW, _("make it new")),
            (EMPTY, _("load without it")),
            (LEAVE_OUT, _("leave these rows out")),
        ]
        text = _("%(what)s “%(name)s” is not known.") % {"what": what, "name": value}
        answer = self.answer(Question(f"{kind}:{value}", text, choices, choices[0][0]))
        if answer.startswith("is:"):
            return names.get(answer.removeprefix("is:")), ""
        return None, answer
