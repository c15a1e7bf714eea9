"""Who takes part in the decision, and in which part."""

from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Contact
from crm.audit import record
from pipeline.actions.guards import CannotChange, lock, must_be_live
from pipeline.models import Decider, Opportunity
from teams.models import User


@transaction.atomic
def set_roles(opportunity: Opportunity, contact: Contact, *, roles: Collection[str], actor: User) -> None:
    """Give a person exactly these parts in the decision (synchronised-selling: A, D, E, I, U); none takes him out.

    Raises CannotChange for a person of another customer, or an archived opportunity.
    """
    current = lock(opportunity)
    must_be_live(current)
    if contact.account_id != current.account_id:
        raise CannotChange(_("%(name)s does not belong to this customer.") % {"name": contact.name})
    rows = Decider.objects.filter(opportunity=current, contact=contact)
    before = set(rows.values_list("role", flat=True))
    wanted = set(roles)
    if before == wanted:
        return
    rows.exclude(role__in=wanted).delete()
    added = sorted(wanted - before)
    Decider.objects.bulk_create([Decider(opportunity=current, contact=contact, role=role) for role in added])
    changes = {"contact": contact.name, "roles": [sorted(before), sorted(wanted)]}
    record("opportunity.roles_set", current, actor=actor, changes=changes)


@transaction.atomic
def set_all_roles(opportunity: Opportunity, roles: Mapping[Contact, Collection[str]], *, actor: User) -> None:
    """Give several people their parts in one go."""
    for contact, parts in roles.items():
        set_roles(opportunity, contact, roles=parts, actor=actor)
