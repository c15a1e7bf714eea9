"""What hangs on a customer: the people there, and the turnover."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Account, Contact, Turnover
from accounts.naming import contact_search_text
from crm.models.abstract import Origin
from imports.cells import CellError, as_amount, as_date, as_email, limited, plain
from imports.choices import Shape
from imports.context import Loading, compared
from imports.resources.accounts import account_named, account_numbered
from imports.resources.base import LeaveOut, LoadingResource, Row, missing


def their_account(resource: LoadingResource, row: Row) -> Account:
    """Return the customer of a row that cannot be without one, by number where it has one. Raises LeaveOut."""
    name, number = plain(row.get("account", "")), resource.cell(row, "account_number", limited, 60)
    if not name and not number:
        raise ValidationError({"account": ValidationError(_("is missing"), code="missing")})
    loading = resource.loading
    account = account_numbered(loading, name, plain(number)) if number else account_named(loading, name)
    if account is None:
        raise LeaveOut(_("its customer is not known"))
    return account


class ContactResource(LoadingResource):
    """One row a person at a customer, found again by name there."""

    shape = Shape.CONTACTS

    class Meta(LoadingResource.Meta):
        model = Contact

    def __init__(self, loading: Loading, **kwargs: Any) -> None:
        super().__init__(loading, **kwargs)
        self._there: dict[tuple[int | str, str], Contact] = {}

    def meet(self, rows: Iterable[Row]) -> None:
        """Read the people at the customers of a portion."""
        rows = list(rows)
        accounts = [key for key in {self._key(row)[0] for row in rows} if isinstance(key, int)]
        people = Contact.objects.filter(account_id__in=accounts).order_by("archived_at", "pk")
        people = people if self.loading.is_check else people.select_for_update()
        for person in people:
            self._there.setdefault((person.account_id, compared(person.name)), person)

    def _key(self, row: Row) -> tuple[int | str, str]:
        name = plain(row.get("account", ""))
        account = self.loading.accounts.get(name)
        pk = account.pk if account is not None else None
        return pk or compared(name), compared(row.get("name", ""))

    def find(self, row: Row) -> Contact | None:
        """Return the person of that name at that customer."""
        return self._there.get(self._key(row))

    def fill(self, instance: Contact, row: Row, *, is_new: bool) -> None:
        """Set the person's facts."""
        account = their_account(self, row)
        texts = (("name", 60), ("title", 60), ("department", 60), ("mobile", 30))
        given = {name: self.cell(row, name, limited, length) for name, length in texts}
        given["email"] = self.cell(row, "email", as_email, 254)
        if not given["name"]:
            raise ValidationError({"name": ValidationError(_("is missing"), code="missing")})
        for name, value in given.items():
            self.put(instance, name, value, is_new=is_new)
        if is_new:
            instance.account, instance.origin = account, Origin.IMPORT
            instance.search_text = contact_search_text(instance)
            self._there.setdefault((account.pk or compared(account.name), compared(instance.name)), instance)
        elif self.before:
            self.before.setdefault("search_text", instance.search_text)
            instance.search_text = contact_search_text(instance)

    def updated_fields(self) -> list[str]:
        """Return the fields an existing person may get."""
        return ["title", "department", "mobile", "email", "search_text"]


class TurnoverResource(LoadingResource):
    """One row a booking; a number that was booked before is not booked again.

    Lines of one order carry the same number: within a file they are told apart by their place, 10107, 10107-2, 10107-3.
    """

    shape = Shape.TURNOVER
    dates = ("booked_on",)

    class Meta(LoadingResource.Meta):
        model = Turnover

    def __init__(self, loading: Loading, **kwargs: Any) -> None:
        super().__init__(loading, **kwargs)
        self._numbered: dict[str, Turnover] = {}
        self._same: dict[tuple[int, date, Decimal], list[Turnover]] = {}
        self._looked_at: set[int] = set()
        self._times: Counter[str] = Counter()
        self._passed: Counter[str] = Counter()
        self._number = ""

    def see(self, row: Row) -> None:
        """Learn which numbers stand in the file more than once."""
        super().see(row)
        self._times[plain(row.get("external_id", ""))] += 1

    def pass_over(self, row: Row) -> None:
        """Count a row that was taken before."""
        self._passed[plain(row.get("external_id", ""))] += 1

    def _numbers(self, row: Row) -> list[str]:
        number = plain(row.get("external_id", ""))
        return [number, *(f"{number}-{time}" for time in range(2, self._times[number] + 1))] if number else []

    def meet(self, rows: Iterable[Row]) -> None:
        """Read the bookings that have the numbers of a portion, and those without one at its customers."""
        rows = list(rows)
        numbers = {number for row in rows for number in self._numbers(row)} - set(self._numbered)
        booked = Turnover.objects.select_related("account").filter(external_id__in=numbers)
        booked = booked if self.loading.is_check else booked.select_for_update(of=("self",))
        self._numbered.update({row.external_id: row for row in booked})
        unnumbered = [row for row in rows if missing(row, "external_id")]
        accounts = {self._account_key(row) for row in unnumbered} - {0} - self._looked_at
        self._looked_at |= accounts
        for row in Turnover.objects.select_related("account").filter(account_id__in=accounts, external_id=""):
            if not self.loading.is_made_here(row):
                self._same.setdefault((row.account_id, row.booked_on, row.amount), []).append(row)

    def _account_key(self, row: Row) -> int:
        number = plain(row.get("account_number", ""))
        known = self.loading.account_numbers.get(number) if number else None
        account = known or self.loading.accounts.get(plain(row.get("account", "")))
        return (account.pk or 0) if account is not None else 0

    def find(self, row: Row) -> Turnover | None:
        """Return the booking of that number; of a row without one, a booking of that day and amount, each once."""
        self.pass_over(row)
        numbers = self._numbers(row)
        self._number = numbers[self._passed[numbers[0]] - 1] if numbers else ""
        if numbers:
            return self._numbered.get(self._number)
        try:
            day = as_date(row.get("booked_on", ""), self.order_of("booked_on"))
            amount = as_amount(row.get("amount", ""))
        except CellError:
            return None
        if day is None or amount is None:
            return None
        same = self._same.get((self._account_key(row), day, amount))
        return same.pop() if same else None

    def taken(self, row: Row) -> tuple[str, str] | None:
        """Return that the number is taken: it belongs to one booking."""
        return None if missing(row, "external_id") else ("external_id", _("a booking of this number is there already"))

    def fill(self, instance: Turnover, row: Row, *, is_new: bool) -> None:
        """Set customer, day, amount and cost, which a profit may say instead."""
        account = their_account(self, row)
        amount, profit = self.cell(row, "amount", as_amount), self.cell(row, "profit", as_amount)
        cost = self.cell(row, "cost", as_amount)
        if cost is None and None not in (amount, profit):
            cost = amount - profit
        given = {"booked_on": self.day(row, "booked_on"), "amount": amount, "cost": cost}
        number = self.cell({"external_id": self._number}, "external_id", limited, 60)
        if not is_new:
            self.loading.mine(instance.account)
        for name, value in given.items():
            self.put(instance, name, value, is_new=is_new)
        self.required(instance, "booked_on", "amount")
        if is_new:
            instance.account, instance.external_id = account, number or ""
            if number:
                self._numbered[number] = instance

    def updated_fields(self) -> list[str]:
        """Return the fields an existing booking may get."""
        return ["booked_on", "amount", "cost"]
