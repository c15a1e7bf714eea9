"""What people type about people."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.editing import EditConflict
from crm.navigation import url_or_none
from teams.choices import Density, Role, Theme
from teams.models import SavedView, Team, User
from teams.tree import TeamChoiceField
from teams.zones import zone_choices

LANGUAGE_CHOICES = [("", _("as the browser asks")), *settings.LANGUAGES]


def _password_hint() -> str:
    return " ".join(password_validators_help_texts())


def _field(form: forms.BaseForm, name: str) -> Any:
    """Return a field whose choices are set when the form is made."""
    return form.fields[name]


class VersionedForm(forms.Form):
    """A form that knows which version of a row it was opened with, and shows what others changed meanwhile."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @property
    def seen_version(self) -> int:
        """Return the version the form was opened with; 0 when none was sent, so that every field is compared."""
        return self.cleaned_data.get("version") or 0

    def show_conflict(self, conflict: EditConflict, *, version: int) -> None:
        """Put both values at each field; saving once more keeps what is typed now."""
        for clash in conflict.clashes:
            values = {"who": clash.changed_by or gettext("Somebody else"), "theirs": self._shown(clash.theirs)}
            sentence = gettext("%(who)s wrote “%(theirs)s” here meanwhile. Save again to keep yours.") % values
            self.add_error(clash.field if clash.field in self.fields else None, sentence)
        typed: Any = self.data
        typed = typed.copy()
        typed[self.add_prefix("version")] = str(version)
        self.data = typed

    def _shown(self, value: Any) -> str:
        return str(value) if value not in (None, "") else "--"


class PersonForm(VersionedForm, forms.ModelForm):
    """A person as an admin sees him."""

    team = TeamChoiceField(label=_("Team"), queryset=Team.objects.none(), required=False, empty_label=_("no team"))
    time_zone = forms.ChoiceField(label=_("Time zone"))
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGE_CHOICES, required=False)

    class Meta:
        model = User
        fields: ClassVar[list[str]] = [
            "name",
            "username",
            "email",
            "phone",
            "role",
            "team",
            "language",
            "time_zone",
            "must_use_mfa",
        ]
        labels: ClassVar[dict[str, Any]] = {
            "name": _("Full name"),
            "username": _("Sign-in name"),
            "email": _("E-mail"),
            "phone": _("Phone"),
            "role": _("Role"),
            "must_use_mfa": _("Must sign in with a second factor"),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "name": _("Family name first, as it is written."),
            "username": _("Letters, digits and . _ - @"),
            "email": _("For the invitation, reminders and a forgotten password."),
            "must_use_mfa": "",
        }
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "name": forms.TextInput(attrs={"autocomplete": "off", "class": "input-mid"}),
            "username": forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "class": "input-mid"}),
            "email": forms.EmailInput(attrs={"autocomplete": "off"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "class": "input-mid"}),
        }

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _field(self, "team").queryset = Team.objects.live()
        _field(self, "time_zone").choices = list(zone_choices(now, present=self.instance.time_zone))
        self.initial["version"] = self.instance.version

    def clean_username(self) -> str:
        """Return the sign-in name in small letters; refuse one that differs from another only in capitals."""
        username = str(self.cleaned_data["username"]).lower()
        if User.objects.filter(username__iexact=username).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Somebody else already uses this sign-in name."))
        return username

    def clean_email(self) -> str:
        """Return the address in small letters."""
        return str(self.cleaned_data["email"]).lower()

    @property
    def changes(self) -> dict[str, Any]:
        """Return the fields that were typed differently from how the form was opened."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in self.Meta.fields}


class TeamForm(VersionedForm):
    """A team: its name, where it stands, who leads it."""

    name = forms.CharField(label=_("Name"), max_length=100)
    below = TeamChoiceField(
        label=_("Stands below"), queryset=Team.objects.none(), required=False, empty_label=_("nothing: a top team")
    )
    manager = forms.ModelChoiceField(
        label=_("Manager"), queryset=User.objects.none(), required=False, empty_label=_("whoever leads the team above")
    )

    def __init__(self, *args: Any, team: Team | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team
        teams = Team.objects.live()
        if team:
            teams = teams.exclude(path__startswith=team.path)
        _field(self, "below").queryset = teams
        _field(self, "manager").queryset = User.objects.filter(
            is_active=True, role__in=[Role.MANAGER, Role.DIRECTOR]
        ).order_by("name", "pk")

    @property
    def values(self) -> dict[str, Any]:
        """Return name, place and manager."""
        return {name: self.cleaned_data[name] for name in ("name", "below", "manager")}

    def clean_name(self) -> str:
        """Return the name; refuse one that another team has."""
        name = str(self.cleaned_data["name"])
        if Team.objects.filter(name=name).exclude(pk=self.team.pk if self.team else None).exists():
            raise forms.ValidationError(_("Another team has this name."))
        return name


class DayInput(forms.DateInput):
    """A day, in the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"class": "input-short"})


