"""The demo's time: a day of the camp compressed into minutes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from backchannel.demo.diary import diaries
from backchannel.demo.pace import Pace, squeezed
from backchannel.demo.script import read_script
from backchannel.ingest.schedules import read_schedule

NOON = datetime(2026, 6, 13, 11, 0, 7, tzinfo=UTC)  # 12:00:07 in Ollerbeck
SCRIPT = read_script()


def test_three_slots_of_two_minutes_with_a_breath_between_them() -> None:
    pace = Pace(begins=NOON)
    assert pace.when(1, 0) == NOON
    assert pace.when(1, 20) == NOON + timedelta(seconds=60)
    assert pace.when(2, 0) == NOON + timedelta(seconds=130)
    assert pace.ends == NOON + timedelta(seconds=380)
    assert Pace(begins=NOON, speed=10).ends == NOON + timedelta(seconds=38)


def test_the_importer_reads_the_demos_grid_without_warnings() -> None:
    read = read_schedule(json.dumps(squeezed(SCRIPT.schedule, Pace(begins=NOON))).encode(), name="the demo's")
    assert (read.title, read.timezone, read.faults) == ("Puddlecamp", "Europe/London", ())
    assert [room.name for room in read.rooms] == ["Deep End", "Shallow End", "Boiler Room"]
    slots = {(session.starts, session.ends) for session in read.sessions}
    assert slots == {
        (NOON + timedelta(seconds=130 * slot), NOON + timedelta(seconds=130 * slot + 120)) for slot in range(3)
    }
    assert {session.hashtags for session in read.sessions} == {(f"pud{n}",) for n in range(1, 10)}
    assert len(read.sessions) == 9


def test_the_original_grid_is_unchanged() -> None:
    before = json.dumps(SCRIPT.schedule)
    squeezed(SCRIPT.schedule, Pace(begins=NOON))
    assert json.dumps(SCRIPT.schedule) == before


def test_a_note_taker_acts_in_order_of_time_and_writes_afterthoughts_last() -> None:
    pace = Pace(begins=NOON)
    acts = diaries(SCRIPT, pace)
    assert list(acts) == list(SCRIPT.note_takers)
    assert all([act.at for act in mine] == sorted(act.at for act in mine) for mine in acts.values())
    assert {name for name, mine in acts.items() if any(act.do == "afterthought" for act in mine)} == {"Maureen", "Dev"}
    assert [act.at > pace.ends for mine in acts.values() for act in mine if act.do == "afterthought"] == [True] * 9
