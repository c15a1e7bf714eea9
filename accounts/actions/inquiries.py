"""Writes of calls and walk-ins: registering one, giving it to somebody else, the first contact; who gets which."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.actions.accounts import create_account
from accounts.actions.people import add_contact, reached_by
from accounts.choices import AccountKind, Channel, ProspectKind, Source
from accounts.inquiries.assigning import AssignRule, Facts, assign
from accounts.inquiries.rules import FIRST_CONTACT, INQUIRY_RULE, inquiry_dues, inquiry_key
from accounts.models import Account, Inquiry, InquiryRule
from crm.audit import record
from crm.editing import write_fields
from crm.locks import one_at_a_time
from crm.workdays import load_calendar
from followups.actions.items import ask_again, close_for
from followups.planning import plan_now
from teams.models import Team, User


class NobodyToGive(Exception):
    """No rule fits and nobody sells: the message says what to do."""


def _rules() -> list[AssignRule]:
    """Return the rules in order, each with those of its people who are here."""
    selling: dict[int | None, list[int]] = {}
    for pk, team_id in User.objects.active().sellers().values_list("pk", "team_id"):
        selling.setdefault(team_id, []).append(pk)
    here = {pk for people in selling.values() for pk in people}
    rows = InquiryRule.objects.order_by("position", "pk")
    return [
        AssignRule(
            [row.user_id] if row.user_id in here else selling.get(row.team_id, []) if row.team_id else [],
            row.province,
            row.city,
            row.industry_id,
        )
        for row in rows
    ]


def _otherwise(actor: User) -> list[int]:
    """Return who gets what no rule speaks of: whoever answered if that person sells, else everybody who does."""
    selling = User.objects.active().sellers()
    if selling.filter(pk=actor.pk).exists():
        return [actor.pk]
    return list(selling.values_list("pk", flat=True))


def taker_of(facts: Facts, *, account: Account | None, actor: User) -> User:
    """Return who looks after it: the owner of a customer we have, else whom the rules name. Raises NobodyToGive."""
    if account and account.owner and account.owner.is_active:
        owner: User = account.owner
        return owner
    counted = Inquiry.objects.waiting().order_by().values("given_to").annotate(count=Count("pk"))
    waiting = {row["given_to"]: row["count"] for row in counted}
    found = assign(facts, _rules(), otherwise=_otherwise(actor), waiting=waiting)
    if found is None:
        raise NobodyToGive(_("Nobody sells yet. Ask an admin to add a rep, then register this again."))
    taker: User = User.objects.get(pk=found)
    return taker


@transaction.atomic
def register_inquiry(
    *,
    person: str,
    wants: str,
    actor: User,
    now: datetime,
    account: Account | None = None,
    client_id: uuid.UUID | None = None,
    **fields: Any,
) -> Inquiry:
    """Register a call or walk-in and give it to somebody, who is reminded of the first contact.

    Without `account` a direct prospect is made of it. The same `client_id` again returns the first one unchanged.
    Raises NobodyToGive.
    """
    key = client_id or uuid.uuid4()
    one_at_a_time(f"inquiry {key}")
    known = Inquiry.objects.filter(client_id=key).first()
    if known:
        return known
    facts = Facts(fields.get("province", ""), fields.get("city", ""), getattr(fields.get("industry"), "pk", None))
    taker = taker_of(facts, account=account, actor=actor)
    account = account or _prospect(person=person, taker=taker, actor=actor, wants=wants, fields=fields)
    inquiry = Inquiry.objects.create(
        client_id=key, person=person, wants=wants, account=account, taken_by=actor, given_to=taker, **fields
    )
    record("inquiry.registered", inquiry, actor=actor, changes={"account": account, "given_to": taker})
    plan_now(INQUIRY_RULE, list(inquiry_dues(Inquiry.objects.filter(pk=inquiry.pk), load_calendar())), now=now)
    return inquiry


def _prospect(*, person: str, taker: User, actor: User, wants: str, fields: dict[str, Any]) -> Account:
    source = Source.EXHIBITION if fields.get("channel") == Channel.EXHIBITION else Source.INCOMING
    account = create_account(
        name=fields.get("company") or person,
        owner=taker,
        actor=actor,
        kind=AccountKind.PROSPECT,
        prospect_kind=ProspectKind.DIRECT,
        source=source,
        phone=fields.get("phone", ""),
        province=fields.get("province", ""),
        city=fields.get("city", ""),
        district=fields.get("district", ""),
        address=fields.get("address", ""),
        industry=fields.get("industry"),
        notes=wants,
    )
    add_contact(account, name=person, **reached_by(fields.get("phone", "")), actor=actor, is_verified=False)
    return account


@transaction.atomic
def give_inquiry(inquiry: Inquiry, *, to: User, actor: User | None, now: datetime) -> Inquiry:
    """Give a call or walk-in to somebody else, who is reminded instead; return it fresh."""
    current = Inquiry.objects.select_for_update(of=("self",)).get(pk=inquiry.pk)
    if current.given_to_id != to.pk:
        current = write_fields(current, {"given_to": to}, actor=actor, action="inquiry.given")
        close_for(FIRST_CONTACT, current, actor=actor, now=now, besides=inquiry_key(current.pk, to.pk))
        ask_again([inquiry_key(current.pk, to.pk)], actor=actor, now=now)  # it may have been his before
        plan_now(INQUIRY_RULE, list(inquiry_dues(Inquiry.objects.filter(pk=current.pk), load_calendar())), now=now)
    return current


@transaction.atomic
def answer_inquiry(inquiry: Inquiry, *, actor: User, now: datetime) -> Inquiry:
    """Note that the first contact has taken place; return it fresh."""
    current = Inquiry.objects.select_for_update(of=("self",)).get(pk=inquiry.pk)
    if current.answered_at is None:
        current = write_fields(current, {"answered_at": now}, actor=actor, action="inquiry.answered")
        close_for(FIRST_CONTACT, current, actor=actor, now=now)
    return current


def answer_inquiries_of(account: Account, *, actor: User, now: datetime) -> None:
    """Note that who came in has been contacted, because somebody was in contact with that customer."""
    for inquiry in Inquiry.objects.waiting().filter(account=account):
        answer_inquiry(inquiry, actor=actor, now=now)


# --- who gets which ---------------------------------------------------------------------------------------------------
@transaction.atomic
def add_rule(*, actor: User, user: User | None = None, team: Team | None = None, **fields: Any) -> InquiryRule:
    """Add a rule for calls and walk-ins."""
    rule = InquiryRule.objects.create(user=user, team=team, **fields)
    changes = {"user": user, "team": team} | {name: value for name, value in fields.items() if value}
    record("inquiry_rule.added", rule, actor=actor, changes=changes)
    return rule


@transaction.atomic
def remove_rule(rule: InquiryRule, *, actor: User) -> None:
    """Take a rule away; what was given by it stays given."""
    record("inquiry_rule.removed", rule, actor=actor, changes={"user": rule.user, "team": rule.team})
    rule.delete()
