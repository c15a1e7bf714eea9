"""What the loading of every shape shares, on top of the import library's resources."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from import_export import resources

from imports.cells import CellError
from imports.choices import Existing
from imports.context import Loading


class LeaveOut(Exception):
    """The user chose that such rows are not loaded; the message names the reason."""


class LoadingResource(resources.ModelResource):
    """Reads rows into instances and writes them in bulk.

    A subclass says how a row finds its existing instance (`find`) and fills the fields (`fill`). The cells come under
    our field names.
    """

    shape = ""

    class Meta:
        use_bulk = True
        batch_size = 1000
        skip_diff = True
        skip_html_diff = True
        use_transactions = False
        import_id_fields: tuple[str, ...] = ()
        fields: tuple[str, ...] = ()

    def __init__(self, loading: Loading, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.loading = loading
        self.is_new: dict[int, bool] = {}

    def find(self, row: Mapping[str, str]) -> Any:
        """Return the instance a row is about, None for a new one."""
        raise NotImplementedError

    def fill(self, instance: Any, row: Mapping[str, str], *, is_new: bool) -> None:
        """Set the instance's fields from the row; raises CellError or ValidationError."""
        raise NotImplementedError

    def look_ahead(self, rows: Iterable[Mapping[str, str]]) -> None:
        """See the whole file before its first row is taken; most shapes need not."""

    # --- the library's hooks ---------------------------------------------------------------------------------------
    def get_instance(self, instance_loader: Any, row: Mapping[str, str]) -> Any:
        """Return the existing instance of a row."""
        return self.find(row)

    def get_or_init_instance(self, instance_loader: Any, row: Mapping[str, str]) -> tuple[Any, bool]:
        """Return the instance of a row and whether it is new."""
        found = self.find(row)
        return (found, False) if found is not None else (self._meta.model(), True)

    def after_init_instance(self, instance: Any, new: bool, row: Any, **kwargs: Any) -> None:  # noqa: FBT001
        """Remember whether the instance is new."""
        self.is_new[id(instance)] = new

    def import_instance(self, instance: Any, row: Mapping[str, str], **kwargs: Any) -> None:
        """Fill the instance; an error of a cell is told by field and kind."""
        self.fill(instance, row, is_new=self.is_new.pop(id(instance)))

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        """Leave existing rows alone where the user said so."""
        return bool(instance.pk) and self.loading.existing == Existing.SKIP

    def bulk_create(self, using_transactions: bool, dry_run: bool, *_args: Any, **kwargs: Any) -> None:  # noqa: FBT001
        """Write new rows, remember them for taking back, and write what hangs on them; a check forgets them.

        An error here is a fault of ours: it is raised, not collected.
        """
        rows = list(self.create_instances)
        if self.loading.is_check:
            self.create_instances.clear()
            return
        super().bulk_create(using_transactions, dry_run, True, batch_size=kwargs.get("batch_size"))  # noqa: FBT003
        if rows:
            label = self._meta.model._meta.label_lower
            self.loading.made += [(label, row.pk) for row in rows]
            self.after_created(rows)

    def bulk_update(self, using_transactions: bool, dry_run: bool, *_args: Any, **kwargs: Any) -> None:  # noqa: FBT001
        """Write changed rows; a check forgets them."""
        if self.loading.is_check:
            self.update_instances.clear()
            return
        super().bulk_update(using_transactions, dry_run, True, batch_size=kwargs.get("batch_size"))  # noqa: FBT003

    def get_bulk_update_fields(self) -> list[str]:
        """Return the fields an existing row may get."""
        return self.updated_fields()

    def updated_fields(self) -> list[str]:
        """Return the fields an existing row may get; none unless the shape says so."""
        return []

    def after_created(self, rows: list[Any]) -> None:
        """Write what hangs on new rows."""

    # --- for subclasses --------------------------------------------------------------------------------------------
    def put(self, instance: Any, name: str, value: Any, *, is_new: bool) -> None:
        """Set a field: always on a new row, on an existing one as the user decided; an empty cell changes nothing."""
        if value in (None, ""):
            return
        if is_new or self.loading.existing == Existing.OVERWRITE or getattr(instance, name) in (None, ""):
            setattr(instance, name, value)

    def cell(self, row: Mapping[str, str], name: str, read: Any, *args: Any) -> Any:
        """Return what a cell says; raises ValidationError under the field's name."""
        try:
            return read(row.get(name, ""), *args)
        except CellError as error:
            raise ValidationError({name: ValidationError(str(error), code=error.code)}) from None
