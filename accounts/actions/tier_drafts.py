"""Drafts of the tier policy: writing them, having them signed, choosing the day they are applied."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import PolicyState
from accounts.models import TierPolicy
from accounts.tiers.runs import rules_of
from accounts.tiers.tiering import LONGEST_WINDOW
from crm.audit import plain, record
from crm.editing import save_edit, write_fields
from crm.models import UndoEntry
from crm.undo import offer_undo
from followups.actions.approvals import request_approval, withdraw
from followups.choices import ApprovalState
from followups.models import Approval
from teams.choices import Role
from teams.models import User

KIND = "tier_policy"
UNDO_DISCARD = "accounts.discard_draft"
# What an admin writes in a draft, and all that has to come back with one that was thrown away.
WRITTEN = (
    *("name", "weights", "cut_by", "cut_a", "cut_b", "margin", "min_criteria", "min_weight", "window_months"),
    *("run_every", "applies_itself", "contact_days", "reference"),
)


class PolicyRefused(Exception):
    """The policy cannot be changed, signed, applied or taken back so; the message says why."""


class BadDay(PolicyRefused):
    """The day to apply on lies in the past."""


def signers_for(actor: User | None) -> list[User]:
    """Return the directors who may sign what this person asks for; never himself."""
    directors = User.objects.active().filter(role=Role.DIRECTOR).order_by("pk")
    return list(directors.exclude(pk=actor.pk) if actor else directors)


def nobody_signs() -> str:
    """Return the sentence for where no director can sign."""
    return _("There is nobody to sign this: a director has to, and not the one who asks. Make somebody a director.")


def _check(policy: TierPolicy) -> None:
    try:
        rules_of(policy)
    except ValueError as problem:
        raise PolicyRefused(_("The weights, the cuts and the margin do not fit together.")) from problem
    if not 1 <= policy.window_months <= LONGEST_WINDOW:
        raise PolicyRefused(_("The turnover of 1 to %(n)s months can count.") % {"n": LONGEST_WINDOW})


@transaction.atomic
def new_draft(*, values: Mapping[str, Any], actor: User) -> TierPolicy:
    """Make a draft; it changes nothing until it is applied. Raises PolicyRefused."""
    draft = TierPolicy(**values, state=PolicyState.DRAFT, author=actor)
    _check(draft)
    draft.save(force_insert=True)
    record("tier_policy.drafted", draft, actor=actor, changes=values)
    return draft


def _waiting(policy: TierPolicy) -> Approval | None:
    """Return the locked request for a signature; locked before the policy, as by whoever signs."""
    rows = Approval.objects.select_for_update(of=("self",)).about(KIND, policy.pk).waiting()
    return rows.select_related("requested_by").first()


def _locked(policy: TierPolicy, *states: str) -> TierPolicy:
    """Return the locked draft in one of the states. Raises PolicyRefused."""
    current = TierPolicy.objects.select_for_update().filter(pk=policy.pk).first()
    if current is None:
        raise PolicyRefused(_("This draft was thrown away meanwhile."))
    if current.state not in states:
        raise PolicyRefused(refusal_of(current))
    return current


def refusal_of(policy: TierPolicy) -> str:
    """Return why a policy in its state cannot be had for something else."""
    if policy.state == PolicyState.ASKED:
        return _("This draft waits for a signature. Take the request back, then change it.")
    if policy.state == PolicyState.APPROVED:
        return _("This draft is signed already.")
    if policy.state in (PolicyState.ACTIVE, PolicyState.RETIRED):
        return _("This policy is no draft any more and stays as it is. Make a new draft from it.")
    if Approval.objects.about(KIND, policy.pk).filter(state=ApprovalState.APPROVED).exists():
        return _("This draft was changed after it had been signed. Ask for a signature again.")
    return _("This draft is not signed. Ask for a signature first.")


def require_signed(policy: TierPolicy) -> None:
    """Raise PolicyRefused for what is not signed as it stands."""
    if policy.state != PolicyState.APPROVED:
        raise PolicyRefused(refusal_of(policy))


@transaction.atomic
def save_draft(policy: TierPolicy, *, changes: Mapping[str, Any], version: int, actor: User) -> TierPolicy:
    """Change a draft, which the form saw as `version`; return it fresh. One that was signed has to be signed again.

    Raises EditConflict and PolicyRefused.
    """
    before = _locked(policy, PolicyState.DRAFT, PolicyState.APPROVED)
    current = save_edit(before, changes=changes, version=version, actor=actor, action="tier_policy.edited")
    _check(current)
    if current.version == before.version or current.state == PolicyState.DRAFT:
        return current
    return write_fields(current, _unsigned(), actor=actor, action="tier_policy.signature_void")


def _unsigned() -> dict[str, Any]:
    return {"state": PolicyState.DRAFT, "signed_at": None, "apply_on": None}


@transaction.atomic
def discard_draft(policy: TierPolicy, *, actor: User, now: datetime) -> UndoEntry:
    """Throw a draft away; return what brings it back. Raises PolicyRefused while it waits for a signature."""
    current = _locked(policy, PolicyState.DRAFT, PolicyState.APPROVED)
    kept = {name: plain(getattr(current, name)) for name in WRITTEN}
    inverse = {"pk": current.pk, "version": current.version, "author": current.author_id, "rules": kept}
    record("tier_policy.discarded", current, actor=actor, changes={"name": current.name})
    current.delete()
    label = _("“%(name)s” thrown away") % {"name": current.name}
    return offer_undo(UNDO_DISCARD, actor=actor, label=label, inverse=inverse, rows=[], now=now)


@transaction.atomic
def undo_discard_draft(data: dict[str, Any], *, actor: User, now: datetime) -> None:  # noqa: ARG001 -- undo's signature
    """Bring a draft back as it was, under its old number; one that was signed has to be signed again."""
    fields: Any = {field.name: field for field in TierPolicy._meta.concrete_fields}
    rules = {name: fields[name].to_python(value) for name, value in data["rules"].items()}
    at = data["version"]
    draft = TierPolicy(**rules, pk=data["pk"], version=at + 1, author_id=data["author"], state=PolicyState.DRAFT)
    draft.save(force_insert=True)
    record("tier_policy.brought_back", draft, actor=actor, changes={"version": [at, at + 1]})


# --- the signature ----------------------------------------------------------------------------------------------------
def _check_day(day: date | None, on: date) -> None:
    if day is not None and day < on:
        raise BadDay(_("This day has passed. Choose today or a later day."))


@transaction.atomic
def ask_signature(
    policy: TierPolicy,
    *,
    signer: User | None,
    apply_on: date | None,
    figures: Mapping[str, Any],
    actor: User,
    on: date,
    now: datetime,
) -> TierPolicy:
    """Ask a director to sign a draft, and say when it is to be applied (None: decided later); return it fresh.

    `figures` is what he is told of its effect. Raises PolicyRefused.
    """
    _check_day(apply_on, on)
    current = _locked(policy, PolicyState.DRAFT)
    if signer is None or signer not in signers_for(actor):
        raise PolicyRefused(nobody_signs())
    values = {"state": PolicyState.ASKED, "apply_on": apply_on, "figures": dict(figures)}
    current = write_fields(current, values, actor=actor, action="tier_policy.handed_in")
    request_approval(KIND, current, approvers=[signer], actor=actor, now=now)
    return current


@transaction.atomic
def take_back(policy: TierPolicy, *, actor: User, now: datetime) -> TierPolicy:
    """Take the request for a signature back; the draft can be changed again. Raises PolicyRefused."""
    approval = _waiting(policy)
    current = _locked(policy, PolicyState.ASKED)
    if approval is not None:
        try:
            withdraw(approval, actor=actor, now=now)
        except PermissionDenied as problem:
            asker = {"who": approval.requested_by}
            sentence = _("Only %(who)s, who asked for the signature, can take the request back.")
            raise PolicyRefused(sentence % asker) from problem
    return write_fields(current, _unsigned(), actor=actor, action="tier_policy.taken_back")


# --- the day ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def plan_day(policy: TierPolicy, *, day: date, actor: User, on: date) -> TierPolicy:
    """Have a signed draft applied on a day; return it fresh. Raises PolicyRefused."""
    _check_day(day, on)
    current = _locked(policy, PolicyState.APPROVED)
    return write_fields(current, {"apply_on": day}, actor=actor, action="tier_policy.planned")


@transaction.atomic
def call_off(policy: TierPolicy, *, actor: User) -> TierPolicy:
    """Not apply a signed draft on its day; it stays signed. Return it fresh. Raises PolicyRefused."""
    current = _locked(policy, PolicyState.APPROVED)
    if current.apply_on is None:
        return current
    return write_fields(current, {"apply_on": None}, actor=actor, action="tier_policy.called_off")
