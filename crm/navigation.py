"""What stands in the navigation and in the command palette.

The frame knows no app: each room registers its own entries downwards, in `AppConfig.ready`.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

Roles = Collection[str] | None


@dataclass(frozen=True)
class NavEntry:
    """A page in the navigation.

    `roles` None means everybody. `phone` says whether (or for which roles) the entry stands in the phone's bottom bar,
    where one entry with `emphasis` takes the middle. `go` is the letter after `G` that opens it, `match` the URL
    namespaces or full URL names that mark it current (default: the namespace of `url_name`), `count` what waits there.
    """

    key: str
    label: Any
    url_name: str
    icon: str
    group: Any = ""
    order: int = 100
    roles: Roles = None
    phone: bool | Collection[str] = False
    count: Callable[[HttpRequest], int | None] | None = None
    emphasis: bool = False
    side: bool = True
    go: str = ""
    match: tuple[str, ...] = ()


@dataclass(frozen=True)
class Command:
    """Something the palette offers to do; `keys` is the shortcut shown beside it."""

    key: str
    label: Any
    url_name: str
    icon: str
    roles: Roles = None
    keys: str = ""
    order: int = 100


@dataclass(frozen=True)
class NavItem:
    """An entry as one request sees it."""

    key: str
    label: Any
    url: str
    icon: str
    group: Any = ""
    current: bool = False
    count: int | None = None
    emphasis: bool = False
    go: str = ""
    keys: str = ""


@dataclass
class _Registry:
    entries: dict[str, NavEntry] = field(default_factory=dict)
    commands: dict[str, Command] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    texts: dict[str, Any] = field(default_factory=dict)


registry = _Registry()


def register_nav(entry: NavEntry) -> None:
    """Add a page to the navigation; the same key again replaces it."""
    registry.entries[entry.key] = entry


def register_command(command: Command) -> None:
    """Add a command to the palette; the same key again replaces it."""
    registry.commands[command.key] = command


def register_search(url_name: str) -> None:
    """Name the page that answers the palette's search (`?q=`)."""
    registry.places["search"] = url_name


def register_place(place: str, url_name: str) -> None:
    """Name the page for a fixed place of the frame: `search`, `outbox`, `me`, `appearance`, `help`, `home`."""
    registry.places[place] = url_name


def register_texts(texts: dict[str, Any]) -> None:
    """Hand translatable texts to the scripts of the page."""
    registry.texts.update(texts)


def url_or_none(url_name: str) -> str | None:
    """Return the address, or None where the room is not there."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return None


def place_url(place: str) -> str:
    """Return the address of a fixed place of the frame, or an empty text where nobody registered one."""
    return url_or_none(registry.places.get(place, "")) or ""


def _open_to(roles: object, held: Collection[str]) -> bool:
    """Return whether a rule (all, none or some roles) admits one of the roles held."""
    return not roles.isdisjoint(held) if isinstance(roles, set | frozenset) else roles is not False


def _held(user: object) -> set[str]:
    """Return a person's role, and those of people he stands in for."""
    return {str(getattr(user, "role", "")), *getattr(user, "stands_in_as", ())}


def _is_current(entry: NavEntry, request: HttpRequest, names_in_use: set[str]) -> bool:
    """Return whether the page shown belongs to the entry; a page that some entry names marks only that one."""
    match = request.resolver_match
    if match is None:
        return False
    if match.view_name in names_in_use:
        return match.view_name in (entry.url_name, *entry.match)
    namespaces = entry.match or tuple(entry.url_name.split(":")[:-1])
    return bool(match.namespace) and not {match.namespace, match.view_name}.isdisjoint(namespaces)


def _items(entries: Iterable[NavEntry], request: HttpRequest) -> list[NavItem]:
    """Return entries as this request sees them; one namespace marks only its first entry."""
    names_in_use = {name for entry in registry.entries.values() for name in (entry.url_name, *entry.match)}
    items, marked = [], False
    for entry in sorted(entries, key=lambda entry: (entry.order, entry.key)):
        url = url_or_none(entry.url_name)
        if url is None:
            continue
        current = not marked and _is_current(entry, request, names_in_use)
        marked = marked or current
        count = entry.count(request) if entry.count else None
        items.append(
            NavItem(entry.key, entry.label, url, entry.icon, entry.group, current, count, entry.emphasis, entry.go)
        )
    return items


def _grouped(items: Iterable[NavItem]) -> list[NavItem]:
    """Return items with each group's together: those without a group first, groups by their first entry.

    Groups that read the same are the same, whichever room named them.
    """
    groups: dict[str, list[NavItem]] = {"": []}
    for item in items:
        groups.setdefault(str(item.group), []).append(item)
    return [item for group in groups.values() for item in group]


def nav_for(request: HttpRequest) -> tuple[list[NavItem], list[NavItem]]:
    """Return the side navigation and the phone's bottom bar (five at most, the emphasised one in the middle)."""
    held = _held(request.user)
    items = _items((entry for entry in registry.entries.values() if _open_to(entry.roles, held)), request)
    side = _grouped(item for item in items if registry.entries[item.key].side)
    return side, _phone_bar(items, {str(getattr(request.user, "role", ""))})


def _phone_bar(items: list[NavItem], role: Collection[str]) -> list[NavItem]:
    """Return up to five entries, the emphasised one third; a role with few of its own gets the first of the others."""
    wanted = [item for item in items if _open_to(registry.entries[item.key].phone, role)]
    middle = [item for item in wanted if item.emphasis][:1]
    free = 5 - len(middle)
    own = [item for item in wanted if not item.emphasis][:free]
    others = [item for item in items if item not in wanted and not item.emphasis][: free - len(own)]
    rest = [item for item in items if item in own or item in others]
    return rest[:2] + middle + rest[2:]


def commands_for(request: HttpRequest) -> list[NavItem]:
    """Return the palette's commands that this person may use."""
    held = _held(request.user)
    chosen = [command for command in registry.commands.values() if _open_to(command.roles, held)]
    found = []
    for command in sorted(chosen, key=lambda command: (command.order, command.key)):
        url = url_or_none(command.url_name)
        if url is not None:
            found.append(NavItem(command.key, command.label, url, command.icon, keys=command.keys))
    return found
