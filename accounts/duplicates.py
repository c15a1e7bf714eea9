"""Which customers a new one may be already: by the heart of its name, its registration code, its telephone."""

from dataclasses import dataclass

from django.db.models import Q

from accounts.matching.normalising import TELLING, heart_of
from accounts.models import Account
from accounts.querysets import AccountQuerySet
from teams.models import User

SHOWN = 5
LOOKED_AT = 50


@dataclass(frozen=True)
class Similar:
    """A customer that may be the same; `is_seen` says whether the person may open it."""

    account: Account
    is_seen: bool


def _is_alike(account: Account, heart: str) -> bool:
    """Return whether one of a customer's names has this heart, or holds it or is held by it as a whole."""
    hearts = {heart_of(name) for name in (account.name, account.short_name, *account.alias.split("、")) if name}
    return any(other == heart or (min(len(other), len(heart)) > TELLING and (heart in other or other in heart))
               for other in hearts)  # fmt: skip


def _is_same(account: Account, heart: str, credit_code: str) -> bool:
    names = {heart_of(name) for name in (account.name, account.short_name) if name}
    return heart in names or bool(credit_code and account.credit_code == credit_code)


def similar_to(*, name: str, phone: str, credit_code: str, user: User) -> list[Similar]:
    """Return the customers a new one may be, most alike first; at most `SHOWN`.

    Of customers the person does not see only those that are certainly the same are told, with who keeps them, so that
    nobody works on a colleague's customer unknowing (method, registration): the same name or code was typed already.
    """
    heart = heart_of(name)
    if len(heart) < TELLING:
        return []
    asked = Account.objects.live().select_related("owner", "team")
    candidates = list(asked.likely(heart).order_by("pk")[:LOOKED_AT])
    if phone or credit_code:
        known = {each.pk for each in candidates}
        candidates += [each for each in _by_number(asked, phone, credit_code) if each.pk not in known]
    seen = set(
        Account.objects.visible_to(user).filter(pk__in=[each.pk for each in candidates]).values_list("pk", flat=True)
    )
    found = []
    for account in candidates:
        is_same = _is_same(account, heart, credit_code)
        alike = is_same or account.phone == phone != "" or _is_alike(account, heart)
        if is_same or (alike and account.pk in seen):
            found.append((not is_same, account.pk, Similar(account, account.pk in seen)))
    return [similar for _same, _pk, similar in sorted(found, key=lambda each: each[:2])[:SHOWN]]


def _by_number(asked: AccountQuerySet, phone: str, credit_code: str) -> AccountQuerySet:
    """Return customers with the same telephone or registration code; found by the index of the search."""
    numbers = Q(pk__in=[])
    if phone:
        numbers |= Q(pk__in=asked.matching(phone).filter(phone=phone).order_by().values("pk"))
    if credit_code:
        numbers |= Q(pk__in=asked.matching(credit_code).filter(credit_code=credit_code).order_by().values("pk"))
    return asked.filter(numbers).order_by("pk")[:LOOKED_AT]
