"""Take the screenshots in the README: run the demo and open a session in Chromium while it is on.

python scripts/screenshots.py        writes docs/images/session-light.png and session-dark.png
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, ViewportSize, sync_playwright

IMAGES = Path(__file__).parent.parent / "docs" / "images"
WIDE: ViewportSize = {"width": 1280, "height": 860}
SESSION = "The last bus leaves at ten to six"
MIN_ITEMS = 30  # wait for so many items before taking the picture


def main() -> None:
    """Take the screenshots."""
    IMAGES.mkdir(exist_ok=True)
    demo = subprocess.Popen(
        [sys.executable, "-m", "backchannel", "demo", "--no-open"], stdout=subprocess.PIPE, text=True
    )
    try:
        address = _until(demo, r"Follow it +(\S+)")
        print(f"The demo runs at {address}. The screenshots show its first slot and take about 90 seconds.")
        _until(demo, re.escape(SESSION))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox", "--disable-gpu"])
            _take(browser, address)
    finally:
        demo.terminate()
        demo.wait()


def _until(demo: subprocess.Popen[str], pattern: str) -> str:
    """Read the demo's output until `pattern` matches, and return the match or its group."""
    assert demo.stdout
    for line in demo.stdout:
        if found := re.search(pattern, line):
            return found[found.re.groups]
    raise SystemExit("The demo stopped early. Run `backchannel demo` to see why.")


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        raise SystemExit("Chromium isn't installed. Run `sh scripts/browser.sh` to install it.")
    return found


def _take(browser: Browser, address: str) -> None:
    """Wait for enough items, then take a screenshot of a newly opened page in each colour scheme."""
    page = browser.new_page()
    page.goto(address)
    page.get_by_role("link", name=SESSION).first.click()
    page.locator("[data-timeline] .item").nth(MIN_ITEMS - 1).wait_for(timeout=120_000)
    session = page.url
    schemes: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
    for scheme in schemes:
        page = browser.new_page(viewport=WIDE, color_scheme=scheme, reduced_motion="reduce")
        page.goto(session)
        page.locator(".state[data-state=live]").wait_for()
        page.screenshot(path=IMAGES / f"session-{scheme}.png")
        print(f"docs/images/session-{scheme}.png")


if __name__ == "__main__":
    main()
