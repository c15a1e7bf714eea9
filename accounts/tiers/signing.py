"""What a director sees who signs tier rules or proposals, and what the signature does to them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.choices import PolicyState, RoundState
from accounts.models import Account, TierPolicy, TierRound
from accounts.tiers.simulation_pages import moving_text
from accounts.tiers.words import ONE_PLACE, conditions_in_words, score_in_words, tiers_in_words
from crm.editing import write_fields
from crm.undo import CannotUndo
from followups.actions.approvals import SubjectChanged
from followups.approval_kinds import Description
from followups.choices import ApprovalState
from followups.models import Approval
from teams.models import User

SHOWN_MOVES = 50


def _changed() -> SubjectChanged:
    return SubjectChanged(_("This was changed after it had been handed in. It has to be handed in again."))


def _applied() -> CannotUndo:
    return CannotUndo(_("This was applied meanwhile. Take the rules back under “Tier policy” instead."))


def _fallen(count: int) -> list[str]:
    """Return the exception of rules by which customers lose tier A."""
    text = ngettext("%(n)s customer loses tier A", "%(n)s customers lose tier A", count)
    return [text % {"n": count}] if count else []


# --- rules ------------------------------------------------------------------------------------------------------------
def policy_decided(approval: Approval, *, actor: User, now: datetime, comment: str) -> None:  # noqa: ARG001
    """Sign the draft, or give it back to be changed."""
    policy = TierPolicy.objects.select_for_update().filter(pk=approval.subject_id).first()
    if policy is None or policy.state != PolicyState.ASKED:
        raise _changed()
    if approval.state == ApprovalState.APPROVED:
        values = {"state": PolicyState.APPROVED, "signed_at": now}
        write_fields(policy, values, actor=actor, action="tier_policy.signed")
    else:
        values = {"state": PolicyState.DRAFT, "apply_on": None}
        write_fields(policy, values, actor=actor, action="tier_policy.returned")


def policy_reopened(approval: Approval, *, actor: User, now: datetime) -> None:  # noqa: ARG001 -- the engine's signature
    """Put the draft back to waiting when its signature is taken back; what is applied stays. Raises CannotUndo."""
    policy = TierPolicy.objects.select_for_update().filter(pk=approval.subject_id).first()
    if policy is None or policy.state != PolicyState.APPROVED:
        raise _applied()
    values = {"state": PolicyState.ASKED, "signed_at": None}
    write_fields(policy, values, actor=actor, action="tier_policy.signature_taken_back")


def _rules(policy: TierPolicy) -> Description:
    told = policy.figures
    facts: list[tuple[str, object]] = []
    if told:
        facts.append((_("Effect"), moving_text(told["moving"])))
        facts.append((_("Contacts a month"), " → ".join(told["visits"])))
    facts.append((_("To be applied"), policy.apply_on.isoformat() if policy.apply_on else _("on a day chosen later")))
    return Description(
        title=_("Tier rules “%(name)s”") % {"name": policy.name},
        url=policy.get_absolute_url(),
        facts=facts,
        exceptions=_fallen(told.get("fallen", 0)),
        headers=[_("Tier"), _("Who")],
        rows=tiers_in_words(policy),
        note="\n".join([score_in_words(policy), *conditions_in_words(policy)]),
    )


def describe_policies(approvals: Sequence[Approval]) -> Mapping[int, Description]:
    """Return the drafts behind approvals as their signer sees them, by approval id."""
    policies = TierPolicy.objects.in_bulk([approval.subject_id for approval in approvals])
    return {row.pk: _rules(policies[row.subject_id]) for row in approvals if row.subject_id in policies}


# --- proposals of a run -----------------------------------------------------------------------------------------------
def round_decided(approval: Approval, *, actor: User, now: datetime, comment: str) -> None:  # noqa: ARG001
    """Sign the proposals, which are applied within a minute, or turn them down."""
    kept = TierRound.objects.select_for_update().filter(pk=approval.subject_id).first()
    if kept is None or kept.state != RoundState.WAITING:
        raise _changed()
    if approval.state == ApprovalState.APPROVED:
        values = {"state": RoundState.SIGNED, "signed_at": now}
        write_fields(kept, values, actor=actor, action="tier_round.signed")
    else:
        write_fields(kept, {"state": RoundState.RETURNED}, actor=actor, action="tier_round.returned")


def round_reopened(approval: Approval, *, actor: User, now: datetime) -> None:  # noqa: ARG001 -- the engine's signature
    """Put proposals back to waiting when their signature is taken back. Raises CannotUndo for what is applied."""
    kept = TierRound.objects.select_for_update().filter(pk=approval.subject_id).first()
    later = TierRound.objects.filter(state=RoundState.WAITING).exists()
    if kept is None or kept.state != RoundState.SIGNED or later:
        raise _applied()
    values = {"state": RoundState.WAITING, "signed_at": None}
    write_fields(kept, values, actor=actor, action="tier_round.signature_taken_back")


def _proposals(kept: TierRound, names: Mapping[int, str]) -> Description:
    rows = [
        [names.get(pk, "–"), f"{before or '–'} → {after or '–'}", Decimal(score).quantize(ONE_PLACE)]
        for pk, before, after, score, _rank in kept.moves[:SHOWN_MOVES]
    ]
    up = sum(not before or after < before for _pk, before, after, *_judged in kept.moves)
    more = len(kept.moves) - len(rows)
    return Description(
        title=_("Tiers of %(day)s by “%(name)s”") % {"day": kept.happened_on.isoformat(), "name": kept.policy.name},
        url=kept.get_absolute_url(),
        facts=[
            (_("Effect"), moving_text(len(kept.moves))),
            (_("up"), up),
            (_("down"), len(kept.moves) - up),
        ],
        exceptions=_fallen(sum(before == "A" for _pk, before, *_rest in kept.moves)),
        headers=[_("Customer"), _("Tier"), _("score")],
        rows=rows,
        note=ngettext("and %(n)s more customer", "and %(n)s more customers", more) % {"n": more} if more else "",
    )


def describe_rounds(approvals: Sequence[Approval]) -> Mapping[int, Description]:
    """Return the proposals behind approvals as their signer sees them, by approval id; always two queries."""
    rounds = TierRound.objects.select_related("policy").in_bulk([approval.subject_id for approval in approvals])
    keys = {move[0] for kept in rounds.values() for move in kept.moves[:SHOWN_MOVES]}
    accounts = Account.objects.filter(pk__in=keys).only("name", "short_name")
    names = {account.pk: account.called for account in accounts}
    return {row.pk: _proposals(rounds[row.subject_id], names) for row in approvals if row.subject_id in rounds}
