"""A note-taker on unreliable wifi, in real Chromium: no note is lost or duplicated."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.chaos.weather import FAIR, Weather
from tests.journeys.acts import (
    FIVE,
    SLOW,
    another_tab,
    join,
    moved_in,
    on_shelf,
    rows,
    said,
    session_url,
    shown,
    take_notes,
    texts,
    type_notes,
)
from tests.journeys.conftest import FLAGS, PHONE, chromium
from tests.journeys.wifi import Wifi
from tests.stage import Camp, Server, eventually


def written(camp: Camp) -> list[str]:
    """Return when the session's notes were typed, in reading order, as the server has it."""
    items = camp.changes()["items"]
    return [item["at"] for item in sorted(items, key=lambda item: (item["at"], item["seq"]))]


def test_five_bullets_typed_offline_survive_a_reload_and_a_closed_tab(
    camp: Camp, wifi: Wifi, open_page: Callable[..., Page]
) -> None:
    page = open_page(PHONE)
    take_notes(page, camp, "Ann", wifi.url)
    moved_in(page)
    context = page.context
    wifi.goes(context)
    expect(page.locator(".state-word")).to_contain_text("not connected since")
    type_notes(page, *FIVE)
    expect(said(page, "on this phone")).to_have_count(5)
    expect(page.locator("[data-outbox-line]")).to_contain_text("waiting: 5")
    expect(page).to_have_title("(5 unsent) Notes: Compost for councillors")
    typed = [row.get_attribute("data-at") for row in rows(page).all()]
    page.reload()
    expect(said(page, "on this phone")).to_have_count(5)
    expect(page.locator(".state-word")).to_contain_text("not connected since")
    page.close()
    page = another_tab(context, f"{session_url(camp, wifi.url)}/write")
    expect(said(page, "on this phone")).to_have_count(5)
    assert camp.texts() == []
    wifi.is_back(context)
    expect(said(page, "saved")).to_have_count(5, timeout=SLOW)
    assert texts(page) == FIVE
    assert camp.texts() == FIVE
    for at, when in zip(written(camp), typed, strict=True):
        assert abs(_moment(at) - _moment(when)) < timedelta(seconds=2)  # what the way of the clock's answer took
    expect(page).to_have_title("Notes: Compost for councillors")


def _moment(at: str | None) -> datetime:
    assert at
    return datetime.fromisoformat(at)


def test_a_server_killed_between_commit_and_ack_has_the_note_once(
    another_server: Callable[..., Server], open_page: Callable[..., Page]
) -> None:
    server = another_server(entry="tests.chaos.serve")
    camp = Camp.make(server)
    server.kill()
    server.environ["CHAOS_DIE"] = "committed:2"  # the first commit is the join
    server.start()
    page = open_page(PHONE)
    take_notes(page, camp, "Ann")
    type_notes(page, *FIVE)
    eventually(lambda: server.process and server.process.poll() is not None)
    expect(page.locator(".state-word")).to_contain_text("not connected since", timeout=SLOW)
    expect(page.locator("[data-outbox-line]")).to_contain_text("waiting: 5")
    server.environ["CHAOS_DIE"] = ""
    server.start()
    expect(said(page, "saved")).to_have_count(5, timeout=SLOW)
    assert texts(page) == FIVE
    assert shown(camp.changes()["items"]) == FIVE


def test_behind_a_proxy_that_swallows_websockets_the_first_note_is_acked_within_six_seconds(
    camp: Camp, wifi: Wifi, open_page: Callable[..., Page]
) -> None:
    wifi.proxy.weather(Weather(swallow=True))
    page = open_page(PHONE)
    join(page, camp, "Ann", wifi.url)
    asked: list[str] = []
    sockets: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.goto(f"{session_url(camp, wifi.url)}/write")
    begun = time.monotonic()
    type_notes(page, "through the keyhole")
    expect(said(page, "saved")).to_have_count(1, timeout=6000)
    assert camp.texts() == ["through the keyhole"]
    expect(page.locator(".state-word")).to_have_text("live (plain HTTP)", timeout=6000)
    page.wait_for_event("websocket", lambda _: len(sockets) >= 2, timeout=SLOW)  # it keeps retrying from time to time
    calls = [url for url in asked if "/static/" not in url]
    assert (len(calls) + len(sockets)) / (time.monotonic() - begun) < 3, calls


@pytest.fixture
def phone(playwright: Playwright, tmp_path: Path) -> Iterator[Callable[[], BrowserContext]]:
    """Return a phone that can be restarted: a browser with storage on disk."""
    running: list[BrowserContext] = []

    def switch_on() -> BrowserContext:
        running.append(
            playwright.chromium.launch_persistent_context(
                tmp_path / "phone", executable_path=chromium(), args=FLAGS, **PHONE
            )
        )
        return running[-1]

    yield switch_on
    running[-1].close()


