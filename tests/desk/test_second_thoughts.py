"""`place` has second thoughts about posts: it moves them with a reason, and leaves alone what people decided."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from backchannel.domain.ids import uuid7
from tests.stage import Camp

TEXTS = ("hello all", "council minutes go unread", "minutes: nobody reads minutes", "who reads minutes anyway")


def tell(camp: Camp) -> dict[str, Any]:
    """Import the posts of one author: one that nothing places, and three about the second session. Return the first."""
    now = datetime.now(UTC)
    lines = [
        json.dumps({"id": f"p{n}", "at": (now - timedelta(minutes=8 - n)).isoformat(), "author": "@tide@a.example", "text": text})
        for n, text in enumerate(TEXTS)
    ]
    camp.server.run("import", "posts", camp.slug, "-", given="\n".join(lines))
    return first(camp)


def first(camp: Camp) -> dict[str, Any]:
    (item,) = [item for item in camp.changes("event")["items"] if item.get("text") == TEXTS[0]]
    return item


def act(camp: Camp, do: str, **more: Any) -> dict[str, Any]:
    return camp.person("organiser").do({"op": uuid7(), "id": first(camp)["id"], "do": do, **more})


def test_import_places_without_looking_ahead_and_place_moves_with_a_reason(camp: Camp) -> None:
    assert tell(camp)["session"] is None
    dry = camp.server.run("place", camp.slug, "--dry-run")
    assert "“hello all”: from the hallway to “Minutes nobody reads”, because written before the author's post of" in dry
    assert dry.splitlines()[-1] == "1 post would move."
    assert first(camp)["session"] is None
    assert camp.server.run("place", camp.slug).splitlines()[-1] == "1 post moved."
    assert first(camp)["session"] == camp.sessions[1]["guid"]
    assert camp.server.run("place", camp.slug) == "0 posts moved.\n"


def test_a_persons_undo_holds(camp: Camp) -> None:
    tell(camp)
    camp.server.run("place", camp.slug)
    act(camp, "undo")
    assert first(camp)["session"] is None
    assert camp.server.run("place", camp.slug) == "0 posts moved.\n"
    assert first(camp)["session"] is None
