"""Each note-taker's actions in the order they leave the phone, from the script and the pace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from .feed_server import Toot
from .pace import Pace
from .script import Script

AT_HOME = timedelta(seconds=6)  # from the end of the last slot to the first afterthought
THINKING = timedelta(seconds=3)  # between two paragraphs

Do = Literal["put", "correct", "retract", "afterthought"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One action. `at` is when it leaves the phone, `typed` when it was written; `session` is a guid, or None in the
    hallway.
    """

    at: datetime
    typed: datetime
    do: Do
    session: str | None
    text: str
    depth: int = 0


def guids(script: Script) -> dict[int, str]:
    """Return the session's number on the wall -> its guid."""
    rooms = script.schedule["schedule"]["conference"]["days"][0]["rooms"]
    return {session["id"]: session["guid"] for sessions in rooms.values() for session in sessions}


def on_in(script: Script, slot: int) -> dict[str, str]:
    """Return what runs in a slot: room -> title."""
    rooms = script.schedule["schedule"]["conference"]["days"][0]["rooms"]
    return {room: sessions[slot - 1]["title"] for room, sessions in rooms.items()}


def diaries(script: Script, pace: Pace) -> dict[str, list[Act]]:
    """Return each note-taker's actions by name."""
    acts: dict[str, list[Act]] = {name: [] for name in script.note_takers}
    sessions = guids(script)
    for line in script.lines:
        act = Act(
            at=pace.when(line.slot, line.sent),
            typed=pace.when(line.slot, line.minute),
            do=line.do,
            session=sessions[line.number] if line.number else None,
            text=line.text,
            depth=line.depth,
        )
        acts[line.author].append(act)
    at = pace.ends + AT_HOME / pace.speed
    for thought in script.afterthoughts:
        for paragraph in thought.paragraphs:
            acts[thought.author].append(
                Act(at=at, typed=at, do="afterthought", session=sessions[thought.number], text=paragraph)
            )
            at += THINKING / pace.speed
    return acts


def toots(script: Script, pace: Pace) -> list[Toot]:
    """Return the posts with their times of publication."""
    return [Toot(post.author, post.text, pace.when(post.slot, post.minute)) for post in script.posts]
