"""What this room tells of a customer to its new owner: who matters there, what is to be done; and what may be lost."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actions.contact_log import contact_days
from accounts.choices import AGAINST, BuyingRole, Stance, Tier
from accounts.facts import roles_of
from accounts.handover.briefing import Danger, Line, Risk, Section
from accounts.models import Account, Contact
from followups.models import FollowUp
from followups.wording import wording
from teams.models import User

PEOPLE_SHOWN = 6
QUIET_FOR = 60  # days without contact where the tier names none


def _people(ids: Sequence[int]) -> dict[int, list[Contact]]:
    """Return the people at customers, deciders first, then the most influential; one query."""
    found: dict[int, list[Contact]] = defaultdict(list)
    for person in Contact.objects.live().filter(account__in=ids).order_by("name", "pk"):
        found[person.account_id].append(person)
    for people in found.values():
        people.sort(key=lambda person: (BuyingRole.DECIDER not in person.buying_roles, -(person.influence or 0)))
    return found


def _person(person: Contact) -> Line:
    met = _("last met %(day)s") % {"day": person.last_contact_on} if person.last_contact_on else _("not met yet")
    words = [roles_of(person), str(person.get_stance_display()) if person.stance else "", person.mobile or person.phone]
    tone = "danger" if person.stance in AGAINST else ""
    return Line(str(person), " · ".join(filter(None, words)), met, person.get_absolute_url(), tone)


def people(ids: Sequence[int], _user: User, _on: date) -> Mapping[int, list[Line]]:
    """Return who matters at each customer."""
    return {pk: [_person(person) for person in found[:PEOPLE_SHOWN]] for pk, found in _people(ids).items()}


def to_do(ids: Sequence[int], user: User, on: date) -> Mapping[int, list[Line]]:
    """Return the open follow-ups about each customer that the person sees, the overdue ones first; one query."""
    found: dict[int, list[Line]] = defaultdict(list)
    rows = FollowUp.objects.visible_to(user).open().filter(account_id__in=ids).order_by("due_on", "pk")
    for item in rows.select_related("recipient"):
        words = wording(item.kind, item.params)
        late = item.due_on < on
        tail = _("overdue since %(day)s") if late else _("due %(day)s")
        url = reverse("followups:item", args=[item.pk])
        found[item.account_id or 0].append(
            Line(words.title, words.reason, tail % {"day": item.due_on}, url, "danger" if late else "")
        )
    return found


def long_quiet(ids: Sequence[int], _giver: User | None, on: date) -> Iterator[Risk]:
    """Yield the tier A customers nobody was in contact with for longer than their tier allows."""
    days = contact_days().get(Tier.A, QUIET_FOR)
    line = on - timedelta(days=days)
    rows = Account.objects.live().tiered(Tier.A).filter(pk__in=ids)
    for account in rows.filter(Q(last_contact_on=None) | Q(last_contact_on__lt=line)).order_by("last_contact_on", "pk"):
        if account.last_contact_on is None:
            yield Risk(account.pk, _("no contact noted"), account.get_absolute_url())
            continue
        gone = (on - account.last_contact_on).days
        text = ngettext("%(n)s day without contact", "%(n)s days without contact", gone) % {"n": gone}
        yield Risk(account.pk, text, account.get_absolute_url())


def cold_deciders(ids: Sequence[int], _giver: User | None, _on: date) -> Iterator[Risk]:
    """Yield the deciders who are against us or stand between."""
    for people_there in _people(ids).values():
        for person in people_there:
            if BuyingRole.DECIDER in person.buying_roles and person.stance in (*AGAINST, Stance.NEUTRAL):
                text = f"{person} · {person.get_stance_display()}"
                yield Risk(person.account_id, text, person.get_absolute_url())


SECTIONS = (
    Section("people", gettext_lazy("Who matters there"), people, 10),
    Section("to_do", gettext_lazy("What is to be done"), to_do, 40),
)
DANGERS = (
    Danger(
        "long_quiet",
        gettext_lazy("Tier A, long without contact"),
        gettext_lazy("They may have heard of the change from somebody else already."),
        long_quiet,
        10,
    ),
    Danger(
        "cold_deciders",
        gettext_lazy("Decision makers who are against us or neutral"),
        gettext_lazy("A new face is a chance and a danger: go along to the first talk."),
        cold_deciders,
        40,
    ),
)
