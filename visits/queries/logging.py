"""The page on which a visit is logged: for a stop, for a customer, or for one still to be chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.models import Account
from crm.workdays import WorkCalendar
from teams.models import User
from visits.models import PlanItem
from visits.queries.customers import Customer, customers, device_data, found_accounts
from visits.queries.sheets import Sheet, sheet

MOST_DIGITS = 15
QUICK_SHOWN = 6


@dataclass(frozen=True)
class Asked:
    """What the address or the form names: a stop, a customer, an opportunity; None where it names none."""

    item_id: int | None
    account_id: int | None
    opportunity_id: int | None


@dataclass(frozen=True)
class LogPage:
    """The form, the customers to choose from, and what the device keeps."""

    sheet: Sheet
    found: Sequence[Account]
    query: str
    is_unknown: bool
    data: Mapping[str, Any]

    @property
    def quick(self) -> list[tuple[int, str, int | None]]:
        """Return (customer, name, stop) of whom one tap chooses: the open stops of the day, then who was met last."""
        names = {account["id"]: account["name"] for account in self.data["accounts"]}
        stops = [(stop["account"], stop["id"]) for stop in self.data["stops"] if stop["account"] in names]
        planned = {account for account, _stop in stops}
        rest = [(pk, None) for pk in names if pk not in planned]
        return [(pk, names[pk], stop) for pk, stop in [*stops, *rest][:QUICK_SHOWN]]

    @property
    def choices(self) -> list[dict[str, Any]]:
        """Return the customers of the select: one's own, and the chosen one where he is somebody else's."""
        chosen = self.sheet.customer.account if self.sheet.customer else None
        known = {account["id"]: account["name"] for account in self.data["accounts"]}
        if chosen is not None:
            known.setdefault(chosen.pk, chosen.called)
        is_chosen = chosen.pk if chosen else None
        return [{"id": pk, "name": name, "is_chosen": pk == is_chosen} for pk, name in known.items()]


def _number(text: Any) -> int | None:
    return int(text) if str(text or "").isdecimal() and len(str(text)) <= MOST_DIGITS else None


def asked_for(values: Mapping[str, Any]) -> Asked:
    """Return what the address or the posted form names; what is no number names nothing."""
    return Asked(
        _number(values.get("item") or values.get("plan_item")),
        _number(values.get("account")),
        _number(values.get("opportunity")),
    )


def _item(user: User, asked: Asked) -> PlanItem | None:
    if asked.item_id is None:
        return None
    rows = PlanItem.objects.visible_to(user).select_related("account", "plan")
    item = rows.filter(pk=asked.item_id, plan__user__in=[user.pk, *user.stands_in_for]).first()
    return item if item and asked.account_id in (None, item.account_id) else None


def _customer(user: User, asked: Asked, item: PlanItem | None, *, on: date, calendar: WorkCalendar) -> Customer | None:
    wanted = item.account_id if item else asked.account_id
    account = Account.objects.visible_to(user).filter(pk=wanted).first() if wanted else None
    return customers([account], on=on, calendar=calendar)[account.pk] if account else None


def stops_of_day(user: User, day: date) -> list[dict[str, Any]]:
    """Return the open stops of a day as a device keeps them, so that it can fill the form of one by itself."""
    stops = PlanItem.objects.open().filter(plan__user=user, plan__day=day).in_order()
    fields = {"account": "account_id", "opportunity": "opportunity_id", "contact": "contact_id", "purpose": "purpose"}
    return [{"id": item.pk} | {name: getattr(item, field) for name, field in fields.items()} for item in stops]


def log_page(
    user: User,
    asked: Asked,
    *,
    on: date,
    calendar: WorkCalendar,
    data: Mapping[str, Any] | None = None,
    query: str = "",
) -> LogPage:
    """Return the page; `data` is a form that was posted and is shown again with what was typed."""
    item = _item(user, asked)
    customer = _customer(user, asked, item, on=on, calendar=calendar)
    known = {chance.opportunity.pk for chance in customer.chances} if customer else set()
    initial = {"opportunity": asked.opportunity_id} if asked.opportunity_id in known else {}
    return LogPage(
        sheet=sheet("visit", on=on, calendar=calendar, customer=customer, item=item, data=data, initial=initial),
        found=found_accounts(user, query),
        query=query,
        is_unknown=customer is None and bool(asked.account_id or asked.item_id),
        data=device_data(user, on=on, calendar=calendar, stops=stops_of_day(user, on)),
    )
