"""The facts of a customer and of a person as their pages list them: label, value, address, and what corrects it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.choices import BuyingRole
from accounts.effort import service_cost
from accounts.models import Account, Contact
from accounts.profits.reads import profits_of, sees_profit
from accounts.spans import Span
from crm.money import show_amount
from crm.places.maps import MapLink, map_links
from teams.models import User


@dataclass(frozen=True)
class Fact:
    """One line; `fields` are those of the form behind it, `form_url` a form of its own; neither: written elsewhere."""

    label: str | Promise
    value: Any
    fields: str = ""
    url: str = ""
    form_url: str = ""

    @property
    def is_empty(self) -> bool:
        """Return whether nothing is known."""
        return self.value in (None, "")


@dataclass(frozen=True)
class Protection:
    """Until when a claim protects a customer, in words; `tone` is that of a pill, `claim` its key."""

    claim: int
    text: str
    tone: str


def protection_of(account: Any, *, on: date, soon: int) -> Protection | None:
    """Return the protection of a customer read `with_protection`; it is a warning from `soon` days before its end."""
    until: date | None = account.protected_until
    if until is None:
        return None
    left = (until - on).days
    if left < 0:
        return Protection(account.claim_id, _("Protection ended on %(day)s") % {"day": until.isoformat()}, "danger")
    text = ngettext("Protected until %(day)s, %(n)s day left", "Protected until %(day)s, %(n)s days left", left)
    text %= {"day": until.isoformat(), "n": left}
    return Protection(account.claim_id, text, "warn" if left <= soon else "")


def _of_five(value: int | None) -> str:
    return "" if value is None else _("%(n)s of 5") % {"n": value}


def _address(account: Account) -> str:
    return " ".join(filter(None, [account.place, account.address, account.postcode]))


def _position(account: Account) -> str:
    return f"{account.latitude:.5f}, {account.longitude:.5f}" if account.position else ""


def _above(account: Account) -> str:
    if account.parent is None or not account.relation:
        return account.parent.called if account.parent else ""
    words = {"name": account.parent.called, "relation": account.get_relation_display()}
    return _("%(name)s (%(relation)s)") % words


def ways_to(account: Account) -> list[MapLink]:
    """Return links that show the way to a customer: by its position, else by its address."""
    return map_links(account.position, name=account.called, address=f"{account.place}{account.address}")


def _money(amount: Decimal | None) -> str:
    return "" if amount is None else show_amount(amount, settings.REPORTING_CURRENCY, get_language() or "en")


def profit_facts(account: Account, span: Span, user: User) -> list[Fact]:
    """Return the line about what a customer left in a span; nothing for who may not know, or without figures."""
    if not sees_profit(user):
        return []
    label = _("Profit, 12 months")
    for profit in profits_of(Account.objects.filter(pk=account.pk), span, service_cost()):
        if profit.profit is None:
            return [Fact(label, _("not known: the cost of %(sold)s is missing") % {"sold": _money(profit.uncosted)})]
        words = {"profit": _money(profit.profit), "sold": _money(profit.sold), "hours": round(profit.hours, 1)}
        return [Fact(label, _("%(profit)s from %(sold)s, %(hours)s h spent") % words)]
    return []


def _percent(value: int | None) -> str:
    return "" if value is None else f"{value} %"


def facts_of(account: Account, *, parent_seen: bool) -> list[Fact]:
    """Return the facts of a customer, the often asked ones first; the company above is named to all, linked to some."""
    above = account.parent
    return [
        Fact(_("Name"), account.name, "name"),
        Fact(_("Short name"), account.short_name, "short_name"),
        Fact(_("Phone"), account.phone, "phone", f"tel:{account.phone}"),
        Fact(_("Address"), _address(account), "province,city,district,address,postcode"),
        Fact(
            _("On the map"),
            _position(account),
            url=ways_to(account)[0].url,
            form_url=reverse("accounts:position", args=[account.pk]),
        ),
        Fact(_("Industry"), account.industry or "", "industry"),
        Fact(_("Kind"), account.get_kind_display(), "kind"),
        Fact(_("Kind of prospect"), account.get_prospect_kind_display(), "prospect_kind"),
        Fact(
            _("Belongs to"),
            _above(account),
            "parent,relation",
            above.get_absolute_url() if above and parent_seen else "",
        ),
        Fact(_("Dealer"), account.dealer.called if account.dealer else "", "dealer"),
        Fact(_("Source"), account.get_source_display(), "source"),
        Fact(_("Growth potential"), _of_five(account.potential), "potential"),
        Fact(_("Credit standing"), _of_five(account.credit), "credit"),
        Fact(_("Share of wallet"), _percent(account.wallet_share), "wallet_share"),
        Fact(_("Strategic customer"), _("yes") if account.is_strategic else "", "is_strategic"),
        Fact(_("Employees"), account.employees, "employees"),
        Fact(_("Founded in"), account.founded, "founded"),
        Fact(_("Annual revenue"), _money(account.annual_revenue), "annual_revenue"),
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
