"""Edits of the programme through the desk: repeats, conflicts, undo, roles, and the effect on items."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backchannel.desk import events, pitches, programme
from backchannel.desk.desk import Desk
from backchannel.desk.grid import edit_grid, read_programme
from backchannel.desk.ops import take_ops
from backchannel.domain.errors import BadPass, Clash, EventClosed, Forbidden, GridConflict, OpReused, Unknown
from backchannel.domain.grid_wire import read_edit
from backchannel.domain.ids import uuid7
from backchannel.domain.model import Pitch, Room, Schedule, Session
from backchannel.passes import Pass, Passes, shared
from backchannel.store.sqlite.store import SqliteStore

TEN = datetime(2026, 6, 13, 10, 0, tzinfo=UTC)
LENGTH = timedelta(minutes=40)
LATER = TEN + timedelta(hours=1)
NOW = TEN + timedelta(minutes=20)


def session(n: int, title: str, room: str, starts: datetime = TEN) -> Session:
    return Session(guid=f"g{n}", slug=f"s{n}", number=n, title=title, room=room, starts=starts, ends=starts + LENGTH)


WORMS, BUSES, LUNCH = session(1, "Worms", "Hall"), session(2, "Buses", "Loft"), session(3, "Lunch", "Hall", LATER)
SCHEDULE = Schedule(
    title="Camp", rooms=(Room(name="Hall", guid="hall"), Room(name="Loft", guid="loft")), sessions=(WORMS, BUSES, LUNCH)
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = SqliteStore(tmp_path / "camp.db")
    made = Desk(store, clock=lambda: NOW)
    events.create_event(made, "camp", title="Camp")
    programme.take_schedule(made, "camp", SCHEDULE)
    yield made
    store.close()


def person(desk: Desk, name: str, role: str = "organiser") -> Pass:
    return replace(shared(desk.read().event("camp"), role, 0), key=uuid7(), name=name)  # type: ignore[arg-type]


def do(desk: Desk, actor: Pass, what: str, **fields: Any) -> dict[str, Any]:
    return edit_grid(desk, actor, read_edit({"op": uuid7(), "do": what, **fields}))


def slot(desk: Desk, starts: datetime) -> str:
    return next(slot.guid for slot in read_programme(desk.read(), "camp").rows if slot.starts == starts)


def place(desk: Desk, actor: Pass, guid: str, room: str, starts: datetime, **more: Any) -> dict[str, Any]:
    return do(desk, actor, "place", session=guid, room=room, slot=slot(desk, starts), **more)


def number(desk: Desk) -> int:
    return desk.read().event("camp").programme


def note(desk: Desk, guid: str, text: str) -> str:
    id = uuid7()
    (answer,) = take_ops(desk, person(desk, "Ann", "scribe"), "camp", {"ops": [
        {"op": uuid7(), "id": id, "do": "put", "session": guid, "text": text}
    ]})  # fmt: skip
    assert answer["ok"]
    return id


def where(desk: Desk) -> dict[str, str | None]:
    return {item.text: item.session for item in desk.read().items("camp")}


def test_an_edit_is_carried_out_once_however_often_it_is_sent(desk: Desk) -> None:
    olive, before = person(desk, "Olive"), number(desk)
    raw = {"op": uuid7(), "do": "extend", "session": "g1"}
    answers = [edit_grid(desk, olive, read_edit(raw)) for _ in range(3)]
    said = {"op": raw["op"], "ok": True, "programme": before + 1, "said": "extended “Worms” by ten minutes"}
    assert answers == [said] * 3
    assert desk.read().session("camp", "g1").ends == TEN + timedelta(minutes=50)
    with pytest.raises(OpReused):
        edit_grid(desk, olive, read_edit(raw | {"session": "g2"}))


def test_two_organisers_who_move_different_sessions_do_not_disturb_each_other(desk: Desk) -> None:
    base = number(desk)
    place(desk, person(desk, "Olive"), "g1", "loft", LATER, base=base)
    do(desk, person(desk, "Olga"), "change_session", session="g1", title="Worms at work", base=base)
    do(desk, person(desk, "Olga"), "cancel", session="g2", base=base)
    found = {one.guid: (one.title, one.room, one.starts, one.cancelled) for one in desk.read().sessions("camp")}
    assert found == {
        "g1": ("Worms at work", "Loft", LATER, False), "g2": ("Buses", "Loft", TEN, True), "g3": ("Lunch", "Hall", LATER, False),
    }  # fmt: skip


def test_a_conflicting_edit_is_refused_with_the_change_and_its_author(desk: Desk) -> None:
    base, olive, olga = number(desk), person(desk, "Olive"), person(desk, "Olga")
    place(desk, olive, "g1", "loft", LATER, base=base)
    with pytest.raises(GridConflict, match=r"^Olive moved “Worms” to Loft, 11:00 meanwhile"):
        place(desk, olga, "g1", "hall", LATER, base=base)
    with pytest.raises(GridConflict, match=r"^Olive moved “Worms” to Loft, 11:00 meanwhile"):
        place(desk, olga, "g2", "loft", LATER, base=base)  # the cell that Olga saw empty
    place(desk, olive, "g1", "hall", LATER, base=base)  # her own change does not conflict
    place(desk, olga, "g1", "loft", LATER, base=number(desk))


def test_an_edit_of_something_removed_names_who_removed_it(desk: Desk) -> None:
    olive, olga = person(desk, "Olive"), person(desk, "Olga")
    room = do(desk, olive, "add_room", title="Shed")["op"]
    base = number(desk)
    do(desk, olive, "remove_room", room=room, base=base)
    with pytest.raises(GridConflict, match=r"^Olive removed the room Shed meanwhile"):
        place(desk, olga, "g1", room, TEN, base=base)


def test_holders_of_one_shared_pass_count_as_different_people(desk: Desk) -> None:
    base, both = number(desk), shared(desk.read().event("camp"), "organiser", 0)
    do(desk, both, "cancel", session="g1", base=base)
    with pytest.raises(GridConflict, match=r"^Organiser cancelled “Worms” meanwhile"):
        do(desk, both, "extend", session="g1", base=base)


def test_every_step_can_be_undone_and_done_again(desk: Desk) -> None:
    olive, first = person(desk, "Olive"), read_programme(desk.read(), "camp")
    steps = [
        do(desk, olive, "add_room", title="Shed", seats="12"),
        do(desk, olive, "add_slot", starts="2026-06-13T14:00Z", ends="2026-06-13T14:45Z"),
        place(desk, olive, "g1", "loft", LATER),
        do(desk, olive, "swap", session="g1", other="g2"),
        do(desk, olive, "merge", session="g2", other="g3"),
        do(desk, olive, "split", session="g1", title="Compost"),
        do(desk, olive, "start", session="g3"),
        do(desk, olive, "cancel", session="g3"),
    ]
    last = read_programme(desk.read(), "camp")
    for step in reversed(steps):
        undo = do(desk, olive, "undo", edit=step["op"])
    assert read_programme(desk.read(), "camp") == first
    assert undo["said"] == "undid this: added the room Shed"
    with pytest.raises(Clash, match=r"undone already"):
        do(desk, olive, "undo", edit=steps[0]["op"])
    for edit in [edit for edit in desk.read().grid_edits("camp") if edit.do == "undo"]:
        do(desk, olive, "undo", edit=edit.op)
    assert read_programme(desk.read(), "camp") == last


def test_an_undo_never_overwrites_somebody_else_s_later_change(desk: Desk) -> None:
    olive, olga = person(desk, "Olive"), person(desk, "Olga")
    moved = place(desk, olive, "g1", "loft", LATER)
    place(desk, olga, "g1", "hall", LATER)
    with pytest.raises(Clash, match=r"Olga moved “Worms” to Hall, 11:00 since. Undo that first."):
        do(desk, olive, "undo", edit=moved["op"])
    room = do(desk, olive, "add_room", title="Shed")
    place(desk, olga, "g1", room["op"], TEN)
    with pytest.raises(Clash, match=r"can't be undone"):
        do(desk, olive, "undo", edit=room["op"])
    with pytest.raises(Unknown):
        do(desk, olive, "undo", edit=uuid7())


def test_notes_stay_with_their_session_through_every_edit_and_its_undo(desk: Desk) -> None:
    olive = person(desk, "Olive")
    note(desk, "g1", "castings")
    note(desk, "g2", "timetables")
    place(desk, olive, "g1", "loft", LATER)
    do(desk, olive, "change_session", session="g1", title="Compost")
    do(desk, olive, "swap", session="g1", other="g2")
    do(desk, olive, "cancel", session="g1")
    assert where(desk) == {"castings": "g1", "timetables": "g2"}
    merged = do(desk, olive, "merge", session="g1", other="g2")
    note(desk, "g2", "both")
    assert where(desk) == {"castings": "g2", "timetables": "g2", "both": "g2"}
    do(desk, olive, "undo", edit=merged["op"])
    assert where(desk) == {"castings": "g1", "timetables": "g2", "both": "g2"}


def test_a_split_can_move_the_later_notes_to_the_new_session(desk: Desk) -> None:
    olive = person(desk, "Olive")
    note(desk, "g1", "castings")
    stay = do(desk, olive, "split", session="g1", title="Compost")
    assert where(desk) == {"castings": "g1"}
    go = do(desk, olive, "split", session="g1", title="Compost", since="2026-06-13T10:20Z")
    assert where(desk) == {"castings": go["op"]}
    note(desk, stay["op"], "bins")
    with pytest.raises(Clash, match=r"“Compost” has notes or posts by now"):
        do(desk, olive, "undo", edit=stay["op"])
    do(desk, olive, "undo", edit=go["op"])
    assert where(desk) == {"castings": "g1", "bins": stay["op"]}


def test_only_organisers_edit_the_grid(desk: Desk) -> None:
    before = read_programme(desk.read(), "camp")
    for role in ("follower", "scribe"):
        with pytest.raises(Forbidden):
            do(desk, person(desk, "Ann", role), "cancel", session="g1")
    olive = person(desk, "Olive")
    events.event_pass(desk, Passes("secret"), "camp", "organiser", new=True)
    with pytest.raises(BadPass):
        do(desk, olive, "cancel", session="g1")
    assert read_programme(desk.read(), "camp") == before


def test_everybody_with_a_pass_pitches_and_has_one_vote_each(desk: Desk) -> None:
    ann, bob, olive = person(desk, "Ann", "scribe"), person(desk, "Bob", "follower"), person(desk, "Olive")
    tea = Pitch(guid=uuid7(), title="Tea", leader="Ann", wish="small")
    for known in (1, 2):
        assert pitches.propose(desk, ann, tea).votes == known
        assert pitches.vote(desk, bob, tea.guid, True).votes == 2
    assert pitches.vote(desk, bob, tea.guid, False).votes == 1
    place(desk, olive, tea.guid, "hall", LATER)
    assert desk.read().session("camp", "tea").guid == tea.guid
    assert desk.read().programme("camp").pitches[tea.guid].state == "placed"
    assert desk.read().event("camp").pitches == 4
    events.change_event(desk, "camp", closed=True)
    with pytest.raises(EventClosed):
        pitches.vote(desk, bob, tea.guid, True)


def test_a_declined_pitch_takes_no_votes_until_the_undo(desk: Desk) -> None:
    ann, olive = person(desk, "Ann", "scribe"), person(desk, "Olive")
    tea = pitches.propose(desk, ann, Pitch(guid=uuid7(), title="Tea"))
    declined = do(desk, olive, "decline", session=tea.guid)
    with pytest.raises(Clash, match=r"“Tea” was declined"):
        pitches.vote(desk, olive, tea.guid, True)
    do(desk, olive, "undo", edit=declined["op"])
    assert pitches.vote(desk, olive, tea.guid, True).votes == 2


def test_a_repeated_import_keeps_the_edits_made_here(desk: Desk) -> None:
    olive = person(desk, "Olive")
    shed = do(desk, olive, "add_room", title="Shed", seats=9)["op"]
    made = do(desk, olive, "add_session", title="Tea")["op"]
    place(desk, olive, made, shed, LATER)
    do(desk, olive, "cancel", session="g2")
    before = read_programme(desk.read(), "camp")
    assert not programme.take_schedule(desk, "camp", SCHEDULE)
    assert read_programme(desk.read(), "camp") == before
    moved = replace(SCHEDULE, sessions=(replace(WORMS, starts=LATER, ends=LATER + timedelta(minutes=40)), BUSES, LUNCH))
    programme.take_schedule(desk, "camp", moved)
    assert [one.slug for one in desk.read().sessions("camp")] == ["s2", "s1", "s3", "tea"]
    assert desk.read().session("camp", "g2").cancelled


def test_an_import_is_one_change_of_the_programme_with_slots_for_its_sessions(desk: Desk) -> None:
    (logged,) = desk.read().grid_edits("camp")
    assert (logged.do, logged.rev, number(desk)) == ("import", 1, 1)
    stored = desk.read().programme("camp")
    assert [(slot.starts, slot.ends - slot.starts) for slot in stored.rows] == [
        (TEN, timedelta(minutes=40)), (LATER, timedelta(minutes=40)),
    ]  # fmt: skip
    later = tuple(replace(one, starts=one.starts + timedelta(minutes=15)) for one in SCHEDULE.sessions if one.starts)
    programme.take_schedule(desk, "camp", replace(SCHEDULE, sessions=later))
    assert [slot.starts for slot in desk.read().programme("camp").rows] == [
        TEN + timedelta(minutes=15), LATER + timedelta(minutes=15),
    ]  # fmt: skip
