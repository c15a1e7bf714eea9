"""What every part of the demo is made from."""

from dataclasses import dataclass
from random import Random

from accounts.models import TierPolicy
from crm.management.demo.days import Days
from crm.management.demo.people import Firm


@dataclass(frozen=True)
class Scene:
    """The people, the days, the policy in force, and the numbers drawn; the same seed draws the same ones."""

    firm: Firm
    days: Days
    policy: TierPolicy | None
    random: Random
