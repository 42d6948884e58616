"""Reasons for a placement: a word for the method, and a sentence that a person can check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from heapq import nlargest
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..model import Event
from .evidence import Evidence
from .memory import Memory
from .types import Unplaced

METHODS = {
    "hashtag": "hashtag", "reply": "reply", "link": "link", "room": "room", "leader": "leader", "mention": "mention",
    "tagged": "author", "lasttag": "author", "running": "author", "been": "author",
    "newest": "time", "fresh": "time", "ended": "time", "late": "time", "early": "time", "untimed": "time",
    "quiet": "time", "words": "words", "best": "words", "title": "words",
    "prev": "author", "next": "author", "both": "author", "been_later": "author", "unopened": "author",
    "quiet_before": "time", "quiet_after": "time",
}  # fmt: skip
Values = dict[str, float]  # kind -> value, for one session
_MAX_PARTS = 3  # pieces of evidence in a sentence


@dataclass(frozen=True, slots=True)
class Stay:
    """An author's posts in a session beside the post in question, in seconds since 1970.

    `before` and `after` are the times of the nearest ones, `now` says that the author's last post is in the session, and
    `named` that the author or a person named the session.
    """

    before: float | None = None
    after: float | None = None
    now: bool = False
    named: bool = False


class Reasons:
    """Explains placements of one event's posts."""

    def __init__(self, event: Event, evidence: Evidence, memory: Memory) -> None:
        self._zone = _zone(event)
        self._evidence = evidence
        self._memory = memory

    def method_and_sentence(
        self, post: Unplaced, session: str, values: Values, weights: Mapping[str, float], stay: Stay | None
    ) -> tuple[str, str]:
        """Return the method with the most weight, and the evidence for the session, strongest first."""
        sums: dict[str, float] = {}
        for kind, value in values.items():
            sums[METHODS[kind]] = sums.get(METHODS[kind], 0.0) + weights.get(kind, 0.0) * value
        strongest = sorted((m for m in sums if sums[m] > 0), key=lambda m: -sums[m])
        parts = [self._part(method, post, session, values, stay) for method in strongest[:_MAX_PARTS]]
        return (strongest or ["time"])[0], "; ".join(filter(None, parts)) or "the best match"

    def _part(self, method: str, post: Unplaced, session: str, values: Values, stay: Stay | None) -> str:
        match method:
            case "hashtag":
                return f"tagged #{self._evidence.meaning(post).tags[session]}"
            case "room":
                return "tagged with the room in which the session was running"
            case "reply":
                return "replies to a post in this session"
            case "link":
                return "links to this session's page"
            case "mention":
                return "mentions somebody who last posted in this session"
            case "leader":
                return "mentions one of this session's leaders"
            case "words":
                return self._words(post, session)
            case "author":
                return self._author(post, stay) if stay else ""
            case _:
                return self._time(post, session, values)

    def _words(self, post: Unplaced, session: str) -> str:
        """Return the words that matter most, of those said in the session or in its title."""
        nats = self._evidence.nats(self._evidence.words(post), session, self._memory)
        best = nlargest(_MAX_PARTS, nats, key=lambda word: nats[word])
        return "mentions " + ", ".join(f"“{word}”" for word in best) if best else ""

    def _author(self, post: Unplaced, stay: Stay) -> str:
        """Return where the author posted before and after, for example "follows the author's post of 10:40 ..."."""
        before, after = (self._clock(at, post) if at is not None else "" for at in (stay.before, stay.after))
        if before and after:
            return f"written between the author's posts of {before} and {after} in this session"
        if after:
            return f"written before the author's post of {after} in this session"
        if before and stay.now:
            return f"follows the author's post of {before} in this session"
        last = f", last at {before}" if before else ""
        return f"the author {'named' if stay.named else 'posted in'} this session earlier{last}"

    def _time(self, post: Unplaced, session: str, values: Values) -> str:
        slot = self._evidence.timetable.slots.get(session)
        if slot is None or post.at is None:
            return ""
        if "early" in values:
            return f"the session started soon after, at {self._clock(slot.starts, post)}"
        if "ended" in values:
            return f"the session ended at {self._clock(slot.ends, post)}"
        return "running at the time" + (", the most recent session to start" if "newest" in values else "")

    def _clock(self, at: float, post: Unplaced) -> str:
        """Return the time as a clock at the event showed it, with the day if it differs from the post's."""
        local = datetime.fromtimestamp(at, UTC).astimezone(self._zone)
        same = isinstance(post.at, datetime) and post.at.astimezone(self._zone).date() == local.date()
        return f"{local:%H:%M}" if same else f"{local:%H:%M} on {local.day} {local:%B}"


def _zone(event: Event) -> tzinfo:
    try:
        return ZoneInfo(event.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
