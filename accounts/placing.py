"""Filling in where a customer is: choosing from the list step by step, or taking over a pasted address. No database."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from crm.places.address import Parsed, parse
from crm.places.divisions import Divisions, Place, is_called

LEVELS = ("province", "city", "district")
# What a form posts under this name is a step of filling it in, not the end: it is drawn anew and nothing is written.
STEP = "place"
FIND, PASTE, AS_TEXT, FROM_LIST, AT = "find", "paste", "text", "list", "at:"
# Beside the levels: what an address also says, and what was typed to look for it.
ALSO = ("address", "postcode", "phone")
ASKED = ("place_q", "pasted")
NAMED = 4


@dataclass(frozen=True)
class Filled:
    """What the fields hold after a step, what was found, what a pasted address says."""

    values: dict[str, str]
    found: list[Place] = field(default_factory=list)
    parsed: Parsed | None = None
    as_text: bool = False
    unknown: str = ""
    took_phone: bool = False

    @property
    def left_over(self) -> str:
        """Return the person and further telephones of an address, which stand nowhere in the form."""
        if self.parsed is None:
            return ""
        others = (phone for phone in self.parsed.phones if phone != self.values.get("phone"))
        return " ".join(filter(None, [self.parsed.name, *others]))


def fill(values: Mapping[str, str], step: str, divisions: Divisions) -> Filled:
    """Return what the fields hold after a step; what cannot be understood stays as it was typed."""
    now = dict.fromkeys(LEVELS, "") | {name: text.strip() for name, text in values.items()}
    if step == PASTE:
        return _taken_over(now, divisions)
    if step.startswith(AT):
        return _chosen(now, divisions.by_code.get(step.removeprefix(AT)), divisions)
    if step == FIND:
        return Filled(now, found=divisions.find(now.get("place_q", "")))
    if step == FROM_LIST:
        written = " ".join(filter(None, (now[name] for name in LEVELS)))
        parsed = parse(written, divisions)
        if parsed.place and not parsed.street:
            return Filled(now | _levels(parsed.place))
        return Filled(now, unknown=written)
    if step in LEVELS:
        return Filled(now | _fitting(now, divisions))
    return Filled(now, as_text=step == AS_TEXT)


def _levels(place: Place) -> dict[str, str]:
    return dict(zip(LEVELS, place.parts, strict=True))


def _taken_over(now: dict[str, str], divisions: Divisions) -> Filled:
    """Return the parts of a pasted address in their fields; several places that fit are asked about."""
    if not now.get("pasted"):
        return Filled(now)
    parsed = parse(now["pasted"], divisions)
    values = now | (_levels(parsed.place) if parsed.place else {}) | {"address": parsed.street}
    before = {name: now[name] for name in LEVELS}
    if parsed.postcode or (parsed.place and any(before.values()) and _levels(parsed.place) != before):
        values["postcode"] = parsed.postcode  # that of another place says nothing here
    # A form without a telephone leaves it beside the address.
    takes_phone = "phone" in now and not now["phone"] and bool(parsed.phones)
    if takes_phone:
        values["phone"] = parsed.phones[0]
    found = [] if parsed.place else list(parsed.places)
    return Filled(values, found=found, parsed=parsed, took_phone=takes_phone)


def _chosen(now: dict[str, str], place: Place | None, divisions: Divisions) -> Filled:
    """Return a place chosen; where a pasted address asked for it, its name goes out of the street."""
    if place is None:
        return Filled(now)
    parsed = parse(now.get("pasted", ""), divisions)
    if place not in parsed.places or len(parsed.places) == 1 or now.get("address") != parsed.street:
        return Filled(now | _levels(place) | {"place_q": ""})
    parsed = Parsed(parsed.pieces, (place,))
    return Filled(now | _levels(place) | {"address": parsed.street}, parsed=parsed)


def _fitting(now: dict[str, str], divisions: Divisions) -> dict[str, str]:
    """Return the levels with what does not lie in the chosen one above emptied; the only city there is, chosen."""
    province, city, district = (now[name] for name in LEVELS)
    cities = divisions.cities(province)
    if not divisions.city_called(province, city):
        city = cities[0] if len(cities) == 1 else ""
    if not divisions.district_called(province, city, district):
        district = ""
    return {"province": province, "city": city, "district": district}


def offered(values: Mapping[str, str], divisions: Divisions) -> dict[str, list[tuple[str, str]]] | None:
    """Return the choices of each level; None where something stands there that is not in the list."""
    province, city, district = (values.get(name, "") for name in LEVELS)
    choices = {
        "province": _options(divisions.provinces, province),
        "city": _options(divisions.cities(province), city),
        "district": _options(divisions.districts(province, city), district),
    }
    known = all(value in ("", *(key for key, _label in choices[name])) for name, value in values.items())
    return choices if known else None


def _options(names: list[str], present: str) -> list[tuple[str, str]]:
    """Return names to choose from; the present one keeps the way it is written, 浙江 for 浙江省."""
    return [("", "—"), *((present if is_called(name, present) else name, name) for name in names)]


def misplaced(values: Mapping[str, str], divisions: Divisions) -> tuple[str, str] | None:
    """Return field and sentence for a place that lies elsewhere; what the list does not know may be anywhere."""
    province, city, district = (values.get(name, "") for name in LEVELS)
    in_province = divisions.province_called(province)
    cities = [place for place in divisions.named(city) if place.level > 0]
    if in_province and cities:
        cities = [place for place in cities if place.province == in_province]
        if not cities:
            return "city", _sentence(city, province, divisions.named(city))
    districts = [place for place in divisions.named(district) if place.level > 0]
    if cities and districts:
        inside = {(place.province, place.city) for place in cities}
        if not any((place.province, place.city) in inside for place in districts):
            return "district", _sentence(district, city, districts)
    return None


def _sentence(name: str, above: str, places: list[Place]) -> str:
    paths = "、".join(place.path for place in places[:NAMED])
    return _("%(name)s is not in %(above)s. The list knows: %(paths)s.") % {
        "name": name,
        "above": above,
        "paths": paths,
    }
