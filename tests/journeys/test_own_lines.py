"""Actions on a note-taker's own lines that were refused or are off the record."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.acts import (
    rows,
    said,
    session_url,
    take_notes,
    type_notes,
)
from tests.stage import Camp


def test_a_refused_note_shows_the_reason_and_stays_editable(camp: Camp, open_page: Callable[..., Page]) -> None:
    page = open_page()
    take_notes(page, camp, "Ann")
    camp.server.run("event", "close", camp.slug)
    type_notes(page, "too late", "later still")
    expect(said(page, "refused: ")).to_have_count(2)
    expect(said(page, "closed")).to_have_count(2)
    expect(page).to_have_title("(2 unsent) Notes: Compost for councillors")
    with page.expect_download() as download:
        said(page, "refused").first.get_by_role("button", name="Download").click()
    assert download.value.path().read_text() == "too late\n"
    with page.expect_download() as download:
        page.locator("[data-outbox-line]").get_by_role("button", name="Download").click()
    assert [line.split(" – ")[1] for line in download.value.path().read_text().splitlines()] == [
        "too late", "later still",
    ]  # fmt: skip
    said(page, "refused").last.get_by_role("button", name="Delete").click()
    expect(rows(page)).to_have_count(1)
    camp.server.run("event", "close", camp.slug, "--reopen")
    said(page, "refused").get_by_role("button", name="Try again").click()
    expect(said(page, "saved")).to_have_count(1)
    assert camp.texts() == ["too late"]


def test_a_note_off_the_record_never_leaves_the_phone(camp: Camp, open_page: Callable[..., Page]) -> None:
    page = open_page()
    take_notes(page, camp, "Ann")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    page.reload()
    expect(page.locator(".state")).to_have_attribute("data-state", "live")
    type_notes(page, "OTR: the budget is gone", "Carl: otr: and so is he", "all else is fine")
    expect(said(page, "off the record: on this phone only")).to_have_count(2)
    expect(said(page, "saved")).to_have_count(1)
    page.reload()
    expect(page.locator(".state")).to_have_attribute("data-state", "live")
    expect(said(page, "off the record")).to_have_count(2)
    with page.expect_download() as download:
        page.locator("[data-outbox-line]").get_by_role("button", name="Download").click()
    assert "OTR: the budget is gone" in download.value.path().read_text()
    said(page, "off the record").first.get_by_role("button", name="Delete").click()
    expect(rows(page)).to_have_count(2)
    rows(page).filter(has_text="so is he").locator(".text").click()
    page.get_by_role("textbox").fill("Carl: he resigned, and says so")
    page.keyboard.press("Enter")
    expect(said(page, "saved")).to_have_count(2)
    assert sorted(camp.texts()) == ["Carl: he resigned, and says so", "all else is fine"]
    assert [words for words in sent if "budget" in words or "so is he" in words] == []


def test_a_saved_note_goes_off_the_record_and_off_the_page(camp: Camp, open_page: Callable[..., Page]) -> None:
    page, reader = open_page(), open_page()
    take_notes(page, camp, "Ann")
    reader.goto(session_url(camp))
    type_notes(page, "the budget is gone")
    expect(rows(reader)).to_have_count(1)
    rows(page).locator(".text").click()
    page.get_by_role("textbox").fill("OTR: the budget is gone")
    page.keyboard.press("Enter")
    expect(rows(reader)).to_have_count(0)
    expect(said(page, "off the record")).to_have_count(1)
    assert camp.texts() == []
