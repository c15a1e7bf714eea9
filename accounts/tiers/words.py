"""A tier policy in plain words: what a score is made of, who is A, B and C, when it runs, why a customer is there."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.choices import CutBy
from accounts.models import TierPolicy
from accounts.tiers.criteria import labels_of
from accounts.tiers.scoring import in_order
from accounts.tiers.simulation import Named
from accounts.tiers.tiering import Proposal

ONE_PLACE = Decimal("0.1")


def number(value: Decimal) -> str:
    """Return a number without needless zeros."""
    return f"{Decimal(value).normalize():f}"


def weighed(policy: TierPolicy) -> dict[str, int]:
    """Return the criteria that count, with their weights, in order."""
    return {key: weight for key, weight in in_order(policy.weights).items() if weight}


def score_in_words(policy: TierPolicy) -> str:
    """Return what the score is made of."""
    weights = weighed(policy)
    names = labels_of(weights)
    parts = [f"{names[key]} {weight} %" for key, weight in weights.items()]
    window = ngettext("of the last %(n)s month", "of the last %(n)s months", policy.window_months)
    said = {"parts": _(", ").join(parts), "window": window % {"n": policy.window_months}}
    return _("Score = %(parts)s; money counts %(window)s.") % said


def _cuts_in_words(policy: TierPolicy) -> dict[str, str]:
    a, b = number(policy.cut_a), number(policy.cut_b)
    if policy.cut_by == CutBy.SCORE:
        return {
            "A": _("%(n)s points or more") % {"n": a},
            "B": _("%(n)s points or more") % {"n": b},
            "C": _("fewer points"),
        }
    if policy.cut_by == CutBy.TURNOVER:
        return {
            "A": _("the best, until they bring %(n)s %% of the turnover") % {"n": a},
            "B": _("the next, until both bring %(n)s %%") % {"n": b},
            "C": _("the rest, and who buys nothing"),
        }
    rest = number(policy.cut_b - policy.cut_a)
    return {
        "A": _("the best %(n)s %% of customers") % {"n": a},
        "B": _("the next %(n)s %%") % {"n": rest},
        "C": _("the rest"),
    }


def tiers_in_words(policy: TierPolicy) -> list[tuple[str, str]]:
    """Return each tier with who is in it and how often those are seen."""
    cuts = _cuts_in_words(policy)
    found = []
    for tier, who in cuts.items():
        days = policy.contact_days.get(tier)
        often = ngettext("a contact every %(n)s day", "a contact every %(n)s days", days or 0) % {"n": days}
        found.append((tier, _("%(who)s; %(often)s") % {"who": who, "often": often} if days else who))
    return found


def conditions_in_words(policy: TierPolicy) -> list[str]:
    """Return what else the rules say: how much has to be known, how far one moves, when they run."""
    known = ngettext("at least %(n)s criterion is known", "at least %(n)s criteria are known", policy.min_criteria)
    sentence = known % {"n": policy.min_criteria}
    if policy.min_weight:
        sentence = _("%(known)s, of %(weight)s %% weight") % {"known": sentence, "weight": policy.min_weight}
    found = [_("A customer gets a tier when %(known)s.") % {"known": sentence}]
    if policy.margin:
        unit = _("points") if policy.cut_by == CutBy.SCORE else _("percentage points")
        said = {"margin": number(policy.margin), "unit": unit}
        found.append(_("When the rules run again, one moves only %(margin)s %(unit)s beyond a cut.") % said)
    itself = _("tiers change by themselves") if policy.applies_itself else _("a director signs before tiers change")
    found.append(_("Run anew %(often)s; %(itself)s.") % {"often": policy.get_run_every_display(), "itself": itself})
    return found


def reason_of(judged: Proposal | Named, out_of: int, names: Mapping[str, str]) -> str:
    """Return in words why a customer stands where it does; `names` are the criteria that count, in their order."""
    if not judged.rank:
        return _("too little is known")
    parts = [f"{name} {part.quantize(ONE_PLACE)}" for name, part in zip(names.values(), judged.parts, strict=True)]
    said = {
        "rank": judged.rank,
        "of": out_of,
        "score": judged.score.quantize(ONE_PLACE),
        "parts": _(", ").join(parts),
    }
    text = _("place %(rank)s of %(of)s, score %(score)s (%(parts)s)") % said
    return _("%(reason)s; within the margin, so it stays") % {"reason": text} if judged.is_held else text
