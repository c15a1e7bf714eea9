"""Customers."""

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.actions.duplicates import file_keys
from accounts.actions.groups import without_cycles
from accounts.choices import Source
from accounts.matching.blocking import Identity
from accounts.models import Account, Industry
from accounts.naming import account_search_text
from crm.models.abstract import Origin
from crm.money import LIMIT
from imports.cells import as_positive_amount, as_whole, as_year, limited, plain
from imports.choices import Shape
from imports.context import ASKED_ONE_BY_ONE, EMPTY, LEAVE_OUT, ME, NEW, Loading, Touched
from imports.findings import Question
from imports.resources.base import LeaveOut, LoadingResource, Row, missing, stored
from teams.models import User

PLAIN = re.compile(r"[0-9][0-9,]*(\.[0-9]+)?")
ALIKE = "alike"
TEXTS = {
    "name": 200, "short_name": 60, "alias": 200, "external_id": 60, "province": 30, "city": 30, "district": 30,
    "address": 250, "postcode": 10, "phone": 40, "credit_code": 18,
}  # fmt: skip


class AccountResource(LoadingResource):
    """One row a customer, found again by its number, else by its name."""

    shape = Shape.ACCOUNTS
    winds_up = True
    asked_about = 0

    class Meta(LoadingResource.Meta):
        model = Account

    def find(self, row: Row) -> Account | None:
        """Return the customer of that number or name; raises ValidationError for one of another team."""
        number = plain(row.get("external_id", ""))
        found: Account | None = self.loading.account_numbers.get(number) if number else None
        if found is None:
            name = plain(row.get("name", ""))
            found = self.loading.accounts.get(name) or self._said_to_be(name)
            if found is not None and number and found.external_id and found.external_id != number:
                found = None  # another company of the same name
        return None if found is None else self.loading.mine(found)

    def get_or_init_instance(self, instance_loader: Any, row: Row) -> tuple[Any, bool]:
        """Return the instance of a row; a new customer that looks like one that is there is asked about first."""
        name = plain(row.get("name", ""))
        if self.loading.is_check and name and self.loading.accounts.get(name) is None:
            self._ask_about(name, row)
        found: tuple[Any, bool] = super().get_or_init_instance(instance_loader, row)
        return found

    def _ask_about(self, name: str, row: Row) -> None:
        """Ask whether a new customer is one that is there under another spelling; the first twenty are asked about."""
        if self.asked_about >= ASKED_ONE_BY_ONE:
            return
        facts = (plain(row.get(field, "")) for field in ("phone", "province", "credit_code"))
        alike = self.loading.accounts.likely(Identity((name,), *facts))
        if alike is None or self.loading.is_made_here(alike) or self.loading.is_foreign(alike):
            return
        self.asked_about += 1
        called = self.loading.accounts.called(alike)
        choices = [
            (NEW, _("load it as another customer")),
            (f"is:{called}", _("take as “%(name)s”") % {"name": called}),
        ]
        text = _("“%(name)s” looks like the customer “%(other)s”.") % {"name": name, "other": called}
        self.loading.answer(Question(f"{ALIKE}:{name}", text, choices, NEW))

    def _said_to_be(self, name: str) -> Account | None:
        """Return the customer that a name means by the user's word."""
        said = self.loading.said(f"{ALIKE}:{name}")
        found: Account | None = self.loading.accounts.get(said.removeprefix("is:")) if said.startswith("is:") else None
        return found

    def taken(self, row: Row) -> tuple[str, str] | None:
        """Return that the number is taken: a number belongs to one customer."""
        number = plain(row.get("external_id", ""))
        if number and self.loading.account_numbers.get(number) is not None:
            return "external_id", _("another customer already has the number “%(number)s”") % {"number": number}
        return None

    def fill(self, instance: Account, row: Row, *, is_new: bool) -> None:
        """Set the customer's facts."""
        texts = {name: self.cell(row, name, limited, length) for name, length in TEXTS.items()}
        numbers = {
            "employees": self.cell(row, "employees", as_whole),
            "founded": self.cell(row, "founded", as_year),
            "annual_revenue": self._revenue(row),
        }
        if not texts["name"]:
            raise ValidationError({"name": ValidationError(_("is missing"), code="missing")})
        owner = self._owner(row, is_new=is_new)
        for name, value in (texts | numbers).items():
            self.put(instance, name, value, is_new=is_new)
        if owner is not None:
            self._give(instance, owner, is_new=is_new)
        elif is_new and self.loading.is_bound:
            instance.team = self.loading.actor.team
        self._industry(instance, plain(row.get("industry", "")), is_new=is_new)
        if is_new:
            instance.origin, instance.source = Origin.IMPORT, Source.IMPORT
            instance.search_text = account_search_text(instance)
            self.loading.accounts.add(instance)
            self.loading.account_numbers.add(instance)
        elif self.before:
            self.before.setdefault("search_text", instance.search_text)
            instance.search_text = account_search_text(instance)

    def _revenue(self, row: Row) -> Decimal | None:
        """Return what a company turns over; in which unit plain numbers are, only the user can say."""
        amount: Decimal | None = self.cell(row, "annual_revenue", as_positive_amount)
        if amount is None or not PLAIN.fullmatch(plain(row["annual_revenue"])):
            return amount
        choices = [
            ("1", _("as they stand")),
            ("1000", _("in thousands")),
            ("10000", _("in units of 10,000")),
            ("1000000", _("in millions")),
        ]
        text = _("“%(field)s”: the unit of plain numbers.") % {"field": self.labels["annual_revenue"]}
        scaled = amount * int(self.loading.answer(Question("unit:ACCOUNTS:annual_revenue", text, choices, "1")))
        if scaled >= LIMIT:
            raise ValidationError({"annual_revenue": ValidationError(_("is too large in this unit"), code="large")})
        return scaled

    def _owner(self, row: Row, *, is_new: bool) -> User | None:
        if not missing(row, "owner"):
            return owner_named(self.loading, row["owner"])
        if not is_new:
            return None
        choices = [(EMPTY, _("keep them without an owner, for a later hand-over")), (ME, _("make them mine"))]
        question = Question("no-owner", _("Customers without an owner."), choices, EMPTY)
        return self.loading.actor if self.loading.answer(question) == ME else None

    def _give(self, instance: Account, owner: User, *, is_new: bool) -> None:
        before = instance.owner_id
        self.put(instance, "owner_id", owner.pk, is_new=is_new, shown=(instance.owner or "", owner))
        if is_new and owner.pk is None:
            instance.owner = owner
        if is_new or instance.owner_id != before:
            if not is_new:
                self.before.setdefault("team_id", stored(instance.team_id))
            instance.team_id = owner.team_id

    def _industry(self, instance: Account, name: str, *, is_new: bool) -> None:
        if not name:
            return
        industry: Industry | None = self.loading.industries.get(name)
        if industry is None:
            industry = self._unknown_industry(name)
        if industry is None:
            return
        if is_new:
            instance.industry = industry
        else:
            self.put(instance, "industry_id", industry.pk, is_new=False, shown=(instance.industry or "", industry))

    def _unknown_industry(self, name: str) -> Industry | None:
        """Make a new industry; where one is much alike, ask first."""
        if self.loading.industries.twin(name) is None and self.loading.industries.like(name) is None:
            return self._new_industry(name)
        found, what_to_do = self.loading.resolve(
            "industry", self.loading.industries, name, what=_("The industry"), new=self._new_industry
        )
        if what_to_do == LEAVE_OUT:
            raise LeaveOut(_("its industry is not known"))
        return found  # type: ignore[no-any-return]

    def _new_industry(self, name: str) -> Industry:
        industry = Industry(name=name[:60])
        if not self.loading.is_check:
            industry.save(force_insert=True)
            self.loading.note_made(industry)
        self.loading.industries.add(industry)
        self.loading.findings.count("created", "INDUSTRIES")
        return industry

    def updated_fields(self) -> list[str]:
        """Return the fields an existing customer may get."""
        return [*TEXTS, "employees", "founded", "annual_revenue", "industry", "owner", "team", "search_text"]

    def after_created(self, rows: list[Account]) -> None:
        """File what the new customers are found by."""
        file_keys(rows)

    def wind_up(self, rows: Iterable[Row]) -> None:
        """Put subsidiaries under their parent, which may stand anywhere in the file."""
        changed: dict[int, tuple[Account, int | None]] = {}
        for row in rows:
            name = plain(row.get("parent", ""))
            try:
                account = self.find(row) if name else None
            except ValidationError:
                continue
            above = self._parent(name) if account is not None else None
            if account is None or above is None or not self._may_hang(account, above):
                continue
            if self.loading.is_made_here(account) or account.parent_id is None:
                changed[account.pk] = (account, changed.get(account.pk, (account, account.parent_id))[1])
                account.parent = above
        if not self.loading.is_check:
            self._hang(changed)

    def _hang(self, changed: dict[int, tuple[Account, int | None]]) -> None:
        """Write what companies belong to, but for what closes a circle with what somebody else wrote meanwhile."""
        kept = without_cycles({pk: account.parent_id or 0 for pk, (account, _before) in changed.items()})
        accounts = [account for pk, (account, _before) in changed.items() if pk in kept]
        for account in accounts:
            self.note_touched(account, {"parent_id": stored(changed[account.pk][1])})
        Account.objects.bulk_update(accounts, ["parent"], batch_size=500)

    def _parent(self, name: str) -> Account | None:
        above, _what = self.loading.resolve(
            "parent", self.loading.accounts, name, what=_("The parent company"), new=partial(new_account, self.loading)
        )
        return above  # type: ignore[no-any-return]

    def _may_hang(self, account: Account, above: Account) -> bool:
        """Return whether a company can belong to another: not to itself, and not in a circle."""
        step: Account | None = above
        passed: set[int] = set()
        while step is not None and id(step) not in passed:
            if step is account or (step.pk is not None and step.pk == account.pk):
                return False
            passed.add(id(step))
            step = step.parent
        return True


