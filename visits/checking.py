"""Whether a visit can be kept as told: finds the rows it names, or says field by field what is wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from accounts.models import Account, Contact
from pipeline.models import Criterion, Opportunity
from teams.models import User
from visits.access import acts_for
from visits.models import PlanItem, Visit
from visits.visit_input import VisitInput, VisitRefused


@dataclass(frozen=True)
class Found:
    """The rows a visit names, all of them the person's to name."""

    account: Account
    opportunity: Opportunity | None
    item: PlanItem | None
    people: dict[int, Contact]
    criteria: dict[int, Criterion]


def wrong_days(data: VisitInput | Visit, on: date) -> Iterator[tuple[str, str]]:
    """Yield (field, sentence) for every day or time that cannot be; `on` is the person's today."""
    if data.happened_on > on:
        yield "happened_on", _("The visit lies in the future. Choose %(today)s or an earlier day.") % {"today": on}
    if data.next_on and data.next_on < data.happened_on:
        yield "next_on", _("The next contact must not lie before the visit.")
    if data.commitment_on and data.commitment_on < data.happened_on:
        yield "commitment_on", _("The customer's promise must not be due before the visit.")
    if data.started_at and data.ended_at and data.ended_at < data.started_at:
        yield "ended_at", _("The visit must not end before it begins.")


def find_opportunity(data: VisitInput, account: Account, actor: User) -> Opportunity | None:
    """Return the opportunity the visit names; None also for one that is not this customer's or not visible."""
    if data.opportunity_id is None:
        return None
    mine = Opportunity.objects.visible_to(actor).filter(account=account)
    return mine.filter(pk=data.opportunity_id).select_related("pipeline").first()


def _find_item(data: VisitInput, account: Account, errors: dict[str, str], actor: User) -> PlanItem | None:
    """Return the planned stop the visit closes.

    A stop of somebody else's plan is refused. One at another customer is left open: the form was moved to a customer
    who was not planned.
    """
    if data.plan_item_id is None:
        return None
    item = PlanItem.objects.select_related("plan").filter(pk=data.plan_item_id).first()
    if item is None or not acts_for(actor, item.plan.user_id):
        errors["plan_item"] = _("This stop is in somebody else's plan. Log the visit without it.")
        return None
    return item if item.account_id == account.pk else None


def _find_people(data: VisitInput, account: Account, errors: dict[str, str]) -> dict[int, Contact]:
    wanted = {*data.contact_ids, *(seen.contact_id for seen in data.stances)}
    people = Contact.objects.filter(account=account).in_bulk(wanted) if wanted else {}
    if wanted - people.keys():
        errors["met"] = _("One of these people is no longer known at this customer. Choose again.")
    return people


def _find_criteria(data: VisitInput, opportunity: Opportunity | None, errors: dict[str, str]) -> dict[int, Criterion]:
    wanted = {seen.criterion_id for seen in data.evidence}
    if not wanted:
        return {}
    if opportunity is None:
        errors["opportunity"] = _("Choose the opportunity the evidence belongs to.")
        return {}
    if not opportunity.is_open or opportunity.archived_at:
        errors["evidence"] = _("“%(name)s” is closed, so it takes no more evidence. Log the visit without it.") % {
            "name": opportunity.name
        }
        return {}
    criteria = Criterion.objects.filter(step__pipeline=opportunity.pipeline_id).in_bulk(wanted)
    if wanted - criteria.keys():
        errors["evidence"] = _("This opportunity's steps do not ask for this evidence any more. Choose again.")
    return criteria


def check(data: VisitInput, *, actor: User, on: date) -> Found:
    """Return the rows a visit names; raises VisitRefused with a sentence for every field that is wrong.

    A customer who is missing and one who is not the person's to see are answered the same. What a phone kept about a
    customer that was merged meanwhile is about the one it is a part of now.
    """
    errors = dict(wrong_days(data, on))
    named = Account.objects.visible_to(actor).filter(pk=data.account_id).select_related("merged_into").first()
    account = named.merged_into or named if named else None
    if account is None:
        errors["account"] = _("This customer does not exist, or is not yours to see. Choose another one.")
        raise VisitRefused(errors)
    opportunity = find_opportunity(data, account, actor)
    if data.opportunity_id and opportunity is None:
        errors["opportunity"] = _("This opportunity is not one of this customer's. Choose another one, or none.")
    item = _find_item(data, account, errors, actor)
    people = _find_people(data, account, errors)
    criteria = _find_criteria(data, opportunity, errors) if "opportunity" not in errors else {}
    if errors:
        raise VisitRefused(errors)
    return Found(account, opportunity, item, people, criteria)
