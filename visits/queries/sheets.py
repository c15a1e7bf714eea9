"""Visit forms ready to be drawn: each with the customer, the people and the opportunities it offers."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from accounts.choices import Stance
from crm.workdays import WorkCalendar
from pipeline.models import Criterion
from visits.forms import CADENCE, DATE, NONE, TOMORROW, VisitForm
from visits.models import PlanItem
from visits.queries.customers import Chance, Customer

# Headings that structure what was said; a tap puts one into the text.
HEADINGS = (_("Need"), _("Objection"), _("Competitor"), _("Price"), _("Decision maker"))
STANCE_CHOICES = tuple((choice.value, choice.label) for choice in Stance)


@dataclass(frozen=True)
class PersonRow:
    """A person of the customer: met or not, and the stance chosen on this form."""

    pk: int
    name: str
    is_met: bool
    stance_label: str
    stance: str


@dataclass(frozen=True)
class EvidenceRow:
    """One thing still to be shown: `key` is "opportunity:criterion"."""

    key: str
    text_name: str
    criterion: str
    is_ticked: bool
    text: str


@dataclass(frozen=True)
class EvidenceGroup:
    """What an open opportunity still has to show for its next step."""

    pk: int
    name: str
    step: str
    is_chosen: bool
    rows: Sequence[EvidenceRow]


@dataclass(frozen=True)
class Sheet:
    """One visit form: `key` makes its ids unique on the page; `customer` is None until one is chosen."""

    key: str
    form: VisitForm
    customer: Customer | None
    item: PlanItem | None
    tomorrow: date

    headings = HEADINGS
    stance_choices = STANCE_CHOICES

    @property
    def draft(self) -> str:
        """Return the name under which a device keeps what is typed."""
        if self.item is not None:
            return f"visit:stop:{self.item.pk}"
        return f"visit:account:{self.customer.account.pk}" if self.customer else "visit:new"

    @property
    def people(self) -> list[PersonRow]:
        """Return the people of the customer, last met first."""
        met = {str(pk) for pk in self.form["met"].value() or ()}
        data = self.form.data
        return [
            PersonRow(
                person.pk,
                str(person),
                str(person.pk) in met,
                str(person.get_stance_display()) if person.stance else "",
                str(data.get(f"stance-{person.pk}", "")),
            )
            for person in (self.customer.people if self.customer else ())
        ]

    @property
    def new_people(self) -> list[tuple[str, str]]:
        """Return the rows for people nobody knows yet, as they were typed."""
        names, titles = self.form["new_name"].value() or [], self.form["new_title"].value() or []
        return [
            (name, title) for name, title in zip(names, [*titles, *[""] * len(names)], strict=False) if name or title
        ]

    @property
    def groups(self) -> list[EvidenceGroup]:
        """Return the open opportunities with what each still has to show."""
        chosen = str(self.form["opportunity"].value() or "")
        ticked = set(self.form["evidence"].value() or ())
        return [
            EvidenceGroup(
                chance.opportunity.pk,
                chance.opportunity.name,
                chance.opportunity.our_step.code,
                str(chance.opportunity.pk) == chosen,
                [self._row(chance, criterion, ticked) for criterion in chance.missing],
            )
            for chance in (self.customer.chances if self.customer else ())
        ]

    def _row(self, chance: Chance, criterion: Criterion, ticked: set[str]) -> EvidenceRow:
        key = f"{chance.opportunity.pk}:{criterion.pk}"
        text_name = f"evidence_text-{key.replace(':', '-')}"
        return EvidenceRow(key, text_name, str(criterion), key in ticked, str(self.form.data.get(text_name, "")))

    @property
    def values(self) -> dict[str, str]:
        """Return what stands in the plain fields, days as 2026-11-25 and times as 09:30, which is what inputs take."""
        found = {name: self.form[name].value() for name in self.form.fields}
        return {name: _as_typed(value) for name, value in found.items() if not isinstance(value, list)}

    @property
    def more(self) -> list[BoundField]:
        """Return the fields that stand folded away."""
        return [self.form[name] for name in ("purpose", "attitude", "new_class", "kind")]

    @property
    def when(self) -> list[tuple[BoundField, str, str]]:
        """Return day, beginning and end: the field, the kind of input, what stands in it."""
        values = self.values
        kinds = {"happened_on": "date", "started_at": "time", "ended_at": "time"}
        return [(self.form[name], kind, values[name]) for name, kind in kinds.items()]

    @property
    def next_choices(self) -> list[tuple[str, Any, str | None]]:
        """Return (value, label, day) of the chips of the next contact; a day of None asks for one, "" means none."""
        next_choice: Any = self.form.fields["next_choice"]
        labels = dict(next_choice.choices)
        next_on = self.customer.next_on if self.customer else None
        days: list[tuple[str, str | None]] = [
            (TOMORROW, self.tomorrow.isoformat()),
            (CADENCE, next_on.isoformat() if next_on else ""),
            (DATE, None),
            (NONE, ""),
        ]
        return [(value, labels[value], day) for value, day in days]


def _as_typed(value: Any) -> str:
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return value.isoformat() if isinstance(value, date) else str(value or "")


def initial_for(item: PlanItem | None, customer: Customer | None, *, on: date) -> dict[str, Any]:
    """Return what a new form says by itself: facts only, never a judgement."""
    found: dict[str, Any] = {"client_id": uuid.uuid4(), "happened_on": on, "kind": "VISIT"}
    if customer is not None:
        found["account"] = customer.account.pk
    if item is not None:
        found |= {"plan_item": item.pk, "opportunity": item.opportunity_id, "purpose": item.purpose}
        found["met"] = [item.contact_id] if item.contact_id else []
    return found


def sheet(
    key: str,
    *,
    on: date,
    calendar: WorkCalendar,
    customer: Customer | None = None,
    item: PlanItem | None = None,
    data: Mapping[str, Any] | None = None,
    initial: Mapping[str, Any] | None = None,
) -> Sheet:
    """Return a form for a visit; `data` is what was posted, else the form starts with the facts of the stop."""
    start = initial_for(item, customer, on=on) | dict(initial or {})
    form = VisitForm(data, today=on, initial=start, auto_id=f"{key}-%s")
    return Sheet(key, form, customer, item, calendar.add_workdays(on, 1))
