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
ICONS = (
    "adjustments-horizontal alert-circle alert-triangle archive arrow-back-up arrow-down arrow-left arrow-right "
    "arrow-up arrows-exchange bell briefcase building building-store cake calendar calendar-event calendar-plus "
    "chart-bar check chevron-down chevron-left chevron-right circle-check clipboard-check clock cloud-check cloud-off "
    "columns copy device-desktop dots download external-link eye eye-off file-text filter flag gift help-circle "
    "history home info-circle key keyboard language layout-kanban link list list-check lock logout mail map-pin menu-2 "
    "message message-circle microphone moon navigation notebook pencil pencil-plus phone photo player-pause plus point "
    "printer refresh report search send settings shield sitemap stairs-up star sun table target trash trending-up "
    "upload user user-plus users world x"
).split()


def body_of(svg: str) -> str:
    """Return the shapes of one icon file, without the empty square that only fixes its size."""
    inner = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    inner = inner[inner.index(">", inner.index("<svg")) + 1 : inner.rindex("</svg>")]
    inner = re.sub(r'<path stroke="none"[^>]*/>', "", inner)
    return re.sub(r"\s+", " ", re.sub(r">\s+<", "><", inner)).replace(" />", "/>").strip()


def write_sprite() -> None:
    """Write every icon as a symbol of one file, and the list of names."""
    folder = VENDOR / "icons"
    folder.mkdir(parents=True, exist_ok=True)
    source = MODULES / "@tabler" / "icons"
    symbols = "".join(
        f'<symbol id="{name}" viewBox="0 0 24 24">'
        f"{body_of((source / 'icons' / 'outline' / f'{name}.svg').read_text(encoding='utf-8'))}</symbol>\n"
        for name in ICONS
    )
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}</svg>\n'
    (folder / "sprite.svg").write_text(sprite, encoding="utf-8")
    (folder / "names.txt").write_text("\n".join(ICONS) + "\n", encoding="utf-8")
    shutil.copyfile(source / "LICENSE", folder / "LICENSE")


def main() -> None:
    """Copy everything."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(MODULES / "htmx.org" / "dist" / "htmx.min.js", VENDOR / "htmx.min.js")
    shutil.copyfile(MODULES / "htmx.org" / "LICENSE", VENDOR / "htmx.LICENSE")
    write_sprite()


if __name__ == "__main__":
    main()
