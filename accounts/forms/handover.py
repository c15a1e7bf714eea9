"""Who hands over, why and when; who gets which customers."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset
from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import HandOverReason
from accounts.forms.layout import fields_of
from accounts.handover.sharing import CITY, PROVINCE, TEAM, TIER, Sharing
from accounts.models import Account, HandOver
from teams.forms import DayInput, VersionedForm
from teams.models import User
from teams.querysets import KEEPS

BLANK_ROWS = 3
GROUPS = {TIER: _("Tier"), TEAM: _("Team"), PROVINCE: _("Province"), CITY: _("City")}


def _people(field: Any, people: Any) -> None:
    field.queryset = people.select_related("team").order_by("name", "pk")


def givers(user: User) -> Any:
    """Return who may hand over, as this person plans it: who keeps customers and whom he looks after, left or not."""
    keeping = Q(pk__in=Account.objects.live().order_by().values("owner"))
    return User.objects.visible_to(user).filter(KEEPS | keeping)


class PersonField(forms.ModelChoiceField):
    """Choose a person; one without a team can be given nothing, and it says so."""

    def label_from_instance(self, obj: User) -> str:
        """Return the name with the team."""
        if not obj.is_active:
            return gettext("%(name)s (left)") % {"name": obj}
        return f"{obj} · {obj.team or gettext('no team')}"


class DayForm(forms.Form):
    """Why and on which day."""

    reason = forms.ChoiceField(label=_("Why"), choices=HandOverReason.choices, widget=forms.RadioSelect)
    day = forms.DateField(
        label=_("On"), widget=DayInput, help_text=_("On a later day it begins by itself in the morning of that day.")
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["day"].initial = today

    def clean_day(self) -> date:
        """Return the day; refuse one that is over."""
        day: date = self.cleaned_data["day"]
        if day < self.today:
            raise forms.ValidationError(gettext("Choose today or a later day."))
        return day


class NewHandOverForm(DayForm):
    """Who hands over; to whom everything goes that no rule names."""

    giver = PersonField(label=_("Who leaves or moves"), queryset=User.objects.none(), empty_label=_("Choose a person"))
    rest_to = PersonField(
        label=_("Everything to"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("nobody yet"),
        help_text=_("On the next page you can share customers out among several people."),
    )
    field_order = ("giver", "reason", "day", "rest_to")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        _people(self.fields["giver"], givers(user))
        _people(self.fields["rest_to"], User.objects.visible_to(user).keepers())
        self.fields["reason"].initial = HandOverReason.LEAVES

    def clean(self) -> dict[str, Any]:
        """Refuse to hand over to oneself."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("giver") and data.get("giver") == data.get("rest_to"):
            self.add_error("rest_to", gettext("Choose somebody else than who hands over."))
        return data


