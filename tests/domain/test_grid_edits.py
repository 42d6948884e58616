"""Edits of the programme: their rules, their descriptions, and undo, which restores the first programme."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backchannel.domain.errors import BackchannelError, Clash, Invalid, Unknown
from backchannel.domain.grid import Programme, with_implied_parts
from backchannel.domain.grid_changes import Change, differences, keys, revert
from backchannel.domain.grid_edits import GRID_DOS, Edit, apply
from backchannel.domain.grid_phrases import phrase
from backchannel.domain.grid_warnings import warnings
from backchannel.domain.model import Pitch, Room, Session, Slot

TEN = datetime(2026, 6, 13, 10, 0, tzinfo=UTC)
NOW = TEN + timedelta(minutes=7, seconds=30)


def at(minutes: int) -> datetime:
    return TEN + timedelta(minutes=minutes)


HALL, LOFT = Room(guid="hall", name="Hall", seats=50), Room(guid="loft", name="Loft", seats=2, position=1)
FIRST, SECOND = Slot(guid="t1", starts=TEN, ends=at(45)), Slot(guid="t2", starts=at(60), ends=at(105))
WORMS = Session(guid="g1", slug="worms", title="Worms", number=1, room="Hall", starts=TEN, ends=at(45), leaders=("Ida",))
BUSES = Session(guid="g2", slug="buses", title="Buses", number=2, room="Loft", starts=TEN, ends=at(45), leaders=("Olu",))
TEA = Pitch(guid="p1", title="Tea", leader="Wim", votes=3)
GRID = Programme().put(HALL, LOFT, FIRST, SECOND, WORMS, BUSES, TEA)


def do(programme: Programme, what: str, **fields: Any) -> Programme:
    return apply(programme, Edit(op="op", do=what, **fields), NOW)  # type: ignore[arg-type]


def said(programme: Programme, what: str, **fields: Any) -> str:
    edit = Edit(op="op", do=what, **fields)  # type: ignore[arg-type]
    return phrase(edit, programme, apply(programme, edit, NOW), UTC)


def test_a_session_moves_into_a_cell_with_the_times_of_the_slot() -> None:
    moved = do(GRID, "place", session="g1", room="loft", slot="t2")
    assert moved == GRID.put(replace(WORMS, room="Loft", starts=at(60), ends=at(105)))
    assert said(GRID, "place", session="g1", room="loft", slot="t2") == "moved “Worms” to Loft, 11:00"


def test_a_session_that_was_extended_keeps_its_time_in_another_room() -> None:
    longer = do(GRID, "extend", session="g1")
    assert longer.sessions["g1"].ends == at(55)
    assert do(longer, "place", session="g1", room="loft", slot="t1").sessions["g1"] == replace(WORMS, room="Loft", ends=at(55))


def test_a_pitch_keeps_its_guid_when_it_becomes_a_session() -> None:
    placed = do(GRID, "place", session="p1", room="hall", slot="t2")
    assert placed.sessions["p1"] == Session(
        guid="p1", slug="tea", title="Tea", number=3, room="Hall", starts=at(60), ends=at(105), leaders=("Wim",)
    )
    assert placed.pitches["p1"] == replace(TEA, state="placed")
    with pytest.raises(Clash, match="“Tea” is on the grid"):
        do(placed, "decline", session="p1")


def test_two_sessions_change_places() -> None:
    swapped = do(GRID, "swap", session="g1", other="g2")
    assert (swapped.sessions["g1"].room, swapped.sessions["g2"].room) == ("Loft", "Hall")


def test_a_merged_session_is_off_the_grid_and_its_leaders_join_the_other() -> None:
    merged = do(GRID, "merge", session="g1", other="g2")
    assert [one.guid for one in merged.planned] == ["g2"]
    assert merged.sessions["g2"].leaders == ("Olu", "Ida")
    with pytest.raises(Clash, match="“Worms” was merged into “Buses”"):
        do(merged, "place", session="g1", room="hall", slot="t2")


def test_a_split_makes_a_second_session_beside_the_grid() -> None:
    split = do(GRID, "split", session="g1", other="g9", title="Compost")
    assert split.sessions["g1"] == WORMS
    assert split.off_grid() == [Session(guid="g9", slug="compost", title="Compost", number=3, leaders=("Ida",))]


def test_start_now_keeps_the_length() -> None:
    started = do(GRID, "start", session="g1").sessions["g1"]
    assert (started.starts, started.ends) == (at(7), at(52))
    assert said(GRID, "start", session="g1") == "started “Worms” at 10:07"


def test_sessions_move_along_with_their_slot_and_their_room() -> None:
    longer = do(GRID, "extend", session="g2")
    later = do(longer, "change_slot", slot="t1", starts=at(15), ends=at(50))
    times = {one.guid: (one.starts, one.ends) for one in later.sessions.values()}
    assert times == {"g1": (at(15), at(50)), "g2": (at(15), at(70))}
    assert do(GRID, "change_room", room="hall", title="Barn", seats=9).sessions["g1"].room == "Barn"


def test_rooms_and_slots_are_removed_only_when_empty() -> None:
    with pytest.raises(Clash, match="Hall still has “Worms” in it"):
        do(GRID, "remove_room", room="hall")
    with pytest.raises(Clash, match="This slot still has “Worms” in it"):
        do(GRID, "remove_slot", slot="t1")
    assert [slot.guid for slot in do(GRID, "remove_slot", slot="t2").rows] == ["t1"]


def test_rooms_change_their_order() -> None:
    assert [room.name for room in do(GRID, "move_room", room="loft", by=-1).columns] == ["Loft", "Hall"]
    with pytest.raises(Clash, match="Loft can't be moved further"):
        do(GRID, "move_room", room="loft", by=1)


@pytest.mark.parametrize(
    ("what", "fields", "kind"),
    [
        ("add_room", {"room": "new", "title": "HALL"}, Clash),
        ("add_room", {"room": "hall", "title": "Barn"}, Clash),
        ("add_slot", {"slot": "new", "starts": TEN, "ends": at(10)}, Clash),
        ("add_slot", {"slot": "new", "starts": at(200), "ends": at(200)}, Invalid),
        ("add_slot", {"slot": "new", "starts": at(200)}, Invalid),
        ("place", {"session": "g1", "room": "cellar", "slot": "t1"}, Unknown),
        ("place", {"session": "nobody", "room": "hall", "slot": "t1"}, Unknown),
        ("swap", {"session": "g1", "other": "g1"}, Invalid),
        ("decline", {"session": "g1"}, Unknown),
    ],
)  # fmt: skip
def test_an_impossible_edit_is_refused(what: str, fields: dict[str, Any], kind: type[BackchannelError]) -> None:
    with pytest.raises(kind):
        do(GRID, what, **fields)


def test_the_warnings_name_both_sides() -> None:
    busy = GRID.put(replace(BUSES, room="Hall", leaders=("IDA",)), replace(TEA, votes=3, state="placed"))
    busy = do(busy, "place", session="p1", room="loft", slot="t2")
    assert warnings(busy) == {
        "g1": ("“Buses” is in Hall at the same time.", "Ida also leads “Buses” at the same time."),
        "g2": ("“Worms” is in Hall at the same time.", "IDA also leads “Worms” at the same time."),
        "p1": ("3 people want to come, and Loft has 2 seats.",),
    }
    assert warnings(do(do(busy, "cancel", session="g1"), "unplace", session="p1")) == {}


def test_sessions_imply_rooms_and_slots_and_the_same_ones_each_time() -> None:
    bare = Programme().put(WORMS, BUSES)
    whole = with_implied_parts(bare)
    assert [room.name for room in whole.columns] == ["Hall", "Loft"]
    assert [(slot.starts, slot.ends) for slot in whole.rows] == [(TEN, at(45))]
    assert with_implied_parts(bare) == with_implied_parts(whole) == whole


def test_an_edit_stores_only_its_changes_and_edits_overlap_where_both_change() -> None:
    moved = differences(GRID, do(GRID, "place", session="g1", room="loft", slot="t1"))
    assert moved == (Change(kind="session", guid="g1", before={"room": "Hall"}, after={"room": "Loft"}),)
    renamed = differences(GRID, do(GRID, "change_session", session="g1", title="Compost", leaders=("Ida",)))
    assert (keys(moved), keys(renamed)) == (frozenset({"session/g1"}), frozenset({"session/g1/wording"}))


GUIDS = st.sampled_from(("hall", "loft", "t1", "t2", "g1", "g2", "p1", "n1", "n2"))
EDITS = st.builds(
    Edit, op=st.just("op"), do=st.sampled_from([do for do in GRID_DOS if do != "undo"]), room=GUIDS, slot=GUIDS, session=GUIDS,
    other=GUIDS, title=st.sampled_from(("Tea", "Hall", "Barn")), leaders=st.sampled_from(((), ("Ida",))),
    seats=st.sampled_from((None, 5)),
    starts=st.sampled_from((None, TEN, at(30), at(90))), ends=st.sampled_from((at(45), at(120))),
    by=st.sampled_from((-1, 1)),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(EDITS, max_size=25))
def test_undoing_any_edits_in_reverse_gives_the_first_programme(edits: list[Edit]) -> None:
    programme, done = GRID, []
    for edit in edits:
        try:
            changed = apply(programme, edit, NOW)
        except BackchannelError:
            continue
        assert phrase(edit, programme, changed, UTC)
        done.append(differences(programme, changed))
        programme = changed
    for changes in reversed(done):
        programme = revert(programme, changes)
    assert programme == GRID
