"""A post stands in one session until its author's next posts point clearly to another; both pages show the move."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from backchannel.domain.ids import uuid7
from tests.stage import Camp

FIRST = "those biscuits again"
LATER = ("nobody reads minutes, just biscuits", "minutes with biscuits: nobody reads them", "nobody reads the biscuit minutes")


def told(camp: Camp, name: str, *texts: str, before: float) -> None:
    now = datetime.now(UTC)
    times = [(now - timedelta(minutes=before - n)).isoformat() for n in range(len(texts))]
    lines = [
        json.dumps({"id": f"{name}{n}", "at": at, "author": "@tide@a.example", "text": text})
        for n, (at, text) in enumerate(zip(times, texts, strict=True))
    ]
    camp.server.run("import", "posts", camp.slug, "-", given="\n".join(lines))


def test_later_posts_move_a_first_guess_live_and_a_persons_undo_holds(camp: Camp, open_page: Callable[..., Page]) -> None:
    compost, minutes = open_page(), open_page()
    for page, session in ((compost, camp.sessions[0]), (minutes, camp.sessions[1])):
        page.goto(f"{camp.server.url}/e/{camp.slug}/s/{session['slug']}")
        expect(page.locator(".state-word")).to_contain_text("live")
    camp.join("Ida").note("biscuits on the table")
    told(camp, "a", FIRST, before=8)
    post = "#timeline > .is-post"
    expect(compost.locator(post)).to_contain_text(FIRST)
    told(camp, "b", *LATER, before=6)
    expect(minutes.locator(post)).to_have_count(4, timeout=20000)
    expect(compost.locator(post)).to_have_count(0)
    moved = minutes.locator(post).filter(has_text=FIRST)
    expect(moved.locator(".why")).to_contain_text("Placed here: written before the author's post of")
    (item,) = [one for one in camp.changes("event")["items"] if one.get("text") == FIRST]
    camp.person("organiser").do({"op": uuid7(), "id": item["id"], "do": "undo"})
    expect(compost.locator(post)).to_contain_text(FIRST)
    told(camp, "c", "minutes of the minutes", before=2)
    expect(minutes.locator(post)).to_have_count(4)
    assert camp.server.run("place", camp.slug) == "0 posts moved.\n"
    expect(compost.locator(post)).to_contain_text(FIRST)
