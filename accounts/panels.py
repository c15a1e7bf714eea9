"""Parts of a customer's page that higher rooms bring: opportunities, visits, plans. Fetched by address, no import."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Panel:
    """A part of the page; `url_name` takes the customer's key and answers a fragment to htmx, a page without it."""

    name: str
    title: str | Promise
    url_name: str
    order: int = 100


_panels: dict[str, Panel] = {}


def register_panel(panel: Panel) -> None:
    """Add a part to the customer's page; called in `AppConfig.ready`, the same name again replaces it."""
    _panels[panel.name] = panel


def panels() -> list[Panel]:
    """Return the parts in their order."""
    return sorted(_panels.values(), key=lambda panel: (panel.order, panel.name))
