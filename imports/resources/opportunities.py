"""Products and opportunities, with the history their dates tell."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.models.abstract import Origin
from imports.cells import as_amount, as_date, limited, plain
from imports.choices import Shape
from imports.context import LEAVE_OUT, NEW
from imports.findings import Question
from imports.resources.accounts import account_named, owner_named
from imports.resources.base import LeaveOut, LoadingResource
from imports.stages import Stages, state_of
from pipeline.actions.opportunities import search_text_of
from pipeline.choices import ChangeKind, OpportunityState, Track
from pipeline.models import Opportunity, Product, StageChange, Step

NOON = time(4, 0)  # of Shanghai; an imported day has no hour, and noon is that day in every zone people work in


class ProductResource(LoadingResource):
    """One row a product, found again by its name."""

    shape = Shape.PRODUCTS

    class Meta(LoadingResource.Meta):
        model = Product

    def find(self, row: Mapping[str, str]) -> Product | None:
        """Return the product of that name."""
        product: Product | None = self.loading.products.get(plain(row.get("name", "")))
        return product

    def fill(self, instance: Product, row: Mapping[str, str], *, is_new: bool) -> None:
        """Set name, series and list price."""
        self.put(instance, "name", self.cell(row, "name", limited, 120), is_new=is_new)
        if not instance.name:
            raise ValidationError({"name": ValidationError(_("the name is missing"), code="missing")})
        self.put(instance, "series", self.cell(row, "series", limited, 60), is_new=is_new)
        self.put(instance, "price", self.cell(row, "price", as_amount), is_new=is_new)
        if is_new:
            self.loading.products.add(instance)

    def updated_fields(self) -> list[str]:
        """Return the fields an existing product may get."""
        return ["series", "price"]


class OpportunityResource(LoadingResource):
    """One row an opportunity, found again by its number."""

    shape = Shape.OPPORTUNITIES

    class Meta(LoadingResource.Meta):
        model = Opportunity

    def __init__(self, loading: Any, **kwargs: Any) -> None:
        super().__init__(loading, **kwargs)
        numbers = Opportunity.objects.exclude(external_id="").select_related("our_step")
        self._by_number = {row.external_id: row for row in numbers}
        self._stages = Stages(loading, {})

    def look_ahead(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Learn the stages of the whole file, and which come before the start."""
        seen: dict[str, tuple[int, int]] = {}
        for row in rows:
            stage = plain(row.get("stage", ""))
            count, dated = seen.get(stage, (0, 0))
            seen[stage] = (count + 1, dated + bool(plain(row.get("opened_on", ""))))
        self._stages = Stages(self.loading, seen)

    def find(self, row: Mapping[str, str]) -> Opportunity | None:
        """Return the opportunity of that number."""
        return self._by_number.get(plain(row.get("external_id", "")))

    def fill(self, instance: Opportunity, row: Mapping[str, str], *, is_new: bool) -> None:
        """Set the opportunity's facts; stage and outcome only on a new one: an existing one moves on evidence."""
        if not is_new:
            self.put(instance, "amount", self.cell(row, "amount", as_amount), is_new=False)
            self.put(instance, "expected_on", self.cell(row, "expected_on", as_date), is_new=False)
            return
        instance.external_id = self.cell(row, "external_id", limited, 60)
        instance.owner = self._owner(row)
        instance.team_id = instance.owner.team_id
        instance.account = self._account(row)
        instance.product = self._product(row)
        instance.amount = self.cell(row, "amount", as_amount)
        instance.currency = settings.REPORTING_CURRENCY
        instance.origin = Origin.IMPORT
        self._set_days(instance, row)
        self._set_name(instance, row)
        if instance.external_id:
            self._by_number[instance.external_id] = instance

    def _owner(self, row: Mapping[str, str]) -> Any:
        owner = owner_named(self.loading, row.get("owner", "")) if plain(row.get("owner", "")) else None
        return owner or self.loading.actor

    def _account(self, row: Mapping[str, str]) -> Any:
        if plain(row.get("account", "")):
            return account_named(self.loading, row["account"])
        choices = [("empty", _("load them without a customer")), (LEAVE_OUT, _("leave these rows out"))]
        question = Question("no-account", _("Opportunities without a customer."), choices, "empty")
        if self.loading.answer(question) == LEAVE_OUT:
            raise LeaveOut(_("it has no customer"))
        return None

    def _product(self, row: Mapping[str, str]) -> Any:
        if not plain(row.get("product", "")):
            return None
        product, what_to_do = self.loading.resolve(
            "product", self.loading.products, row["product"], what=_("The product")
        )
        if what_to_do == LEAVE_OUT:
            raise LeaveOut(_("its product is not known"))
        if what_to_do == NEW:
            product = Product(name=plain(row["product"])[:120])
            if not self.loading.is_check:
                product.save(force_insert=True)
                self.loading.made.append((Product._meta.label_lower, product.pk))
            self.loading.products.add(product)
        return product

    def _set_days(self, instance: Opportunity, row: Mapping[str, str]) -> None:
        instance.opened_on = self.cell(row, "opened_on", as_date)
        closed_on = self.cell(row, "closed_on", as_date)
        instance.expected_on = self.cell(row, "expected_on", as_date)
        stage = plain(row.get("stage", ""))
        instance.state = state_of(stage)
        instance.our_step = instance.customer_step = self._stages.step(stage)
        instance.pipeline = instance.our_step.pipeline
        if instance.state != OpportunityState.OPEN:
            if closed_on is None:
                raise ValidationError(
                    {"closed_on": ValidationError(_("won or lost, but without a day"), code="missing")}
                )
            instance.closed_on, instance.closed_at = closed_on, _instant(closed_on)
        elif closed_on:
            instance.expected_on = instance.expected_on or closed_on
        since = _instant(instance.opened_on) if instance.opened_on else self.loading.now
        instance.step_since = instance.progressed_at = since

    def _set_name(self, instance: Opportunity, row: Mapping[str, str]) -> None:
        given = self.cell(row, "name", limited, 200)
        parts = [instance.product.name if instance.product else "", instance.account.called if instance.account else ""]
        composed = " · ".join(part for part in parts if part)
        instance.name = (given or composed or instance.external_id or _("Imported opportunity"))[:200]
        instance.search_text = search_text_of(instance.name, instance.account, instance.external_id)

    def updated_fields(self) -> list[str]:
        """Return the fields an existing opportunity may get."""
        return ["amount", "expected_on"]

    def after_created(self, rows: list[Opportunity]) -> None:
        """Write the history the dates tell; it keeps the days of the other system apart from our own clock."""
        changes = [change for row in rows for change in _history(row, self.loading.actor)]
        StageChange.objects.bulk_create(changes, batch_size=1000)


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