class PlanForm(DayForm, VersionedForm):
    """Who gets which customers: rules in their order, and who gets the rest."""

    with_first_visits = forms.BooleanField(
        label=_("Ask the new owners for a first visit to each customer, spread over the days of its tier"),
        required=False,
    )
    rest_to = PersonField(
        label=_("The rest to"), queryset=User.objects.none(), required=False, empty_label=_("nobody yet")
    )

    def __init__(self, *args: Any, user: User, hand_over: HandOver, **kwargs: Any) -> None:
        rules = [Sharing.from_json(kept) for kept in hand_over.rules]
        names = ("reason", "day", "with_first_visits", "rest_to", "version")
        initial = {name: getattr(hand_over, name) for name in names}
        super().__init__(*args, initial=initial, **kwargs)
        receivers = User.objects.visible_to(user).keepers().exclude(pk=hand_over.giver_id)
        _people(self.fields["rest_to"], receivers)
        self.rows = range(len(rules) + BLANK_ROWS)
        which = [("", gettext("Choose customers")), *_groups(hand_over, rules)]
        for number in self.rows:
            self.fields[f"which_{number}"] = forms.ChoiceField(
                label=_("These customers"), choices=which, required=False
            )
            to = PersonField(
                label=_("go to"), queryset=User.objects.none(), required=False, empty_label=_("Choose a person")
            )
            _people(to, receivers)
            self.fields[f"to_{number}"] = to
            if number:
                self._say_label_softly(f"which_{number}", f"to_{number}")
        for number, rule in enumerate(rules):
            self.initial.update({f"which_{number}": f"{rule.by}:{rule.value}", f"to_{number}": rule.to})
        self.helper = self._layout()

    def _say_label_softly(self, *names: str) -> None:
        """Leave the labels of all lines but the first to readers of the screen."""
        for name in names:
            self.fields[name].widget.attrs["aria-label"] = self.fields[name].label
            self.fields[name].label = ""

    def _layout(self) -> FormHelper:
        rows = [Div(f"which_{number}", f"to_{number}", css_class="grid-half") for number in self.rows]
        return fields_of(
            "version",
            Fieldset(_("Who gets which customers"), *rows, "rest_to"),
            "with_first_visits",
            Fieldset(_("Why and when"), "reason", "day"),
        )

    def clean(self) -> dict[str, Any]:
        """Refuse a row of which only one half is chosen."""
        data: dict[str, Any] = super().clean() or {}
        for number in self.rows:
            which, to = data.get(f"which_{number}"), data.get(f"to_{number}")
            if which and not to and f"to_{number}" not in self.errors:
                self.add_error(f"to_{number}", gettext("Choose who gets these customers."))
            if to and not which and f"which_{number}" not in self.errors:
                self.add_error(f"which_{number}", gettext("Choose which customers go to this person."))
        return data

    @property
    def plan_changes(self) -> dict[str, Any]:
        """Return what the plan says as typed."""
        data = self.cleaned_data
        rules = []
        for number in self.rows:
            if data[f"which_{number}"]:
                by, _colon, value = data[f"which_{number}"].partition(":")
                rules.append(Sharing(by, value, data[f"to_{number}"].pk).as_json())
        names = ("reason", "day", "with_first_visits", "rest_to")
        return {name: data[name] for name in names} | {"rules": rules}


def _groups(hand_over: HandOver, rules: list[Sharing]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield the groups of customers to choose from, with how many each holds; one query."""
    columns = ("account__tier", "account__team_id", "account__team__name", "account__province", "account__city")
    counts: Counter[tuple[str, str, str]] = Counter()
    rows = hand_over.items.filter(account__isnull=False).values_list(*columns)
    for tier, team, team_name, province, city in rows:
        found = {
            (TIER, tier, tier and gettext("Tier %(tier)s") % {"tier": tier}),
            (TEAM, str(team or ""), team_name or ""),
            (PROVINCE, province, province),
        }
        counts.update(one for one in [*found, (CITY, city, city)] if one[1])
        counts.update([(TIER, "", gettext("No tier yet"))] if not tier else [])
    kept = {(rule.by, rule.value) for rule in rules} - {key[:2] for key in counts}
    for by, label in GROUPS.items():
        choices = [
            (f"{by}:{value}", f"{name} ({n})") for (kind, value, name), n in sorted(counts.items()) if kind == by
        ]
        choices += [(f"{by}:{value}", f"{value} (0)") for kind, value in sorted(kept) if kind == by]
        if choices:
            yield str(label), choices


class ReceiverForm(forms.Form):
    """Who gets single customers: one field an item, as the table of the page shows them."""

    def __init__(self, data: Any, *, user: User, hand_over: HandOver) -> None:
        super().__init__(data)
        asked = [int(name[3:]) for name in data if name.startswith("to-") and name[3:].isdigit()]
        people = User.objects.visible_to(user).keepers().exclude(pk=hand_over.giver_id)
        self.items = list(hand_over.items.filter(pk__in=asked).order_by("pk"))
        for item in self.items:
            self.fields[f"to-{item.pk}"] = forms.ModelChoiceField(queryset=people, required=False)

    @property
    def chosen(self) -> dict[int, User | None]:
        """Return who was chosen for each item that differs from what the rules say by themselves."""
        found = {}
        for item in self.items:
            to = self.cleaned_data[f"to-{item.pk}"]
            if (to.pk if to else None) != item.to_id:
                found[item.pk] = to
        return found
