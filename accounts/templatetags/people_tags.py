"""Small words about people at customers."""

from datetime import date
from typing import Any

from django import template

from accounts.choices import BuyingRole
from accounts.facts import Fact

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
    return [fact for fact in facts if fact.is_empty and fact.fields]
