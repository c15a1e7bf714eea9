"""Links of Chinese map services: reading a position out of one, and making one that shows the way. No network."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.places.datum import BD09, GCJ02, WGS84, Position, from_wgs, to_wgs

MAX_LENGTH = 1_000
# Baidu asks who links to it.
SOURCE = "crm"
_NUMBER = r"[+-]?\d{1,3}(?:\.\d{1,15})?"
_PAIR = re.compile(rf"\s*[(（]?\s*({_NUMBER})\s*[°]?\s*[,，;；\s]\s*({_NUMBER})\s*[°]?\s*[)）]?\s*", re.ASCII)
_FIRST_PAIR = re.compile(rf"(?<![\d.])({_NUMBER})\s*,\s*({_NUMBER})(?![\d.])", re.ASCII)
# Where a map service says the position: parameters with the latitude first, and those with the longitude first.
_LINKS: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("amap.com", GCJ02, ("q", "p"), ("position", "to", "dest", "location", "lnglat")),
    ("gaode.com", GCJ02, ("q", "p"), ("position", "to", "dest", "location", "lnglat")),
    ("qq.com", GCJ02, ("marker", "tocoord", "coord", "center"), ()),
    ("baidu.com", BD09, ("location", "destination", "latlng"), ()),
)
_DATUMS = {"wgs84": WGS84, "gcj02": GCJ02, "gaode": GCJ02, "bd09ll": BD09, "bd09": BD09}


_NOTHING_THERE = gettext_lazy("This link holds no position. Open it, and copy the coordinates of the place instead.")


class NoPosition(Exception):
    """A text says no position; the message says what to write instead."""


@dataclass(frozen=True)
class MapLink:
    """A map that can be opened."""

    name: str
    label: str | Promise
    url: str


def position_in(text: str, datum: str) -> Position:
    """Return the position a text says, as WGS-84: two numbers of the given datum, or a link of a map service.

    Raises NoPosition.
    """
    text = text.strip()[:MAX_LENGTH]
    if "://" in text or text.startswith("geo:"):
        return _position_in_link(text)
    pair = _PAIR.fullmatch(text)
    if pair is None:
        raise NoPosition(_("Write latitude and longitude, such as 30.27,120.15, or paste a link of 高德 or 百度."))
    return _checked(float(pair[1]), float(pair[2]), datum)


def _position_in_link(text: str) -> Position:
    try:
        link = urlsplit(text)
        host, query = link.hostname or "", {name: values[0] for name, values in parse_qs(link.query).items()}
    except ValueError:
        raise NoPosition(_NOTHING_THERE) from None
    if link.scheme == "geo" and (pair := _FIRST_PAIR.match(link.path)):
        return _checked(float(pair[1]), float(pair[2]), WGS84)
    for site, datum, *parameters in _LINKS:
        found = _pair_in(query, *parameters) if host == site or host.endswith(f".{site}") else None
        if found:
            said = query.get("coord_type", query.get("coordinate", "")).lower()
            return _checked(*found, _DATUMS.get(said, datum))
    raise NoPosition(_NOTHING_THERE)


def _pair_in(query: dict[str, str], plain: tuple[str, ...], swapped: tuple[str, ...]) -> tuple[float, float] | None:
    """Return latitude and longitude from the first part of a link that says a position."""
    both = {"": f"{query.get('lat', '')},{query.get('lng', query.get('lon', ''))}"}
    for name in (*plain, *swapped, ""):
        pair = _FIRST_PAIR.search((query | both).get(name, ""))
        if pair:
            first, second = float(pair[1]), float(pair[2])
            return (second, first) if name in swapped else (first, second)
    return None


def _checked(first: float, second: float, datum: str) -> Position:
    """Return the position two numbers mean; the longitude may stand first where nothing else fits."""
    if abs(first) > 90 >= abs(second):
        first, second = second, first
    if abs(first) > 90 or abs(second) > 180:
        raise NoPosition(_("A latitude goes from -90 to 90, a longitude from -180 to 180."))
    return to_wgs(Position(first, second), datum)


def _numbers(at: Position) -> tuple[str, str]:
    return f"{at.latitude:.6f}", f"{at.longitude:.6f}"


def map_links(at: Position | None, *, name: str, address: str) -> list[MapLink]:
    """Return links that show the way to a place: by its position where it is known, else by its address."""
    if at is None:
        where = f"{address} {name}".strip()
        amap = _url("https://uri.amap.com/search", keyword=where, callnative=1)
        baidu = _url("https://api.map.baidu.com/geocoder", address=where, output="html", src=SOURCE)
        other = f"geo:0,0?q={quote(where)}"
    else:
        latitude, longitude = _numbers(from_wgs(at, GCJ02))
        to = f"{longitude},{latitude},{name.replace(',', ' ')}"
        amap = _url("https://uri.amap.com/navigation", to=to, mode="car", coordinate="gaode", callnative=1)
        place = ",".join(_numbers(from_wgs(at, BD09)))
        words = {"title": name, "content": address or name}
        baidu = _url("https://api.map.baidu.com/marker", location=place, **words, output="html", src=SOURCE)
        place = ",".join(_numbers(at))
        other = f"geo:{place}?q={place}({quote(name)})"
    return [
        MapLink("amap", gettext_lazy("Amap"), amap),
        MapLink("baidu", gettext_lazy("Baidu Maps"), baidu),
        MapLink("geo", gettext_lazy("Another map app"), other),
    ]


def _url(page: str, **query: str | int) -> str:
    return f"{page}?{urlencode(query)}"
