"""What a check finds: errors grouped by kind, questions with a proposed answer, counts."""

import dataclasses
from collections.abc import Mapping
from typing import Any

SHOWN_ROWS = 20
KEPT_FAILURES = 20_000


@dataclasses.dataclass
class Problem:
    """One kind of error: which field, what is wrong, which rows."""

    file: str
    field: str
    sentence: str
    rows: list[int] = dataclasses.field(default_factory=list)
    count: int = 0

    def add(self, row: int) -> None:
        """Note another row."""
        self.count += 1
        if len(self.rows) < SHOWN_ROWS:
            self.rows.append(row)


@dataclasses.dataclass
class Question:
    """Something only the user can decide; `default` is what happens unless he says otherwise.

    `choices` are pairs of answer and words.
    """

    key: str
    text: str
    choices: list[tuple[str, str]]
    default: str
    count: int = 0


@dataclasses.dataclass
class Findings:
    """Everything found so far."""

    problems: dict[tuple[str, str, str], Problem] = dataclasses.field(default_factory=dict)
    questions: dict[str, Question] = dataclasses.field(default_factory=dict)
    failures: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    created: dict[str, int] = dataclasses.field(default_factory=dict)
    updated: dict[str, int] = dataclasses.field(default_factory=dict)
    skipped: dict[str, int] = dataclasses.field(default_factory=dict)

    def problem(self, file: str, field_name: str, code: str, sentence: str, row: int) -> None:
        """Note an error of one row under its kind."""
        key = (file, field_name, code)
        self.problems.setdefault(key, Problem(file, field_name, sentence)).add(row)

    def failure(self, file: str, row: int, cells: Mapping[str, str], reason: str) -> None:
        """Keep a row that is not loaded, to be handed back with its reason."""
        if len(self.failures) < KEPT_FAILURES:
            self.failures.append({"file": file, "row": row, "cells": dict(cells), "reason": reason})

    def ask(self, question: Question) -> None:
        """Ask once, however many rows raise it."""
        self.questions.setdefault(question.key, question).count += 1

    def count(self, kind: str, shape: str) -> None:
        """Count a row as created, updated or skipped."""
        counter: dict[str, int] = getattr(self, kind)
        counter[shape] = counter.get(shape, 0) + 1

    def as_json(self) -> dict[str, Any]:
        """Return what is kept with the import and shown on its page."""
        return {
            "problems": [vars(problem) for problem in self.problems.values()],
            "questions": [vars(question) for question in self.questions.values()],
            "created": self.created,
            "updated": self.updated,
            "skipped": self.skipped,
            "failed": len({(failure["file"], failure["row"]) for failure in self.failures}),
        }
