"""Benchmark of a slow phone: Chromium at 390 px, with a CPU four times slower, 1.6 Mbit/s and 150 ms latency."""

from __future__ import annotations

import contextlib
import shutil
import time
from typing import Any

from playwright.sync_api import CDPSession, Page, TimeoutError, sync_playwright

from bench.data import Camp
from bench.figures import Figures
from bench.pages import ITEMS, House

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
LINE = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 200_000}  # bytes a second
SLOWER_CPU = 4
LOAD_TIMEOUT_MS = 60_000
LIVE_NOTES = 12
WATCH = """
window.seen = {shift: 0, longest: 0, paint: 0};
const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({type, buffered: true});
watch("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.shift += entry.value; });
watch("longtask", (entry) => { seen.longest = Math.max(seen.longest, entry.duration); });
watch("paint", (entry) => { if (entry.name === "first-contentful-paint") seen.paint = entry.startTime; });
"""
ITEMS_SHOWN = "document.querySelectorAll('[data-timeline] > *').length"
TOP = "document.scrollingElement.scrollTop"


def measure_browser(house: House, figures: Figures, scroll_seconds: float) -> None:
    """Open the page of 10,000 notes, receive new notes, and scroll up to the first one."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "no Chromium was found; `sh scripts/browser.sh` installs Debian's"
    camp = house.sized[ITEMS]
    with sync_playwright() as running, running.chromium.launch(executable_path=program, args=FLAGS) as browser:
        view: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
        page = browser.new_context(**view).new_page()
        line = page.context.new_cdp_session(page)
        _open(page, line, house, camp, figures)
        _let_notes_come(page, camp, figures)
        _scroll_up(page, figures, scroll_seconds)


def _open(page: Page, line: CDPSession, house: House, camp: Camp, figures: Figures) -> None:
    received: list[float] = []
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", LINE)
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_CPU})
    line.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.add_init_script(WATCH)
    with contextlib.suppress(TimeoutError):  # the figures are then those of a page that is still loading
        page.goto(house.server.url + camp.session_path(), timeout=LOAD_TIMEOUT_MS)
    page.wait_for_timeout(3000)  # for the socket, the catch-up and the service worker
    figures.add("browser.paint_ms", page.evaluate("seen.paint"))
    figures.add("browser.kb", sum(received) / 1000)
    figures.add("browser.elements", page.evaluate("document.querySelectorAll('*').length"))
    figures.add("browser.load_task_ms", page.evaluate("seen.longest"))
    figures.add("browser.load_shift", page.evaluate("seen.shift"))


def _let_notes_come(page: Page, camp: Camp, figures: Figures) -> None:
    page.evaluate("seen.shift = seen.longest = 0")
    writer = camp.writer()
    for n in range(LIVE_NOTES):
        writer.post(f"A note while somebody reads: {n}, about gutters, culverts and who is to ask the council")
        page.wait_for_timeout(250)
    page.wait_for_timeout(1000)
    figures.add("browser.live_shift", page.evaluate("seen.shift"))
    figures.add("browser.live_task_ms", page.evaluate("seen.longest"))


def _scroll_up(page: Page, figures: Figures, seconds: float) -> None:
    """Scroll up until there are no earlier notes or the time is over."""
    page.evaluate("document.scrollingElement.scrollTop = document.scrollingElement.scrollHeight")
    page.wait_for_timeout(500)
    page.evaluate("seen.shift = seen.longest = 0")
    page.mouse.move(195, 400)
    end, still = time.monotonic() + seconds, 0
    shown = page.evaluate(ITEMS_SHOWN)
    while time.monotonic() < end and still < 20:
        page.mouse.wheel(0, -2400)
        page.wait_for_timeout(60)
        before, shown = shown, page.evaluate(ITEMS_SHOWN)
        still = still + 1 if page.evaluate(TOP) == 0 and shown == before else 0
    figures.add("browser.scroll_shift", page.evaluate("seen.shift"))
    figures.add("browser.scroll_task_ms", page.evaluate("seen.longest"))
    figures.add("browser.items_shown", shown)
    figures.add("browser.reached_top", float(still >= 20))
