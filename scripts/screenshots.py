"""Make the pictures of docs/ from the demo: `make demo` must be running (PORT says where)."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
VAR = Path(os.environ.get("VAR_DIR", ROOT / "var"))
BROWSER = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PICTURES = (
    ("today", "chen", "/today/", (390, 844)),
    ("dashboard", "zhao", "/dashboard/", (1440, 900)),
    ("tiers-policy", "lin", "/accounts/tiers/", (1280, 800)),
    ("tiers-draft", "lin", "/accounts/tiers/2/", (1280, 800)),
    ("tiers-compare", "lin", "/accounts/tiers/compare/?a=2&b=3", (1280, 800)),
)


def sign_in(page: Page, name: str) -> None:
    """Sign a demo person in."""
    page.goto(f"{ADDRESS}/account/login/")
    page.fill("[name=login]", name)
    page.fill("[name=password]", (VAR / "demo-password").read_text(encoding="utf-8"))
    page.press("[name=password]", "Enter")
    page.wait_for_load_state()


def main() -> None:
    """Take every picture in Chinese, light."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        for picture, person, path, (width, height) in PICTURES:
            context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
            page = context.new_page()
            sign_in(page, person)
            page.goto(ADDRESS + path)
            page.wait_for_timeout(800)
            page.screenshot(path=str(ROOT / "docs" / f"{picture}.png"))
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
