"""Actions of users in the browser tests."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.stage import Camp, eventually

SESSION = "compost-for-councillors"
FIVE = [f"{n} of five" for n in ("One", "Two", "Three", "Four", "Five")]
SLOW = 20_000  # ms


def join(page: Page, camp: Camp, name: str, url: str = "") -> None:
    """Open the note-takers' link, at another address of the server if `url` is given, and enter a name."""
    link = camp.links["scribe"]
    page.goto(link.replace(camp.server.url, url) if url else link)
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Join").click()
    page.wait_for_url(f"**/e/{camp.slug}")


def session_url(camp: Camp, url: str = "") -> str:
    return f"{url or camp.server.url}/e/{camp.slug}/s/{SESSION}"


def take_notes(page: Page, camp: Camp, name: str, url: str = "") -> None:
    """Join, and wait until the note box is connected."""
    join(page, camp, name, url)
    page.goto(f"{session_url(camp, url)}/write")
    expect(page.locator(".state")).to_have_attribute("data-state", "live")


def type_notes(page: Page, *lines: str) -> None:
    for line in lines:
        page.get_by_role("textbox").fill(line)
        page.keyboard.press("Enter")
        expect(page.get_by_role("textbox")).to_have_value("")


def rows(page: Page) -> Locator:
    return page.locator("#timeline > .item")


def said(page: Page, words: str) -> Locator:
    """Return the status shown on the user's own lines: "on this phone", "saved", "refused: ..."."""
    return page.locator("#timeline .delivery").filter(has_text=words)


def texts(page: Page) -> list[str]:
    return page.locator("#timeline > .item .text").all_inner_texts()


def moved_in(page: Page) -> None:
    """Wait until the page and everything it needs are stored on this phone."""
    eventually(lambda: page.evaluate("caches.match(location.pathname).then((copy) => copy !== undefined)"))


def on_shelf(page: Page, store: str, words: str) -> None:
    """Wait until the page has saved it in IndexedDB."""
    look = """([store, words]) => new Promise((resolve) => {
        indexedDB.open("backchannel").onsuccess = ({ target: { result: db } }) => {
            db.transaction(store).objectStore(store).getAll().onsuccess = ({ target: { result } }) => {
                db.close();
                resolve(JSON.stringify(result).includes(words));
            };
        };
    })"""
    eventually(lambda: page.evaluate(look, [store, words]))


def another_tab(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    return page


def shown(items: list[dict[str, Any]]) -> list[str]:
    """Return the texts of a channel's items, in reading order."""
    there = [item for item in items if not item.get("gone")]
    return [item["text"] for item in sorted(there, key=lambda item: (item["at"], item["seq"]))]
