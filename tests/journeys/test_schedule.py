"""A schedule taken on a phone: chosen, its changes read, and taken, all by touch; followers see the new grid at once."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESK
from tests.journeys.test_grid import PHONE, SMALLEST, join, look
from tests.stage import Camp
from tests.web.test_schedule_in import edited


def test_a_schedule_is_taken_on_a_phone_before_a_follower_s_eyes(camp: Camp, open_page: Callable[..., Page]) -> None:
    follower = look(open_page(DESK), camp, "")
    organiser = join(open_page(PHONE), camp, "Olive", "")
    organiser.goto(f"{camp.server.url}/e/{camp.slug}/organise")
    organiser.get_by_role("link", name="Schedule in and out").tap()
    organiser.get_by_label("File").set_input_files(
        {"name": "camp.json", "mimeType": "application/json", "buffer": edited(camp).encode()}
    )
    organiser.get_by_role("button", name="Show changes of file").tap()
    expect(organiser.locator(".changes li")).to_have_text(
        [
            "Compost for councillors renamed to “Compost for everybody”",
            "The bus that never comes gone; its notes move to the hallway",
        ]
    )
    expect(follower.get_by_text("Compost for councillors").first).to_be_visible()
    take = organiser.get_by_role("button", name="Take schedule")
    box = take.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= SMALLEST
    assert organiser.evaluate("document.documentElement.scrollWidth") == 390
    take.tap()
    expect(organiser.get_by_role("status").filter(has_text="The schedule was taken.")).to_be_visible()
    expect(follower.get_by_text("Compost for everybody").first).to_be_visible()
    expect(follower.get_by_text("Compost for councillors")).to_have_count(0)
