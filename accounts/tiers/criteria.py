"""What the criteria of the tiers are called: the usual ones, and those an admin defined."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import RatingScale
from accounts.tiers.scoring import CREDIT, CRITERIA, MARGIN, POTENTIAL, RATING, STRATEGIC, TURNOVER, WALLET, scale_of

LABELS: Mapping[str, str | Promise] = {
    TURNOVER: _("turnover"),
    MARGIN: _("margin"),
    POTENTIAL: _("growth potential"),
    CREDIT: _("credit standing"),
    WALLET: _("share of wallet"),
    STRATEGIC: _("strategic mark"),
}


def labels_of(keys: Iterable[str]) -> dict[str, str]:
    """Return what criteria are called, by key; one query where further ones are among them."""
    wanted = list(keys)
    scales = [scale_of(key) for key in wanted if key.startswith(RATING)]
    names = dict(RatingScale.objects.filter(pk__in=scales).values_list("pk", "name")) if scales else {}
    further = {f"{RATING}{pk}": name for pk, name in names.items()}
    return {key: further.get(key) or str(LABELS.get(key, key)) for key in wanted}


def offered(weights: Mapping[str, int]) -> dict[str, str]:
    """Return every criterion that can be weighed, with its name: those in use, and what `weights` count already."""
    found = {key: str(LABELS[key]) for key in CRITERIA}
    used = [scale_of(key) for key in weights if key.startswith(RATING)]
    scales = RatingScale.objects.order_by("pk")
    return found | {f"{RATING}{scale.pk}": scale.name for scale in scales if scale.is_active or scale.pk in used}
