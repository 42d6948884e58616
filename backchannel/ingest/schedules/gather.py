"""Build a Schedule from the findings of a format."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from html import unescape
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...domain.hashtags import hashtags_in
from ...domain.ids import derived, slugify
from ...domain.model import NAME_LIMIT, TITLE_LIMIT, Room, Schedule, Session
from .faults import Faults

_GUID = re.compile(r"[\w.@:+=-]{1,200}", re.ASCII)
_HASHTAG_LINE = re.compile(r"hash\s?-?tags?\s*:?\s*((?:[#＃][\w-]+[\s,;]*)+)", re.IGNORECASE)
_BREAK = re.compile(r"<\s*(?:br|/p|/li|/div)\s*/?>", re.IGNORECASE)
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")


@dataclass(slots=True, kw_only=True)
class Found:
    """A session as found in a file. Without a guid, one is derived from `key`."""

    title: str
    guid: str = ""
    key: tuple[str, ...] = ()
    abstract: str = ""
    room: str = ""
    starts: datetime | None = None
    ends: datetime | None = None
    leaders: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    url: str = ""
    cancelled: bool = False

    @property
    def where(self) -> str:
        """Return the session's name for messages."""
        return f"session “{self.title[:60]}”"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the event provides if the file does not: its zone and its first day."""

    timezone: str | None = None
    day: date | None = None


class Gathering:
    """Collects sessions and rooms and builds the schedule."""

    def __init__(self) -> None:
        self.faults = Faults()
        self._found: list[Found] = []
        self._rooms: dict[str, str] = {}
        self._seats: dict[str, int] = {}

    def session(self, found: Found) -> None:
        """Add a session."""
        found.title = self._title(found.title)
        if found.ends and found.starts and found.ends <= found.starts:
            self.faults.report("it ends before it begins", "its end stays unknown", found.where)
            found.ends = None
        if found.starts is None:
            self.faults.report("it has no readable time", "imported without a time", found.where)
        self._found.append(found)

    def room(self, name: str, guid: str = "", seats: int | None = None) -> None:
        """Add a room. A guid that another room has is ignored."""
        name = line(name, NAME_LIMIT)
        if not name:
            return
        other = next((n for n, g in self._rooms.items() if guid and g == guid and n != name), None)
        if other:
            what = f"the rooms “{other}” and “{name}” share the guid {guid[:40]}"
            self.faults.report(what, f"“{name}” got a new guid", "rooms")
            guid = ""
        self._rooms[name] = self._rooms.get(name) or guid
        if seats is not None:
            self._seats[name] = seats

    def schedule(
        self, title: str, *, zone: str | None = None, starts: date | None = None, ends: date | None = None
    ) -> Schedule:
        """Return the schedule."""
        for found in self._found:
            self.room(found.room)
        ordered = sorted(self._found, key=lambda f: (f.starts is None, f.starts or datetime.max.replace(tzinfo=UTC)))
        sessions = self._sessions(ordered)
        days = [s.starts.date() for s in sessions if s.starts]
        return Schedule(
            title=line(title, TITLE_LIMIT) or "Untitled programme",
            timezone=zone,
            starts=starts or min(days, default=None),
            ends=ends or max(days, default=None),
            rooms=tuple(
                Room(name=n, guid=g or derived("room", title, n), seats=self._seats.get(n)) for n, g in self._rooms.items()
            ),
            sessions=sessions,
            faults=self.faults.sentences(),
        )

    def _sessions(self, ordered: Iterable[Found]) -> tuple[Session, ...]:
        guids: set[str] = set()
        slugs: set[str] = set()
        made = []
        for number, found in enumerate(ordered, 1):
            made.append(
                Session(
                    guid=self._guid(found, guids),
                    slug=free_slug(found.title, number, slugs),
                    title=found.title,
                    number=number,
                    abstract=plain(found.abstract),
                    room=line(found.room, NAME_LIMIT) or None,
                    starts=found.starts,
                    ends=found.ends,
                    leaders=tuple(filter(None, (line(name, NAME_LIMIT) for name in found.leaders))),
                    hashtags=tuple(dict.fromkeys(found.hashtags)),
                    url=found.url if re.match(r"https?://", found.url) else None,
                    cancelled=found.cancelled,
                )
            )
        return tuple(made)

    def _guid(self, found: Found, taken: set[str]) -> str:
        """Return the file's guid, if it is usable in an address and unique."""
        guid = found.guid
        if guid and (not _GUID.fullmatch(guid) or guid in taken):
            wrong = "belongs to another session" if guid in taken else "has characters that addresses can't contain"
            self.faults.report(f"its guid {wrong}", "one was derived from its contents", found.where)
            guid = ""
        starts = found.starts.isoformat() if found.starts else ""
        guid = guid or derived("session", *(found.key or (found.title, starts, found.room)))
        while guid in taken:
            guid = derived("session", guid, found.title, starts, found.room)
        taken.add(guid)
        return guid

    def _title(self, title: str) -> str:
        short = line(title, TITLE_LIMIT)
        if not short:
            self.faults.report("it has no title", "named “Untitled session”", "a session")
        elif len(line(title, TITLE_LIMIT + 1)) > TITLE_LIMIT:
            where = f"session “{short[:60]}”"
            self.faults.report(f"the title is longer than {TITLE_LIMIT} characters", "cut there", where)
        return short or "Untitled session"


