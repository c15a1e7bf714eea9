"""What loading a file needs to know: what is there already, what an earlier file brings, what was answered."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.duplicates.reads import READ, identity_of
from accounts.matching.blocking import Identity, keys_of
from accounts.matching.scoring import compare
from accounts.models import Account, Industry
from imports.access import is_bound_to_teams, may_change_people, shapes_for
from imports.cells import folded, plain
from imports.choices import Existing
from imports.findings import Findings, Question
from pipeline.models import Product
from teams.models import Team, User

NEW, EMPTY, LEAVE_OUT, ME = "new", "empty", "leave-out", "me"
ASKED_ONE_BY_ONE = 20  # so many unknown names of a kind are asked about by name, the others together
LOOKED_THROUGH = 20_000  # so many names at most are compared letter by letter


def compared(name: str) -> str:
    """Return a name as names are compared: full-width letters plain, no case; blanks count."""
    return plain(name).casefold()


class Names:
    """Rows of one model by their folded name; rows not yet written are in it too, so that a check sees them."""

    def __init__(self, rows: Iterable[Any], *attributes: str) -> None:
        self._attributes = attributes
        self._rows: dict[str, Any] = {}
        self._twins: dict[str, Any] = {}
        for row in rows:
            self.add(row)

    def add(self, row: Any, *, means: Any = None) -> None:
        """Make a row known by every one of its names; the first bearer of a name keeps it.

        `means` is the row that took its place, and is known by its names too.
        """
        for attribute in self._attributes:
            name = compared(getattr(row, attribute) or "")
            if name:
                self._rows.setdefault(name, means or row)
                self._twins.setdefault(folded(name), means or row)

    def get(self, name: str) -> Any:
        """Return the row of that name, None where there is none."""
        return self._rows.get(compared(name))

    def twin(self, name: str) -> Any:
        """Return the row whose name differs by nothing but blanks and signs."""
        return self._twins.get(folded(name))

    def like(self, name: str) -> Any:
        """Return the row whose name is most alike, None where none is near or there are too many to compare."""
        if len(self._rows) > LOOKED_THROUGH:
            return None
        near = get_close_matches(compared(name), self._rows, n=1, cutoff=0.8)
        return self._rows[near[0]] if near else None

    def called(self, row: Any) -> str:
        """Return the name a row goes by."""
        return str(getattr(row, self._attributes[0]))


class Companies(Names):
    """Customers by name, of whom the most alike is found as everywhere: by `accounts.matching`."""

    def add(self, row: Any, *, means: Any = None) -> None:
        """Make a customer known by its names and, where it did not go into another, by its keys."""
        super().add(row, means=means)
        if "_by_key" in self.__dict__ and means is None:
            self._file(row, self._by_key)

    def like(self, name: str) -> Any:
        """Return the customer likely meant by a name, None where none is."""
        return self.likely(Identity((name,))) or super().like(name)

    def likely(self, asked: Identity) -> Any:
        """Return the customer that is likely the same as the one asked about, None where none is."""
        near = {id(row): row for key in keys_of(asked) for row in self._by_key.get(key, ())}
        verdicts = [(compare(asked, identity_of(row)), row) for row in near.values()]
        likely = [(verdict.score, row) for verdict, row in verdicts if verdict.is_likely]
        return max(likely, key=lambda each: each[0])[1] if likely else None

    @cached_property
    def _by_key(self) -> defaultdict[int, list[Any]]:
        """Return the customers by their keys, worked out when the first name is unknown."""
        found: defaultdict[int, list[Any]] = defaultdict(list)
        for row in {id(row): row for row in self._rows.values()}.values():
            self._file(row, found)
        return found

    @staticmethod
    def _file(row: Any, found: defaultdict[int, list[Any]]) -> None:
        for key in keys_of(identity_of(row)):
            found[key].append(row)


@dataclass
class Touched:
    """What an import did to a row that was there: fields before and after."""

    model: str
    pk: int
    before: dict[str, Any]
    after: dict[str, Any]


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
    remembered: Mapping[str, str] = field(default_factory=dict)
    accounts: Companies = field(init=False)
    account_numbers: Names = field(init=False)
    people: Names = field(init=False)
    products: Names = field(init=False)
    industries: Names = field(init=False)
    teams: Names = field(init=False)
    made: list[tuple[str, int]] = field(default_factory=list)
    made_before: set[tuple[str, int]] = field(default_factory=set)
    touched: list[Touched] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read the names of what is there."""
        self._read_accounts()
        self.people = Names(User.objects.select_related("team").order_by("-is_active", "pk"), "name", "username")
        self.products = Names(Product.objects.all(), "name")
        self.industries = Names(Industry.objects.all(), "name")
        self.teams = Names(Team.objects.all(), "name")
        self.is_bound = is_bound_to_teams(self.actor)
        self.may_change_people = may_change_people(self.actor)
        self._mine = (
            set(Account.objects.visible_to(self.actor).values_list("pk", flat=True)) if self.is_bound else set()
        )
        self._team = set(User.objects.visible_to(self.actor).values_list("pk", flat=True)) if self.is_bound else set()
        self._asked: dict[str, Question] = {}
        self._asked_of: dict[str, int] = {}

    def _read_accounts(self) -> None:
        """Read the customers; what went into another customer means that one."""
        columns = (*READ, "external_id", "owner_id", "team_id", "merged_into_id")
        accounts = {account.pk: account for account in Account.objects.only(*columns)}
        self.accounts, self.account_numbers = Companies([], "name", "short_name"), Names([], "external_id")
        for account in sorted(accounts.values(), key=lambda each: each.merged_into_id is not None):
            means = accounts.get(account.merged_into_id) if account.merged_into_id else None
            self.accounts.add(account, means=means)
            self.account_numbers.add(account, means=means)

    def may_make(self, shape: str) -> bool:
        """Return whether the person may bring new rows of this shape."""
        return shape in shapes_for(self.actor)

    def mine(self, account: Account) -> Account:
        """Return a customer the person may write to; raises ValidationError for one of another team."""
        if self.is_foreign(account):
            raise ValidationError(
                {
                    "account": ValidationError(
                        _("expected a customer of your teams; “%(name)s” is another team's. Ask for a hand-over")
                        % {"name": account.name},
                        code="foreign",
                    )
                }
            )
        return account

    def is_foreign(self, row: Any) -> bool:
        """Return whether a customer is another team's."""
        return self.is_bound and isinstance(row, Account) and row.pk is not None and row.pk not in self._mine

    def my_person(self, person: User) -> User:
        """Return somebody the import may give customers to; raises ValidationError for somebody of another team."""
        if self.is_bound and person.pk not in self._team:
            text = _("expected somebody of your teams, found “%(name)s”") % {"name": person}
            raise ValidationError({"owner": ValidationError(text, code="foreign")})
        return person

    def answer(self, question: Question, rows: int | None = None) -> str:
        """Ask, and return what was answered, now or at an earlier import, or is proposed."""
        choices = [choice for choice, _words in question.choices]
        earlier = self.remembered.get(question.key)
        if earlier in choices:
            question.default = earlier or question.default
        asked = self.findings.ask(question, rows)
        given = self.answers.get(question.key)
        return given if given in choices else asked.default

    def resolve(
        self,
        kind: str,
        names: Names,
        text: str,
        *,
        what: str,
        new: Callable[[str], Any] | None = None,
        is_person: bool = False,
    ) -> tuple[Any, str]:
        """Return the row a name means and "", or None and what to do about it (EMPTY, ME or LEAVE_OUT).

        An unknown name becomes a question: the most alike, a new one (made by `new`), none, or leave the rows out.
        """
        value = plain(text)
        row = names.get(value)
        if row is not None:
            return row, ""
        question = self._asked.get(f"{kind}:{value}")
        if question is None:
            question = self._question(kind, names, value, what=what, can_make=new is not None, is_person=is_person)
            self._asked[f"{kind}:{value}"] = question
        answer = self.answer(question)
        if answer.startswith("is:"):
            return names.get(answer.removeprefix("is:")), ""
        if answer == NEW and new is not None:
            return new(value), ""
        return None, answer

    def _question(self, kind: str, names: Names, value: str, *, what: str, can_make: bool, is_person: bool) -> Question:
        """Return the question about an unknown name; after twenty of a kind, the one about all others."""
        choices = [(NEW, _("make it new"))] if can_make else []
        choices.append((ME, _("make them mine")) if is_person else (EMPTY, _("load without it")))
        choices.append((LEAVE_OUT, _("leave these rows out")))
        twin = names.twin(value)
        if twin is None:
            self._asked_of[kind] = self._asked_of.get(kind, 0) + 1
            if self._asked_of[kind] > ASKED_ONE_BY_ONE:
                text = _("%(what)s: all other names that are not known.") % {"what": what}
                return Question(f"{kind}:*", text, choices, choices[0][0])
        alike = twin or names.like(value)
        if alike is not None and not self.is_foreign(alike):
            called = names.called(alike)
            choices.insert(0, (f"is:{called}", _("take as “%(name)s”") % {"name": called}))
        default = choices[0][0] if twin is not None else next(c for c, _w in choices if not c.startswith("is:"))
        text = _("%(what)s “%(name)s” is not known.") % {"what": what, "name": value}
        return Question(f"{kind}:{value}", text, choices, default)

    def said(self, key: str) -> str:
        """Return what was answered to a question, now or at an earlier import; "" where nothing was."""
        return self.answers.get(key, "") or self.remembered.get(key, "")

    def note_made(self, row: Any) -> None:
        """Remember a row this import made, for taking back."""
        self.made.append((row._meta.label_lower, row.pk))
        self.made_before.add((row._meta.label_lower, row.pk))
        if isinstance(row, Account):
            self._mine.add(row.pk)

    def is_made_here(self, row: Any) -> bool:
        """Return whether this import made the row."""
        return row.pk is None or (row._meta.label_lower, row.pk) in self.made_before
