"""An organiser's day on a phone: from an empty server to a published write-up, by taps, in less than five minutes of them."""

from __future__ import annotations

import json
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.journeys.acts import type_notes
from tests.journeys.thumb import TAP_S, Thumb, look
from tests.stage import Server

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "timezone_id": "Europe/London"}
PROJECTOR = {"viewport": {"width": 1920, "height": 1080}}
EVENT = "puddle-camp"


def test_a_camp_is_made_run_and_published_on_a_phone_in_less_than_five_minutes_of_taps(
    another_server: Callable[..., Server], open_page: Callable[..., Page], record_property: Callable[[str, object], None]
) -> None:
    server = another_server(create="anyone")
    olive, ann = Thumb(open_page(PHONE)), Thumb(open_page(PHONE))
    fred, wall = open_page(PHONE), open_page(PROJECTOR)
    words = create_event(olive, server)
    make_grid(olive)
    join_by_code(ann, server, words)
    pitch_two(ann)
    place_pitches(olive)
    follow(fred, server, "buses")
    move_and_start(olive, fred)
    merge(olive, fred)
    take_notes(ann)
    open_wall(wall, server)
    moderate(olive, server)
    look_at_wall(wall)
    publish(olive)
    fred.goto(f"{server.url}/e/{EVENT}/s/buses/write-up")
    expect(fred.get_by_role("heading", level=1)).to_have_text("Where the bus goes")

    taps = olive.taps + ann.taps
    record_property("taps", taps)
    print(
        f"\norganiser: {olive.taps} taps, {olive.swipes} swipes, {olive.keys} letters, {olive.seconds:.0f} s; "
        f"note-taker: {ann.taps} taps, {ann.swipes} swipes, {ann.keys} letters, {ann.seconds:.0f} s"
    )
    assert olive.small + ann.small == []
    assert taps * TAP_S < 5 * 60


def button(thumb: Thumb, name: str) -> Locator:
    return thumb.page.get_by_role("button", name=name).locator("visible=true").first


def link(thumb: Thumb, name: str) -> Locator:
    return thumb.page.get_by_role("link", name=name).locator("visible=true").first


def ticket(thumb: Thumb, title: str) -> Locator:
    return thumb.page.locator(".ticket").filter(has=thumb.page.locator(".ticket-title", has_text=title)).locator(".pick")


def create_event(olive: Thumb, server: Server) -> str:
    """Create the event and return the note-takers' code."""
    page = olive.page
    page.goto(f"{server.url}/new")
    olive.look("01-new")
    olive.type(page.get_by_label("Title"), "Puddle Camp")
    olive.tap(button(olive, "Create event"))
    page.wait_for_url("**/organise/hand-out*")
    olive.look("02-hand-out")
    return page.locator("#scribe .words").inner_text()


def make_grid(olive: Thumb) -> None:
    """Add three rooms and two slots."""
    page = olive.page
    olive.open(link(olive, "Edit grid"))
    olive.look("03-empty-grid")
    for name in ("Kitchen", "Attic", "Shed"):
        olive.type(page.get_by_label("New room"), name)
        olive.tap(button(olive, "Add room"))
        expect(page.get_by_label("New room")).to_have_value("")
    olive.look("04-rooms")
    for n in range(2):
        olive.tap(button(olive, "Add slot"))
        expect(page.locator("[data-slot-link]")).to_have_count(n + 1)
    olive.look("05-slots")


def join_by_code(ann: Thumb, server: Server, words: str) -> None:
    """Type the spoken code and a name."""
    page = ann.page
    page.goto(f"{server.url}/join")
    ann.look("06-join")
    ann.type(page.get_by_label("The four words"), " ".join(words.split()))
    ann.tap(button(ann, "Continue"))
    ann.type(page.get_by_label("Your name"), "Ann")
    ann.look("07-name")
    ann.tap(button(ann, "Join"))
    page.wait_for_url(f"**/e/{EVENT}")
    ann.look("08-joined")


def pitch_two(ann: Thumb) -> None:
    ann.open(link(ann, "Pitches"))
    for title in ("Buses", "Compost"):
        ann.type(ann.page.get_by_label("Title"), title)
        ann.tap(button(ann, "Pitch session"))
        expect(ann.page.locator(".pitch").filter(has_text=title)).to_be_visible()
    ann.look("09-pitches")


def place_pitches(olive: Thumb) -> None:
    page = olive.page
    for title, room in (("Buses", "Kitchen"), ("Compost", "Attic")):
        olive.tap(ticket(olive, title))
        olive.look(f"10-chosen-{title}")
        olive.tap(button(olive, f"Move here: {room}"))
        expect(page.locator("[data-said]")).to_contain_text(f"“{title}” in {room}")
    olive.look("11-placed")


