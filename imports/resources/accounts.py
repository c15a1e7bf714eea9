"""Customers and the people there."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.choices import Source
from accounts.models import Account, Contact, Industry, Turnover
from accounts.naming import account_search_text, contact_search_text
from crm.models.abstract import Origin
from imports.cells import as_amount, as_date, as_whole, limited, plain
from imports.choices import Shape
from imports.context import NEW
from imports.resources.base import LeaveOut, LoadingResource
from teams.models import User

TEXTS = {
    "name": 200, "short_name": 60, "alias": 200, "external_id": 60, "province": 30, "city": 30, "address": 250,
    "phone": 40, "credit_code": 18,
}  # fmt: skip


class AccountResource(LoadingResource):
    """One row a customer, found again by its number, else by its name."""

    shape = Shape.ACCOUNTS

    class Meta(LoadingResource.Meta):
        model = Account

    def find(self, row: Mapping[str, str]) -> Account | None:
        """Return the customer of that number or name."""
        number = plain(row.get("external_id", ""))
        found: Account | None = self.loading.account_numbers.get(number) if number else None
        return found or self.loading.accounts.get(plain(row.get("name", "")))

    def fill(self, instance: Account, row: Mapping[str, str], *, is_new: bool) -> None:
        """Set the customer's facts."""
        for name, length in TEXTS.items():
            self.put(instance, name, self.cell(row, name, limited, length), is_new=is_new)
        if not instance.name:
            raise ValidationError({"name": ValidationError(_("the name is missing"), code="missing")})
        self.put(instance, "employees", self.cell(row, "employees", as_whole), is_new=is_new)
        self.put(instance, "founded", self.cell(row, "founded", as_whole), is_new=is_new)
        self._place(instance, row, is_new=is_new)
        if is_new:
            instance.origin, instance.source = Origin.IMPORT, Source.IMPORT
            self.loading.accounts.add(instance)
            self.loading.account_numbers.add(instance)
        instance.search_text = account_search_text(instance)

    def _place(self, instance: Account, row: Mapping[str, str], *, is_new: bool) -> None:
        industry = plain(row.get("industry", ""))
        if industry:
            self.put(instance, "industry", self._industry(industry), is_new=is_new)
        parent = plain(row.get("parent", ""))
        if parent:
            above = self.loading.accounts.get(parent)
            if above is not None and above.pk and above is not instance:
                self.put(instance, "parent", above, is_new=is_new)
        owner = self.loading.people.get(plain(row.get("owner", ""))) if row.get("owner") else None
        if owner is not None:
            self.put(instance, "owner", owner, is_new=is_new)
            self.put(instance, "team", owner.team, is_new=is_new)

    def _industry(self, name: str) -> Industry:
        industry: Industry | None = self.loading.industries.get(name)
        if industry is None:
            industry = Industry(name=name[:60])
            if not self.loading.is_check:
                industry.save(force_insert=True)
                self.loading.made.append((Industry._meta.label_lower, industry.pk))
            self.loading.industries.add(industry)
        return industry

    def updated_fields(self) -> list[str]:
        """Return the fields an existing customer may get."""
        return [*TEXTS, "employees", "founded", "industry", "parent", "owner", "team", "search_text"]


def account_named(loading: Any, text: str) -> Account | None:
    """Return the customer a cell means; None for "load without it". Raises LeaveOut."""
    account, what_to_do = loading.resolve("account", loading.accounts, text, what=_("The customer"))
    if account is not None or what_to_do not in (NEW, "leave-out"):
        return account  # type: ignore[no-any-return]
    if what_to_do == NEW:
        made = Account(name=plain(text), origin=Origin.IMPORT, source=Source.IMPORT)
        made.search_text = account_search_text(made)
        if not loading.is_check:
            made.save(force_insert=True)
            loading.made.append((Account._meta.label_lower, made.pk))
        loading.accounts.add(made)
        return made
    raise LeaveOut(_("its customer is not known"))


class ContactResource(LoadingResource):
    """One row a person at a customer."""

    shape = Shape.CONTACTS

    class Meta(LoadingResource.Meta):
        model = Contact

    def find(self, row: Mapping[str, str]) -> Contact | None:
        """Return the person of that name at that customer."""
        account = self.loading.accounts.get(plain(row.get("account", "")))
        if account is None or not account.pk:
            return None
        return Contact.objects.filter(account=account, name=plain(row.get("name", ""))).first()

    def fill(self, instance: Contact, row: Mapping[str, str], *, is_new: bool) -> None:
        """Set the person's facts."""
        account = account_named(self.loading, row.get("account", ""))
        if account is None:
            raise LeaveOut(_("its customer is not known"))
        instance.account = account
        for name, length in (("name", 60), ("title", 60), ("department", 60), ("mobile", 30), ("email", 254)):
            self.put(instance, name, self.cell(row, name, limited, length), is_new=is_new)
        if not instance.name:
            raise ValidationError({"name": ValidationError(_("the name is missing"), code="missing")})
        instance.origin = Origin.IMPORT if is_new else instance.origin
        instance.search_text = contact_search_text(instance)

    def updated_fields(self) -> list[str]:
        """Return the fields an existing person may get."""
        return ["title", "department", "mobile", "email", "search_text"]


class TurnoverResource(LoadingResource):
    """One row a booking; a number that was booked before is not booked again."""

    shape = Shape.TURNOVER

    class Meta(LoadingResource.Meta):
        model = Turnover

    def find(self, row: Mapping[str, str]) -> Turnover | None:
        """Return the booking of that number."""
        number = plain(row.get("external_id", ""))
        return Turnover.objects.filter(external_id=number).first() if number else None

    def fill(self, instance: Turnover, row: Mapping[str, str], *, is_new: bool) -> None:
        """Set customer, day, amount and cost."""
        account = account_named(self.loading, row.get("account", ""))
        if account is None:
            raise LeaveOut(_("its customer is not known"))
        instance.account = account
        instance.booked_on = self.cell(row, "booked_on", as_date)
        instance.amount = self.cell(row, "amount", as_amount)
        instance.cost = self.cell(row, "cost", as_amount)
        instance.external_id = self.cell(row, "external_id", limited, 60)
        for name in ("booked_on", "amount"):
            if getattr(instance, name) is None:
                raise ValidationError({name: ValidationError(_("is missing"), code="missing")})

    def updated_fields(self) -> list[str]:
        """Return the fields an existing booking may get."""
        return ["booked_on", "amount", "cost"]


def owner_named(loading: Any, text: str) -> User | None:
    """Return the person a cell means; None for "load without". Raises LeaveOut."""
    owner, what_to_do = loading.resolve("person", loading.people, text, what=_("The person"))
    if owner is None and what_to_do == "leave-out":
        raise LeaveOut(_("its owner is not known"))
    return owner  # type: ignore[no-any-return]
