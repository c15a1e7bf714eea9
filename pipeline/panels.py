"""Parts of an opportunity's page that higher rooms bring, as fragments by URL."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Panel:
    """A part of the page: `url_name` takes the opportunity's key and answers a fragment, or a page without a script."""

    name: str
    title: str | Promise
    url_name: str
    order: int = 100


_panels: dict[str, Panel] = {}


def register_panel(panel: Panel) -> None:
    """Make a panel known; called in `AppConfig.ready`."""
    _panels[panel.name] = panel


def panels() -> list[Panel]:
    """Return every panel, in order."""
    return sorted(_panels.values(), key=lambda panel: (panel.order, panel.name))
