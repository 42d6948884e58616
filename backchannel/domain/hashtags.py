"""Hashtags as people really type them, and the session or room they mean (docs/hashtags.md has the table).

A session's tag is its own (from the schedule) or made from the event's tag and the session's number:

    #lgc09 #s3    #lgc09s3    #lgc09-s3    #LGC09_S3    #lgc09session03      all mean session 3 of #lgc09
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .model import Event, Room, Session

# Not after a letter, a digit, '/', '&' or another '#': "page#s3", "http://x/#s3" and "&#39;" are no hashtags.
_RUN = re.compile(r"(?<![\w&/#＃])(?:[#＃]\w+(?:-\w+)*)+")  # one tag, or several without a space: "#lgc09#s3"
_NUMBERED = re.compile(r"(?:s|sess|session)0*(\d{1,4})")
_BARE_NUMBER = re.compile(r"[-_]0*(\d{1,4})")


def hashtags_in(text: str) -> tuple[str, ...]:
    """The hashtags of a text, as typed, without '#', in order.

    >>> hashtags_in("So true! #lgc09 #S3, see http://example.org/#top")
    ('lgc09', 'S3')
    """
    if "#" not in text and "＃" not in text:
        return ()
    runs = _RUN.findall(unicodedata.normalize("NFC", text))
    return tuple(tag for run in runs for tag in re.split("[#＃]", run) if tag and not tag.replace("_", "").isdigit())


def fold(tag: str) -> str:
    """The form in which two spellings of a tag are the same: no case, accents, '#', '-' or '_'.

    >>> fold("#LGC09_Café-S3")
    'lgc09cafes3'
    """
    plain = unicodedata.normalize("NFKD", tag.casefold())
    return "".join(c for c in plain if c.isalnum())


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the tags of one post say: `sessions` are guids, `rooms` are names, each once, in the order typed.

    `tags` are the tags that said so, as typed, beside each guid or name: `{guid or room: tag}`.
    """

    event: bool
    sessions: tuple[str, ...]
    rooms: tuple[str, ...]
    tags: dict[str, str]


class Hashtags:
    """The tags of one event: built once, asked per post."""

    def __init__(self, event: Event, sessions: Sequence[Session], rooms: Iterable[Room] = ()) -> None:
        self._events = [fold(tag) for tag in event.hashtags or (event.slug,) if fold(tag)]
        self._own = _unambiguous((fold(tag), s.guid) for s in sessions for tag in s.hashtags)
        for tag in self._events:
            self._own.pop(tag, None)  # a session that lists the event's own tag does not own it
        self._numbers = _unambiguous((str(s.number), s.guid) for s in sessions if s.number is not None)
        names = {r.name for r in rooms} | {s.room for s in sessions if s.room}
        self._rooms = _unambiguous((fold(name), name) for name in sorted(names))

    def session_of(self, tags: Iterable[str]) -> str | None:
        """The one session that these tags name; None when they name none, or more than one."""
        named = self.meaning(tags).sessions
        return named[0] if len(named) == 1 else None

    def meaning(self, tags: Iterable[str]) -> Meaning:
        """What these tags say together: `#s3` and a room's tag count beside the event's tag only."""
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
        """Whether a tag says something about this event, and is not just a topic."""
        return self._is_event(tag) or bool(self._session(tag, True) or self._room(tag, True))

    def _is_event(self, tag: str) -> bool:
        """`lgc09`, `lgc09s3`, and `lgc09-anything` too: most services end a tag at the hyphen."""
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
        """The session of `s3`, `-s3`, `session03`, `-3`: what stands behind the event's tag."""
        made = _NUMBERED.fullmatch(fold(rest)) or _BARE_NUMBER.fullmatch(rest)
        return self._numbers.get(made[1]) if made else None

    def _room(self, tag: str, beside_event: bool) -> str | None:
        if beside_event and (room := self._rooms.get(fold(tag))):
            return room
        return next(filter(None, (self._rooms.get(fold(rest)) for rest in self._rests(tag))), None)

    def _rests(self, tag: str) -> Iterator[str]:
        """What stands behind the event's tag, one for each way to read it: `-s3` of `lgc09-s3`."""
        for event in self._events:
            if fold(tag).startswith(event):
                end = next(n for n in range(1, len(tag) + 1) if fold(tag[:n]).startswith(event))
                yield tag[end:]


def _unambiguous(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Tag -> what it means; a tag that would mean two things means nothing."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for tag, means in pairs:
        if found.setdefault(tag, means) != means:
            twice.add(tag)
    return {tag: means for tag, means in found.items() if tag and tag not in twice}
