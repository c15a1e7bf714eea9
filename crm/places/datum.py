"""Positions on a map: what Chinese maps show, and what a satellite receiver measures.

A position is kept as WGS-84. Maps of China are shifted by law (GCJ-02: 高德, 腾讯), Baidu's once more (BD-09), by some
hundred metres, so a position from one map and shown on another lands in the next street unless it is converted.
The formulas are the known ones; their inverses are found by iteration and are exact to far below a metre.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import atan2, cos, hypot, pi, radians, sin, sqrt

WGS84, GCJ02, BD09 = "WGS84", "GCJ02", "BD09"

# Krasovsky 1940, the ellipsoid of the shift.
_AXIS = 6_378_245.0
_ECCENTRICITY = 0.006_693_421_622_965_943
_BAIDU = pi * 3000 / 180
_EARTH = 6_371_008.8
_ROUNDS = 10
# Outside of this box the maps are not shifted.
_SOUTH, _NORTH, _WEST, _EAST = 0.8293, 55.8271, 72.004, 137.8347


@dataclass(frozen=True)
class Position:
    """Latitude and longitude in degrees."""

    latitude: float
    longitude: float


def is_shifted(at: Position) -> bool:
    """Return whether Chinese maps shift a position: those in and around China."""
    return _SOUTH <= at.latitude <= _NORTH and _WEST <= at.longitude <= _EAST


def metres_between(one: Position, other: Position) -> float:
    """Return the distance of two positions close to each other."""
    north = radians(other.latitude - one.latitude)
    east = radians(other.longitude - one.longitude) * cos(radians((one.latitude + other.latitude) / 2))
    return _EARTH * hypot(north, east)


def _wave(x: float) -> float:
    return (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3


def _north(x: float, y: float) -> float:
    found = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + _wave(x)
    found += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    return found + (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3


def _east(x: float, y: float) -> float:
    found = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + _wave(x)
    found += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    return found + (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3


def gcj_from_wgs(at: Position) -> Position:
    """Return where 高德 and 腾讯 show a measured position."""
    if not is_shifted(at):
        return at
    x, y, latitude = at.longitude - 105, at.latitude - 35, radians(at.latitude)
    magic = 1 - _ECCENTRICITY * sin(latitude) ** 2
    north = _north(x, y) * 180 / (_AXIS * (1 - _ECCENTRICITY) / (magic * sqrt(magic)) * pi)
    east = _east(x, y) * 180 / (_AXIS / sqrt(magic) * cos(latitude) * pi)
    return Position(at.latitude + north, at.longitude + east)


def bd_from_gcj(at: Position) -> Position:
    """Return where 百度 shows what 高德 shows at a position."""
    x, y = at.longitude, at.latitude
    far = hypot(x, y) + 0.000_02 * sin(y * _BAIDU)
    angle = atan2(y, x) + 0.000_003 * cos(x * _BAIDU)
    return Position(far * sin(angle) + 0.006, far * cos(angle) + 0.0065)


def _inverse(of: Callable[[Position], Position], wanted: Position) -> Position:
    """Return what a shift moves to `wanted`, coming nearer by what each guess misses."""
    guess = wanted
    for _round in range(_ROUNDS):
        missed = of(guess)
        guess = Position(
            guess.latitude + wanted.latitude - missed.latitude, guess.longitude + wanted.longitude - missed.longitude
        )
    return guess


def wgs_from_gcj(at: Position) -> Position:
    """Return the measured position of what 高德 shows at a position."""
    return _inverse(gcj_from_wgs, at) if is_shifted(at) else at


def gcj_from_bd(at: Position) -> Position:
    """Return where 高德 shows what 百度 shows at a position."""
    return _inverse(bd_from_gcj, at)


def to_wgs(at: Position, datum: str) -> Position:
    """Return the measured position of what a map shows."""
    if datum == BD09 and is_shifted(at):
        return wgs_from_gcj(gcj_from_bd(at))
    return wgs_from_gcj(at) if datum == GCJ02 else at


def from_wgs(at: Position, datum: str) -> Position:
    """Return where a map shows a measured position."""
    if datum == WGS84 or not is_shifted(at):
        return at
    return bd_from_gcj(gcj_from_wgs(at)) if datum == BD09 else gcj_from_wgs(at)