def new_account(loading: Loading, name: str, *, number: str = "") -> Account:
    """Return a customer made because a row names it."""
    made = Account(name=name[:200], external_id=number, origin=Origin.IMPORT, source=Source.IMPORT)
    if loading.is_bound:
        made.team = loading.actor.team
    made.search_text = account_search_text(made)
    if not loading.is_check:
        made.save(force_insert=True)
        file_keys([made])
        loading.note_made(made)
    loading.accounts.add(made)
    loading.account_numbers.add(made)
    return made


def account_named(loading: Loading, text: str, *, number: str = "") -> Account | None:
    """Return the customer a cell means; None for "load without it". A new one gets the `number`.

    Raises LeaveOut, and ValidationError for one of another team.
    """
    new = partial(new_account, loading, number=number)
    account, what_to_do = loading.resolve("account", loading.accounts, text, what=_("The customer"), new=new)
    if account is None and what_to_do == LEAVE_OUT:
        raise LeaveOut(_("its customer is not known"))
    return None if account is None else loading.mine(account)


def account_numbered(loading: Loading, name: str, number: str) -> Account | None:
    """Return the customer of a number, whatever it is called; None for "load without it".

    A number that is new belongs to the customer of that name, unless that one has another number: two companies may
    share a name. Raises LeaveOut, and ValidationError for one of another team and for a new number without a name.
    """
    found: Account | None = loading.account_numbers.get(number)
    if found is not None:
        return loading.mine(found)
    if not name:
        text = _("expected the number of a customer, found “%(found)s”; a name beside it makes a new one")
        raise ValidationError({"account_number": ValidationError(text % {"found": number[:40]}, code="unknown")})
    namesake = loading.accounts.get(name)
    if namesake is not None and namesake.external_id:
        return new_account(loading, name, number=number)
    account = account_named(loading, name, number=number)
    if account is not None and not account.external_id:
        _note_number(loading, account, number)
    return account


def _note_number(loading: Loading, account: Account, number: str) -> None:
    """Write the number of a customer that had none, so that it is found by it from now on."""
    account.external_id = number
    loading.account_numbers.add(account)
    if not loading.is_check and account.pk is not None:
        Account.objects.filter(pk=account.pk).update(external_id=number)
        if not loading.is_made_here(account):
            loading.touched.append(
                Touched("accounts.account", account.pk, {"external_id": ""}, {"external_id": number})
            )


def owner_named(loading: Loading, text: str) -> User:
    """Return the person a cell means, who may be the one who imports. Raises LeaveOut."""
    owner, what_to_do = loading.resolve("person", loading.people, text, what=_("The person"), is_person=True)
    if owner is None and what_to_do == LEAVE_OUT:
        raise LeaveOut(_("its owner is not known"))
    return loading.actor if owner is None else loading.my_person(owner)
