"""Which visits count as effective 有效拜访, and their rate.

sales-manager counts the rate without saying what makes a visit effective; our rule: the goal was reached, or the
customer committed himself to something. No database and no clock.
"""

from decimal import ROUND_HALF_UP, Decimal


def is_effective(*, goal_reached: bool | None, commitment: str) -> bool:
    """Return whether the goal or a commitment was reached; a goal nobody judged counts as not reached."""
    return bool(goal_reached) or bool(commitment.strip())


def effective_rate(effective: int, visits: int) -> Decimal | None:
    """Return the share of effective visits in percent, to one decimal; None where there was no visit.

    Raises ValueError when more visits are effective than there were.
    """
    if not 0 <= effective <= visits:
        raise ValueError(f"{effective} of {visits} visits cannot be effective")
    if not visits:
        return None
    return (Decimal(effective) * 100 / visits).quantize(Decimal("0.1"), ROUND_HALF_UP)
