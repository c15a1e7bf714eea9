"""Further criteria of the tiers, and how customers are rated by them."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.models import Account, AccountRating, RatingScale
from crm.audit import record
from crm.editing import save_edit
from teams.models import User


@transaction.atomic
def add_scale(*, name: str, hint: str, actor: User) -> RatingScale:
    """Add a criterion; it counts once a policy weighs it."""
    scale = RatingScale.objects.create(name=name, hint=hint)
    record("rating_scale.added", scale, actor=actor, changes={"name": name})
    return scale


@transaction.atomic
def edit_scale(scale: RatingScale, *, changes: Mapping[str, Any], version: int, actor: User) -> RatingScale:
    """Change a criterion, which the form saw as `version`, or stop offering it. Raises EditConflict."""
    return save_edit(scale, changes=changes, version=version, actor=actor, action="rating_scale.edited")


@transaction.atomic
def rate_account(account: Account, *, ratings: Mapping[int, int | None], actor: User) -> None:
    """Rate a customer by further criteria (scale → 0 to 5, None: nobody says); only what differs is written."""
    current = Account.objects.select_for_update().get(pk=account.pk)
    there = {rating.scale_id: rating for rating in AccountRating.objects.filter(account=current)}
    names = dict(RatingScale.objects.filter(pk__in=ratings).values_list("pk", "name"))
    said = {}
    for scale, value in ratings.items():
        rating = there.get(scale)
        if scale not in names or value == (rating.value if rating else None):
            continue
        said[names[scale]] = [rating.value if rating else None, value]
        if value is None:
            AccountRating.objects.filter(account=current, scale=scale).delete()
        else:
            AccountRating.objects.update_or_create(account=current, scale_id=scale, defaults={"value": value})
    if said:
        record("account.rated", current, actor=actor, changes={"ratings": said})
