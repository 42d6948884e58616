"""Two people use the same phone, one after the other."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.acts import (
    moved_in,
    said,
    session_url,
    take_notes,
    type_notes,
)
from tests.journeys.wifi import Wifi
from tests.stage import Camp


def test_leaving_deletes_the_name_and_the_next_person_sends_none_of_the_notes(
    camp: Camp, wifi: Wifi, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    take_notes(page, camp, "Ann", wifi.url)
    moved_in(page)
    type_notes(page, "kept by the camp")
    expect(said(page, "saved")).to_have_count(1)
    page.get_by_text("Writing as Ann").click()
    page.get_by_role("button", name="Leave event").click()
    page.wait_for_url(f"**/e/{camp.slug}")
    assert page.evaluate(_NAMED, "Ann") == []
    assert "kept by the camp" in camp.texts()
    page.goto(f"{session_url(camp, wifi.url)}/write")
    expect(page.get_by_role("heading", level=1)).to_have_text("You need a link")


def test_unsent_notes_are_not_sent_under_the_next_persons_name(camp: Camp, open_page: Callable[..., Page]) -> None:
    page = open_page()
    take_notes(page, camp, "Ann")
    camp.server.run("event", "close", camp.slug)
    type_notes(page, "Ann's own words")
    expect(said(page, "refused")).to_have_count(1)
    camp.server.run("event", "close", camp.slug, "--reopen")
    take_notes(page, camp, "Bea")
    expect(page.locator("[data-outbox-line]")).to_contain_text("unsent notes under another name: 1")
    type_notes(page, "Bea's")
    expect(said(page, "saved")).to_have_count(1)
    assert camp.texts() == ["Bea's"]
    page.get_by_role("button", name="Send as mine").click()
    expect(said(page, "saved")).to_have_count(2)
    assert sorted(item["author"] for item in camp.changes()["items"]) == ["Bea", "Bea"]


# Everything in this browser's storage that contains the word.
_NAMED = """async (name) => {
    const found = [];
    for (const cache of await caches.keys()) {
        const box = await caches.open(cache);
        for (const request of await box.keys()) {
            if ((await (await box.match(request)).text()).includes(name)) found.push(request.url);
        }
    }
    const done = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
    const db = await done(indexedDB.open("backchannel"));
    for (const store of db.objectStoreNames) {
        const all = await done(db.transaction(store).objectStore(store).getAll());
        if (JSON.stringify(all).includes(name)) found.push(store);
    }
    db.close();
    return found;
}"""
