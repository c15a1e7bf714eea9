"""Who is told of a hand-over: those who get customers, and who leads the one who hands over."""

from datetime import datetime

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from accounts.choices import HandedState
from accounts.handover.briefing import what_may_be_lost
from accounts.handover.rules import UNUSUAL_EXPORT, unusual_exports_of
from accounts.models import HandOver
from followups.actions.items import NotPlanned, schedule
from followups.actions.messages import notify
from followups.rules import Due
from teams.models import User
from teams.tree import manager_of

RECEIVED, FINISHED = "hand_over_received", "hand_over_finished"


def tell_all(hand_over: HandOver, *, now: datetime) -> None:
    """Tell each receiver how many customers came, and the leaders what may be lost. Call inside atomic."""
    _tell_receivers(hand_over, now=now)
    _tell_leaders(hand_over, now=now)


def _tell_receivers(hand_over: HandOver, *, now: datetime) -> None:
    went = hand_over.items.handed().filter(account__isnull=False).order_by()
    counts = dict(went.values_list("to").annotate(n=Count("pk")))
    url = reverse("accounts:handovers:brief", args=[hand_over.pk])
    for person in User.objects.active().filter(pk__in=counts).order_by("pk"):
        notify(
            key=f"{RECEIVED}:{hand_over.pk}",
            kind=RECEIVED,
            subject=hand_over,
            recipient=person,
            params={"n": counts[person.pk], "giver": str(hand_over.giver or ""), "url": url},
            now=now,
        )


def _tell_leaders(hand_over: HandOver, *, now: datetime) -> None:
    went = hand_over.items.handed().filter(account__isnull=False)
    ids = list(went.values_list("account_id", flat=True))
    found = what_may_be_lost(ids, giver=hand_over.giver, on=timezone.localdate(now))
    params = {
        "giver": str(hand_over.giver or ""),
        "went": len(ids),
        "stayed": hand_over.items.filter(state=HandedState.FAILED).count(),
        "risks": sum(len(kind.risks) for kind in found),
        "url": reverse("accounts:handovers:risks", args=[hand_over.pk]),
    }
    leaders = {hand_over.made_by, manager_of(hand_over.giver) if hand_over.giver else None}
    for person in sorted(filter(None, leaders), key=lambda one: one.pk):
        notify(
            key=f"{FINISHED}:{hand_over.pk}", kind=FINISHED, subject=hand_over, recipient=person, params=params, now=now
        )


def tell_of_exports(person: User, *, actor: User, now: datetime) -> None:
    """Ask who leads a person who goes to look at downloads that stand out; called as his access ends."""
    on = timezone.localdate(now)
    found = unusual_exports_of(person, on=on)
    leader = manager_of(person)
    if not found or leader is None:
        return
    due = Due(
        kind=UNUSUAL_EXPORT,
        subject=("user", person.pk),
        recipient_id=leader.pk,
        due_on=on,
        key=f"{UNUSUAL_EXPORT}:{person.pk}:{on.isoformat()}",
        params={"name": str(person), "rows": found[0].export.rows, "n": len(found)},
    )
    try:
        schedule(due, actor=actor, now=now)
    except NotPlanned:  # the leader has left too; the page of the hand-over shows it all the same
        return
