"""A thumb on a phone: it taps, swipes and types, and counts what it does."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Locator, Page

from tests.stage import eventually

TAP_S, SWIPE_S, KEY_S = 2.5, 1.0, 0.3  # seconds, for somebody who looks before each tap and types 40 words a minute
SMALLEST = 44  # CSS pixels of a touch target
SHOTS = os.environ.get("JOURNEY_SHOTS")  # a folder for a screenshot of every step

BOX = """(target) => {
    if (!target.isConnected) return null;
    const label = target.matches("input[type=checkbox], input[type=radio]") ? target.closest("label") : target;
    const { top, bottom, height } = label.getBoundingClientRect();
    const compose = document.querySelector("[data-compose]"); // covers the end of a note-taking page
    const end = compose && !compose.contains(label) ? compose.getBoundingClientRect().top : innerHeight;
    return { height: Math.round(height), inView: top >= 0 && bottom <= end };
}"""


class Thumb:
    """The thumb of somebody with this page on their phone."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = self.swipes = self.keys = 0
        self.small: list[str] = []  # targets that are hard to hit

    @property
    def seconds(self) -> float:
        """Return how long it takes, typing included."""
        return self.taps * TAP_S + self.swipes * SWIPE_S + self.keys * KEY_S

    def tap(self, target: Locator) -> None:
        """Tap something, and swipe first if it is not on the screen."""
        target.wait_for()
        box = eventually(lambda: target.evaluate(BOX))  # a live page may replace the target meanwhile
        self.swipes += not box["inView"]
        if box["height"] < SMALLEST:
            self.small.append(target.evaluate("(target) => target.outerHTML.slice(0, 200)"))
        target.tap()
        self.taps += 1

    def open(self, link: Locator) -> None:
        """Tap a link, and wait until its page is there."""
        address = link.get_attribute("href") or ""
        self.tap(link)
        self.page.wait_for_url(f"**{address}")

    def type(self, field: Locator, words: str) -> None:
        """Tap a field and type."""
        self.tap(field)
        field.fill(words)
        self.keys += len(words)

    def choose(self, field: Locator, label: str) -> None:
        """Choose from a list: one tap opens it, and one takes the option."""
        self.tap(field)
        field.select_option(label=label)
        self.taps += 1

    def look(self, step: str) -> None:
        """Keep a screenshot of the step."""
        look(self.page, step)


def look(page: Page, step: str) -> None:
    """Keep a screenshot of a page, if a folder for them is given."""
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{step} scrolls sideways"
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{step}.png")
