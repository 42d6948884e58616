"""The grid on the day: made on a phone, live before a follower's eyes, by two organisers at once, by keys and by mouse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from backchannel.cli.common import Host
from backchannel.config import Settings
from backchannel.desk import events
from backchannel.domain.ids import uuid7
from tests.journeys.conftest import DESK
from tests.stage import Camp, Server

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SMALLEST = 44  # CSS pixels of a touch target


@pytest.fixture
def empty_camp(shared_server: Server) -> Camp:
    """An event with nothing on its grid."""
    slug = f"empty-{uuid7()[-6:]}"
    host = Host(Settings.from_environment({}, db=shared_server.db, port=shared_server.port))
    events.create_event(host.desk, slug, title="Empty Camp", starts=datetime.now(UTC).date() + timedelta(days=2))
    passes = events.event_passes(host.desk, host.passes, slug)
    links = {role: host.link(token) for role, token in passes.items()}
    host.store.close()
    return Camp(shared_server, dict(passes), links, [], slug)


def join(page: Page, camp: Camp, name: str, path: str, role: str = "organiser") -> Page:
    page.goto(camp.links[role])
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Join").click()
    page.wait_for_url(f"**/e/{camp.slug}")
    return look(page, camp, path)


def look(page: Page, camp: Camp, path: str) -> Page:
    page.goto(f"{camp.server.url}/e/{camp.slug}/{path}".rstrip("/"))
    expect(page.locator(".state")).to_have_attribute("data-state", "live")
    return page


def add(page: Page, label: str, text: str, button: str) -> None:
    page.get_by_label(label).fill(text)
    page.get_by_role("button", name=button).tap()
    expect(page.get_by_label(label)).to_have_value("")


def ticket(page: Page, title: str) -> Locator:
    return page.locator(".ticket").filter(has=page.locator(".ticket-title", has_text=title))


def cell(page: Page, row: int, column: int) -> Locator:
    return page.locator(".edit-grid tbody tr").nth(row).locator("td").nth(column)


def test_a_grid_is_made_on_a_phone_while_a_follower_watches(empty_camp: Camp, open_page: Callable[..., Page]) -> None:
    camp = empty_camp
    olive = join(open_page(PHONE), camp, "Olive", "grid/edit")
    follower = look(open_page(PHONE), camp, "")
    expect(follower.get_by_text("No sessions yet")).to_be_visible()
    for name in ("Kitchen", "Attic", "Shed"):
        add(olive, "New room", name, "Add room")
    for n in range(2):
        olive.get_by_role("button", name="Add slot").tap()
        expect(olive.locator("[data-slot-link]")).to_have_count(n + 1)

    ann = join(open_page(PHONE), camp, "Ann", "pitches", role="scribe")
    for title in ("Compost", "Buses"):
        ann.get_by_label("Title").fill(title)
        ann.get_by_role("button", name="Pitch session").tap()
        expect(ann.locator(".pitch").filter(has_text=title)).to_be_visible()
    bob = join(open_page(PHONE), camp, "Bob", "pitches", role="scribe")
    bob.locator(".pitch").filter(has_text="Buses").get_by_role("button", name="I'd come").tap()
    expect(ann.locator(".pitch").first).to_contain_text("Buses")
    expect(ticket(olive, "Buses")).to_contain_text("2 would come")

    for title, room in (("Buses", "Kitchen"), ("Compost", "Attic")):
        ticket(olive, title).locator(".pick").tap()
        olive.get_by_role("button", name=f"Move here: {room}").locator("visible=true").tap()
        expect(olive.locator("[data-said]")).to_contain_text(f"“{title}” in {room}")
    expect(follower.locator(".days .card").filter(has_text="Buses")).to_contain_text("Kitchen")
    reader = look(open_page(PHONE), camp, "s/buses")

    ticket(olive, "Buses").locator(".pick").tap()
    olive.locator("[data-slot-link]").nth(1).tap()
    olive.get_by_role("button", name="Move here: Shed").locator("visible=true").tap()
    expect(reader.locator("[data-moved]")).to_have_text("This session moved to Shed, 10:45–11:30.")
    expect(reader.locator("[data-announce]")).to_have_text("This session moved to Shed, 10:45–11:30.")
    expect(reader.locator("[data-place]")).to_contain_text("Shed")
    expect(follower.locator(".days .card").filter(has_text="Buses")).to_contain_text("Shed")

    ticket(olive, "Buses").locator(".pick").tap()
    olive.locator("summary", has_text="More").tap()
    olive.locator("summary", has_text="Merge into another").tap()
    olive.get_by_label("Merge into").select_option(label="Compost")
    olive.get_by_role("button", name="Merge sessions").tap()
    expect(reader.locator("[data-moved]")).to_contain_text("This session was merged into another session.")
    expect(follower.locator(".days .card").filter(has_text="Buses")).to_have_count(0)
    olive.locator('[data-key="undo"]').tap()
    expect(reader.locator("[data-moved]")).to_have_text("This session moved to Shed, 10:45–11:30.")
    expect(follower.locator(".days .card").filter(has_text="Buses")).to_contain_text("Shed")


def test_two_organisers_at_once_see_each_other_s_changes_and_a_clash_is_explained(
    camp: Camp, open_page: Callable[..., Page]
) -> None:
    olive, olga = (join(open_page(PHONE), camp, name, "grid/edit") for name in ("Olive", "Olga"))
    olga.route("**/grid/edit*", lambda route: route.abort() if route.request.method == "GET" else route.continue_())
    ticket(olive, "Compost").locator(".pick").tap()
    olive.get_by_role("button", name="Extend by 10 min").tap()
    expect(olive.locator("[data-said]")).to_contain_text("You extended “Compost for councillors” by ten minutes.")
    ticket(olga, "Compost").locator(".pick").tap()  # the page could not be refreshed, so it shows the old grid
    olga.get_by_role("button", name="Move here too: Attic").locator("visible=true").tap()
    expect(olga.locator(".refused")).to_contain_text("Olive extended “Compost for councillors” by ten minutes meanwhile.")
    olga.unroute("**/grid/edit*")
    ticket(olga, "Minutes").locator(".pick").tap()
    olga.get_by_role("button", name="Cancel session").tap()
    expect(ticket(olive, "Minutes")).to_contain_text("Cancelled")


def test_keys_alone_move_a_session(camp: Camp, open_page: Callable[..., Page]) -> None:
    olive = join(open_page(DESK), camp, "Olive", "grid/edit")
    ticket(olive, "Compost").locator(".pick").focus()
    olive.keyboard.press("Enter")
    expect(olive.locator("#panel-title")).to_have_text("Compost for councillors")
    expect(ticket(olive, "Compost").locator(".pick")).to_be_focused()
    olive.keyboard.press("ArrowDown")
    olive.keyboard.press("ArrowRight")
    expect(cell(olive, 1, 1).locator(".here[name=cell]")).to_be_focused()
    olive.keyboard.press("Enter")
    expect(cell(olive, 1, 1)).to_contain_text("Compost for councillors")
    olive.locator('[data-key="undo"]').press("Enter")
    expect(cell(olive, 0, 0)).to_contain_text("Compost for councillors")


def test_a_session_is_dragged_into_another_cell(camp: Camp, open_page: Callable[..., Page]) -> None:
    olive = join(open_page(DESK), camp, "Olive", "grid/edit")
    ticket(olive, "Compost").drag_to(cell(olive, 1, 1))
    expect(cell(olive, 1, 1)).to_contain_text("Compost for councillors")


def test_a_pitch_goes_on_the_grid_without_scripts(camp: Camp, open_page: Callable[..., Page]) -> None:
    page = open_page(PHONE, java_script_enabled=False)
    page.goto(camp.links["organiser"])
    page.get_by_label("Your name").fill("Olive")
    page.get_by_role("button", name="Join").click()
    page.goto(f"{camp.server.url}/e/{camp.slug}/pitches")
    page.get_by_label("Title").fill("Tea")
    page.get_by_role("button", name="Pitch session").tap()
    page.get_by_role("link", name="Put on grid").tap()
    page.locator("[data-slot-link]").nth(1).tap()
    page.get_by_role("button", name="Move here: Attic").locator("visible=true").tap()
    expect(page.locator("tr.is-shown td").nth(1)).to_contain_text("Tea")
    page.locator('[data-key="undo"]').tap()
    expect(page.locator(".tray")).to_contain_text("Tea")


def test_a_page_that_missed_the_move_hears_of_it_later(camp: Camp, open_page: Callable[..., Page]) -> None:
    reader = look(open_page(PHONE), camp, "s/compost-for-councillors")
    reader.context.set_offline(True)
    found = camp.programme()
    move = {"do": "place", "session": camp.guid, "room": found["rooms"][1]["guid"], "slot": found["slots"][1]["guid"]}
    assert camp.person("organiser").post("grid", {"op": uuid7(), **move}).status_code == 200
    reader.context.set_offline(False)
    expect(reader.locator("[data-moved]")).to_contain_text("This session moved to Attic", timeout=30_000)


def test_everything_to_tap_is_large_enough(camp: Camp, open_page: Callable[..., Page]) -> None:
    page = join(open_page(PHONE), camp, "Olive", f"grid/edit?pick={camp.guid}")
    small = page.evaluate(
        """(least) => [...document.querySelectorAll("main :is(:not(p) > a, button, summary, select, input:not([type=hidden]))")]
            .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < least)
            .map((one) => one.outerHTML.slice(0, 80))""",
        SMALLEST,
    )
    assert small == []
