"""Who may open what in this room."""

from datetime import date
from typing import Any

from crm.tests.url_rules import ALLOWED, Cast, Policy, everyone, only, row_page, row_write
from pipeline.tests.factories import OpportunityFactory
from visits.tests.factories import PlanItemFactory, VisitFactory

SELLERS = ("rep", "teammate", "outsider", "manager", "other_manager", "director")
# A plan of `rep` is seen by himself, his manager and the director; who sells nothing is stopped before that is asked.
NO_SELLERS = ("clerk", "compliance", "dealer", "admin")
SELLING = only(*SELLERS)
SELLING_WRITE = only(*SELLERS, allowed=ALLOWED)
EXPORTERS = ("rep", "teammate", "outsider", "manager", "other_manager", "director", "clerk", "compliance")
PANEL = only("rep", "manager", "director", "clerk", allowed=302, others=404)
DAY = {"day": date(2099, 1, 5)}


def _day(_cast: Cast) -> dict[str, Any]:
    return dict(DAY)


def _item(cast: Cast) -> dict[str, Any]:
    return {"pk": PlanItemFactory(plan__user=cast.rep, plan__day=DAY["day"], account=cast.account).pk}


def _plan(cast: Cast) -> dict[str, Any]:
    return {"pk": PlanItemFactory(plan__user=cast.rep, account=cast.account).plan.pk}


def _visit(cast: Cast) -> dict[str, Any]:
    return {"pk": VisitFactory(account=cast.account, user=cast.rep).pk}


def _opportunity(cast: Cast) -> dict[str, Any]:
    return {"pk": OpportunityFactory(account=cast.account, owner=cast.rep).pk}


def _account(cast: Cast) -> dict[str, Any]:
    return {"pk": cast.account.pk}


def _stops(*allowed: str, forbidden: tuple[str, ...], **exceptions: Any) -> dict[str, Any]:
    """Return the answers at a stop of `rep`: who sells nothing is stopped before the stop is looked for."""
    stopped = dict.fromkeys(NO_SELLERS, 403)
    return row_write(*allowed, forbidden=forbidden) | stopped | exceptions


OWN_STOP = _stops("rep", forbidden=("manager", "director"))

POLICY: dict[str, Policy] = {
    "visits:today": Policy(get=SELLING),
    "visits:plan": Policy(get=only(*SELLERS, allowed=302)),
    "visits:plan:day": Policy(get=SELLING, kwargs=_day),
    # The customer to add is chosen from those one sees; without one nothing is found.
    "visits:add_stop": Policy(post=only(*SELLERS, allowed=404), kwargs=_day),
    "visits:add_suggested": Policy(post=SELLING_WRITE, kwargs=_day),
    "visits:hand_in": Policy(post=SELLING_WRITE, kwargs=_day),
    "visits:take_back": Policy(post=SELLING_WRITE, kwargs=_day),
    "visits:plan:stop": Policy(
        get=row_page("rep", "manager", "director") | dict.fromkeys(NO_SELLERS, 403),
        post=OWN_STOP,
        kwargs=_item,
        data={"purpose": "ORDER", "version": "1"},
    ),
    "visits:remove_stop": Policy(post=OWN_STOP, kwargs=_item),
    "visits:move_stop": Policy(post=OWN_STOP, kwargs=_item, data={"to": "up"}),
    "visits:arrive": Policy(post=OWN_STOP, kwargs=_item),
    # A device's form that cannot be read is answered before anything is looked for.
    "visits:arrive_sync": Policy(post=everyone(400), kwargs=_item),
    "visits:day_plan": Policy(get=row_page("manager", "director", rep=302), kwargs=_plan),
    "visits:list": Policy(get=everyone(200)),
    "visits:export": Policy(get=only(*EXPORTERS)),
    "visits:new": Policy(get=SELLING, post=SELLING_WRITE),
    "visits:sync": Policy(post=everyone(400)),
    "visits:offline_data": Policy(get=SELLING),
    "visits:visit": Policy(get=row_page(), kwargs=_visit),
    "visits:edit": Policy(
        get=row_page("rep", manager=302, director=302) | dict.fromkeys(NO_SELLERS, 403),
        post=_stops("rep", forbidden=("manager", "director")),
        kwargs=_visit,
        data={"kind": "CALL", "happened_on": "2026-11-20", "version": "1"},
    ),
    "visits:archive": Policy(post=_stops("rep", "manager", "director", forbidden=()), kwargs=_visit),
    "visits:of_account": Policy(
        get=only("rep", "manager", "director", "clerk", allowed=302, others=404), kwargs=_account
    ),
    "visits:of_opportunity": Policy(
        get=only("rep", "manager", "director", "clerk", allowed=302, others=404), kwargs=_opportunity
    ),
}
