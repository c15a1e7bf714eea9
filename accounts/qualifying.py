"""Who is worth a visit (growing-key-accounts, 资格审查 and 开发顺序): no database, no clock.

Three questions, each passed, failed or not known: can they pay, can this person or organisation decide, do they need
it. Visiting those who cannot buy is where sellers lose most time.
"""

from collections.abc import Mapping
from typing import Final

PASSED: Final = "PASSED"
FAILED: Final = "FAILED"
UNKNOWN: Final = ""
ASPECTS: Final = ("ABILITY", "PERSONALITY", "NEED")


def outcome(verdicts: Mapping[str, str]) -> str:
    """Return what the three together say: one failed fails all, passed only when all are, else not known."""
    found = [verdicts.get(aspect, UNKNOWN) for aspect in ASPECTS]
    if FAILED in found:
        return FAILED
    return PASSED if all(verdict == PASSED for verdict in found) else UNKNOWN


def order_of_development(ability: int | None, willingness: int | None) -> int | None:
    """Return ability to pay × willingness to buy, 0 to 25, the highest first; None where one is not known."""
    return None if ability is None or willingness is None else ability * willingness
