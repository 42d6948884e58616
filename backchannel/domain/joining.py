"""How people join: spoken codes, the people who hold passes, and what their passes are limited to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from .errors import Invalid
from .ids import derived
from .model import Event, Role, Room

MAX_FAILURES = 50  # wrong tries that switch a code off
INVITE_LIFETIME = timedelta(days=7)
MIN_CODE_LIFETIME = timedelta(days=1)  # of a code that lasts until the event ends
UNDATED_LIFETIME = timedelta(days=30)  # of a code of an event without days

Via = Literal["link", "code", "invite"]
Duration = Literal["event", "hours", "day", "week"]
DURATIONS: dict[Duration, str] = {
    "event": "until the day after the event", "hours": "2 hours", "day": "1 day", "week": "1 week",
}  # fmt: skip
_LIFETIMES: dict[str, timedelta] = {"hours": timedelta(hours=2), "day": timedelta(days=1), "week": timedelta(days=7)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a code opens: a role in the whole event, in one session, or in whatever session runs in a room.

    Written as "scribe", "follower", "session/GUID" or "room/GUID".
    """

    role: Role = "scribe"
    session: str | None = None
    room: str | None = None

    def __str__(self) -> str:
        if self.session:
            return f"session/{self.session}"
        return f"room/{self.room}" if self.room else self.role

    @classmethod
    def read(cls, text: str) -> Scope:
        """Parse a scope. Raises `Invalid`; no code makes anybody an organiser."""
        kind, _, guid = text.partition("/")
        if kind == "session" and guid:
            return cls(session=guid)
        if kind == "room" and guid:
            return cls(room=guid)
        if text == "scribe":
            return cls()
        if text == "follower":
            return cls(role="follower")
        raise Invalid("Choose note-takers, followers, a session or a room.", field="scope")


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinCode:
    """A spoken code, without its words: they are derived from the server's secret, and only hashes are stored.

    `finder` is the hash of the first two words, which find the code, and `proof` that of all of them.
    """

    event: str
    scope: str
    rotation: int
    finder: str
    proof: str
    expires_at: datetime
    limits_passes: bool = False  # passes made with it expire when it does
    failures: int = 0

    @property
    def off(self) -> bool:
        """Return whether too many wrong tries switched the code off."""
        return self.failures >= MAX_FAILURES

    def works(self, now: datetime) -> bool:
        """Return whether somebody can join with the code."""
        return not self.off and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A person who holds a personal pass, or who was invited to. `key` is the author key of their notes."""

    event: str
    key: str
    role: Role
    name: str
    via: Via = "link"
    generation: int = 0  # of the role when the pass was made
    session: str | None = None
    room: str | None = None
    invited_at: datetime | None = None
    joined_at: datetime | None = None  # None until an invited person accepts
    seen_at: datetime | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_open_invite(self, now: datetime) -> bool:
        """Return whether the person can still accept the invitation."""
        waiting = self.invited_at is not None and self.joined_at is None and self.revoked_at is None
        return waiting and self.invited_at is not None and now < self.invited_at + INVITE_LIFETIME


def room_guid(rooms: Iterable[Room], name: str | None) -> str | None:
    """Return the guid of the room with this name. Rooms that only sessions name have derived guids (domain/grid.py)."""
    known = next((room.guid for room in rooms if room.name == name), None)
    return known or (derived("room", name) if name else None)


def code_expiry(event: Event, duration: str, now: datetime) -> datetime:
    """Return when a code made now expires. Raises `Invalid` for an unknown duration."""
    if duration in _LIFETIMES:
        return now + _LIFETIMES[duration]
    if duration != "event":
        raise Invalid("Choose how long the code works.", field="duration")
    last = event.ends or event.starts
    if last is None:
        return now + UNDATED_LIFETIME
    return max(_day_after(last, event.timezone), now + MIN_CODE_LIFETIME)


def _day_after(last: date, timezone: str) -> datetime:
    """Return the midnight at the end of the day after the last one, so that a long evening changes nothing."""
    return datetime.combine(last + timedelta(days=2), time(), ZoneInfo(timezone)).astimezone(UTC)
