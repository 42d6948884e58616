"""An organiser puts a post right with one key; followers of both sessions see it; undo; the feed comes again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from tests.stage import Camp

POST = {"id": "p1", "author": "@tide@example.social", "text": "xyzzy plugh", "at": ""}


def organise(page: Page, camp: Camp) -> None:
    page.goto(camp.links["organiser"])
    page.get_by_label("Your name").fill("Olive")
    page.get_by_role("button", name="Join").click()
    page.wait_for_url("**/e/**")
    page.goto(f"{camp.server.url}/e/{camp.slug}/triage")
    expect(page.locator(".state-word")).to_contain_text("live")


def rows(page: Page) -> object:
    return page.locator("#timeline > .is-post")


def test_one_key_moves_a_post_and_undo_brings_it_back(camp: Camp, open_page: Callable[..., Page]) -> None:
    line = json.dumps(POST | {"at": datetime.now(UTC).isoformat()})
    hallway, session, board = open_page(), open_page(), open_page()
    hallway.goto(f"{camp.server.url}/e/{camp.slug}")
    organise(board, camp)
    expect(board.locator(".unsorted")).to_have_count(0)
    camp.server.run("import", "posts", camp.slug, "-", given=line)
    slip = board.locator(".unsorted")
    expect(slip).to_contain_text("xyzzy plugh")
    first = slip.locator(".choice").first
    guid, title = first.get_attribute("value"), first.locator("bdi").inner_text()
    slug = next(found["slug"] for found in camp.sessions if found["guid"] == guid)
    session.goto(f"{camp.server.url}/e/{camp.slug}/s/{slug}")
    expect(session.locator(".state-word")).to_contain_text("live")
    expect(hallway.locator("#timeline > .is-post")).to_have_count(1)
    board.keyboard.press("1")
    expect(session.locator("#timeline > .is-post")).to_contain_text("xyzzy plugh")
    expect(hallway.locator("#timeline > .is-post")).to_have_count(0)
    expect(slip).to_have_count(0)
    expect(board.locator("[data-undo-line]")).to_contain_text(f"Placed in “{title}”.")
    camp.server.run("import", "posts", camp.slug, "-", given=line)
    expect(session.locator("#timeline > .is-post")).to_have_count(1)
    board.keyboard.press("u")
    expect(session.locator("#timeline > .is-post")).to_have_count(0)
    expect(hallway.locator("#timeline > .is-post")).to_have_count(1)
    expect(slip).to_have_count(1)


def test_the_board_works_without_scripts(camp: Camp, open_page: Callable[..., Page]) -> None:
    camp.server.run("import", "posts", camp.slug, "-", given=json.dumps(POST | {"at": datetime.now(UTC).isoformat()}))
    page = open_page(java_script_enabled=False)
    page.goto(camp.links["organiser"])
    page.get_by_label("Your name").fill("Olive")
    page.get_by_role("button", name="Join").click()
    page.goto(f"{camp.server.url}/e/{camp.slug}/triage")
    page.locator(".choice").nth(1).click()
    expect(page.locator(".unsorted")).to_have_count(0)
    (item,) = camp.changes("event")["items"]
    assert item["placed"]["method"] == "person"


def test_the_board_is_for_organisers(camp: Camp, open_page: Callable[..., Page]) -> None:
    page = open_page()
    answer = page.goto(f"{camp.server.url}/e/{camp.slug}/triage")
    assert answer
    assert answer.status == 401
    expect(page.get_by_text("This page is for organisers")).to_be_visible()


def test_an_organiser_whose_link_was_ended_is_told_so(camp: Camp, open_page: Callable[..., Page]) -> None:
    page = open_page()
    organise(page, camp)
    camp.server.run("event", "pass", camp.slug, "--role", "organiser", "--new")
    expect(page.locator(".state-word")).to_contain_text("a new one if yours was replaced", timeout=20000)
