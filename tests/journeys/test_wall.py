"""The wall left alone, and a session in a frame of another site, in real Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx2 as httpx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acts import SESSION, SLOW, texts
from tests.stage import Camp, Server, put

PROJECTORS = {"4:3": (1024, 768), "16:9": (1920, 1080), "21:9": (2560, 1080)}


def open_wall(page: Page, camp: Camp, query: str = "?rotate=0") -> None:
    page.goto(f"{camp.server.url}/e/{camp.slug}/wall{query}")
    expect(page.locator(".state")).to_have_attribute("data-state", "live")


def test_a_wall_whose_server_was_away_returns_with_everything(
    another_server: Callable[..., Server], open_page: Callable[..., Page]
) -> None:
    camp = Camp.make(another_server())
    ann, page = camp.join("Ann"), open_page()
    ann.note("Before")
    open_wall(page, camp)
    camp.server.stop()
    expect(page.locator(".state")).to_have_attribute("data-state", "off", timeout=SLOW)
    assert texts(page) == ["Before"]
    camp.server.start()
    ann.note("Meanwhile")
    camp.server.run("event", "set", camp.slug, "--title", "Saucer Camp")
    expect(page.locator(".state")).to_have_attribute("data-state", "live", timeout=2 * SLOW)
    ann.note("After")
    expect(page.locator("#timeline > .item")).to_have_count(3, timeout=SLOW)
    assert texts(page) == ["Before", "Meanwhile", "After"]


def test_a_wall_rotates_through_the_running_sessions(camp: Camp, open_page: Callable[..., Page]) -> None:
    ann, page = camp.join("Ann"), open_page()
    ann.note("In the kitchen")
    ann.note("In the attic", session=camp.sessions[1]["guid"])
    page.clock.install()
    open_wall(page, camp, "?rotate=5")
    seen = []
    for _ in range(3):
        shown = page.locator("#timeline > .item:visible .text").all_inner_texts()
        seen.append((page.locator("[data-view]").inner_text(), shown))
        page.clock.run_for(5_000)
    assert sorted(seen) == [
        ("Compost for councillors", ["In the kitchen"]),
        ("Minutes nobody reads", ["In the attic"]),
        ("Newest notes and posts", ["In the kitchen", "In the attic"]),
    ]


def test_a_wall_does_not_grow(camp: Camp, open_page: Callable[..., Page]) -> None:
    ann, page = camp.join("Ann"), open_page()
    open_wall(page, camp)
    ann.ops(*(put(f"line {n}", session=camp.guid) for n in range(40)))
    expect(page.locator("#timeline")).to_contain_text("line 39")
    assert texts(page) == [f"line {n}" for n in range(28, 40)]


@pytest.mark.parametrize("screen", PROJECTORS.values(), ids=PROJECTORS.keys())
def test_a_wall_fits_the_projector_and_is_readable_from_ten_metres(
    camp: Camp, open_page: Callable[..., Page], screen: tuple[int, int]
) -> None:
    width, height = screen
    camp.join("Ann").ops(*(put(f"line {n} " + "word " * 60, session=camp.guid) for n in range(12)))
    page = open_page({"viewport": {"width": width, "height": height}})
    open_wall(page, camp)
    size: dict[str, Any] = page.evaluate(
        """() => ({
            overflow: document.documentElement.scrollHeight - innerHeight,
            side: document.documentElement.scrollWidth - innerWidth,
            text: parseFloat(getComputedStyle(document.querySelector("#timeline .text")).fontSize) / innerHeight,
        })"""
    )
    assert (size["overflow"] <= 0, size["side"] <= 0) == (True, True)
    assert size["text"] > 1 / 30  # a screen of 2 m has letters of 5 cm and more
    expect(page.locator(".projector-join .qr svg")).to_be_in_viewport(ratio=1)
    expect(page.locator("#timeline > .item").last).to_be_in_viewport(ratio=1)


@pytest.fixture
def other_site() -> Iterator[Callable[[str], str]]:
    """Return a function that serves a page on another site and returns its address."""
    pages: list[bytes] = []

    class Blog(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(pages[0])

    blog = ThreadingHTTPServer(("127.0.0.1", 0), Blog)
    Thread(target=blog.serve_forever, daemon=True).start()

    def serve(html: str) -> str:
        pages.append(html.encode())
        return f"http://camp.test:{blog.server_port}/"

    yield serve
    blog.shutdown()
    blog.server_close()


def test_a_session_in_a_frame_of_another_site_is_live(
    camp: Camp, open_page: Callable[..., Page], other_site: Callable[[str], str]
) -> None:
    ann, page = camp.join("Ann"), open_page()
    session = f"{camp.server.url}/e/{camp.slug}/s/{SESSION}"
    described = httpx.get(f"{camp.server.url}/oembed", params={"url": session}).json()
    page.goto(other_site(f"<!doctype html>{described['html']}"))
    frame = page.frame_locator("iframe")
    expect(frame.locator(".state")).to_have_attribute("data-state", "live", timeout=SLOW)
    ann.note("Worms eat it")
    expect(frame.locator("#timeline .text")).to_have_text(["Worms eat it"])
    assert page.context.cookies() == []
