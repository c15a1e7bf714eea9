"""Forms of the import wizard."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from imports.choices import Existing, Shape
from imports.fields import FIELDS
from imports.models import ImportFile

MAX_FILES, MAX_BYTES = 8, 50 * 1024 * 1024


class FilesInput(forms.ClearableFileInput):
    """A file field that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, cleaned one by one."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the uploaded files, none where none was chosen."""
        return [super(FilesField, self).clean(upload, initial) for upload in data or [] if upload]


class UploadForm(forms.Form):
    """Files that belong together."""

    files = FilesField(  # type: ignore[assignment]  # the metaclass takes it off the class; the stubs do not know
        label=_("Files"),
        required=False,
        widget=FilesInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        help_text=_("CSV or Excel (.xlsx), up to 50 MB each. The first row names the columns."),
    )
    pasted = forms.CharField(
        label=_("Or paste rows from Excel"), required=False, widget=forms.Textarea(attrs={"rows": 5}), strip=False
    )

    def clean(self) -> dict[str, Any]:
        """Take the uploads and the pasted rows together; at least one is needed."""
        uploads = self.cleaned_data.get("files", [])
        pasted = self.cleaned_data.get("pasted", "")
        if not uploads and not pasted.strip() and not self.errors:
            raise forms.ValidationError(_("Choose a file, or paste rows."), code="missing")
        if len(uploads) > MAX_FILES:
            raise forms.ValidationError(_("Choose at most %(count)s files at a time."), params={"count": MAX_FILES})
        large = [upload.name for upload in uploads if upload.size > MAX_BYTES]
        if large:
            raise forms.ValidationError(
                _("%(names)s: larger than 50 MB. Split the file, or keep only the columns you need."),
                params={"names": ", ".join(large)},
            )
        return self.cleaned_data

    def tables(self) -> list[tuple[str, bytes]]:
        """Return name and content of every table."""
        found = [(upload.name, upload.read()) for upload in self.cleaned_data["files"]]
        pasted = self.cleaned_data.get("pasted", "")
        return [*found, (str(_("pasted rows")) + ".txt", pasted.encode())] if pasted.strip() else found


class ColumnsForm(forms.Form):
    """What one file holds, and which heading is which field."""

    shape = forms.ChoiceField(label=_("The rows are"), choices=Shape.choices)

    def __init__(self, *args: Any, file: ImportFile, shape: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"prefix": f"file{file.pk}"})
        self.file = file
        self.holds = shape if shape in FIELDS else file.shape
        self.fields["shape"].initial = self.holds
        choices = [("", "--"), *((header, self._shown(header)) for header in file.headers)]
        for target in FIELDS[self.holds]:
            self.fields[target.name] = forms.ChoiceField(
                label=str(target.label), choices=choices, required=False, initial=file.columns.get(target.name, "")
            )

    def _shown(self, header: str) -> str:
        place = self.file.headers.index(header)
        samples = [row[place][:24] for row in self.file.samples if len(row) > place and row[place]]
        return f"{header} ({', '.join(samples[:2])})" if samples else header

    def clean(self) -> dict[str, Any]:
        """Refuse a heading given to two fields."""
        given = [header for header in self.columns().values() if header]
        twice = {header for header in given if given.count(header) > 1}
        if twice:
            raise forms.ValidationError(
                _("“%(names)s” is chosen for two fields. Each column can fill one."), params={"names": ", ".join(twice)}
            )
        return self.cleaned_data

    def columns(self) -> dict[str, str]:
        """Return field → heading."""
        names = (target.name for target in FIELDS[self.holds])
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name)}


class AnswersForm(forms.Form):
    """The questions of a check, each with its proposed answer."""

    existing = forms.ChoiceField(
        label=_("Rows that are there already"), choices=Existing.choices, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, questions: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._keys = {f"question{number}": question["key"] for number, question in enumerate(questions)}
        for name, question in zip(self._keys, questions, strict=True):
            self.fields[name] = forms.ChoiceField(
                label=_("%(text)s (%(count)s rows)") % {"text": question["text"], "count": question["count"]},
                choices=[tuple(choice) for choice in question["choices"]],
                initial=question["default"],
                widget=forms.RadioSelect,
            )

    def answers(self) -> dict[str, str]:
        """Return question → answer."""
        return {key: self.cleaned_data[name] for name, key in self._keys.items()}
