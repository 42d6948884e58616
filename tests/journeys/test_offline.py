"""A note-taker on rubbish wifi, in real Chromium: nothing she types is lost, nothing stands twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from tests.journeys.acts import another_tab, moved_in, rows, said, session_url, take_notes, texts, type_notes
from tests.journeys.conftest import PHONE
from tests.journeys.wifi import Wifi
from tests.stage import Camp

FIVE = [f"{n} of five" for n in ("One", "Two", "Three", "Four", "Five")]
SLOW = 20_000  # ms


def written(camp: Camp) -> list[str]:
    """When the session's notes were typed, in reading order, as the server has it."""
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
