"""From an empty server to a note-taker who joined by the spoken code, on a phone, and the end of their access."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.acts import said, type_notes
from tests.stage import Server, schedule_json

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "timezone_id": "Europe/London"}


def test_an_event_is_created_on_a_phone_and_a_spoken_code_is_handed_out_and_taken_back(
    another_server: Callable[..., Server], open_page: Callable[..., Page]
) -> None:
    server = another_server(create="anyone")
    organiser, phone = open_page(PHONE), open_page(PHONE)
    words = create_event(organiser, server)
    server.run("import", "schedule", "puddle-camp", "-", given=schedule_json())

    join_by_code(phone, server, words)
    phone.goto(f"{server.url}/e/puddle-camp/s/compost-for-councillors/write")
    expect(phone.locator(".state")).to_have_attribute("data-state", "live")
    type_notes(phone, "Worms do the work")
    expect(said(phone, "saved")).to_have_count(1)

    organiser.goto(f"{server.url}/e/puddle-camp/organise/people")
    organiser.get_by_role("button", name="End access of Ann").click()
    expect(organiser.get_by_text("access ended")).to_be_visible()
    type_notes(phone, "Nobody will get this one")
    expect(phone.locator("#timeline .delivery").filter(has_text="refused")).to_have_count(1)
    expect(phone.get_by_text("Nobody will get this one")).to_be_visible()


def create_event(page: Page, server: Server) -> str:
    """Create an event by tapping, look at the sheet, and return the note-takers' code."""
    page.goto(f"{server.url}/new")
    page.get_by_label("Title").fill("Puddle Camp")
    expect(page.get_by_label("Time zone")).to_have_value("Europe/London")
    page.get_by_role("button", name="Create event").tap()
    page.wait_for_url("**/organise/hand-out*")
    words = page.locator("#scribe .words").inner_text()
    page.get_by_role("link", name="Print sheet").tap()
    expect(page.locator(".a4 .words")).to_have_text(" ".join(words.split()))
    return words


def join_by_code(page: Page, server: Server, words: str) -> None:
    """Type the code and a name. Neither the address nor the history holds a pass afterwards."""
    page.goto(f"{server.url}/join")
    page.get_by_label("The four words").fill(" ".join(words.split()))
    page.get_by_role("button", name="Continue").tap()
    page.get_by_label("Your name").fill("Ann")
    page.get_by_role("button", name="Join").tap()
    page.wait_for_url("**/e/puddle-camp")
    history = page.context.new_cdp_session(page).send("Page.getNavigationHistory")
    assert {entry["url"].removeprefix(server.url) for entry in history["entries"]} <= {"about:blank", "/join", "/e/puddle-camp"}
