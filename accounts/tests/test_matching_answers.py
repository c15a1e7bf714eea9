"""How good the matcher is, on real company names disturbed as people disturb them.

Precision counts every pair that is shown, real companies of near names and traps among them; recall every pair of the
same company, those that no key brought together among them.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations

import pytest

from accounts.matching.blocking import MOST_IN_BLOCK, Identity, keys_of
from accounts.matching.scoring import compare
from accounts.tests.labelled import SEEDS, TUNING, UNSEEN, Filed, half, labelled, read_companies

pytestmark = pytest.mark.answers
PRECISION, RECALL = 0.95, 0.90

Pair = tuple[int, int]


def identity(filed: Filed) -> Identity:
    """Return what says who a filed customer is."""
    names = tuple(name for name in (filed.name, filed.short_name) if name)
    return Identity(names, filed.phone, filed.province, filed.credit_code)


def shown(filed: Iterable[Filed]) -> set[Pair]:
    """Return the pairs the matcher shows, as the worker finds them: by their keys, then by their score."""
    identities = [identity(each) for each in filed]
    blocks: defaultdict[int, list[int]] = defaultdict(list)
    for number, each in enumerate(identities):
        for key in keys_of(each):
            blocks[key].append(number)
    small = (block for block in blocks.values() if len(block) <= MOST_IN_BLOCK)
    candidates = {pair for block in small for pair in combinations(block, 2)}
    return {(one, other) for one, other in candidates if compare(identities[one], identities[other]).is_likely}


@pytest.mark.parametrize("which", [TUNING, UNSEEN])
def test_what_is_shown_is_right_and_little_is_missed(which: str, data_dir, record_property) -> None:
    known = labelled(half(read_companies(data_dir), which), SEEDS[which])
    found, same = shown(known.filed), set(known.same)
    right = len(found & same)
    precision, recall = right / len(found), right / len(same)
    record_property("measured", f"{which}: precision {precision:.3f}, recall {recall:.3f} of {len(same)} pairs")
    assert precision >= PRECISION
    assert recall >= RECALL


def test_a_branch_is_never_shown_beside_its_company(data_dir) -> None:
    known = labelled(half(read_companies(data_dir), UNSEEN), SEEDS[UNSEEN])
    branches = {pair for pair, trap in known.traps.items() if trap == "branch"}
    assert len(branches) > 200
    assert shown(known.filed) & branches == set()