def follow(fred: Page, server: Server, slug: str) -> None:
    fred.goto(f"{server.url}/e/{EVENT}/s/{slug}")
    expect(fred.locator(".state")).to_have_attribute("data-state", "live")


def move_and_start(olive: Thumb, fred: Page) -> None:
    """Move a session before a follower's eyes, and start it now."""
    olive.tap(ticket(olive, "Buses"))
    olive.tap(button(olive, "Move here: Shed"))
    expect(fred.locator("[data-moved]")).to_contain_text("This session moved to Shed")
    expect(fred.locator("[data-place]")).to_contain_text("Shed")
    olive.look("12-moved")
    look(fred, "12-follower")
    olive.tap(ticket(olive, "Buses"))
    olive.tap(button(olive, "Start now"))
    expect(olive.page.locator("[data-said]")).to_contain_text("started")


def merge(olive: Thumb, fred: Page) -> None:
    page = olive.page
    olive.tap(ticket(olive, "Compost"))
    olive.tap(page.locator("summary", has_text="More"))
    olive.tap(page.locator("summary", has_text="Merge into another"))
    olive.look("13-merge")
    olive.choose(page.get_by_label("Merge into"), "Buses")
    olive.tap(button(olive, "Merge sessions"))
    expect(page.locator("[data-said]")).to_contain_text("merged")
    expect(fred.locator("[data-moved]")).to_contain_text("This session moved to Shed")
    olive.look("14-merged")


def take_notes(ann: Thumb) -> None:
    ann.open(link(ann, "Grid"))
    ann.look("15-on-now")
    ann.open(link(ann, "Take notes"))
    expect(ann.page.locator(".state")).to_have_attribute("data-state", "live")
    type_notes(ann.page, "The bus never comes", "ACTION: Ann to ring the depot")
    expect(ann.page.locator("#timeline .delivery").filter(has_text="saved")).to_have_count(2)
    ann.look("16-notes")


def open_wall(wall: Page, server: Server) -> None:
    wall.goto(f"{server.url}/e/{EVENT}/wall?rotate=0")
    expect(wall.locator(".state")).to_have_attribute("data-state", "live")


def moderate(olive: Thumb, server: Server) -> None:
    """Let all posts wait, approve one that came, and hide the other."""
    page = olive.page
    olive.open(link(olive, "Moderate"))
    olive.open(link(olive, "Settings"))
    olive.tap(page.get_by_label("All posts").first)
    olive.look("17-settings")
    olive.tap(button(olive, "Save settings"))
    page.wait_for_url("**/moderate/settings?saved=yes")
    posts = [{"id": text, "author": "@cy@a.example", "text": text} for text in ("Waiting at the stop", "Cheap pills")]
    server.run("import", "posts", EVENT, "-", given="\n".join(map(json.dumps, posts)))
    expect(page.locator("[data-number]")).to_have_text("2", timeout=30_000)
    olive.open(link(olive, "Lines"))
    olive.look("18-waiting")
    line = page.locator(".judged")
    olive.tap(line.filter(has_text="Waiting at").get_by_role("button", name="Approve"))
    expect(line).to_have_count(1)
    olive.tap(line.filter(has_text="Cheap").get_by_role("button", name="Hide"))
    expect(line).to_have_count(0)
    olive.look("19-moderated")


def look_at_wall(wall: Page) -> None:
    """The wall shows the session, the notes and the approved post, and not the hidden one."""
    expect(wall.locator("#timeline .text")).to_have_count(3)
    expect(wall.locator("#timeline")).to_contain_text("Waiting at the stop")
    expect(wall.locator("#timeline")).not_to_contain_text("Cheap")
    expect(wall.locator("[data-on-now]")).to_contain_text("Buses")
    expect(wall.locator("[data-on-now]")).to_contain_text("Shed")
    look(wall, "20-wall")


def publish(olive: Thumb) -> None:
    """Edit the session's write-up on the phone. An edited write-up is for search engines too."""
    page = olive.page
    olive.open(link(olive, "Grid"))
    olive.open(page.locator(".days .card").filter(has_text="Buses"))
    olive.look("21-session")
    olive.open(page.locator(".doors").get_by_role("link", name="Write-up"))
    olive.look("22-write-up")
    expect(page.locator("meta[name=robots]")).to_have_count(1)
    olive.open(link(olive, "Edit write-up"))
    olive.type(page.get_by_label("Title"), "Where the bus goes")
    olive.tap(page.get_by_label("key point").first)
    olive.look("23-editor")
    olive.tap(button(olive, "Save and view"))
    page.wait_for_url("**/write-up")
    olive.look("24-published")
    expect(page.locator("meta[name=robots]")).to_have_count(0)
