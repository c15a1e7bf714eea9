"""What the loading of every shape shares, on top of the import library's resources."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export import resources

from imports.cells import DAY, MONTH, YEAR, CellError, as_date, plain, possible_orders
from imports.choices import Existing
from imports.context import Loading, Touched
from imports.fields import FIELDS
from imports.findings import Question

Row = Mapping[str, str]
BACK = "back"


class LeaveOut(Exception):
    """The user chose that such rows are not loaded; the message names the reason."""


class LoadingResource(resources.ModelResource):
    """Reads rows into instances and writes them in bulk.

    A subclass says how a row finds its existing instance (`find`) and fills the fields (`fill`). The cells come under
    our field names.
    """

    shape = ""
    dates: tuple[str, ...] = ()
    winds_up = False

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
        self.labels = {target.name: str(target.label) for target in FIELDS[self.shape]}
        self._required = {target.name for target in FIELDS[self.shape] if target.is_required}
        self._orders: dict[str, list[frozenset[str]]] = {name: [] for name in self.dates}
        self._order: dict[str, str] = {}
        self._is_new = False
        self.after_row: Callable[[int], None] = lambda _number: None
        # Of the row at hand: what differs from what is here, and what was there before it changed.
        self.differences: list[tuple[str, str, str]] = []
        self.before: dict[str, Any] = {}
        self._to_note: list[tuple[Any, dict[str, Any]]] = []

    # --- for subclasses to say --------------------------------------------------------------------------------------
    def find(self, row: Row) -> Any:
        """Return the instance a row is about, None for a new one."""
        raise NotImplementedError

    def fill(self, instance: Any, row: Row, *, is_new: bool) -> None:
        """Set the instance's fields from the row; raises CellError or ValidationError."""
        raise NotImplementedError

    def updated_fields(self) -> list[str]:
        """Return the fields an existing row may get."""
        raise NotImplementedError

    def taken(self, row: Row) -> tuple[str, str] | None:
        """Return field and sentence where a second row like an existing one cannot be made; None where it can."""
        return None

    def see(self, row: Row) -> None:
        """See a row of the file before its first is taken."""
        for name in self.dates:
            orders = possible_orders(row.get(name, ""))
            if orders:
                self._orders[name].append(orders)

    def pass_over(self, row: Row) -> None:
        """Pass a row an interrupted pass has taken."""

    def seen(self) -> None:
        """Settle what the whole file says: how short dates are meant."""
        for name, orders in self._orders.items():
            self._order[name] = self._one_order(name, orders) if orders else ""

    def meet(self, rows: Iterable[Row]) -> None:
        """Read what a portion of rows is about whole, and hold it until it is written."""
        found = {instance.pk: instance for instance in self._found(rows) if instance is not None and instance.pk}
        stored = self._meta.model._default_manager.all()
        stored = stored if self.loading.is_check else stored.select_for_update()
        for pk, whole in stored.in_bulk(list(found)).items():
            state = {name: value for name, value in vars(whole).items() if name != "_state"}
            vars(found[pk]).update(state)

    def _found(self, rows: Iterable[Row]) -> Iterable[Any]:
        for row in rows:
            try:
                yield self.find(row)
            except ValidationError:
                continue

    def wind_up(self, rows: Iterable[Row]) -> None:
        """Do what can be done only when all rows are there; asked of shapes that say `winds_up`."""

    def after_created(self, rows: list[Any]) -> None:
        """Write what hangs on new rows."""

    # --- the library's hooks ---------------------------------------------------------------------------------------
    def get_instance(self, instance_loader: Any, row: Row) -> Any:
        """Return the existing instance of a row."""
        return self.find(row)

    def get_or_init_instance(self, instance_loader: Any, row: Row) -> tuple[Any, bool]:
        """Return the instance of a row and whether it is new; a second one like it where the user wants that."""
        self.differences, self.before = [], {}
        found = self.find(row)
        if found is not None and self.loading.existing == Existing.CREATE and not self.loading.is_made_here(found):
            taken = self.taken(row)
            if taken is not None:
                raise ValidationError({taken[0]: ValidationError(taken[1], code="taken")})
            found = None
        self._is_new = found is None
        return (self._meta.model(), True) if found is None else (found, False)

    def import_instance(self, instance: Any, row: Row, **kwargs: Any) -> None:
        """Fill the instance; an error of a cell is told by field and kind."""
        self.fill(instance, row, is_new=self._is_new)

    def after_import_row(self, row: Any, row_result: Any, **kwargs: Any) -> None:
        """Say that a row was taken; `row_number` counts from 1."""
        self.after_row(kwargs["row_number"])

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        """Leave existing rows alone where the user said so, or where the file says nothing new."""
        return not import_validation_errors and not self._is_new and not self.before

    def save_instance(self, instance: Any, is_create: bool, row: Any, **kwargs: Any) -> None:  # noqa: FBT001
        """Take the instance for writing; what changes on an existing one is noted for taking back."""
        if not is_create and not self.loading.is_check:
            if hasattr(instance, "version") and not self.loading.is_made_here(instance):
                instance.version += 1
            self._to_note.append((instance, self.before))
        super().save_instance(instance, is_create, row, **kwargs)

    def bulk_create(self, using_transactions: bool, dry_run: bool, *_args: Any, **kwargs: Any) -> None:  # noqa: FBT001
        """Write new rows, remember them for taking back, and write what hangs on them; a check forgets them.

        An error here is a fault of ours: it is raised, not collected.
        """
        rows = list(self.create_instances)
        if self.loading.is_check:
            self.create_instances.clear()
            return
        super().bulk_create(using_transactions, dry_run, True, batch_size=kwargs.get("batch_size"))  # noqa: FBT003
        for row in rows:
            self.loading.note_made(row)
        if rows:
            self.after_created(rows)

    def bulk_update(self, using_transactions: bool, dry_run: bool, *_args: Any, **kwargs: Any) -> None:  # noqa: FBT001
        """Write changed rows; a check forgets them."""
        if self.loading.is_check:
            self.update_instances.clear()
            return
        super().bulk_update(using_transactions, dry_run, True, batch_size=kwargs.get("batch_size"))  # noqa: FBT003
        for instance, before in self._to_note:
            self.note_touched(instance, before)
        self._to_note.clear()

    def get_bulk_update_fields(self) -> list[str]:
        """Return the fields an existing row may get."""
        versioned = ["version"] if hasattr(self._meta.model, "version") else []
        return [*self.updated_fields(), *versioned]

    def note_touched(self, instance: Any, before: dict[str, Any]) -> None:
        """Note what changed on a row that was there, for taking back."""
        if self.loading.is_made_here(instance):
            return
        after = {name: stored(getattr(instance, name)) for name in before}
        self.loading.touched.append(Touched(instance._meta.label_lower, instance.pk, before, after))

    # --- for subclasses to use --------------------------------------------------------------------------------------
    def put(self, instance: Any, name: str, value: Any, *, is_new: bool, shown: Any = None) -> None:
        """Set a field: always on a new row, on an existing one as the user decided; an empty cell changes nothing.

        `shown` is what a person calls the present and the given value, where they are keys.
        """
        if value in (None, ""):
            return
        present = getattr(instance, name)
        if is_new or present == value:
            setattr(instance, name, value)
            return
        is_empty = present in (None, "")
        here, there = shown or (present, value)
        label = self.labels.get(name.removesuffix("_id"), name)
        self.differences.append((label, "" if is_empty else str(here), str(there)))
        if self.loading.existing == Existing.OVERWRITE or (is_empty and self.loading.existing != Existing.SKIP):
            self.before.setdefault(name, stored(present))
            setattr(instance, name, value)

    def cell(self, row: Row, name: str, read: Callable[..., Any], *args: Any) -> Any:
        """Return what a cell says; raises ValidationError under the field's name.

        Whether rows are loaded without an optional cell nobody understands is asked once for all of them.
        """
        try:
            return read(row.get(name, ""), *args)
        except CellError as error:
            if name not in self._required and self._answer_to(name, error) == "empty":
                return None if read is not str else ""
            raise ValidationError({name: ValidationError(str(error), code=error.code)}) from None

    def _answer_to(self, name: str, error: CellError) -> str:
        text = _("“%(field)s”: %(sentence)s.") % {"field": self.labels[name], "sentence": error}
        choices = [(BACK, _("hand these rows back to me")), ("empty", _("load them without it"))]
        return self.loading.answer(Question(f"cell:{self.shape}:{name}:{error.code}", text, choices, BACK))

    def day(self, row: Row, name: str) -> date | None:
        """Return the day a cell names, short dates as the whole file or the user says."""
        day: date | None = self.cell(row, name, as_date, self.order_of(name))
        return day

    def order_of(self, name: str) -> str:
        """Return how short dates of a column are meant; "" where the column has none."""
        return self._order.get(name, "")

    def _one_order(self, name: str, seen: list[frozenset[str]]) -> str:
        """Return how short dates of a column are meant: the only way all can be read, else as the user says."""
        possible = frozenset.intersection(*seen)
        if len(possible) == 1:
            return next(iter(possible))
        words = {
            MONTH: _("month first: 3/4/2017 is 4 March"),
            DAY: _("day first: 3/4/2017 is 3 April"),
            YEAR: _("year first: 17-03-04 is 4 March 2017"),
        }
        choices = [(order, words[order]) for order in (MONTH, DAY, YEAR) if order in (possible or words)]
        text = _("“%(field)s”: dates that can be read in two ways.") % {"field": self.labels[name]}
        question = Question(f"order:{self.shape}:{name}", text, choices, choices[0][0])
        return self.loading.answer(question, rows=sum(len(orders) > 1 for orders in seen))

    def required(self, instance: Any, *names: str) -> None:
        """Raise ValidationError where a required field is empty."""
        missing = [name for name in names if getattr(instance, name) in (None, "")]
        if missing:
            text = _("is missing")
            raise ValidationError({name: ValidationError(text, code="missing") for name in missing})


def stored(value: Any) -> Any:
    """Return a value as it is kept with an import."""
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def missing(row: Row, name: str) -> bool:
    """Return whether a row says nothing in a column."""
    return not plain(row.get(name, ""))
