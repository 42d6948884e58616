"""A long session in a browser: earlier lines join the page without moving what is being read."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from backchannel.domain.ids import uuid7
from tests.journeys.acts import SLOW, rows, session_url
from tests.stage import Camp, Person, put

NOTES = [f"note {n}." for n in range(400)]


def with_many_notes(camp: Camp) -> tuple[Person, list[str]]:
    """Fill the first session. Return its writer and the ids of the notes."""
    ann = camp.join("Ann")
    ops = [put(text, session=camp.guid) for text in NOTES]
    for start in range(0, len(ops), 50):
        ann.ops(*ops[start : start + 50])
    return ann, [op["id"] for op in ops]


def opened(camp: Camp, page: Page) -> Page:
    page.goto(session_url(camp))
    expect(page.locator(".state-word")).to_have_text("live")
    expect(rows(page)).to_have_count(150)
    return page


def load_earlier(page: Page, loads: int) -> None:
    """Follow the link to earlier lines until there are no more."""
    link = page.locator("[data-earlier]")
    for _ in range(loads):
        link.evaluate("link => link.click()")
        expect(page.locator("#timeline[aria-busy]")).to_have_count(0, timeout=SLOW)
    expect(link).to_be_hidden()


def written(page: Page) -> list[str]:
    """Return the text of every line, including those outside of the document, which return for printing."""
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    found: list[str] = page.locator('#timeline [data-slot="html"]').all_text_contents()
    return [text.strip() for text in found]


def test_earlier_lines_load_in_order_and_the_line_being_read_stays_in_place(
    camp: Camp, open_page: Callable[..., Page]
) -> None:
    with_many_notes(camp)
    page = opened(camp, open_page())
    page.evaluate("scrollTo({top: 900, behavior: 'instant'})")
    row = page.locator("#timeline > .item").filter(has_text="note 262.")
    top = row.evaluate("row => row.getBoundingClientRect().top")
    load_earlier(page, 2)
    assert abs(row.evaluate("row => row.getBoundingClientRect().top") - top) < 4
    assert written(page) == NOTES


def test_changes_to_lines_that_are_not_on_the_page_arrive_with_these_lines(
    camp: Camp, open_page: Callable[..., Page]
) -> None:
    ann, ids = with_many_notes(camp)
    page = opened(camp, open_page())
    ann.do({"op": uuid7(), "id": ids[49], "do": "put", "session": camp.guid, "text": "note 49, corrected.", "base_rev": 1})
    camp.person("organiser").do({"op": uuid7(), "id": ids[20], "do": "hide"})
    ann.note("the newest")
    expect(rows(page)).to_have_count(151)
    load_earlier(page, 2)
    expected = [*NOTES[:20], *NOTES[21:49], "note 49, corrected.", *NOTES[50:], "the newest"]
    assert written(page) == expected


def test_rows_far_from_the_screen_leave_the_document_and_return_when_they_are_scrolled_to(
    camp: Camp, open_page: Callable[..., Page]
) -> None:
    with_many_notes(camp)
    page = opened(camp, open_page())
    load_earlier(page, 2)
    for y, first in (("0", NOTES[0]), ("document.documentElement.scrollHeight", NOTES[-1])):
        page.evaluate(f"scrollTo({{top: {y}, behavior: 'instant'}})")
        expect(page.locator("#timeline > .item").filter(has_text=first)).to_be_in_viewport()
        page.wait_for_function("document.querySelectorAll('#timeline > .item').length <= 250")
        assert page.locator("#timeline > [aria-hidden]").count() > 0
    assert written(page) == NOTES
