"""The facts of a customer and of a person as their pages list them: label, value, address."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.choices import BuyingRole
from accounts.models import Account, Contact

Fact = tuple[str | Promise, Any] | tuple[str | Promise, Any, str]


def _of_five(value: int | None) -> str:
    return "" if value is None else _("%(n)s of 5") % {"n": value}


def facts_of(account: Account) -> list[Fact]:
    """Return the facts of a customer, the often asked ones first."""
    parent: Fact = (_("Belongs to"), "")
    if account.parent:
        parent = (_("Belongs to"), account.parent.called, account.parent.get_absolute_url())
    site: Fact = (_("Website"), account.website, account.website)
    phone: Fact = (_("Phone"), account.phone, f"tel:{account.phone}")
    return [
        (_("Name"), account.name),
        phone,
        (_("Address"), f"{account.place} {account.address}".strip()),
        (_("Industry"), account.industry),
        (_("Kind"), account.get_kind_display()),
        parent,
        (_("Source"), account.get_source_display()),
        (_("Growth potential"), _of_five(account.potential)),
        (_("Credit standing"), _of_five(account.credit)),
        (_("Employees"), account.employees),
        (_("Founded in"), account.founded),
        site,
        (_("Unified social credit code"), account.credit_code),
        (_("Number elsewhere"), account.external_id),
        (_("Also known as"), account.alias),
        (_("Notes"), account.notes),
    ]


def roles_of(contact: Contact) -> str:
    """Return the buying roles of a person in words."""
    words = dict(BuyingRole.choices)
    return "、".join(str(words[role]) for role in contact.buying_roles if role in words)


def facts_of_contact(contact: Contact) -> list[Fact]:
    """Return the facts of a person."""
    boss: Fact = (_("Reports to"), "")
    if contact.reports_to:
        boss = (_("Reports to"), contact.reports_to, contact.reports_to.get_absolute_url())
    return [
        (_("Mobile"), contact.mobile, f"tel:{contact.mobile}"),
        (_("Phone"), contact.phone, f"tel:{contact.phone}"),
        (_("WeChat"), contact.wechat),
        (_("E-mail"), contact.email, f"mailto:{contact.email}"),
        (_("Department"), contact.department),
        (_("Level"), contact.get_level_display()),
        boss,
        (_("Buying roles"), roles_of(contact)),
        (_("Influence"), _of_five(contact.influence)),
        (_("Relationship"), contact.get_relationship_display()),
        (_("Treatment"), contact.get_treatment_display()),
        (_("Last contact"), contact.last_contact_on),
        (_("Notes"), contact.notes),
    ]
