"""The script of Puddlecamp, read from the text files in camp/ as cues in order.

A camp slot has 40 minutes on paper. A cue belongs to a `minute` of its slot, and the replay squeezes that.

    notes/1-last-bus.txt     "07:30 Hamish | hear hear"             a note; two more spaces: a deeper bullet
                             "07:40 > 15:00 Dev | hello void"       written at 7:40 without signal, sent at 15:00
                             "24:30 Hamish ~ Insurance: ..."        corrects his last note here
                             "28:00 Tomos x"                        retracts his last note here
    notes/hallway.txt        the same, with the slot before the time
    posts.txt                "1 04:10 @heronfan@ponds.example | There is a heron ..."
    afterthoughts.txt        "7 Maureen", then a paragraph a line
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal

SLOT_MINUTES = 40
SLOTS = 3

_NOTE = re.compile(
    r"(?:(?P<slot>\d) )?(?P<at>\d\d:\d\d)(?: > (?P<sent>\d\d:\d\d))? (?P<author>\w+) *(?P<mark>[|~x])(?: (?P<text>.*))?"
)
_POST = re.compile(r"(?P<slot>\d) (?P<at>\d\d:\d\d) (?P<author>@[\w.]+@[\w.]+) \| (?P<text>.+)")
_AFTERTHOUGHTS = re.compile(r"(?P<number>\d) (?P<author>\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A note-taker's action.

    `number` is the session's, or None in the hallway. `minute` is when it was typed and `sent` when it left the phone,
    in minutes of the slot.
    """

    slot: int
    number: int | None
    minute: float
    sent: float
    author: str
    do: Literal["put", "correct", "retract"]
    depth: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post on the network under the camp's hashtag."""

    slot: int
    minute: float
    author: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Afterthoughts:
    """A note-taker's later thoughts about a session, one paragraph each."""

    number: int
    author: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The whole camp: the grid as a frab schedule, and all cues in order."""

    schedule: dict[str, Any]
    lines: tuple[Line, ...]
    posts: tuple[Post, ...]
    afterthoughts: tuple[Afterthoughts, ...]

    @property
    def note_takers(self) -> tuple[str, ...]:
        """Return the names of the note-takers."""
        return tuple(dict.fromkeys(line.author for line in self.lines))


def read_script() -> Script:
    """Return the script."""
    camp = files(__package__) / "camp"
    lines = [line for page in (camp / "notes").iterdir() for line in _lines(page)]
    posts = [_post(text) for text in _written(camp / "posts.txt")]
    return Script(
        schedule=json.loads((camp / "schedule.json").read_text(encoding="utf-8")),
        lines=tuple(sorted(lines, key=lambda line: (line.slot, line.sent, line.minute))),
        posts=tuple(sorted(posts, key=lambda post: (post.slot, post.minute))),
        afterthoughts=tuple(_afterthoughts(camp / "afterthoughts.txt")),
    )


def _written(page: Traversable) -> Iterator[str]:
    for text in page.read_text(encoding="utf-8").splitlines():
        if text and not text.startswith("# "):
            yield text


def _lines(page: Traversable) -> Iterator[Line]:
    number = int(page.name[0]) if page.name[0].isdigit() else None
    for text in _written(page):
        yield _line(text, number)


def _line(text: str, number: int | None) -> Line:
    found = _matched(_NOTE, text)
    typed = found["text"] or ""
    bare = typed.lstrip(" ")
    return Line(
        slot=int(found["slot"]) if number is None else (number + 2) // 3,
        number=number,
        minute=_minutes(found["at"]),
        sent=_minutes(found["sent"] or found["at"]),
        author=found["author"],
        do={"|": "put", "~": "correct", "x": "retract"}[found["mark"]],  # type: ignore[arg-type]
        depth=(len(typed) - len(bare)) // 2,
        text=bare,
    )


def _post(text: str) -> Post:
    found = _matched(_POST, text)
    return Post(slot=int(found["slot"]), minute=_minutes(found["at"]), author=found["author"], text=found["text"])


def _afterthoughts(page: Traversable) -> Iterator[Afterthoughts]:
    heads: list[tuple[int, str, list[str]]] = []
    for text in _written(page):
        if found := _AFTERTHOUGHTS.fullmatch(text):
            heads.append((int(found["number"]), found["author"], []))
        else:
            heads[-1][2].append(text)
    for number, author, paragraphs in heads:
        yield Afterthoughts(number=number, author=author, paragraphs=tuple(paragraphs))


def _matched(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    found = pattern.fullmatch(text)
    if not found:
        raise ValueError(f"Unknown line in the demo's script: {text!r}")
    return found


def _minutes(clock: str) -> float:
    minutes, seconds = clock.split(":")
    return int(minutes) + int(seconds) / 60
