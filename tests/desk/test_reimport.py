"""A schedule that comes again: exactly what it changed is changed, and what people did by hand stays with its notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from backchannel.desk import events, programme
from backchannel.desk.desk import Desk
from backchannel.desk.grid import edit_grid, read_programme
from backchannel.desk.ops import take_ops
from backchannel.domain.grid_wire import read_edit
from backchannel.domain.ids import uuid7
from backchannel.domain.model import Schedule
from backchannel.domain.programme import Changes
from backchannel.ingest.schedules import read_schedule
from backchannel.passes import Pass, shared
from backchannel.store.sqlite.store import SqliteStore

DATA = Path(__file__).parent.parent / "data" / "schedules"
CASES = sorted(path for path in DATA.iterdir() if not path.name.endswith(".expected.json"))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = SqliteStore(tmp_path / "camp.db")
    made = Desk(store)
    events.create_event(made, "camp", title="Camp", timezone="Europe/London", starts=date(2026, 9, 5))
    yield made
    store.close()


def organiser(desk: Desk) -> Pass:
    return replace(shared(desk.read().event("camp"), "organiser", 0), key=uuid7(), name="Olive")


def read(name: str) -> Schedule:
    return read_schedule((DATA / name).read_bytes(), name=name, timezone="Europe/London", day=date(2026, 9, 5))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_a_file_imported_again_changes_nothing(desk: Desk, path: Path) -> None:
    first = programme.take_schedule(desk, "camp", read(path.name))
    assert len(first.added) == len(read(path.name).sessions)
    before = read_programme(desk.read(), "camp")
    assert programme.take_schedule(desk, "camp", read(path.name)) == Changes()
    assert read_programme(desk.read(), "camp") == before


def test_ten_edits_of_a_schedule_are_exactly_those_ten(desk: Desk) -> None:
    old = read("plain-objects.json")
    many = tuple(replace(old.sessions[0], guid=f"g{n}", slug=f"s{n}", title=f"Session {n}", number=n) for n in range(1, 31))
    programme.take_schedule(desk, "camp", replace(old, sessions=many))
    hour = timedelta(hours=1)
    edited = {session.guid: session for session in many}
    edited["g1"] = replace(edited["g1"], title="Renamed")
    edited["g2"] = replace(edited["g2"], room="Barn")
    edited["g3"] = replace(edited["g3"], starts=many[2].starts + hour, ends=many[2].ends + hour)
    edited["g4"] = replace(edited["g4"], leaders=("Ann",))
    edited["g5"] = replace(edited["g5"], abstract="Other words")
    edited["g6"] = replace(edited["g6"], hashtags=("six",))
    edited["g7"] = replace(edited["g7"], cancelled=True)
    edited["g8"] = replace(edited["g8"], ends=many[7].ends + hour)
    del edited["g9"]
    new = replace(many[0], guid="g31", slug="s31", title="Session 31", number=31)
    changes = programme.take_schedule(desk, "camp", replace(old, sessions=(*edited.values(), new)))
    assert [(one.old.guid, one.fields) for one in changes.changed] == [
        ("g1", ("title",)), ("g2", ("room",)), ("g3", ("starts", "ends")), ("g4", ("leaders",)), ("g5", ("abstract",)),
        ("g6", ("hashtags",)), ("g7", ("cancelled",)), ("g8", ("ends",)),
    ]  # fmt: skip
    assert [one.guid for one in changes.gone] == ["g9"]
    assert [one.guid for one in changes.added] == ["g31"]
    assert changes.kept == ()


def test_notes_stay_with_their_session_through_moves_merges_and_splits_by_hand_and_another_import(desk: Desk) -> None:
    programme.take_schedule(desk, "camp", read("fill-down.csv"))
    olive, guids = organiser(desk), {one.title: one.guid for one in desk.read().sessions("camp")}
    for title, guid in guids.items():
        put = {"op": uuid7(), "id": uuid7(), "do": "put", "origin": "note", "session": guid, "text": f"on {title}"}
        (answer,) = take_ops(desk, olive, "camp", {"ops": [put]})
        assert answer["ok"], answer
    shown = read_programme(desk.read(), "camp")
    loft = next(room.guid for room in shown.columns if room.name == "Loft")

    def do(what: str, **fields: str) -> None:
        edit_grid(desk, olive, read_edit({"op": uuid7(), "do": what, **fields}))

    do("place", session=guids["Goodbyes"], room=loft, slot=shown.rows[-1].guid)
    do("change_room", room=loft, title="Attic")
    do("merge", session=guids["Cargo bikes"], other=guids["Lunch clubs"])
    do("split", session=guids["Open data"], other=uuid7(), title="Open data, part two")
    before = read_programme(desk.read(), "camp")
    again = read("fill-down.csv")
    retitled = tuple(replace(one, leaders=("Zed",)) if one.title == "Open data" else one for one in again.sessions)
    changes = programme.take_schedule(desk, "camp", replace(again, sessions=retitled))
    assert [(one.old.title, one.fields) for one in changes.changed] == [("Open data", ("leaders",))]
    assert [(kept.ours.title, kept.fields) for kept in changes.kept] == [
        ("Lunch clubs", ("leaders",)), ("Goodbyes", ("room",)),
    ]  # fmt: skip
    after = read_programme(desk.read(), "camp")
    assert [room.name for room in after.columns] == [room.name for room in before.columns] == ["Hall", "Attic"]
    notes = {item.text: item.session for item in desk.read().items("camp")}
    assert notes == {f"on {title}": guid for title, guid in guids.items()} | {"on Cargo bikes": guids["Lunch clubs"]}
    taken = programme.take_schedule(desk, "camp", replace(again, sessions=retitled), theirs=None)
    assert [one.old.title for one in taken.changed] == ["Lunch clubs", "Goodbyes"]
    assert desk.read().session("camp", guids["Goodbyes"]).room == "Hall"
