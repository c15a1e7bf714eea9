"""Running the rules in force anew: by schedule or on demand; tiers change at once or wait for a signature."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from accounts.actions.tier_drafts import PolicyRefused, nobody_signs, signers_for
from accounts.actions.tier_moves import Cause, Move, Step, move_tiers, moves_of
from accounts.actions.tier_policies import note_run
from accounts.choices import PolicyState, RoundState
from accounts.models import TierPolicy, TierRound
from accounts.tiers.days import is_run_due
from accounts.tiers.runs import TierRun, compute_proposals, policy_in_force
from crm.audit import record
from crm.editing import write_fields
from followups.actions.approvals import HOLD, request_approval, withdraw
from followups.models import Approval
from teams.models import User

KIND = "tier_round"


@dataclass(frozen=True)
class Outcome:
    """What a run came to: so many moved, or proposals that wait for a signature."""

    moved: int = 0
    waiting: TierRound | None = None


def run_again(*, actor: User | None, on: date, now: datetime, step: Step | None = None) -> Outcome:
    """Work out every tier anew by the rules in force; `actor` None is the schedule.

    What the run says is applied at once where the policy says so, else kept until a director signs it. Raises
    PolicyRefused where a person asks and nobody can sign.
    """
    policy = policy_in_force()
    run = compute_proposals(policy, on=on)
    moves = moves_of(run)
    if moves and not policy.applies_itself:
        if actor and not signers_for(actor):
            raise PolicyRefused(nobody_signs())
        return Outcome(waiting=_propose(run, moves, actor=actor, now=now))
    moved = move_tiers(moves, Cause(policy, on, actor, out_of=run.out_of), step=step)
    note_run(policy, on=on, actor=actor)
    return Outcome(moved)


def run_due(*, on: date, now: datetime) -> Outcome | None:
    """Run the rules in force where their schedule says so; None where it does not."""
    policy = policy_in_force()
    if policy.ran_on is None or not is_run_due(policy.ran_on, policy.run_every, on):
        return None
    return run_again(actor=None, on=on, now=now)


# --- proposals --------------------------------------------------------------------------------------------------------
def _asker(policy: TierPolicy) -> User | None:
    """Return in whose name the schedule asks: who wrote the rules, else an admin."""
    author = policy.author
    return author if author and author.is_active else User.objects.admins().order_by("pk").first()


@transaction.atomic
def _propose(run: TierRun, moves: list[Move], *, actor: User | None, now: datetime) -> TierRound | None:
    """Keep what a run proposes, in the place of older proposals, and ask for a signature where somebody can sign."""
    waiting = Approval.objects.select_for_update(of=("self",)).waiting().filter(kind=KIND)
    asked = list(waiting.select_related("requested_by").order_by("pk"))
    policy = TierPolicy.objects.select_for_update().get(pk=run.policy.pk)
    if policy.state != PolicyState.ACTIVE or policy.version != run.policy.version:
        return TierRound.objects.filter(policy=policy).order_by("-pk").first()
    for approval in asked:
        withdraw(approval, actor=approval.requested_by, now=now)
    for older in TierRound.objects.select_for_update().filter(state=RoundState.WAITING):
        write_fields(older, {"state": RoundState.REPLACED}, actor=actor, action="tier_round.replaced")
    kept = TierRound.objects.create(
        policy=policy,
        happened_on=run.on,
        actor=actor,
        out_of=run.out_of,
        moves=[[move.account, move.before, move.after, str(move.score), move.rank] for move in moves],
    )
    record("tier_round.proposed", kept, actor=actor, changes={"policy": policy.pk, "moves": len(moves)})
    note_run(policy, on=run.on, actor=actor)
    asker = actor or _asker(policy)
    if asker and signers_for(asker):
        request_approval(KIND, kept, approvers=signers_for(asker)[:1], actor=asker, now=now)
    return kept


@transaction.atomic
def ask_for_round(kept: TierRound, *, actor: User, now: datetime) -> None:
    """Ask for the signature of proposals for which nobody could be asked before. Raises PolicyRefused."""
    current = TierRound.objects.select_for_update().get(pk=kept.pk)
    signers = signers_for(actor)
    if not signers:
        raise PolicyRefused(nobody_signs())
    if current.state == RoundState.WAITING:
        request_approval(KIND, current, approvers=signers[:1], actor=actor, now=now)


def apply_round(kept: TierRound, *, on: date, step: Step | None = None) -> int:
    """Apply signed proposals as they were signed; return how many moved. Rules replaced meanwhile move nobody."""
    with transaction.atomic():
        current = TierRound.objects.select_for_update(of=("self",)).select_related("policy", "actor").get(pk=kept.pk)
        if current.state != RoundState.SIGNED:
            return 0
        if current.policy.state != PolicyState.ACTIVE:
            write_fields(current, {"state": RoundState.REPLACED}, actor=None, action="tier_round.replaced")
            return 0
    moves = [Move(pk, before, after, Decimal(score), rank) for pk, before, after, score, rank in current.moves]
    cause = Cause(current.policy, on, current.actor, out_of=current.out_of)
    moved = move_tiers(moves, cause, step=step)
    with transaction.atomic():
        current = TierRound.objects.select_for_update().get(pk=kept.pk)
        if current.state == RoundState.SIGNED:
            write_fields(current, {"state": RoundState.APPLIED}, actor=None, action="tier_round.applied")
    return moved


def apply_signed_rounds(*, on: date, now: datetime) -> int:
    """Apply the proposals that were signed and whose signature stands; return how many rounds."""
    rounds = list(TierRound.objects.filter(state=RoundState.SIGNED, signed_at__lte=now - HOLD).order_by("pk"))
    for kept in rounds:
        apply_round(kept, on=on)
    return len(rounds)
