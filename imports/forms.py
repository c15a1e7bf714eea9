"""Forms of the import wizard."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.tabular import ENCODINGS
from imports.access import shapes_for
from imports.choices import Existing, Shape
from imports.fields import FIELDS
from imports.models import ImportFile
from teams.models import User

MAX_FILES, MAX_BYTES = 8, 50 * 1024 * 1024
SHOWN_SAMPLES = 3


class FilesInput(forms.ClearableFileInput):
    """A file field that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, cleaned one by one."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the uploaded files, none where none was chosen; an empty one is told with all others."""
        return [upload for upload in data or initial or [] if upload]


class UploadForm(forms.Form):
    """Files that belong together."""

    files = FilesField(  # type: ignore[assignment]  # the metaclass takes it off the class; the stubs do not know
        label=_("Files"),
        required=False,
        widget=FilesInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xls"}),
        help_text=_("CSV or Excel, up to 50 MB each, an old .xls up to 20 MB. The first row names the columns."),
    )
    pasted = forms.CharField(
        label=_("Or paste rows from Excel"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        strip=False,
        help_text=_("With the row of headings."),
    )
    encoding = forms.ChoiceField(
        label=_("Encoding of text files"),
        required=False,
        choices=[("", _("found by itself")), *ENCODINGS.items()],
        help_text=_("Choose one only if the file was refused or names look wrong."),
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
        if not pasted.strip():
            return found
        mark = b"\xef\xbb\xbf"  # says that it is UTF-8 whatever encoding was chosen for the files
        return [*found, (str(_("pasted rows")) + ".txt", mark + pasted.encode("utf-8", "replace"))]


class ColumnsForm(forms.Form):
    """What one file holds, and which heading is which field."""

    use_required_attribute = False  # another kind of rows may be chosen while a column is still missing
    shape = forms.ChoiceField(label=_("The rows are"))
    sheet = forms.ChoiceField(label=_("Sheet"), required=False)

    def __init__(self, *args: Any, file: ImportFile, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"prefix": f"file{file.pk}"})
        self.file, self.actor = file, actor
        shapes = shapes_for(actor)
        self._of("shape").choices = [(shape, Shape(shape).label) for shape in Shape if shape in shapes]
        self._of("shape").initial = file.shape
        self._of("sheet").choices = [(name, name) for name in file.sheets]
        self._of("sheet").initial = file.sheet
        if len(file.sheets) <= 1:
            del self.fields["sheet"]
        choices = [("", "--"), *((header, self._shown(header)) for header in file.headers)]
        for target in FIELDS[file.shape]:
            self.fields[target.name] = forms.ChoiceField(
                label=str(target.label),
                choices=choices,
                required=target.is_required and not target.instead,
                initial=file.columns.get(target.name, ""),
            )

    def _of(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        return field

    def _shown(self, header: str) -> str:
        place = self.file.headers.index(header)
        samples = [row[place][:24] for row in self.file.samples if len(row) > place and row[place].strip()]
        return f"{header} ({', '.join(samples[:SHOWN_SAMPLES])})" if samples else header

    @property
    def unused(self) -> list[str]:
        """Return the headings nobody gave to a field: their columns are not imported."""
        used = set(self.columns().values()) if self.is_bound and self.is_valid() else set(self.file.columns.values())
        return [header for header in self.file.headers if header not in used]

    def asks_to_look_again(self) -> bool:
        """Return whether another kind of rows or another sheet was chosen, so that the columns are matched anew."""
        shape, sheet = self.data.get(f"{self.prefix}-shape"), self.data.get(f"{self.prefix}-sheet")
        known = shapes_for(self.actor)
        return (shape in known and shape != self.file.shape) or (sheet in self.file.sheets and sheet != self.file.sheet)

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
        names = (target.name for target in FIELDS[self.file.shape])
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name)}


class AnswersForm(forms.Form):
    """The questions of a check, each with its proposed answer."""

    existing = forms.ChoiceField(
        label=_("Rows that are there already"), choices=Existing.choices, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, questions: list[dict[str, Any]], answers: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._keys = {f"question{number}": question["key"] for number, question in enumerate(questions)}
        for name, question in zip(self._keys, questions, strict=True):
            choices = [tuple(choice) for choice in question["choices"]]
            given = answers.get(question["key"], "")
            self.fields[name] = forms.ChoiceField(
                label=_("%(text)s (%(count)s rows)") % {"text": question["text"], "count": question["count"]},
                choices=choices,
                initial=given if given in dict(choices) else question["default"],
                widget=forms.RadioSelect,
            )

    def answers(self) -> dict[str, str]:
        """Return question → answer."""
        return {key: self.cleaned_data[name] for name, key in self._keys.items()}
