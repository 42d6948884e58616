"""An organiser moderates by touch, the tab counts live, a follower reports a line, and all of it works without scripts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.stage import Camp

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def organise(page: Page, camp: Camp) -> None:
    page.goto(camp.links["organiser"])
    page.get_by_label("Your name").fill("Olive")
    page.get_by_role("button", name="Join").click()
    page.wait_for_url("**/e/**")


def post(camp: Camp, *texts: str) -> None:
    lines = [json.dumps({"id": text, "author": "@x@a.example", "text": text, "at": "2026-06-13T10:05:00Z"}) for text in texts]
    camp.server.run("import", "posts", camp.slug, "-", given="\n".join(lines))


def hold_everything(page: Page, camp: Camp) -> None:
    page.goto(f"{camp.server.url}/e/{camp.slug}/moderate/settings")
    page.get_by_label("All posts").first.check()
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def test_posts_wait_are_approved_by_touch_and_appear_live(camp: Camp, open_page: Callable[..., Page]) -> None:
    olive, fred = open_page(PHONE), open_page(PHONE)
    organise(olive, camp)
    hold_everything(olive, camp)
    fred.goto(f"{camp.server.url}/e/{camp.slug}/all")
    expect(fred.locator(".state-word")).to_contain_text("live")
    post(camp, "one two", "three four", "five six")
    expect(olive.locator("[data-number]")).to_have_text("3")
    olive.goto(f"{camp.server.url}/e/{camp.slug}/moderate")
    expect(olive.locator(".judged")).to_have_count(3)
    expect(olive.locator(".state-word")).to_contain_text("live")
    olive.get_by_label("Select all").tap()
    olive.get_by_label("Select the line of").first.tap()
    olive.get_by_role("button", name="Approve selected").tap()
    expect(fred.locator("#timeline > .is-post")).to_have_count(2)
    expect(olive.locator(".judged")).to_have_count(1)
    expect(olive.locator("[data-number]")).to_have_text("1")
    post(camp, "seven eight")
    expect(olive.locator(".judged")).to_have_count(2)
    width = olive.evaluate("document.documentElement.scrollWidth")
    assert width == 390


def test_a_follower_reports_a_line_and_the_organiser_hides_it(camp: Camp, open_page: Callable[..., Page]) -> None:
    camp.join("Ann").note("xyzzy plugh")
    olive, fred = open_page(PHONE), open_page(PHONE)
    organise(olive, camp)
    olive.goto(f"{camp.server.url}/e/{camp.slug}/moderate?show=reported")
    expect(olive.locator(".state-word")).to_contain_text("live")
    fred.goto(f"{camp.server.url}/e/{camp.slug}/all")
    fred.get_by_role("link", name="Report this line").first.tap()
    fred.get_by_label("It names somebody").check()
    fred.get_by_role("button", name="Report line").tap()
    expect(fred.get_by_text("The organisers have your report.")).to_be_visible()
    expect(olive.locator(".judged")).to_contain_text("xyzzy plugh")
    olive.get_by_role("button", name="Hide the line of Ann").tap()
    expect(olive.locator(".judged")).to_have_count(0)
    assert camp.texts("event") == []


def test_moderating_works_without_scripts(camp: Camp, open_page: Callable[..., Page]) -> None:
    page = open_page(PHONE, java_script_enabled=False)
    organise(page, camp)
    hold_everything(page, camp)
    post(camp, "one two", "three four")
    page.goto(f"{camp.server.url}/e/{camp.slug}/moderate")
    page.get_by_role("link", name="Select all").click()
    page.get_by_role("button", name="Hide selected").click()
    expect(page.get_by_text("2 hidden.")).to_be_visible()
    page.get_by_role("link", name="Undo in the log").click()
    page.get_by_role("button", name="Undo").first.click()
    page.goto(f"{camp.server.url}/e/{camp.slug}/moderate")
    expect(page.locator(".judged")).to_have_count(1)


def test_a_block_is_previewed_before_it_is_applied(camp: Camp, open_page: Callable[..., Page]) -> None:
    post(camp, "cheap pills", "a pillar")
    page = open_page(PHONE)
    organise(page, camp)
    page.goto(f"{camp.server.url}/e/{camp.slug}/moderate/blocks")
    page.get_by_label("Word", exact=True).check()
    page.get_by_label("Handle, domain or word").fill("Pills")
    page.get_by_role("button", name="Preview block").tap()
    expect(page.get_by_text("It would withhold 1 line so far")).to_be_visible()
    assert len(camp.texts("event")) == 2
    page.get_by_role("button", name="Block “Pills”").tap()
    expect(page.get_by_text("1 line was withheld.")).to_be_visible()
    assert camp.texts("event") == ["a pillar"]