class AbsenceForm(forms.Form):
    """Days away."""

    user = forms.ModelChoiceField(label=_("Who"), queryset=User.objects.none())
    starts_on = forms.DateField(label=_("First day"), widget=DayInput)
    ends_on = forms.DateField(label=_("Last day"), widget=DayInput)
    deputy = forms.ModelChoiceField(
        label=_("Deputy"),
        queryset=User.objects.none(),
        required=False,
        help_text=_("Sees the customers on these days, gets the reminders and signs."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=100, required=False)

    def __init__(self, *args: Any, people: Any, colleagues: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _field(self, "user").queryset = people
        _field(self, "deputy").queryset = colleagues
        self.fields["starts_on"].initial = today

    def clean(self) -> dict[str, Any]:
        """Refuse a last day before the first."""
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day must not lie before the first."))
        return data


class SettingsForm(VersionedForm, forms.ModelForm):
    """What a person sets for himself."""

    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGE_CHOICES, required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"))
    theme = forms.ChoiceField(label=_("Appearance"), choices=Theme.choices, widget=forms.RadioSelect)
    density = forms.ChoiceField(label=_("Row height"), choices=Density.choices, widget=forms.RadioSelect)
    single_keys = forms.BooleanField(
        label=_("Single-letter shortcuts"),
        required=False,
        help_text=_("N for a new visit, G then C for customers. Switch off if a dictation program types by itself."),
    )

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["language", "time_zone", "theme", "density", "single_keys"]

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _field(self, "time_zone").choices = list(zone_choices(now, present=self.instance.time_zone))
        self.initial["version"] = self.instance.version

    @property
    def changes(self) -> dict[str, Any]:
        """Return the settings that were typed differently from how the form was opened."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in self.Meta.fields}


class SetupForm(forms.Form):
    """The first admin of an empty installation."""

    firm = forms.CharField(
        label=_("Name of your firm"), max_length=100, help_text=_("The top team gets this name; it can be changed.")
    )
    name = forms.CharField(label=_("Your name"), max_length=100, help_text=_("Family name first, as it is written."))
    username = forms.CharField(
        label=_("Sign-in name"),
        max_length=150,
        validators=User._meta.get_field("username").validators,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=lazy(_password_hint, str)(),
        strip=False,
    )
    again = forms.CharField(
        label=_("Password once more"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )

    def clean(self) -> dict[str, Any]:
        """Refuse two different passwords and a weak one."""
        data: dict[str, Any] = super().clean() or {}
        password = data.get("password")
        if password and data.get("again") and password != data["again"]:
            self.add_error("again", _("The two passwords differ."))
        elif password:
            person = User(name=data.get("name", ""), username=data.get("username", ""), email=data.get("email", ""))
            try:
                validate_password(password, person)
            except forms.ValidationError as weak:
                self.add_error("password", weak)
        return data


class SecurityForm(VersionedForm):
    """Which roles need a second factor."""

    mfa_roles = forms.MultipleChoiceField(
        label=_("Roles that need a second factor"),
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class SavedViewForm(forms.Form):
    """A view's name, and which list with which filters it keeps."""

    name = forms.CharField(label=_("Name of the view"), max_length=SavedView._meta.get_field("name").max_length)
    page = forms.CharField(widget=forms.HiddenInput, max_length=60)
    query = forms.CharField(widget=forms.HiddenInput, max_length=2000, required=False)

    def clean_page(self) -> str:
        """Return the URL name of the list; refuse what is no list of ours."""
        page = str(self.cleaned_data["page"])
        if url_or_none(page) is None:
            raise forms.ValidationError(_("This list cannot be saved as a view."))
        return page


class ViewNameForm(forms.Form):
    """Another name for a view."""

    name = forms.CharField(label=_("Name of the view"), max_length=60)


def sentences(form: forms.BaseForm) -> Iterator[str]:
    """Yield every error sentence of a form, for pages that show no fields."""
    for errors in form.errors.values():
        yield from map(str, errors)
