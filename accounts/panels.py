"""What higher rooms bring to a customer's page: parts fetched by address, and buttons that lead to their forms."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Panel:
    """A part of the page; `url_name` takes the customer's key and answers a fragment to htmx, a page without it.

    `list_url_name` is the whole list behind it, which takes `?account=` and then `list_query`; a tab leads there.
    What is `in_house` tells of the firm; no dealer reads it.
    """

    name: str
    title: str | Promise
    url_name: str
    order: int = 100
    list_url_name: str = ""
    list_query: str = ""
    in_house: bool = False


@dataclass(frozen=True)
class Shortcut:
    """A button at the head of the page: something new about this customer. `url_name` takes `?account=`."""

    name: str
    label: str | Promise
    url_name: str
    icon: str
    is_main: bool = False
    order: int = 100


_panels: dict[str, Panel] = {}


def register_panel(panel: Panel) -> None:
    """Add a part to the customer's page; called in `AppConfig.ready`, the same name again replaces it."""
    _panels[panel.name] = panel


_shortcuts: dict[str, Shortcut] = {}


def register_shortcut(shortcut: Shortcut) -> None:
    """Add a button for those who sell; called in `AppConfig.ready`, the same name again replaces it."""
    _shortcuts[shortcut.name] = shortcut


def shortcuts() -> list[Shortcut]:
    """Return the buttons in their order."""
    return sorted(_shortcuts.values(), key=lambda shortcut: (shortcut.order, shortcut.name))


def panels() -> list[Panel]:
    """Return the parts in their order."""
    return sorted(_panels.values(), key=lambda panel: (panel.order, panel.name))
