"""Who is in an account team, as what and until when; what each role is there for."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import TeamRole
from accounts.forms.layout import fields_of
from accounts.members.duties import Duty
from accounts.models import Account, AccountMember, DutySheet
from crm.conflicts import EditForm
from teams.choices import Role
from teams.forms import DayInput
from teams.models import User


def _ahead(day: date | None, today: date) -> date | None:
    """Return a last day; refuse one that has passed."""
    if day is not None and day < today:
        raise forms.ValidationError(gettext("Choose today or a later day; until then he or she sees the customer."))
    return day


class MemberField(forms.ModelChoiceField):
    """Choose who joins; a dealer is marked, since he will see what colleagues see of the customer."""

    def label_from_instance(self, obj: User) -> str:
        """Return the name, and for a dealer that he is one."""
        return f"{obj} · {obj.get_role_display()}" if obj.role == Role.DEALER else str(obj)


class MemberForm(forms.Form):
    """Who joins an account team, as what, and until when."""

    user = MemberField(label=_("Person"), queryset=User.objects.none(), empty_label=_("Choose a person"))
    role = forms.ChoiceField(label=_("Role"), choices=TeamRole.choices)
    until = forms.DateField(
        label=_("Last day"), required=False, widget=DayInput, help_text=_("Empty: until somebody ends it.")
    )

    def __init__(self, *args: Any, account: Account, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        there = account.members.current().values("user")
        # Dealers too: what they may see is what somebody takes them into, or gives to them.
        people = User.objects.active().exclude(pk=account.owner_id).exclude(pk__in=there)
        person: Any = self.fields["user"]
        person.queryset = people.order_by("name", "pk")

    def clean_until(self) -> date | None:
        """Return the last day; refuse one that has passed."""
        return _ahead(self.cleaned_data["until"], self.today)


class MembershipForm(EditForm):
    """Another role or last day of somebody in an account team."""

    class Meta:
        model = AccountMember
        fields: ClassVar[list[str]] = ["role", "until"]
        widgets: ClassVar[dict[str, forms.Widget]] = {"until": DayInput()}
        help_texts: ClassVar[dict[str, Any]] = {"until": _("Empty: until somebody ends it.")}

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.helper = fields_of("version", "seen", "role", "until")

    def clean_until(self) -> date | None:
        """Return the last day; refuse one that has passed."""
        return _ahead(self.cleaned_data["until"], self.today)


class DutyForm(EditForm):
    """The duties of a role in the firm's words; ours stand as examples."""

    class Meta:
        model = DutySheet
        fields: ClassVar[list[str]] = ["work", "standard", "appraisal"]
        widgets: ClassVar[dict[str, forms.Widget]] = {name: forms.Textarea(attrs={"rows": 3}) for name in fields}

    def __init__(self, *args: Any, duty: Duty, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.Meta.fields:
            text = gettext("Empty, this stands: %(text)s") % {"text": getattr(duty, name)}
            self.fields[name].help_text = text
        self.helper = fields_of("version", "seen", *self.Meta.fields)
