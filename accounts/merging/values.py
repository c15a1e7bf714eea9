"""Which values a merged customer, and a merged person, has. Reads two rows and asks nothing of the database."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, Final

from accounts.models import Account, Contact

# The lines of the page, each with the fields that go together.
LINES: Final[dict[str, tuple[str, ...]]] = {
    "name": ("name",),
    "short_name": ("short_name",),
    "kind": ("kind", "prospect_kind"),
    "owner": ("owner", "team"),
    "tier": ("tier", "tier_fixed_until"),
    "key": ("key_scope", "key_since", "key_review_on"),
    "is_strategic": ("is_strategic",),
    "industry": ("industry",),
    "parent": ("parent", "relation"),
    "dealer": ("dealer",),
    "source": ("source",),
    "place": ("province", "city", "district", "address", "postcode", "latitude", "longitude"),
    "phone": ("phone",),
    "website": ("website",),
    "credit_code": ("credit_code",),
    "employees": ("employees",),
    "founded": ("founded",),
    "annual_revenue": ("annual_revenue",),
    "potential": ("potential",),
    "credit": ("credit",),
    "ability": ("ability",),
    "willingness": ("willingness",),
    "wallet_share": ("wallet_share",),
    "external_id": ("external_id",),
}
LONGEST_ALIAS: Final = 200
SEPARATOR: Final = "、"
# What a person who stays gets from the other where it has nothing; his or her superior stays as it is.
FILLED: Final = ("title", "department", "level", "influence", "relationship", "mobile", "phone", "wechat", "email")

REACHED: Final = ("title", "department", "mobile", "phone", "wechat", "email")


def line_values(account: Account, line: str) -> tuple[Any, ...]:
    """Return what a customer has in a line."""
    return tuple(getattr(account, name) for name in LINES[line])


def is_empty(value: Any) -> bool:
    """Return whether a value says nothing; 0 of 5 says something."""
    return value in (None, "") or value is False


def _says_less(ours: Iterable[Any], theirs: Iterable[Any]) -> bool:
    """Return whether the first says nothing that the second does not say too, and the second more."""
    pairs = list(zip(ours, theirs, strict=True))
    return all(is_empty(our) or our == their for our, their in pairs) and any(our != their for our, their in pairs)


def differing_lines(keep: Account, drop: Account) -> list[str]:
    """Return the lines in which the two contradict each other."""
    pairs = {line: (line_values(keep, line), line_values(drop, line)) for line in LINES}
    return [
        line
        for line, (ours, theirs) in pairs.items()
        if ours != theirs and not _says_less(ours, theirs) and not _says_less(theirs, ours)
    ]


def filled_lines(keep: Account, drop: Account) -> list[str]:
    """Return the lines in which the other says more than the one that stays, and nothing else."""
    return [line for line in LINES if _says_less(line_values(keep, line), line_values(drop, line))]


def _other_names(keep: Account, drop: Account, taken: Collection[str]) -> str:
    """Return under which other names the customer is known from now on: all that do not stand in its own fields."""
    own = {getattr(drop if line in taken else keep, line) for line in ("name", "short_name")}
    filed = [(account.name, account.short_name, *account.alias.split(SEPARATOR)) for account in (keep, drop)]
    text = ""
    for name in dict.fromkeys(name.strip() for names in filed for name in names):
        longer = f"{text}{SEPARATOR}{name}" if text else name
        text = longer if name and name not in own and len(longer) <= LONGEST_ALIAS else text
    return text


def _latest(days: Iterable[date | None]) -> date | None:
    return max((day for day in days if day), default=None)


def merged_values(keep: Account, drop: Account, take: Collection[str]) -> dict[str, Any]:
    """Return the fields of the one that stays which change: those taken, those it left empty, names, notes, contacts.

    The next contact is the earlier one agreed that lies after the last; None where neither does.
    """
    lines = [line for line in LINES if line in {*take, *filled_lines(keep, drop)}]
    values = {name: getattr(drop, name) for line in lines for name in LINES[line]}
    values["alias"] = _other_names(keep, drop, lines)
    values["notes"] = "\n\n".join(dict.fromkeys(filter(None, (keep.notes.strip(), drop.notes.strip()))))
    last = _latest((keep.last_contact_on, drop.last_contact_on))
    agreed = [day for day in (keep.next_contact_on, drop.next_contact_on) if day and (last is None or day > last)]
    values |= {"last_contact_on": last, "next_contact_on": min(agreed, default=None)}
    return {name: value for name, value in values.items() if getattr(keep, name) != value}


def _is_newer(theirs: Contact, ours: Contact) -> bool:
    """Return whether the stance of the one is newer than that of the other."""
    return bool(theirs.stance) and (theirs.stance_on or date.min) > (ours.stance_on or date.min)


def _said_besides(ours: Contact, theirs: Contact) -> str:
    """Return what a person is reached by that has no room beside that of the other: a line each, for the notes."""
    pairs = [(name, getattr(ours, name), getattr(theirs, name)) for name in REACHED]
    lost = [(name, other) for name, said, other in pairs if said and other and said != other]
    return "\n".join(f"{Contact._meta.get_field(name).verbose_name} {value}" for name, value in lost)  # type: ignore[union-attr]


def filled_person(ours: Contact, theirs: Contact) -> dict[str, Any]:
    """Return the fields of the person who stays which change: what was empty, the newer stance, all buying roles.

    A second number, address or title of the one that goes is kept in the notes.
    """
    values = {name: getattr(theirs, name) for name in FILLED if is_empty(getattr(ours, name))}
    if _is_newer(theirs, ours):
        values |= {"stance": theirs.stance, "stance_on": theirs.stance_on, "treatment": theirs.treatment}
    values["buying_roles"] = list(dict.fromkeys([*ours.buying_roles, *theirs.buying_roles]))
    notes = (ours.notes.strip(), theirs.notes.strip(), _said_besides(ours, theirs))
    values["notes"] = "\n\n".join(dict.fromkeys(filter(None, notes)))
    values["last_contact_on"] = _latest((ours.last_contact_on, theirs.last_contact_on))
    return {name: value for name, value in values.items() if getattr(ours, name) != value}
