"""Copy the few third-party files the pages use from node_modules to static/vendor, with their licences.

The result is committed, so that nobody needs Node to run or develop the product. To update: change package.json,
`npm ci`, run this script, look at the difference, commit.
"""

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
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


def main() -> None:
    """Copy everything."""
    shutil.copyfile(MODULES / "htmx.org" / "dist" / "htmx.min.js", VENDOR / "htmx.min.js")
    shutil.copyfile(MODULES / "htmx.org" / "LICENSE", VENDOR / "htmx.LICENSE")
    write_sprite()


if __name__ == "__main__":
    main()
