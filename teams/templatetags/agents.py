"""Browsers by name, for people."""

from django import template

register = template.Library()

# First match counts: browsers call themselves by one another's names.
BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("Lark", "Feishu"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def _first(agent: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((shown for part, shown in names if part in agent), "")


@register.filter
def browser(agent: str) -> str:
    """Return "Chrome · Windows" for what a browser says of itself; its first words where it is unknown."""
    known = [part for part in (_first(agent, BROWSERS), _first(agent, SYSTEMS)) if part]
    return " · ".join(known) or agent[:40] or "--"
