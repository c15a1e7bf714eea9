"""The house rules that no other tool checks: names, sizes, one door for writes, nothing reaching upwards."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.functional import Promise

from accounts.models import Account
from crm.kinds import all_kinds
from teams.models import User

ROOT = Path(settings.BASE_DIR)
# From the ground up; a room knows those before it.
ROOMS = ["crm", "teams", "followups", "accounts", "pipeline", "visits", "imports", "reports"]
FORBIDDEN_NAMES = {"utils", "helpers", "common", "core", "misc"}
MAX_FILE, MAX_TEST_FILE, MAX_FUNCTION, MAX_TEMPLATE, MAX_COMPONENT = 400, 600, 40, 150, 40
# The subjects rooms point at as (kind, id).
SUBJECTS = {"account", "contact", "opportunity", "visit", "day_plan", "user", "follow_up", "approval"}


def sources(*, tests: bool = False) -> list[Path]:
    """Return the Python files of the rooms, without migrations."""
    files = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return [path for path in files if "migrations" not in path.parts and (tests or "tests" not in path.parts)]


def templates() -> list[Path]:
    """Return every template."""
    return [path for path in sorted((ROOT / "templates").rglob("*")) if path.suffix in (".html", ".txt")]


def short(path: Path) -> str:
    """Return the path as it is written in a message."""
    return str(path.relative_to(ROOT))


def lines_matching(pattern: str, files: list[Path], *, but: tuple[str, ...] = ()) -> list[str]:
    """Return "file:line: text" for every line that matches, comments of templates left out."""
    wanted = re.compile(pattern)
    return [
        f"{short(path)}:{number}: {line.strip()[:120]}"
        for path in files
        if short(path) not in but
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if wanted.search(re.sub(r"\{#.*?#\}", "", line))
    ]


# --- names and sizes --------------------------------------------------------------------------------------------------


def test_no_file_is_a_junk_drawer() -> None:
    places = [path for room in [*ROOMS, "templates", "static"] for path in (ROOT / room).rglob("*")]
    assert [short(path) for path in places if path.stem in FORBIDDEN_NAMES] == []


def test_files_stay_short() -> None:
    long = {}
    for path in sources(tests=True):
        length = len(path.read_text(encoding="utf-8").splitlines())
        if length > (MAX_TEST_FILE if "tests" in path.parts else MAX_FILE):
            long[short(path)] = length
    assert long == {}


def _length(function: ast.FunctionDef) -> int:
    """Return the lines of a function without its docstring, which is to be as long as it needs."""
    first = function.body[0]
    docstring = ast.get_docstring(function) is not None
    return function.end_lineno - function.lineno + 1 - (first.end_lineno - first.lineno + 1 if docstring else 0)


def test_functions_stay_short() -> None:
    long = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and _length(node) > MAX_FUNCTION:
                long[f"{short(path)}:{node.name}"] = _length(node)
    assert long == {}


def test_templates_stay_short() -> None:
    long = {}
    for path in templates():
        length = len(path.read_text(encoding="utf-8").splitlines())
        if length > (MAX_COMPONENT if "components" in path.parts else MAX_TEMPLATE):
            long[short(path)] = length
    assert long == {}


# --- one door for writes ----------------------------------------------------------------------------------------------

WRITES = {"save", "create", "bulk_create", "get_or_create", "update_or_create", "bulk_update", "delete"}
# Not rows: what a view may save or delete.
NOT_ROWS = {"session", "cache", "default_storage", "response"}


def _writes(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES):
            continue
        if ast.unparse(node.func.value).split(".")[-1] not in NOT_ROWS:
            yield f"{short(path)}:{node.lineno}: {ast.unparse(node)[:80]}"


def test_views_write_through_actions_only() -> None:
    views = [path for path in sources() if "views" in path.parts or path.name == "views.py"]
    assert [found for path in views for found in _writes(path)] == []


def test_nothing_happens_behind_a_save() -> None:
    pattern = r"\b(pre|post)_(save|delete|init)\b|\bm2m_changed\b|@receiver\b|django\.dispatch"
    assert lines_matching(pattern, sources()) == []


def test_save_is_not_overridden_for_effects() -> None:
    assert lines_matching(r"def (save|delete)\(self", [path for path in sources() if "models" in str(path)]) == []


def test_actions_take_the_actor_by_keyword() -> None:
    positional = []
    for path in sources():
        if "actions" not in path.parts and path.name != "actions.py":
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and "transaction.atomic" in map(ast.unparse, node.decorator_list):
                given = [argument.arg for argument in [*node.args.posonlyargs, *node.args.args]]
                positional += [f"{short(path)}:{node.name}"] if "actor" in given else []
    assert positional == []


# --- nothing reaches upwards ------------------------------------------------------------------------------------------


def reverse_names_from_above(room: str) -> set[str]:
    """Return the names by which rows of `room` lead to rows of rooms above it."""
    above = set(ROOMS[ROOMS.index(room) + 1 :])
    return {
        relation.get_accessor_name()
        for model in apps.get_app_config(room).get_models()
        for relation in model._meta.related_objects
        if relation.related_model._meta.app_label in above and relation.get_accessor_name()
    }


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_follows_a_relation_upwards(room: str) -> None:
    python = [path for path in sources() if short(path).startswith(f"{room}/")]
    own = {
        name for path in python for name in re.findall(r"^\s+def (\w+)\(self", path.read_text(encoding="utf-8"), re.M)
    }
    names = reverse_names_from_above(room) - own  # a name the room uses itself cannot be told from the other
    if not names:
        return
    either = "|".join(sorted(map(re.escape, names)))
    pages = [path for path in templates() if f"templates/{room}/" in str(path)]
    found = lines_matching(rf"(?<!self)\.({either})\b(?!\()|[\"'(]({either})__", python)
    found += lines_matching(rf"\.({either})\b", pages)
    assert [line for line in found if not re.search(r"import|register_|reverse\(", line)] == []


# --- who sees what ----------------------------------------------------------------------------------------------------


def models_of_a_customer() -> list[type[models.Model]]:
    """Return every model whose rows lead to a customer by foreign keys."""
    reached: set[type[models.Model]] = {Account}
    ours = [model for room in ROOMS for model in apps.get_app_config(room).get_models()]
    grown = True
    while grown:
        leading = {
            model
            for model in ours
            for field in model._meta.concrete_fields
            if field.is_relation and field.related_model in reached
        }
        grown = not leading <= reached
        reached |= leading
    return sorted(reached, key=lambda model: model._meta.label)


@pytest.mark.parametrize("model", models_of_a_customer(), ids=lambda model: model._meta.label)
def test_rows_of_a_customer_know_who_may_see_them(model: type[models.Model]) -> None:
    assert hasattr(model._default_manager.all(), "visible_to")


def test_every_subject_is_a_registered_kind() -> None:
    assert {kind.name for kind in all_kinds()} >= SUBJECTS


def test_every_kind_named_in_the_code_is_registered() -> None:
    named: dict[str, str] = {}
    for path in sources():
        for kind in re.findall(r"\bsubject=\(\s*\"([a-z_]+)\"", path.read_text(encoding="utf-8")):
            named.setdefault(kind, short(path))
    known = {kind.name for kind in all_kinds()}
    assert {kind: where for kind, where in named.items() if kind not in known} == {}


def test_every_kind_says_who_sees_it_and_where_it_is(rep: User) -> None:
    for kind in all_kinds():
        assert list(kind.visible(rep)[:1]) in ([], [rep]), kind.name
        assert kind.url(1).startswith("/"), kind.name


# --- words and looks --------------------------------------------------------------------------------------------------

OURS = [model for room in ROOMS for model in apps.get_app_config(room).get_models()]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_table_has_a_translated_name(model: type[models.Model]) -> None:
    assert isinstance(model._meta.verbose_name, Promise)
    assert isinstance(model._meta.verbose_name_plural, Promise)


def pages() -> list[Path]:
    """Return the templates a browser shows."""
    return [path for path in templates() if path.suffix == ".html"]


def test_templates_say_what_they_need() -> None:
    silent = [
        short(path)
        for path in templates()
        if path.read_text(encoding="utf-8").strip() and not _opens_with_comment(path)
    ]
    assert [name for name in silent if not re.search(r"/messages/|_subject\.txt$|bootstrap5/", name)] == []


def _opens_with_comment(path: Path) -> bool:
    text = path.read_text(encoding="utf-8").lstrip()
    return not text or text.startswith(("{#", "{% comment"))


def test_no_colour_is_written_into_a_template() -> None:
    pattern = r"\b(fill|stroke|color|background|bgcolor|content)\s*[=:]\s*[\"']?(#[0-9a-fA-F]{3,8}\b|rgb)"
    # The browser's own bar and the mark of the product are not part of the page's theme.
    assert (
        lines_matching(pattern, pages(), but=("templates/components/head.html", "templates/components/logo.html")) == []
    )


def test_no_style_and_no_handler_is_written_into_a_template() -> None:
    assert lines_matching(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']", pages()) == []


def test_no_script_is_written_into_a_template() -> None:
    assert lines_matching(r"<script\b(?![^>]*\bsrc=)", pages()) == []


def test_nothing_is_marked_as_safe() -> None:
    assert lines_matching(r"\|\s*safe\b|autoescape off", pages()) == []
    assert lines_matching(r"\bmark_safe\(", sources()) == []
