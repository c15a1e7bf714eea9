"""How grave a risk at a customer is (sales-manager: market, supply, credit): likelihood × effect, each 1 to 5.

The two lines between low, medium and high are ours. No database and no clock.
"""

from typing import Final

TOP: Final = 5
MEDIUM_FROM, HIGH_FROM = 8, 15
LOW, MEDIUM, HIGH = "low", "medium", "high"


def weight(likelihood: int, effect: int) -> int:
    """Return the product, 1 to 25; raises ValueError for what is not on the scale."""
    if not (1 <= likelihood <= TOP and 1 <= effect <= TOP):
        raise ValueError("likelihood and effect go from 1 to 5")
    return likelihood * effect


def gravity(likelihood: int, effect: int) -> str:
    """Return low, medium or high."""
    product = weight(likelihood, effect)
    if product >= HIGH_FROM:
        return HIGH
    return MEDIUM if product >= MEDIUM_FROM else LOW
