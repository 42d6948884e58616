"""The exported site, opened from disk in real Chromium: every page, the search, the print; not one request to any host."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Page, expect

from backchannel.cli.output import write_folder
from backchannel.writeup.compose import compose_event
from backchannel.writeup.formats import FORMATS
from backchannel.writeup.site import FILES, pages
from tests.journeys.conftest import PHONE
from tests.writeup.camp import A_DAY, at, item, record
from tests.writeup.nasty import NASTY


@pytest.fixture
def site(tmp_path: Path) -> Path:
    nasty = item(f"{NASTY} Größe", NASTY, at("10:20"), id="i20", speaker=NASTY)
    write_folder(tmp_path / "site", pages(compose_event(record(*A_DAY.items, nasty))), FILES)
    return tmp_path / "site"


def watched(page: Page) -> list[str]:
    """Every address that the page asks for, and what its console complains of."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: asked.append(f"console: {message.text}"))
    return asked


def test_every_page_opens_from_disk_and_asks_no_host(site: Path, open_page: Callable[..., Page]) -> None:
    page = open_page()
    asked = watched(page)
    for file in sorted(site.rglob("*.html")):
        page.goto(file.as_uri())
        expect(page.get_by_role("heading").first).to_be_visible()
        assert page.evaluate("getComputedStyle(document.querySelector('.bar')).display") == "flex"
    assert [address for address in asked if not address.startswith(site.as_uri())] == []


def test_a_word_is_found_and_leads_to_its_line(site: Path, open_page: Callable[..., Page]) -> None:
    page = open_page()
    asked = watched(page)
    page.goto((site / "sessions").as_uri() + "/" + next(path.name for path in (site / "sessions").glob("02-*")))
    page.get_by_role("searchbox").fill("GUTTERS who")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_have_text("1 found.")
    assert page.locator("#found mark").all_inner_texts() == ["who", "gutters?"]
    page.get_by_role("link", name="Who owns the rain?").click()
    expect(page.locator(":target")).to_contain_text("who pays for the gutters?")
    assert [address for address in asked if not address.startswith(site.as_uri())] == []


def test_accents_and_capitals_do_not_count_and_nothing_found_runs(site: Path, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto((site / "search.html").as_uri() + "?q=grosse")
    expect(page.locator("#status")).to_have_text("1 found.")
    page.get_by_role("searchbox", name="Search the event").last.fill("GROßE onerror")
    expect(page.locator("#status")).to_have_text("1 found.")
    assert page.locator("#found img, #found script").count() == 0


def test_without_scripts_the_search_says_where_to_look(site: Path, open_page: Callable[..., Page]) -> None:
    page = open_page(PHONE, java_script_enabled=False)
    page.goto((site / "search.html").as_uri())
    page.get_by_role("link", name="the page of everything").click()
    expect(page.locator("main")).to_contain_text("who pays for the gutters?")


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_the_screen(width: int, site: Path, open_page: Callable[..., Page]) -> None:
    page = open_page({"viewport": {"width": width, "height": 740}})
    wide = []
    for file in sorted(site.rglob("*.html")):
        page.goto(file.as_uri())
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(file.name)
    assert wide == []


def test_a_printed_page_has_all_its_words_and_no_menu(site: Path, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto((site / "everything.html").as_uri())
    told = "\n".join(found.extract_text() for found in pypdf.PdfReader(io.BytesIO(page.pdf(format="A4"))).pages)
    assert "who pays for the gutters?" in told
    assert "Everything" not in told


def test_the_html_write_up_asks_for_nothing_either(tmp_path: Path, open_page: Callable[..., Page]) -> None:
    file = tmp_path / "write-up.html"
    file.write_bytes(FORMATS["html"].event(compose_event(A_DAY)))
    page = open_page()
    asked = watched(page)
    page.goto(file.as_uri())
    expect(page.get_by_role("heading", name="Puddlecamp")).to_be_visible()
    assert asked == [file.as_uri()]
