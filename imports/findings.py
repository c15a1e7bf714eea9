"""What a check finds: errors grouped by kind, questions with a proposed answer, counts."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

SHOWN_ROWS = 20
SHOWN_DOUBLES = 30


@dataclasses.dataclass
class Problem:
    """One kind of error: where it is, what is expected and was found, which rows; `fields` is the columns' label."""

    file: str
    field: str
    label: str
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
class Refused:
    """A row that is not loaded: as it was read, with the reason."""

    file: int
    row: int
    cells: list[str]
    reason: str


@dataclasses.dataclass
class Findings:
    """Everything found so far. `refused` holds the rows of the portion at hand, until they are written down."""

    problems: dict[tuple[str, str, str], Problem] = dataclasses.field(default_factory=dict)
    questions: dict[str, Question] = dataclasses.field(default_factory=dict)
    refused: list[Refused] = dataclasses.field(default_factory=list)
    doubles: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    created: dict[str, int] = dataclasses.field(default_factory=dict)
    updated: dict[str, int] = dataclasses.field(default_factory=dict)
    skipped: dict[str, int] = dataclasses.field(default_factory=dict)
    failed: int = 0

    def problem(self, file: str, place: tuple[str, str], code: str, sentence: str, row: int) -> None:
        """Note an error of one row under its kind; `place` is a field's name and label."""
        found = self.problems.setdefault((file, place[0], code), Problem(file, *place, sentence))
        found.add(row)

    def refuse(self, file: int, row: int, cells: Sequence[str], reason: str) -> None:
        """Keep a row that is not loaded, to be handed back with its reason."""
        self.failed += 1
        self.refused.append(Refused(file, row, list(cells), reason))

    def ask(self, question: Question, rows: int | None = None) -> Question:
        """Ask once, however many rows raise it; return the question as it was first asked.

        `rows` is how many it concerns, where that is known at once.
        """
        asked = self.questions.setdefault(question.key, question)
        asked.count = asked.count + 1 if rows is None else rows
        return asked

    def double(self, file: str, row: int, name: str, differences: Iterable[tuple[str, str, str]]) -> None:
        """Show a row that is there already, with what is here and what the file says."""
        if len(self.doubles) < SHOWN_DOUBLES:
            self.doubles += [
                {"file": file, "row": row, "name": name, "field": field, "here": here, "there": there}
                for field, here, there in differences
            ]

    def count(self, kind: str, shape: str) -> None:
        """Count a row as created, updated or skipped."""
        counter: dict[str, int] = getattr(self, kind)
        counter[shape] = counter.get(shape, 0) + 1

    def as_json(self) -> dict[str, Any]:
        """Return what is kept with the import and shown on its page."""
        return {
            "problems": [vars(problem) | {"code": key[2]} for key, problem in self.problems.items()],
            "questions": [vars(question) for question in self.questions.values()],
            "doubles": self.doubles[:SHOWN_DOUBLES],
            "created": self.created,
            "updated": self.updated,
            "skipped": self.skipped,
            "failed": self.failed,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Return the findings an interrupted pass had made, so that its successor goes on counting."""
        if not kept:
            return cls()
        problems = {(row["file"], row["field"], row["code"]): _without(row, "code") for row in kept["problems"]}
        asked = [row | {"choices": [(choice, words) for choice, words in row["choices"]]} for row in kept["questions"]]
        questions = {row["key"]: Question(**row) for row in asked}
        return cls(
            problems={key: Problem(**row) for key, row in problems.items()},
            questions=questions,
            doubles=list(kept["doubles"]),
            failed=kept["failed"],
            created=dict(kept["created"]),
            updated=dict(kept["updated"]),
            skipped=dict(kept["skipped"]),
        )


def _without(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != name}
