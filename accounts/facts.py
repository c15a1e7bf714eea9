"""The facts of a customer and of a person as their pages list them: label, value, address, and what corrects it."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.choices import BuyingRole
from accounts.models import Account, Contact


@dataclass(frozen=True)
class Fact:
    """One line; `fields` are the form's fields behind it, "" where it is written elsewhere."""

    label: str | Promise
    value: Any
    fields: str = ""
    url: str = ""

    @property
    def is_empty(self) -> bool:
        """Return whether nothing is known."""
        return self.value in (None, "")


def _of_five(value: int | None) -> str:
    return "" if value is None else _("%(n)s of 5") % {"n": value}


def _percent(value: int | None) -> str:
    return "" if value is None else f"{value} %"


def facts_of(account: Account, *, parent_seen: bool) -> list[Fact]:
    """Return the facts of a customer, the often asked ones first; the company above is named to all, linked to some."""
    above = account.parent
    return [
        Fact(_("Name"), account.name, "name"),
        Fact(_("Short name"), account.short_name, "short_name"),
        Fact(_("Phone"), account.phone, "phone", f"tel:{account.phone}"),
        Fact(_("Address"), f"{account.place} {account.address}".strip(), "province,city,address"),
        Fact(_("Industry"), account.industry or "", "industry"),
        Fact(_("Kind"), account.get_kind_display(), "kind"),
        Fact(
            _("Belongs to"),
            above.called if above else "",
            "parent",
            above.get_absolute_url() if above and parent_seen else "",
        ),
        Fact(_("Source"), account.get_source_display(), "source"),
        Fact(_("Growth potential"), _of_five(account.potential), "potential"),
        Fact(_("Credit standing"), _of_five(account.credit), "credit"),
        Fact(_("Share of wallet"), _percent(account.wallet_share), "wallet_share"),
        Fact(_("Strategic customer"), _("yes") if account.is_strategic else "", "is_strategic"),
        Fact(_("Employees"), account.employees, "employees"),
        Fact(_("Founded in"), account.founded, "founded"),
        Fact(_("Website"), account.website, "website", account.website),
        Fact(_("Unified social credit code"), account.credit_code, "credit_code"),
        Fact(_("Number elsewhere"), account.external_id, "external_id"),
        Fact(_("Also known as"), account.alias, "alias"),
        Fact(_("Notes"), account.notes, "notes"),
    ]


def roles_of(contact: Contact) -> str:
    """Return the buying roles of a person in words."""
    words = dict(BuyingRole.choices)
    return "、".join(str(words[role]) for role in contact.buying_roles if role in words)


def facts_of_contact(contact: Contact) -> list[Fact]:
    """Return the facts of a person."""
    boss = contact.reports_to
    return [
        Fact(_("Mobile"), contact.mobile, "mobile", f"tel:{contact.mobile}"),
        Fact(_("Phone"), contact.phone, "phone", f"tel:{contact.phone}"),
        Fact(_("WeChat"), contact.wechat, "wechat"),
        Fact(_("E-mail"), contact.email, "email", f"mailto:{contact.email}"),
        Fact(_("Department"), contact.department, "department"),
        Fact(_("Level"), contact.get_level_display(), "level"),
        Fact(_("Reports to"), boss or "", "reports_to", boss.get_absolute_url() if boss else ""),
        Fact(_("Buying roles"), roles_of(contact), "buying_roles"),
        Fact(_("Influence"), _of_five(contact.influence), "influence"),
        Fact(_("Relationship"), contact.get_relationship_display()),
        Fact(_("Treatment"), contact.get_treatment_display(), "treatment"),
        Fact(_("Last contact"), contact.last_contact_on),
        Fact(_("Notes"), contact.notes, "notes"),
    ]
