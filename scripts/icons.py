"""Draw the home-screen icons from static/mark.svg.

python scripts/icons.py        writes static/icons/192.png and 512.png
"""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

STATIC = Path(__file__).parent.parent / "static"
SIZES = (192, 512)
PAPER = "#f2ead9"
MARK_SCALE = 0.58  # of the side, so that a phone can crop the icon to a circle


def main() -> None:
    """Render the mark in Chromium at each size."""
    folder = STATIC / "icons"
    folder.mkdir(exist_ok=True)
    mark = (STATIC / "mark.svg").read_text("utf-8")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for size in SIZES:
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(_sheet(mark, size))
            page.screenshot(path=folder / f"{size}.png")
            print(f"static/icons/{size}.png")


def _sheet(mark: str, size: int) -> str:
    inner = round(size * MARK_SCALE)
    return f"""<style>body {{ margin: 0; display: grid; place-content: center; height: 100vh; background: {PAPER} }}
        svg {{ width: {inner}px; height: {inner}px }}</style>{mark}"""


if __name__ == "__main__":
    main()
