"""Every action that any room writes into the history has words; found by reading the code, not by remembering."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.utils.translation import override

from crm.models import AuditEntry
from pipeline.choices import ChangeKind
from reports.wording import ACTIONS, AREAS, NAMES, wording

ROOMS = ("crm", "teams", "followups", "accounts", "pipeline", "visits", "imports", "reports")
WRITERS = {"record", "build_entry", "write_fields", "save_edit"}
# Called alike, but names of jobs and modules.
NO_ACTIONS = {"import.check", "import.load", "import.take_back", "pipeline.registration", "pipeline.urls"}
# What an f-string can become.
MADE_UP = {
    "{row._meta.model_name}.edited": ["pipeline", "step", "criterion", "lossreason", "product", "exchangerate"],
    "{row._meta.model_name}.moved": ["step", "criterion"],
    "opportunity.{kind.lower()}": [kind.lower() for kind in (ChangeKind.WON, ChangeKind.LOST, ChangeKind.REOPENED)],
    "approval.{state.lower()}": ["approved", "returned"],
    # The names of allauth's mails about a second factor.
    "user.{what}": [
        "totp_activated", "totp_deactivated", "recovery_codes_generated", "webauthn_added", "webauthn_removed",
    ],
}  # fmt: skip
# They list the words, they write nothing.
LISTS = {"wording.py", "history.py"}
SHAPE = re.compile(r"[a-z_]+\.[a-z_]+")


def code() -> Iterator[ast.Module]:
    for room in ROOMS:
        for path in (Path(settings.BASE_DIR) / room).rglob("*.py"):
            if not {"tests", "migrations", "commands"}.intersection(path.parts) and path.name not in LISTS:
                yield ast.parse(path.read_text(encoding="utf-8"))


def texts(node: ast.AST) -> Iterator[str]:
    """Yield the texts an argument can be: one, one of two, or what an f-string can become."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        made = ast.unparse(node)[2:-1]
        part = re.search(r"\{.*\}", made)
        assert made in MADE_UP, f"say in MADE_UP what {made} can become"
        assert part
        yield from (made.replace(part.group(), value) for value in MADE_UP[made])


def written() -> set[str]:
    """Return what is handed to a writer, and every other text that is called like an action of a known noun."""
    models = {model._meta.label_lower for model in apps.get_models()}
    nouns = {action.partition(".")[0] for action in ACTIONS}
    found = set()
    for tree in code():
        for node in ast.walk(tree):
            name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
            if name in WRITERS:
                given = [*node.args[:2], *(word.value for word in node.keywords if word.arg == "action")]
                found |= {text for argument in given for text in texts(argument) if SHAPE.fullmatch(text)}
            elif isinstance(node, ast.JoinedStr) and ast.unparse(node)[2:-1] in MADE_UP:
                found.update(texts(node))
            elif isinstance(node, ast.Constant) and SHAPE.fullmatch(str(node.value)):
                found |= {str(node.value)} if str(node.value).partition(".")[0] in nouns else set()
    return found - models - NO_ACTIONS


def test_every_action_has_words_and_no_words_are_left_over():
    assert sorted(written() ^ set(ACTIONS)) == []


def test_an_action_stands_in_one_area_and_reads_as_words():
    assert len(ACTIONS) == sum(len(of) for _area, of in AREAS)
    assert [words for words in ACTIONS.values() if not re.match(r"[A-Z][a-z]", str(words))] == []
    assert wording("visit.logged") == "Visit logged"
    with override("zh-hans"):
        assert wording("user.signed_in") != "user.signed_in"


def test_what_changes_call_by_another_name_has_words_too(db):
    assert AuditEntry._meta.get_field("changes")
    assert [name for name, words in NAMES.items() if str(words) == ""] == []
