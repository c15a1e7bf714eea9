"""Products and opportunities, with the history their dates tell."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Account
from crm.models.abstract import Origin
from imports.cells import CellError, as_date, as_positive_amount, limited, plain
from imports.choices import Shape
from imports.context import LEAVE_OUT, Loading, compared
from imports.findings import Question
from imports.resources.accounts import account_named, owner_named
from imports.resources.base import LeaveOut, LoadingResource, Row, missing
from imports.stages import Stages, state_of
from pipeline.actions.opportunities import search_text_of
from pipeline.choices import ChangeKind, OpportunityState, Track
from pipeline.models import Opportunity, Product, StageChange, Step
from teams.models import User

NOON = time(4, 0)  # of Shanghai; an imported day has no hour, and noon is that day in every zone people work in


class ProductResource(LoadingResource):
    """One row a product, found again by its name."""

    shape = Shape.PRODUCTS

    class Meta(LoadingResource.Meta):
        model = Product

    def find(self, row: Row) -> Product | None:
        """Return the product of that name."""
        product: Product | None = self.loading.products.get(plain(row.get("name", "")))
        return product

    def taken(self, row: Row) -> tuple[str, str] | None:
        """Return that the name is taken: there is one product of a name."""
        return "name", _("a product of this name is there already")

    def fill(self, instance: Product, row: Row, *, is_new: bool) -> None:
        """Set name, series and list price."""
        given = {"name": self.cell(row, "name", limited, 120), "series": self.cell(row, "series", limited, 60)}
        given["price"] = self.cell(row, "price", as_positive_amount)
        for name, value in given.items():
            if is_new or name != "name":
                self.put(instance, name, value, is_new=is_new)
        self.required(instance, "name")
        if is_new:
            self.loading.products.add(instance)

    def updated_fields(self) -> list[str]:
        """Return the fields an existing product may get."""
        return ["series", "price"]


class OpportunityResource(LoadingResource):
    """One row an opportunity, found again by its number; without one, by its name, customer, owner and first day."""

    shape = Shape.OPPORTUNITIES
    dates = ("opened_on", "closed_on", "expected_on")

    class Meta(LoadingResource.Meta):
        model = Opportunity

    def __init__(self, loading: Loading, **kwargs: Any) -> None:
        super().__init__(loading, **kwargs)
        there = Opportunity.objects.select_related("account", "team").only(
            "external_id", "name", "account", "owner", "opened_on", "account__name", "account__team", "team"
        )
        self._by_number = {row.external_id: row for row in there.exclude(external_id="")}
        self._by_facts: dict[tuple[Any, ...], list[Opportunity]] = {}
        for row in there.filter(external_id=""):
            if not loading.is_made_here(row):
                facts = (row.account_id, row.owner_id, compared(row.name), row.opened_on)
                self._by_facts.setdefault(facts, []).append(row)
        self._mine = set(Opportunity.objects.visible_to(loading.actor).values_list("pk", flat=True))
        self._stages = Stages(loading, {})
        self._seen: dict[str, tuple[int, int]] = {}

    def see(self, row: Row) -> None:
        """Learn the stages of the whole file, and which come before the start."""
        super().see(row)
        stage = plain(row.get("stage", ""))
        count, dated = self._seen.get(stage, (0, 0))
        self._seen[stage] = (count + 1, dated + (not missing(row, "opened_on")))

    def seen(self) -> None:
        """Settle what the stages of the file are here."""
        super().seen()
        self._stages = Stages(self.loading, self._seen)

    def meet(self, rows: Iterable[Row]) -> None:
        """Read the opportunities of a portion whole; those without a number have been read."""
        super().meet([row for row in rows if not missing(row, "external_id")])

    def find(self, row: Row) -> Opportunity | None:
        """Return the opportunity a row is about; raises ValidationError for one of another team."""
        if missing(row, "external_id"):
            same = self._by_facts.get(self._facts(row))
            return same.pop() if same else None
        found = self._by_number.get(plain(row["external_id"]))
        if found is not None and self._is_foreign(found):
            text = _("expected an opportunity of your teams; this number is another team's")
            raise ValidationError({"external_id": ValidationError(text, code="foreign")})
        return found

    def _is_foreign(self, found: Opportunity) -> bool:
        return self.loading.is_bound and not self.loading.is_made_here(found) and found.pk not in self._mine

    def _facts(self, row: Row) -> tuple[Any, ...]:
        account: Account | None = self.loading.accounts.get(plain(row.get("account", "")))
        product: Product | None = self.loading.products.get(plain(row.get("product", "")))
        owner: User | None = self.loading.people.get(plain(row.get("owner", "")))
        try:
            day = as_date(row.get("opened_on", ""), self.order_of("opened_on"))
        except CellError:
            day = None
        name = name_of(plain(row.get("name", "")), product, account, "")
        return account.pk if account else None, (owner or self.loading.actor).pk, compared(name), day

    def taken(self, row: Row) -> tuple[str, str] | None:
        """Return that the number is taken: it belongs to one opportunity."""
        return (
            None
            if missing(row, "external_id")
            else ("external_id", _("an opportunity of this number is there already"))
        )

    def fill(self, instance: Opportunity, row: Row, *, is_new: bool) -> None:
        """Set the opportunity's facts; stage and outcome only on a new one: an existing one moves on evidence."""
        amount = self.cell(row, "amount", as_positive_amount)
        expected_on = self.day(row, "expected_on")
        if not is_new:
            self.put(instance, "amount", amount, is_new=False)
            self.put(instance, "expected_on", expected_on, is_new=False)
            return
        instance.external_id = self.cell(row, "external_id", limited, 60) or ""
        instance.owner = self.loading.actor if missing(row, "owner") else owner_named(self.loading, row["owner"])
        instance.team_id = instance.owner.team_id
        instance.account = self._account(row)
        instance.product = self._product(row)
        instance.amount, instance.expected_on = amount, expected_on
        instance.currency = settings.REPORTING_CURRENCY
        instance.origin = Origin.IMPORT
        self._set_days(instance, row)
        given = self.cell(row, "name", limited, 200) or ""
        instance.name = name_of(given, instance.product, instance.account, instance.external_id)
        instance.search_text = search_text_of(instance.name, instance.account, instance.external_id)
        if instance.external_id:
            self._by_number[instance.external_id] = instance

    def _account(self, row: Row) -> Account | None:
        if not missing(row, "account"):
            return account_named(self.loading, row["account"])
        choices = [("empty", _("load them without a customer")), (LEAVE_OUT, _("leave these rows out"))]
        question = Question("no-account", _("Opportunities without a customer."), choices, "empty")
        if self.loading.answer(question) == LEAVE_OUT:
            raise LeaveOut(_("it has no customer"))
        return None

    def _product(self, row: Row) -> Product | None:
        if missing(row, "product"):
            return None
        new = partial(new_product, self.loading) if self.loading.may_make(Shape.PRODUCTS) else None
        product, what_to_do = self.loading.resolve(
            "product", self.loading.products, row["product"], what=_("The product"), new=new
        )
        if what_to_do == LEAVE_OUT:
            raise LeaveOut(_("its product is not known"))
        return product  # type: ignore[no-any-return]

    def _set_days(self, instance: Opportunity, row: Row) -> None:
        instance.opened_on, closed_on = self.day(row, "opened_on"), self.day(row, "closed_on")
        if instance.opened_on and closed_on and closed_on < instance.opened_on:
            text = _("expected a day on or after %(opened)s, found “%(closed)s”")
            days = {"opened": instance.opened_on.isoformat(), "closed": closed_on.isoformat()}
            raise ValidationError({"closed_on": ValidationError(text % days, code="order")})
        stage = plain(row.get("stage", ""))
        instance.state = state_of(stage)
        instance.our_step = instance.customer_step = self._stages.step(stage)
        instance.pipeline = instance.our_step.pipeline
        if instance.state != OpportunityState.OPEN:
            if closed_on is None:
                text = _("expected the day it was won or lost, found nothing")
                raise ValidationError({"closed_on": ValidationError(text, code="missing")})
            if closed_on > self.loading.on:
                text = _("expected a day up to today, found “%(found)s”") % {"found": closed_on.isoformat()}
                raise ValidationError({"closed_on": ValidationError(text, code="future")})
            instance.closed_on, instance.closed_at = closed_on, _instant(closed_on)
        elif closed_on:
            instance.expected_on = instance.expected_on or closed_on
        since = _instant(instance.opened_on) if instance.opened_on else self.loading.now
        instance.step_since = instance.progressed_at = since

    def updated_fields(self) -> list[str]:
        """Return the fields an existing opportunity may get."""
        return ["amount", "expected_on"]

    def after_created(self, rows: list[Opportunity]) -> None:
        """Write the history the dates tell; it keeps the days of the other system apart from our own clock."""
        changes = [change for row in rows for change in _history(row, self.loading.actor)]
        StageChange.objects.bulk_create(changes, batch_size=1000)


