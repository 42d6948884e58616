"""Tabs that open and close, two at once: one outbox, one draft."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, Request, expect

from tests.journeys.acts import (
    SLOW,
    another_tab,
    on_shelf,
    rows,
    said,
    session_url,
    take_notes,
    texts,
    type_notes,
)
from tests.journeys.wifi import Wifi
from tests.stage import Camp, eventually


def test_two_tabs_have_one_outbox_and_one_of_them_sends_it(
    camp: Camp, wifi: Wifi, open_page: Callable[..., Page]
) -> None:
    first = open_page()
    take_notes(first, camp, "Ann", wifi.url)
    second = another_tab(first.context, f"{session_url(camp, wifi.url)}/write")
    expect(second.locator(".state")).to_have_attribute("data-state", "live")
    wifi.goes(first.context)
    type_notes(first, "from the first tab")
    type_notes(second, "from the second tab")
    for tab in (first, second):
        expect(said(tab, "on this phone")).to_have_count(2)
        expect(tab).to_have_title("(2 unsent) Notes: Compost for councillors")
    sent: list[str] = []
    first.context.on("request", lambda request: sent.append(request.post_data or "") if _is_ops(request) else None)
    wifi.is_back(first.context)
    for tab in (first, second):
        expect(said(tab, "saved")).to_have_count(2, timeout=SLOW)
        assert texts(tab) == ["from the first tab", "from the second tab"]
    assert camp.texts() == ["from the first tab", "from the second tab"]
    assert len(sent) <= 1  # over the socket, or by one request: never a batch from each tab


def _is_ops(request: Request) -> bool:
    return request.method == "POST" and request.url.endswith("/ops")


def test_a_line_typed_in_one_tab_and_restored_in_another_is_not_posted_twice(
    camp: Camp, open_page: Callable[..., Page]
) -> None:
    first = open_page()
    take_notes(first, camp, "Ann")
    first.get_by_role("textbox").fill("half a thought")
    on_shelf(first, "drafts", "half a thought")
    second = another_tab(first.context, f"{session_url(camp)}/write")
    expect(second.get_by_role("textbox")).to_have_value("half a thought")
    first.keyboard.press("Enter")
    expect(second.get_by_role("textbox")).to_have_value("")
    assert eventually(camp.texts) == ["half a thought"]


def test_a_draft_outlives_its_tab(camp: Camp, open_page: Callable[..., Page]) -> None:
    page = open_page()
    take_notes(page, camp, "Ann")
    page.get_by_role("textbox").fill("not yet po")
    on_shelf(page, "drafts", "not yet po")
    page.close()
    again = another_tab(page.context, f"{session_url(camp)}/write")
    expect(again.get_by_role("textbox")).to_have_value("not yet po")


def test_a_correction_that_was_being_typed_outlives_its_tab(camp: Camp, open_page: Callable[..., Page]) -> None:
    page = open_page()
    take_notes(page, camp, "Ann")
    type_notes(page, "teh wifi")
    expect(said(page, "saved")).to_have_count(1)
    page.get_by_role("textbox").fill("the next line")
    rows(page).locator(".text").click()
    page.get_by_role("textbox").fill("the wifi")
    on_shelf(page, "drafts", "the wifi")
    page.close()
    page = another_tab(page.context, f"{session_url(camp)}/write")
    expect(page.get_by_text("Correcting")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_value("the wifi")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox")).to_have_value("the next line")
    expect(rows(page)).to_have_text(re.compile("the wifi"))
    expect(said(page, "saved")).to_have_count(1)
    assert eventually(lambda: camp.texts() == ["the wifi"])
