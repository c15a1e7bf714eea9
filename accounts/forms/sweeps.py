"""A place to sweep, more buildings for it, and what was found at a unit."""

import uuid
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import PlaceKind, UnitState
from accounts.fields import AccountField
from accounts.forms.layout import Fold, fields_of
from accounts.forms.place import PLACE_WIDGETS, PlaceBlock, PlaceFields
from accounts.models import Account, SweepPlace, SweepUnit
from accounts.placing import LEVELS
from accounts.sweeps.sweeping import MOST_BUILDINGS, MOST_UNITS, BadLayout, Door, buildings_from, doors
from crm.conflicts import EditForm
from teams.forms import DayInput
from teams.models import User

WITH_EMPLOYER = (PlaceKind.EMPLOYER, PlaceKind.ORGANISATION)


def _sentence(problem: BadLayout) -> str:
    return {
        "empty": gettext("Name at least one building, for instance 1-6."),
        "backwards": gettext("The first number of a span is the smaller one, for instance 1-6."),
        "many": gettext(
            "At most %(buildings)s buildings and %(units)s units in one place; make a second place of the rest."
        )
        % {"buildings": MOST_BUILDINGS, "units": MOST_UNITS},
    }[str(problem)]


class LayoutForm(forms.Form):
    """Which buildings, how high, how many doors a floor."""

    buildings = forms.CharField(
        label=_("Buildings"),
        max_length=200,
        initial="1",
        help_text=_("1-6, or names with commas between them. For an organisation: its buildings or departments."),
    )
    floors = forms.IntegerField(
        label=_("Floors"),
        min_value=1,
        max_value=99,
        initial=6,
        widget=forms.NumberInput(attrs={"class": "input-short"}),
    )
    per_floor = forms.IntegerField(
        label=_("Units on a floor"),
        min_value=1,
        max_value=99,
        initial=2,
        widget=forms.NumberInput(attrs={"class": "input-short"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.doors: list[Door] = []

    @property
    def helper(self) -> FormHelper:
        """Return the order of the fields."""
        return fields_of("buildings", Div("floors", "per_floor", css_class="grid-half"))

    def clean(self) -> dict[str, Any]:
        """Lay the units out; a sentence where that cannot be done."""
        data: dict[str, Any] = super().clean() or {}
        if {"buildings", "floors", "per_floor"} <= data.keys():
            try:
                self.doors = doors(buildings_from(data["buildings"]), data["floors"], data["per_floor"])
            except BadLayout as problem:
                self.add_error("buildings", _sentence(problem))
        return data


class PlaceForm(PlaceFields, EditForm):
    """Facts of a place that is swept."""

    employer = AccountField(
        label=_("Built or used by"),
        required=False,
        help_text=_("The employer whose people live there, or the organisation itself: its key person opens doors."),
    )
    owner = forms.ModelChoiceField(label=_("Responsible"), queryset=User.objects.none())

    class Meta:
        model = SweepPlace
        fields: ClassVar[list[str]] = ["name", "kind", "employer", *LEVELS, "address", "owner", "notes"]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            **{name: PLACE_WIDGETS[name] for name in LEVELS},
            "notes": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        employer: Any = self.fields["employer"]
        employer.among(Account.objects.visible_to(user).live(), present=self.instance.employer)
        keepers = User.objects.visible_to(user).keepers().order_by("name", "pk")
        owner: Any = self.fields["owner"]
        owner.queryset = keepers | User.objects.filter(pk=self.instance.owner_id)
        if keepers.filter(pk=user.pk).exists() and not self.instance.owner_id:
            owner.initial = user.pk

    @property
    def helper(self) -> FormHelper:
        """Return the order of the fields."""
        return fields_of(*self.layout())

    def layout(self) -> list[Any]:
        """Return the fields in order."""
        return ["version", "seen", "name", "kind", "employer", PlaceBlock("address"), "owner", "notes"]

    def clean(self) -> dict[str, Any]:
        """Check that the district lies in the city, and the city in the province."""
        data: dict[str, Any] = super().clean() or {}
        self.check_place(data)
        return data


class NewPlaceForm(LayoutForm, PlaceForm):
    """A place and its units, in one go."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    class Meta(PlaceForm.Meta):
        pass

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client_id"].initial = uuid.uuid4

    @property
    def helper(self) -> FormHelper:
        """Return the order of the fields: the doors right after the name."""
        rows = self.layout()
        size = Div("floors", "per_floor", css_class="grid-half")
        return fields_of("client_id", *rows[:4], "buildings", size, *rows[4:])

    @property
    def values(self) -> dict[str, Any]:
        """Return the facts as `create_place` takes them, beside name and owner."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name not in ("name", "owner")}


class UnitForm(EditForm):
    """What was found at a unit: its state first, the rest as far as it is known."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    state = forms.ChoiceField(
        label=_("What was found"),
        choices=[choice for choice in UnitState.choices if choice[0] != UnitState.NOT_YET],
        widget=forms.RadioSelect,
    )
    install_on = forms.DateField(label=_("To be installed on"), required=False, widget=DayInput)
    next_on = forms.DateField(
        label=_("Come again on"),
        required=False,
        widget=DayInput,
        help_text=_("Left empty, the day follows from the renovation."),
    )

    class Meta:
        model = SweepUnit
        fields: ClassVar[list[str]] = [
            "state",
            "person",
            "phone",
            "quantity",
            "install_on",
            "progress",
            "decider",
            "decider_place",
            "decider_at",
            "next_on",
            "notes",
        ]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "phone": forms.TextInput(attrs={"type": "tel", "class": "input-mid"}),
            "quantity": forms.NumberInput(attrs={"class": "input-short", "inputmode": "decimal"}),
            "notes": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client_id"].initial = uuid.uuid4
        for name in ("progress", "decider_place"):
            field: Any = self.fields[name]
            field.choices = [("", _("not known")), *(choice for choice in field.choices if choice[0])]

    @property
    def helper(self) -> FormHelper:
        """Return the order of the fields: at the door first what was found."""
        return fields_of(
            "version",
            "seen",
            "client_id",
            "state",
            Div("person", "phone", css_class="grid-half"),
            Div("quantity", "install_on", css_class="grid-half"),
            "progress",
            Fold(_("Who decides sits elsewhere"), "decider", "decider_place", "decider_at"),
            "next_on",
            "notes",
        )

    @property
    def noted(self) -> dict[str, Any]:
        """Return what was typed differently, and the state always: that somebody was there is news each time."""
        return {**self.changes, "state": self.cleaned_data["state"]}


class TapForm(forms.Form):
    """One tap: which unit, what was found."""

    client_id = forms.UUIDField(required=False)
    unit = forms.IntegerField()
    state = forms.ChoiceField(choices=[choice for choice in UnitState.choices if choice[0] != UnitState.NOT_YET])
