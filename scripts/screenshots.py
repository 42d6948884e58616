"""The README's pictures, taken anew: the demo is replayed, and looked at with Chromium while a session is on.

python scripts/screenshots.py        docs/images/session-light.png, session-dark.png
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
ENOUGH = 30  # items on the page when the picture is taken


def main() -> None:
    """Take the screenshots."""
    IMAGES.mkdir(exist_ok=True)
    demo = subprocess.Popen(
        [sys.executable, "-m", "backchannel", "demo", "--no-open"], stdout=subprocess.PIPE, text=True
    )
    try:
        address = _until(demo, r"Follow it +(\S+)")
        print(f"The demo runs at {address}; the pictures are of its first slot, in a minute and a half.")
        _until(demo, re.escape(SESSION))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox", "--disable-gpu"])
            _take(browser, address)
    finally:
        demo.terminate()
        demo.wait()


def _until(demo: subprocess.Popen[str], pattern: str) -> str:
    """Read what the demo says up to `pattern`; its group, if it has one."""
    assert demo.stdout
    for line in demo.stdout:
        if found := re.search(pattern, line):
            return found[found.re.groups]
    raise SystemExit("The demo ended before its time.")


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        raise SystemExit("There is no Chromium here; `sh scripts/browser.sh` installs one.")
    return found


def _take(browser: Browser, address: str) -> None:
    """Wait until enough is said, then look at the page anew, as somebody sees it who has just come."""
    page = browser.new_page()
    page.goto(address)
    page.get_by_role("link", name=SESSION).first.click()
    page.locator("[data-timeline] .item").nth(ENOUGH - 1).wait_for(timeout=120_000)
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
