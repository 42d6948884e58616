"""A follower's page on an unreliable connection: always readable, complete afterwards, and without jumps."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from backchannel.domain.ids import uuid7
from tests.chaos.weather import FAIR, Weather
from tests.journeys.acts import SLOW, moved_in, on_shelf, rows, session_url, texts
from tests.journeys.wifi import Wifi
from tests.stage import Camp, eventually, put

LINES = [f"{n}. {'A line that is long enough to take some room on a telephone. ' * 2}" for n in range(1, 31)]
LIVE = "live"


def open_reader(page: Page, url: str) -> Page:
    page.goto(url)
    expect(page.locator(".state-word")).to_have_text(LIVE)
    return page


def test_a_disconnected_page_shows_since_when_and_catches_up_in_order_without_jumping(
    camp: Camp, wifi: Wifi, open_page: Callable[..., Page]
) -> None:
    ann = camp.join("Ann")
    ann.ops(*(put(line, session=camp.guid) for line in LINES))
    page = open_reader(open_page(), session_url(camp, wifi.url))
    shown = page.evaluate("new Intl.DateTimeFormat('en-GB', {timeStyle: 'short', timeZone: 'UTC'}).format()")
    wifi.goes(page.context)
    expect(page.locator(".state-word")).to_contain_text("not connected since ")
    assert (page.locator(".state-word").inner_text())[-5:-2] == shown[:3]
    assert len(texts(page)) == 30  # it stays readable
    page.evaluate("scrollTo({top: 900, behavior: 'instant'})")
    top = page.evaluate(_FIRST_IN_SIGHT)
    ann.ops(*(put(f"late {n}", session=camp.guid) for n in range(1, 4)))
    wifi.is_back(page.context)
    expect(rows(page)).to_have_count(33, timeout=SLOW)
    expect(page.locator(".state-word")).to_have_text(LIVE, timeout=SLOW)
    assert texts(page)[30:] == ["late 1", "late 2", "late 3"]
    assert page.evaluate(_FIRST_IN_SIGHT) == top
    expect(page.locator("[data-pill]")).to_have_text("3 new")


_FIRST_IN_SIGHT = """() => {
    const row = [...document.querySelectorAll("#timeline > .item")].find((row) => row.getBoundingClientRect().bottom > 100);
    return [row.dataset.id, Math.round(row.getBoundingClientRect().top)];
}"""


def test_a_page_remembers_plain_http_until_the_socket_works_again(
    camp: Camp, wifi: Wifi, open_page: Callable[..., Page]
) -> None:
    wifi.proxy.weather(Weather(swallow=True))
    page = open_page()
    page.goto(session_url(camp, wifi.url))
    expect(page.locator(".state-word")).to_have_text("live (plain HTTP)", timeout=SLOW)
    page.reload()
    expect(page.locator(".state-word")).to_have_text("live (plain HTTP)", timeout=3000)  # at once, this time
    camp.join("Ann").note("over plain HTTP")
    expect(rows(page)).to_have_count(1)
    wifi.proxy.weather(FAIR)
    wifi.proxy.drop()
    expect(page.locator(".state-word")).to_have_text(LIVE, timeout=SLOW)
    camp.join("Ann").note("over the socket")
    expect(rows(page)).to_have_count(2)


def test_a_hidden_note_is_gone_from_an_open_page_within_two_seconds(camp: Camp, open_page: Callable[..., Page]) -> None:
    note = camp.join("Ann").note("not for everybody")
    page = open_reader(open_page(), session_url(camp))
    moved_in(page)
    expect(rows(page)).to_have_count(1)
    camp.person("organiser").do({"op": uuid7(), "id": note["id"], "do": "hide"})
    expect(rows(page)).to_have_count(0, timeout=2000)
    camp.person("organiser").do({"op": uuid7(), "id": note["id"], "do": "show"})
    expect(rows(page)).to_have_count(1, timeout=2000)


def test_a_moved_note_disappears_from_one_page_and_appears_on_another(
    camp: Camp, open_page: Callable[..., Page]
) -> None:
    note = camp.join("Ann").note("wrong room")
    here = open_reader(open_page(), session_url(camp))
    there = open_reader(open_page(), f"{camp.server.url}/e/{camp.slug}/s/minutes-nobody-reads")
    expect(rows(here)).to_have_count(1)
    other = camp.sessions[1]["guid"]
    camp.person("organiser").do({"op": uuid7(), "id": note["id"], "do": "move", "session": other})
    expect(rows(here)).to_have_count(0, timeout=2000)
    expect(rows(there)).to_have_text([re.compile("wrong room")], timeout=2000)


def test_a_withdrawn_note_is_deleted_from_the_phone(camp: Camp, wifi: Wifi, open_page: Callable[..., Page]) -> None:
    ann = camp.join("Ann")
    note = ann.note("said in anger")
    page = open_page()
    page.clock.install()
    open_reader(page, session_url(camp, wifi.url))
    moved_in(page)
    ann.do({"op": uuid7(), "id": note["id"], "do": "retract"})
    expect(rows(page)).to_have_count(0)
    on_shelf(page, "heard", note["id"])
    page.clock.fast_forward("00:30")  # when its copy is made anew
    copy = "caches.match(location.pathname).then((copy) => copy.text())"
    eventually(lambda: "said in anger" not in page.evaluate(copy))
    wifi.goes(page.context)
    page.reload()
    expect(page.locator(".state-word")).to_contain_text("not connected since ")
    expect(rows(page)).to_have_count(0)


def test_the_grid_counts_a_note_once_through_corrections_and_moves(camp: Camp, open_page: Callable[..., Page]) -> None:
    ann = camp.join("Ann")
    ann.note("here before")
    page = open_reader(open_page(), f"{camp.server.url}/e/{camp.slug}")
    count = page.locator('.days .card[href$="compost-for-councillors"] [data-slot="notes"]')
    expect(count).to_have_text("1 note")
    note = put("teh wifi", session=camp.guid)
    ann.do(note)
    expect(count).to_have_text("2 notes")
    ann.do(note | {"op": uuid7(), "text": "the wifi", "base_rev": 1})
    ann.do(put("last", session=camp.guid))
    expect(count).to_have_text("3 notes")
