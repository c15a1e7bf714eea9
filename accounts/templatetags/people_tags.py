"""Small words about customers and the people there."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import template

from accounts.choices import BuyingRole
from accounts.facts import Fact
from accounts.figures import Figure
from accounts.groups.group import Company

register = template.Library()


@register.filter
def days_since(day: date, today: date) -> int:
    """Return how many days lie between a day and today; a day to come counts as today."""
    return max(0, (today - day).days)


@register.filter
def role_words(roles: list[str]) -> list[Any]:
    """Return the buying roles of a person in words, in the order of the list of roles."""
    return [role.label for role in BuyingRole if role in roles]


@register.filter
def empty_facts(facts: list[Fact]) -> list[Fact]:
    """Return the facts nobody knows yet and that can be written here."""
    return [fact for fact in facts if fact.is_empty and (fact.fields or fact.form_url)]


@dataclass(frozen=True)
class Shown:
    """A figure of a company of a group: with all below it; `own` only where it differs and is worth a word."""

    figure: Figure
    total: Any
    own: Any


@register.filter
def known_figures(company: Company, figures: list[Figure]) -> list[Shown]:
    """Return the figures of a company of a group that are known."""
    rows = zip(figures, company.total, company.own, strict=True)
    return [Shown(figure, total, None if own == total else own) for figure, total, own in rows if total is not None]
