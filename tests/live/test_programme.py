"""Changes of the programme reach followers over the socket, over plain HTTP, and after a missed message."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from backchannel.desk import events, programme
from backchannel.desk.desk import Desk
from backchannel.desk.grid import edit_grid
from backchannel.domain.grid_wire import read_edit
from backchannel.domain.ids import uuid7
from backchannel.domain.model import Room, Schedule, Session
from backchannel.live.dispatcher import Dispatcher
from backchannel.passes import shared
from backchannel.store.sqlite.store import SqliteStore
from tests.stage import Camp

TEN = datetime(2026, 6, 13, 10, 0, tzinfo=UTC)
WORMS = Session(guid="g1", slug="worms", title="Worms", number=1, room="Hall", starts=TEN, ends=TEN.replace(minute=40))
MOVED = {
    "guid": "g1", "slug": "worms", "title": "Worms", "room": "Hall", "starts": "2026-06-13T10:00:00+00:00",
    "ends": "2026-06-13T10:50:00+00:00", "cancelled": False, "merged_into": None,
}  # fmt: skip


class Heard:
    """What would be sent: the seam to Socket.IO as a list."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Any, str]] = []

    def emit(self, event: str, data: Any, *, room: str) -> None:
        self.sent.append((event, data, room))

    def said(self, name: str) -> list[tuple[Any, str]]:
        return [(data, room) for event, data, room in self.sent if event == name]


def test_every_followed_channel_receives_the_changes_of_the_programme(tmp_path: Path) -> None:
    store, heard = SqliteStore(tmp_path / "camp.db"), Heard()
    desk = Desk(store)
    events.create_event(desk, "camp", title="Camp")
    events.create_event(desk, "other", title="Other")
    programme.take_schedule(desk, "camp", Schedule(title="Camp", rooms=(Room(name="Hall"),), sessions=(WORMS,)))
    dispatcher = Dispatcher(store, heard)
    for channel in (("camp", "event"), ("camp", "session/g1"), ("camp", "session/g1"), ("other", "event")):
        dispatcher.watch(channel)
    dispatcher.round()
    assert heard.sent == []
    olive = shared(desk.read().event("camp"), "organiser", 0)
    edit_grid(desk, olive, read_edit({"op": uuid7(), "do": "extend", "session": "g1"}))
    for _ in range(2):
        dispatcher.round()
    news = {"event": "camp", "programme": 2, "pitches": 0, "sessions": [MOVED], "spread": 6}
    assert sorted(heard.said("programme"), key=lambda one: one[1]) == [
        (news | {"channel": "event"}, "camp/event"), (news | {"channel": "session/g1"}, "camp/session/g1"),
    ]  # fmt: skip
    store.close()


def edit(camp: Camp, **fields: Any) -> httpx.Response:
    return camp.person("organiser").post("grid", {"op": uuid7(), **fields})


def test_a_waiting_request_returns_when_the_programme_changes(camp: Camp) -> None:
    before = camp.changes()
    edit(camp, do="extend", session=camp.guid)
    after = camp.changes(after=before["seq"], wait=20, programme=before["programme"], pitches=0)
    assert (after["programme"], after["pitches"], after["items"]) == (before["programme"] + 1, 0, [])


def test_a_follower_who_missed_the_message_fetches_the_changes(camp: Camp) -> None:
    base = httpx.get(f"{camp.api}/programme").json()
    assert ([room["name"] for room in base["rooms"]], len(base["slots"]), len(base["sessions"])) == (["Kitchen", "Attic"], 2, 3)
    edit(camp, do="cancel", session=camp.guid, base=base["programme"])
    news = httpx.get(f"{camp.api}/programme", params={"after": base["programme"]}).json()
    assert [(one["guid"], one["cancelled"]) for one in news["sessions"]] == [(camp.guid, True)]
    assert httpx.get(camp.api).json()["programme"] == news["programme"] == base["programme"] + 1


def test_the_grid_is_edited_over_the_api_by_organisers_only(camp: Camp) -> None:
    op = {"op": uuid7(), "do": "cancel", "session": camp.guid}
    answers = [camp.person("organiser").post("grid", op).json() for _ in range(2)]
    assert [(one["ok"], one["said"]) for one in answers] == [(True, "cancelled “Compost for councillors”")] * 2
    assert answers[0]["programme"] == answers[1]["programme"]
    refused = {role: camp.person(role).post("grid", {**op, "op": uuid7()}).status_code for role in ("scribe", "follower")}
    assert refused == {"scribe": 403, "follower": 403}
    assert httpx.post(f"{camp.api}/grid", json=op).status_code == 401


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"do": "explode"}, "do"), ({"do": "extend", "op": "1"}, "op"), ({"do": "add_room", "title": ""}, "name"),
        ({"do": "add_room", "title": "x", "seats": "many"}, "seats"), ({"do": "add_slot", "starts": "noon"}, "starts"),
        ({"do": "place", "room": ["a"]}, "room"), ({"do": "change_session", "title": "x", "leaders": 5}, "leaders"),
    ],
)  # fmt: skip
def test_an_invalid_edit_is_refused_with_the_name_of_the_field(camp: Camp, raw: dict[str, Any], field: str) -> None:
    answer = camp.person("organiser").post("grid", {"op": uuid7(), **raw})
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)
