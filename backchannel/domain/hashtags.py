"""Hashtags as people type them, and the session or room they name (see the table in docs/hashtags.md).

A session's tag comes from the schedule, or from the event's tag and the session's number:

    #lgc09 #s3    #lgc09s3    #lgc09-s3    #LGC09_S3    #lgc09session03      all mean session 3 of #lgc09
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .model import Event, Room, Session

# Not after a letter, a digit, '/', '&' or another '#': "page#s3", "http://x/#s3" and "&#39;" contain no hashtags.
_RUN = re.compile(r"(?<![\w&/#＃])(?:[#＃]\w+(?:-\w+)*)+")  # one tag, or several without a space: "#lgc09#s3"
_NUMBERED = re.compile(r"(?:s|sess|session)0*(\d{1,4})")
_BARE_NUMBER = re.compile(r"[-_]0*(\d{1,4})")


def hashtags_in(text: str) -> tuple[str, ...]:
    """Return the hashtags of a text in order, as typed, without '#'.

    >>> hashtags_in("So true! #lgc09 #S3, see http://example.org/#top")
    ('lgc09', 'S3')
    """
    if "#" not in text and "＃" not in text:
        return ()
    runs = _RUN.findall(unicodedata.normalize("NFC", text))
    return tuple(tag for run in runs for tag in re.split("[#＃]", run) if tag and not tag.replace("_", "").isdigit())


def fold(tag: str) -> str:
    """Return the tag without case, accents, '#', '-' and '_', for comparison.

    >>> fold("#LGC09_Café-S3")
    'lgc09cafes3'
    """
    plain = unicodedata.normalize("NFKD", tag.casefold())
    return "".join(c for c in plain if c.isalnum())


@dataclass(frozen=True, slots=True)
class Meaning:
    """The sessions (guids) and rooms (names) that a post's tags name, each once, in the order typed.

    `tags` maps each guid or name to the tag that named it, as typed.
    """

    event: bool
    sessions: tuple[str, ...]
    rooms: tuple[str, ...]
    tags: dict[str, str]


class Hashtags:
    """The tags of one event, built once and queried per post."""

    def __init__(self, event: Event, sessions: Sequence[Session], rooms: Iterable[Room] = ()) -> None:
        self._events = [fold(tag) for tag in event.hashtags or (event.slug,) if fold(tag)]
        self._own = _unambiguous((fold(tag), s.guid) for s in sessions for tag in s.hashtags)
        for tag in self._events:
            self._own.pop(tag, None)  # a session that lists the event's own tag does not own it
        self._numbers = _unambiguous((str(s.number), s.guid) for s in sessions if s.number is not None)
        names = {r.name for r in rooms} | {s.room for s in sessions if s.room}
        self._rooms = _unambiguous((fold(name), name) for name in sorted(names))

    def session_of(self, tags: Iterable[str]) -> str | None:
        """Return the only session that these tags name, or None if they name none or several."""
        named = self.meaning(tags).sessions
        return named[0] if len(named) == 1 else None

    def meaning(self, tags: Iterable[str]) -> Meaning:
        """Return what these tags mean together. `#s3` and room tags count only beside the event's tag."""
        tags = tuple(tags)
        event = any(self._is_event(tag) for tag in tags)
        sessions: dict[str, str] = {}
        rooms: dict[str, str] = {}
        for tag in tags:
            if session := self._session(tag, event):
                sessions.setdefault(session, tag)
            elif room := self._room(tag, event):
                rooms.setdefault(room, tag)
        return Meaning(event, tuple(sessions), tuple(rooms), sessions | rooms)

    def is_ours(self, tag: str) -> bool:
        """Return whether a tag refers to this event rather than to a topic."""
        return self._is_event(tag) or bool(self._session(tag, True) or self._room(tag, True))

    def _is_event(self, tag: str) -> bool:
        """Match `lgc09`, `lgc09s3`, and also `lgc09-anything`, because most services end a tag at the hyphen."""
        if fold(tag) in self._events or fold(tag.partition("-")[0]) in self._events:
            return True
        return any(self._numbered(rest) or self._rooms.get(fold(rest)) for rest in self._rests(tag))

    def _session(self, tag: str, beside_event: bool) -> str | None:
        folded = fold(tag)
        if folded in self._own:
            return self._own[folded]
        if beside_event and (short := _NUMBERED.fullmatch(folded)):
            return self._numbers.get(short[1])
        return next(filter(None, map(self._numbered, self._rests(tag))), None)

    def _numbered(self, rest: str) -> str | None:
        """Return the session of a suffix to the event's tag: `s3`, `-s3`, `session03` or `-3`."""
        made = _NUMBERED.fullmatch(fold(rest)) or _BARE_NUMBER.fullmatch(rest)
        return self._numbers.get(made[1]) if made else None

    def _room(self, tag: str, beside_event: bool) -> str | None:
        if beside_event and (room := self._rooms.get(fold(tag))):
            return room
        return next(filter(None, (self._rooms.get(fold(rest)) for rest in self._rests(tag))), None)

    def _rests(self, tag: str) -> Iterator[str]:
        """Return the possible suffixes to the event's tag: `-s3` for `lgc09-s3`."""
        for event in self._events:
            if fold(tag).startswith(event):
                end = next(n for n in range(1, len(tag) + 1) if fold(tag[:n]).startswith(event))
                yield tag[end:]


def _unambiguous(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return tag -> meaning, without the tags that have two meanings."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for tag, means in pairs:
        if found.setdefault(tag, means) != means:
            twice.add(tag)
    return {tag: means for tag, means in found.items() if tag and tag not in twice}
