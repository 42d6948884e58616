"""axe-core finds no accessibility problem on any page, in light and dark, on a phone and on a desktop."""

from __future__ import annotations

from collections.abc import Callable

import httpx2 as httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from backchannel.domain.ids import uuid7
from tests.journeys.acts import SESSION
from tests.journeys.conftest import DESK, PHONE
from tests.stage import Camp, put

PAGES = {
    "home": ("", "follower"),
    "grid": ("e/{slug}", "follower"),
    "everything": ("e/{slug}/all", "follower"),
    "session": ("e/{slug}/s/{session}", "follower"),
    "write-up": ("e/{slug}/write-up", "follower"),
    "session's write-up": ("e/{slug}/s/{session}/write-up", "organiser"),
    "note-taking": ("e/{slug}/s/{session}/write", "organiser"),
    "your notes": ("e/{slug}/mine", "organiser"),
    "editor": ("e/{slug}/s/{session}/write-up/edit", "organiser"),
    "grid editor": ("e/{slug}/grid/edit", "organiser"),
    "grid editor with a session chosen": ("e/{slug}/grid/edit?pick={guid}", "organiser"),
    "pitches": ("e/{slug}/pitches", "organiser"),
    "pitches for everybody": ("e/{slug}/pitches", "follower"),
    "schedule": ("e/{slug}/schedule", "organiser"),
    "organise": ("e/{slug}/organise", "organiser"),
    "hand out": ("e/{slug}/organise/hand-out", "organiser"),
    "people": ("e/{slug}/organise/people", "organiser"),
    "settings": ("e/{slug}/organise/settings", "organiser"),
    "sheet": ("e/{slug}/organise/sheet", "organiser"),
    "slide": ("e/{slug}/organise/slide", "organiser"),
    "new event": ("new", "follower"),
    "code": ("join", "follower"),
    "moderation": ("e/{slug}/moderate?show=reported", "organiser"),
    "blocks": ("e/{slug}/moderate/blocks", "organiser"),
    "moderation settings": ("e/{slug}/moderate/settings", "organiser"),
    "moderation log": ("e/{slug}/moderate/log", "organiser"),
    "report": ("e/{slug}/i/{item}/report", "follower"),
    "triage": ("e/{slug}/triage", "organiser"),
    "wall": ("e/{slug}/wall", "follower"),
    "dark wall": ("e/{slug}/wall?theme=dark&font=large", "follower"),
    "embedded session": ("e/{slug}/s/{session}/embed", "follower"),
    "coverage": ("e/{slug}/coverage", "organiser"),
    "a session's code": ("e/{slug}/coverage?show={session}", "organiser"),
    "an error": ("e/nowhere", "follower"),
    "offline": ("offline", "follower"),
}
LINES = (
    "Ida: three parishes share one map", "Q: who owns the stile?", "ACTION: Wim to ring the county",
    "DECISION: one map for all", "“Mud is a commons” – Nan", "see https://example.org/map",
)  # fmt: skip


@pytest.mark.parametrize("view", [PHONE, DESK], ids=["360px", "1280px"])
def test_no_page_has_an_accessibility_problem(camp: Camp, open_page: Callable[..., Page], view: dict[str, object]) -> None:
    camp.join("Ann").ops(*(put(line, session=camp.guid) for line in LINES))
    change_the_grid(camp)
    item = moderate_something(camp)
    organiser = organising(open_page(view, reduced_motion="reduce"), camp)
    make_code(organiser, camp)
    follower = open_page(view, reduced_motion="reduce")
    found = {}
    for name, (path, role) in PAGES.items():
        page = organiser if role == "organiser" else follower
        page.emulate_media(color_scheme="light")
        page.goto(f"{camp.server.url}/{path.format(slug=camp.slug, session=SESSION, guid=camp.guid, item=item)}")
        found[name] = problems(page)
        page.emulate_media(color_scheme="dark")
        found[f"{name} in the dark"] = problems(page, runOnly=["color-contrast"])  # the colours are all that changes
    assert {name: said for name, said in found.items() if said} == {}


def moderate_something(camp: Camp) -> str:
    """Hide a note, and report another one. Returns its id."""
    hidden, reported = (camp.join("Bo").note(text)["id"] for text in ("rubbish", "nonsense"))
    camp.person("organiser").do({"op": uuid7(), "id": hidden, "do": "hide"})
    address = f"{camp.server.url}/e/{camp.slug}/i/{reported}/report"
    assert httpx.post(address, data={"reason": "wrong", "words": "not at all"}).status_code == 303
    return str(reported)


def change_the_grid(camp: Camp) -> None:
    """Cancel a session, put two into one room at once, and pitch a third."""
    olive, (_, other, third) = camp.person("organiser"), [session["guid"] for session in camp.sessions]
    slot, room = (camp.programme()[kind][0]["guid"] for kind in ("slots", "rooms"))
    for edit in ({"do": "cancel", "session": third}, {"do": "place", "session": other, "room": room, "slot": slot}):
        assert olive.post("grid", {"op": uuid7(), **edit}).status_code == 200
    pitch = {"pitch": uuid7(), "title": "Mapping mud", "leader": "Cy", "wish": "large"}
    answer = httpx.post(
        f"{camp.server.url}/e/{camp.slug}/pitches", data=pitch, headers={"Authorization": f"Bearer {olive.token}"}
    )
    assert answer.status_code == 303


def organising(page: Page, camp: Camp) -> Page:
    page.goto(camp.links["organiser"])
    page.get_by_label("Your name").fill("Olga")
    page.get_by_role("button", name="Join").click()
    page.wait_for_url("**/e/**")
    return page


def make_code(page: Page, camp: Camp) -> None:
    page.goto(f"{camp.server.url}/e/{camp.slug}/organise/hand-out")
    page.get_by_role("button", name="Make code").click()
    page.locator(".words").wait_for()


def problems(page: Page, **options: object) -> list[str]:
    """The rule and the element of each violation."""
    violations = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in violations]