def name_of(given: str, product: Product | None, account: Account | None, number: str) -> str:
    """Return the name of an opportunity: the given one, else product and customer."""
    parts = [product.name if product else "", account.called if account else ""]
    composed = " · ".join(part for part in parts if part)
    return (given or composed or number or _("Imported opportunity"))[:200]


def new_product(loading: Loading, name: str) -> Product:
    """Return a product made because a row names it."""
    product = Product(name=name[:120])
    if not loading.is_check:
        product.save(force_insert=True)
        loading.note_made(product)
    loading.products.add(product)
    return product


def _instant(day: date) -> datetime:
    return datetime.combine(day, NOON, UTC)


def _history(row: Opportunity, actor: Any) -> list[StageChange]:
    """Return the opening and the outcome of an imported opportunity, where their days are known."""
    told: list[tuple[ChangeKind, Step | None, date | None]] = [(ChangeKind.OPENED, None, row.opened_on)]
    if row.closed_on:
        told.append((ChangeKind(row.state), row.our_step, row.closed_on))
    return [
        StageChange(
            opportunity=row,
            track=track,
            kind=kind,
            before=before,
            after=row.our_step,
            amount=row.amount,
            happened_on=day,
            actor=actor,
            origin=Origin.IMPORT,
            history_at=_instant(day),
        )
        for kind, before, day in told
        if day is not None
        for track in ((Track.OURS, Track.CUSTOMER) if kind == ChangeKind.OPENED else (Track.OURS,))
    ]