def test_pages_open_and_accept_notes_after_a_cold_start_without_a_network(
    camp: Camp, wifi: Wifi, phone: Callable[[], BrowserContext]
) -> None:
    context = phone()
    page = context.new_page()
    take_notes(page, camp, "Ann", wifi.url)
    moved_in(page)
    for address in (session_url(camp, wifi.url), f"{wifi.url}/e/{camp.slug}", f"{session_url(camp, wifi.url)}/write"):
        page.goto(address)
        expect(page.locator(".state")).to_have_attribute("data-state", "live")
    camp.join("Bea").note("heard before the wifi went")
    type_notes(page, "said before the wifi went")
    expect(said(page, "saved")).to_have_count(1)
    expect(rows(page)).to_have_count(2)
    for words in ("heard before", "said before"):
        on_shelf(page, "heard", words)
    context.close()
    wifi.goes(context := phone())
    page = another_tab(context, f"{session_url(camp, wifi.url)}/write")
    expect(rows(page)).to_have_count(2)
    assert texts(page) == ["heard before the wifi went", "said before the wifi went"]
    expect(said(page, "saved")).to_have_count(1)
    expect(page.locator(".state-word")).to_contain_text("not connected since")
    type_notes(page, "said without any")
    expect(said(page, "on this phone")).to_have_count(1)
    page.goto(session_url(camp, wifi.url))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Compost for councillors")
    page.goto(f"{wifi.url}/e/{camp.slug}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Teacup Camp")
    page.goto(f"{wifi.url}/e/{camp.slug}/s/minutes-nobody-reads")
    expect(page.get_by_role("heading", level=1)).to_have_text("This page isn't on your phone yet")
    page.get_by_role("link", name="Notes: Compost for councillors").click()
    expect(said(page, "on this phone")).to_have_count(1)
    wifi.is_back(context)
    expect(said(page, "saved")).to_have_count(2, timeout=SLOW)
    assert sorted(camp.texts()) == ["heard before the wifi went", "said before the wifi went", "said without any"]


def test_a_stored_copy_is_shown_only_when_the_network_fails(
    camp: Camp, wifi: Wifi, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(session_url(camp, wifi.url))
    moved_in(page)
    page.goto("about:blank")
    camp.join("Ann").note("written meanwhile")
    answer = page.goto(session_url(camp, wifi.url))
    assert answer
    assert "written meanwhile" in answer.text()
    page.goto("about:blank")
    camp.join("Ann").note("and this")
    wifi.proxy.weather(Weather(black_hole=True))
    answer = page.goto(session_url(camp, wifi.url))
    assert answer
    assert answer.from_service_worker
    assert "written meanwhile" in answer.text()
    assert "and this" not in answer.text()
    wifi.proxy.weather(FAIR)
    expect(rows(page)).to_have_count(2, timeout=SLOW)


def test_on_plain_http_everything_works_except_a_cold_start_and_the_page_says_so(
    another_server: Callable[..., Server], open_page: Callable[..., Page]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://camp.test:{port}"  # where tests/journeys/conftest.py lets that name lead
    camp = Camp.make(another_server(port=port, public_url=address))
    page = open_page(PHONE)
    take_notes(page, camp, "Ann", address)
    assert page.evaluate("[isSecureContext, 'serviceWorker' in navigator, 'locks' in navigator]") == [False] * 3
    expect(page.locator("[data-outbox-line]")).to_contain_text("Without HTTPS")
    page.context.set_offline(True)
    expect(page.locator(".state-word")).to_contain_text("not connected since")
    type_notes(page, "on a LAN")
    expect(said(page, "on this phone")).to_have_count(1)
    page.context.set_offline(False)
    expect(said(page, "saved")).to_have_count(1, timeout=SLOW)
    assert camp.texts() == ["on a LAN"]


def test_a_new_build_keeps_all_pages_stored_by_the_old_one(
    another_server: Callable[..., Server], open_page: Callable[..., Page]
) -> None:
    server = another_server()
    camp = Camp.make(server)
    page = open_page(PHONE)
    take_notes(page, camp, "Ann")
    moved_in(page)
    page.goto(session_url(camp))
    moved_in(page)
    (old,) = page.evaluate(_BUILDS)
    server.stop()
    server.entry = "tests.journeys.next_build"
    server.start()
    page.goto(session_url(camp))
    eventually(lambda: page.evaluate(_BUILDS) == [f"{old}-next"], 20)
    page.context.set_offline(True)
    page.goto(f"{session_url(camp)}/write")
    expect(page.locator(".state-word")).to_contain_text("not connected since")
    type_notes(page, "after the upgrade")
    expect(said(page, "on this phone")).to_have_count(1)
    assert f"dist/scribe.js?v={old}-next" in page.content()


_BUILDS = (
    "caches.keys().then((names) => names.filter((name) => name.includes('pages')).map((name) => name.split(' ')[2]))"
)
