"""The demo's script: the files in camp/ are parsed correctly and are consistent."""

from __future__ import annotations

import re
from collections import Counter

from backchannel.demo.script import SLOT_MINUTES, SLOTS, Line, read_script
from backchannel.domain import markup
from backchannel.domain.model import KINDS, TEXT_LIMIT

SCRIPT = read_script()
PUTS = [line for line in SCRIPT.lines if line.do == "put"]


def test_corrected_and_retracted_notes_are_read_from_their_marks() -> None:
    hamish = [line for line in SCRIPT.lines if line.number == 1 and line.minute in (24.0, 24.5)]
    assert hamish == [
        Line(
            slot=1,
            number=1,
            minute=24.0,
            sent=24.0,
            author="Hamish",
            do="put",
            text="Insurence is one policy for all four then, at the club rate. Rugby club would have to clean theirs",
        ),
        Line(
            slot=1,
            number=1,
            minute=24.5,
            sent=24.5,
            author="Hamish",
            do="correct",
            text="Insurance is one policy for all four then, at the club rate. Rugby club would have to clean theirs",
        ),
    ]
    assert [(line.author, line.number) for line in SCRIPT.lines if line.do == "retract"] == [("Tomos", 2)]


def test_notes_written_offline_are_sent_later_in_order() -> None:
    late = [line for line in SCRIPT.lines if line.number == 3 and line.sent == 15.0 and line.minute < 15.0]
    assert [line.minute for line in late] == sorted(line.minute for line in late)
    assert late[0].text == "no signal below the pipes. typing into the void, hello void"
    assert len(late) == 6


def test_the_camp_has_a_realistic_size() -> None:
    sessions = [
        s for day in SCRIPT.schedule["schedule"]["conference"]["days"] for r in day["rooms"].values() for s in r
    ]
    assert (len(sessions), len(SCRIPT.note_takers), len(SCRIPT.posts)) == (9, 5, 60)
    assert len(PUTS) >= 120
    assert {line.slot for line in SCRIPT.lines} == set(range(1, SLOTS + 1))
    assert {thought.author for thought in SCRIPT.afterthoughts} == {"Maureen", "Dev"}


def test_one_session_has_no_notes_so_that_the_grid_and_the_write_ups_can_say_so() -> None:
    assert set(range(1, 10)) - {line.number for line in PUTS} == {9}


def test_the_demo_uses_every_kind_of_note() -> None:
    kinds = Counter(markup.read(line.text).kind for line in PUTS)
    assert {kind for kind, count in kinds.items() if count >= 3} == set(KINDS)


def test_every_note_is_within_its_slot_and_short_enough() -> None:
    assert [line for line in SCRIPT.lines if not 0 <= line.minute <= line.sent <= SLOT_MINUTES] == []
    assert [line for line in SCRIPT.lines if len(line.text) > TEXT_LIMIT] == []
    assert [post for post in SCRIPT.posts if not 0 <= post.minute <= SLOT_MINUTES or len(post.text) > 500] == []


def test_nobody_is_in_two_rooms_at_once() -> None:
    rooms = {(line.slot, line.author, line.number) for line in PUTS if line.number}
    assert [who for who, count in Counter((slot, author) for slot, author, _ in rooms).items() if count > 1] == []


def test_all_addresses_are_reserved_for_examples() -> None:
    text = " ".join([line.text for line in SCRIPT.lines] + [f"{post.author} {post.text}" for post in SCRIPT.posts])
    hosts = re.findall(r"https?://([^/\s]+)", text) + re.findall(r"@[\w.]+@([\w.]+)", text)
    assert {host for host in hosts if not re.search(r"(^|\.)example(\.org)?$", host)} == set()
    assert hosts != []