def free_slug(title: str, number: int, taken: set[str]) -> str:
    """Return an unused short name for the session and add it to `taken`."""
    stem = slugify(title) or f"session-{number}"
    slug, n = stem, 1
    while slug in taken:
        n += 1
        slug = f"{stem[:56]}-{n}"
    taken.add(slug)
    return slug


def stem(name: str) -> str:
    """Return a file's name without folders and ending, as the title of an untitled programme."""
    return PurePosixPath(name.replace("\\", "/")).stem


def line(text: str, limit: int) -> str:
    """Return text on one line, without control and bidi characters, cut at `limit` characters."""
    kept = "".join(c if unicodedata.category(c) not in ("Cc", "Cf", "Cs") or c in "\u200d\u200c" else " " for c in text)
    return " ".join(kept.split())[:limit].rstrip()


def plain(markup: str) -> str:
    """Return an abstract as plain text with paragraphs, without tags, with entities decoded."""
    text = unescape(_MARKUP.sub("", _BREAK.sub("\n", markup)))
    text = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(row.rstrip() for row in text.split("\n"))).strip()


def stated_hashtags(text: str) -> tuple[str, ...]:
    """Return the tags of "Hashtag: #lgc09s3" in an abstract, without '#'. Other hashtags don't count.

    >>> stated_hashtags("Why maps matter. Hashtag: #lgc09s3. I love #maps")
    ('lgc09s3',)
    """
    return tuple(tag for stated in _HASHTAG_LINE.findall(text) for tag in hashtags_in(stated))


def zone_named(name: str, faults: Faults) -> str | None:
    """Return the name if it is a time zone; otherwise report it and return None."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        if name:
            faults.report(f"“{name[:40]}” isn't a time zone", "left out", "time zone")
        return None
    return name


def zone_of(name: str | None) -> tzinfo:
    """Return the zone with that name, or UTC."""
    return ZoneInfo(name) if name else UTC


def duration(text: str) -> timedelta | None:
    """Return the length of `00:30`, `1:30`, `1:00:00` (days first) or minutes as a number, or None.

    >>> duration("01:30") == timedelta(minutes=90)
    True
    """
    if not re.fullmatch(r"\d{1,4}(:\d{1,2}){0,2}", text.strip()):
        return None
    parts = [int(part) for part in text.strip().split(":")]
    minutes, hours, days = (*reversed(parts), 0, 0)[:3]
    return timedelta(days=days, hours=hours, minutes=minutes) or None
