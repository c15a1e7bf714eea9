"""Which customers may be one company: read by their keys, so that the answer comes at once however many there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from accounts.choices import Likeness, words_of
from accounts.matching.blocking import MOST_IN_BLOCK, Identity, keys_of
from accounts.matching.scoring import CERTAIN, Verdict, compare
from accounts.models import Account, DuplicatePair, MatchKey
from teams.models import User

SHOWN = 5
# Ours: while somebody types a new customer, a little likeness is worth a look; the list of pairs asks for more.
HINT = 60
# What says who a customer is. Whoever writes one of these files its keys again.
IDENTITY_FIELDS = frozenset({"name", "short_name", "alias", "phone", "province", "city", "credit_code"})
READ = ("pk", "name", "short_name", "alias", "phone", "province", "city", "credit_code")
Pair = tuple[int, int]


@dataclass(frozen=True)
class Similar:
    """A customer that may be the same; `is_seen` says whether the person may open it."""

    account: Account
    is_seen: bool
    verdict: Verdict

    @property
    def reason_words(self) -> list[str]:
        """Return in words why it may be the same."""
        return words_of(self.verdict.reasons)


def identity_of(account: Account) -> Identity:
    """Return what says who a customer is: its names, telephone, place and code."""
    return identity_from(*(getattr(account, name) for name in READ[1:]))


def identity_from(
    name: str, short_name: str, alias: str, phone: str, province: str, city: str, credit_code: str
) -> Identity:
    """Return what says who a customer is from its columns, in the order of `READ`; of many no objects are made."""
    names = [name, short_name, *alias.replace(";", "、").replace("；", "、").split("、")]
    told = tuple(dict.fromkeys(each.strip() for each in names if each.strip()))
    return Identity(told, phone, province or city, credit_code)


def ordered(one: int, other: int) -> Pair:
    """Return two customers as a pair is kept: the lower number first."""
    return (one, other) if one < other else (other, one)


def crowded_keys(keys: Collection[int] | None = None) -> set[int]:
    """Return the keys that so many customers share that they say nothing; among `keys`, or of all."""
    rows = MatchKey.objects.all() if keys is None else MatchKey.objects.filter(key__in=keys)
    counted = rows.order_by().values("key").annotate(n=Count("pk")).filter(n__gt=MOST_IN_BLOCK)
    return set(counted.values_list("key", flat=True))


def sharing(keys: Collection[int]) -> dict[int, set[int]]:
    """Return key → the customers that have it, archived ones too: `identities` knows who is not.

    Without the join the database reads the index of the keys only.
    """
    found: defaultdict[int, set[int]] = defaultdict(set)
    rows = MatchKey.objects.filter(key__in=keys)
    for key, account in rows.values_list("key", "account_id"):
        found[key].add(account)
    return found


def identities(accounts: Iterable[int]) -> dict[int, Identity]:
    """Return customer → what says who it is, of those that are not archived; one query."""
    rows = Account.objects.live().filter(pk__in=accounts).values_list(*READ)
    return {pk: identity_from(*columns) for pk, *columns in rows}


def likely_pairs(wanted: Iterable[Pair], known: Mapping[int, Identity]) -> dict[Pair, Verdict]:
    """Return of these pairs those that are likely one company; who is not `known` is none."""
    there = ((one, other) for one, other in wanted if one in known and other in known)
    verdicts = {(one, other): compare(known[one], known[other]) for one, other in there}
    return {pair: verdict for pair, verdict in verdicts.items() if verdict.is_likely}


def similar_to(*, name: str, phone: str, credit_code: str, user: User, province: str = "") -> list[Similar]:
    """Return the customers a new one may be, most alike first; at most `SHOWN`.

    Of customers the person does not see only those that are certainly the same are told, with who keeps them, so that
    nobody works on a colleague's customer unknowing (method, registration): the same name or code was typed already.
    """
    asked = Identity((name,) if name.strip() else (), phone, province, credit_code)
    keys = keys_of(asked)
    candidates = set().union(*sharing(keys - crowded_keys(keys)).values())
    verdicts = {pk: compare(asked, known) for pk, known in identities(candidates).items()}
    alike = {pk: each for pk, each in verdicts.items() if each.score >= HINT or Likeness.PHONE in each.reasons}
    seen = set(Account.objects.visible_to(user).filter(pk__in=alike).values_list("pk", flat=True))
    told = [pk for pk, verdict in alike.items() if pk in seen or verdict.score >= CERTAIN]
    first = sorted(told, key=lambda pk: (-alike[pk].score, pk))[:SHOWN]
    accounts = Account.objects.select_related("owner", "team").in_bulk(first)
    return [Similar(accounts[pk], pk in seen, alike[pk]) for pk in first]


def open_pairs_of(accounts: Collection[int]) -> QuerySet[DuplicatePair]:
    """Return the open pairs in which one of these customers stands."""
    return DuplicatePair.objects.open().filter(Q(first__in=accounts) | Q(second__in=accounts))
