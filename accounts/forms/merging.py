"""Which of two customers' values win, who of the people there is one person; and choosing the other customer."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.fields import AccountField
from accounts.matching.people import SamePerson
from accounts.merging.contested import BOTH, contests_of
from accounts.merging.values import differing_lines
from accounts.merging.words import in_words, label_of
from accounts.models import Account

KEEP, DROP = "keep", "drop"
PERSON = "person-"


class MergeForm(forms.Form):
    """One choice for every value of which only one can be kept, and one for every person who may be on both."""

    keep_version = forms.IntegerField()
    drop_version = forms.IntegerField()

    def __init__(self, *args: Any, keep: Account, drop: Account, people: Iterable[SamePerson], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = differing_lines(keep, drop)
        for line in self.lines:
            choices = [(KEEP, in_words(keep, line)), (DROP, in_words(drop, line))]
            self.fields[line] = forms.ChoiceField(
                label=label_of(line), choices=choices, initial=KEEP, widget=forms.RadioSelect, required=False
            )
        self.contests = contests_of(keep, drop)
        for contest in self.contests:
            both = [(f"{DROP}{BOTH}", _("both, one below the other"))] if contest.joined else []
            self.fields[contest.key] = forms.ChoiceField(
                label=contest.label,
                choices=[(KEEP, contest.ours), (DROP, contest.theirs), *both],
                initial=both[0][0] if both else KEEP,
                widget=forms.RadioSelect,
                required=False,
            )
        self.people = list(people)
        for pair in self.people:
            self.fields[f"{PERSON}{pair.other}"] = forms.ChoiceField(
                choices=[(str(pair.one), _("one person")), ("", _("two people"))],
                initial=str(pair.one) if pair.is_certain else "",
                widget=forms.RadioSelect,
                required=False,
            )

    @property
    def line_fields(self) -> list[forms.BoundField]:
        """Return the choices between two values."""
        return [self[name] for name in (*self.lines, *(contest.key for contest in self.contests))]

    @property
    def take(self) -> list[str]:
        """Return the lines in which the value of the one that goes wins, and where both are kept."""
        names = (*self.lines, *(contest.key for contest in self.contests))
        chosen = {name: self.cleaned_data[name] for name in names}
        return [name + word.removeprefix(DROP) for name, word in chosen.items() if word.startswith(DROP)]

    @property
    def same_people(self) -> dict[int, int]:
        """Return who of the one that goes is whom of the one that stays."""
        chosen = {pair.other: self.cleaned_data[f"{PERSON}{pair.other}"] for pair in self.people}
        return {theirs: int(ours) for theirs, ours in chosen.items() if ours}

    @property
    def versions(self) -> tuple[int, int]:
        """Return what the page showed."""
        return self.cleaned_data["keep_version"], self.cleaned_data["drop_version"]


class OtherForm(forms.Form):
    """With which customer this one is merged."""

    other = AccountField(label=_("The other customer"), help_text=_("Type a part of the name."))

    def __init__(self, *args: Any, accounts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        other: Any = self.fields["other"]
        other.among(accounts)
