"""The triage board: placements by people stay, undo restores exactly, and corrections improve the placing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from backchannel.domain.ids import uuid7
from tests.stage import Camp


def post(camp: Camp, id: str, text: str, author: str = "@tide@example.social", minutes: float = 0) -> None:
    at = (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()
    line = json.dumps({"id": id, "at": at, "author": author, "text": text})
    camp.server.run("import", "posts", camp.slug, "-", given=line)


def only(camp: Camp, text: str) -> dict[str, Any]:
    (item,) = [item for item in camp.changes("event")["items"] if item.get("text") == text]
    return item


def act(camp: Camp, do: str, id: str, **more: Any) -> dict[str, Any]:
    return camp.person("organiser").do({"op": uuid7(), "id": id, "do": do, **more})


def test_undo_restores_the_session_and_the_reason_exactly(camp: Camp) -> None:
    post(camp, "p1", "Worms! #tc26s1")
    before = only(camp, "Worms! #tc26s1")
    act(camp, "move", before["id"], session=camp.sessions[1]["guid"])
    moved = only(camp, "Worms! #tc26s1")
    assert (moved["session"], moved["placed"]["method"]) == (camp.sessions[1]["guid"], "person")
    act(camp, "undo", before["id"])
    after = only(camp, "Worms! #tc26s1")
    assert after == before | {"seq": after["seq"]}


def test_undoing_a_hide_shows_the_post_and_undo_without_a_change_is_refused(camp: Camp) -> None:
    post(camp, "p1", "Worms! #tc26s1")
    id = only(camp, "Worms! #tc26s1")["id"]
    assert act(camp, "undo", id)["error"]["message"] == "There is nothing to undo for this item."
    act(camp, "hide", id)
    assert camp.texts("event") == []
    act(camp, "undo", id)
    assert camp.texts("event") == ["Worms! #tc26s1"]


def test_a_post_moved_by_a_person_is_not_moved_automatically(camp: Camp) -> None:
    post(camp, "p1", "Worms! #tc26s1")
    id = only(camp, "Worms! #tc26s1")["id"]
    act(camp, "move", id, session=camp.sessions[1]["guid"])
    post(camp, "p1", "Worms, edited! #tc26s1")
    camp.server.run("place", camp.slug)
    assert only(camp, "Worms, edited! #tc26s1")["session"] == camp.sessions[1]["guid"]


def test_corrections_teach_where_the_author_is(camp: Camp) -> None:
    post(camp, "p1", "hello xyzzy", minutes=3)
    first = only(camp, "hello xyzzy")
    assert first["session"] is None
    act(camp, "seat", first["id"], session=camp.sessions[1]["guid"])
    post(camp, "p2", "more plugh", minutes=1)
    second = only(camp, "more plugh")
    assert (second["session"], second["placed"]["method"]) == (camp.sessions[1]["guid"], "author")


def test_seating_an_author_moves_their_posts_of_that_time(camp: Camp) -> None:
    post(camp, "p1", "hello xyzzy", minutes=5)
    post(camp, "p2", "still here", minutes=2)
    post(camp, "p3", "me elsewhere", author="@other@example.social", minutes=2)
    act(camp, "seat", only(camp, "still here")["id"], session=camp.sessions[1]["guid"])
    assert only(camp, "hello xyzzy")["session"] == camp.sessions[1]["guid"]
    assert only(camp, "me elsewhere")["session"] is None


def test_followers_and_note_takers_cannot_triage(camp: Camp) -> None:
    post(camp, "p1", "Worms! #tc26s1")
    id = only(camp, "Worms! #tc26s1")["id"]
    ann = camp.join("Ann")
    for do in ("hide", "show", "undo"):
        assert ann.do({"op": uuid7(), "id": id, "do": do})["error"]["code"] == "forbidden"
    for do in ("move", "seat"):
        assert ann.do({"op": uuid7(), "id": id, "do": do, "session": camp.guid})["error"]["code"] == "unknown_item"
