"""Reasons for a placement: a word for the method, and a sentence that a person can check."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from heapq import nlargest
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..model import Event
from .evidence import Evidence
from .memory import Memory
from .timetable import seconds
from .types import Unplaced
from .weights import WEIGHTS

METHODS = {
    "hashtag": "hashtag", "reply": "reply", "link": "link", "room": "room", "leader": "leader", "mention": "mention",
    "tagged": "author", "lasttag": "author", "running": "author", "been": "author",
    "newest": "time", "fresh": "time", "ended": "time", "late": "time", "early": "time", "untimed": "time",
    "quiet": "time", "words": "words", "best": "words", "title": "words",
}  # fmt: skip
Values = dict[str, float]  # kind -> value, for one session
_MAX_PARTS = 3  # pieces of evidence in a sentence


class Reasons:
    """Explains placements of one event's posts."""

    def __init__(self, event: Event, evidence: Evidence, memory: Memory) -> None:
        self._zone = _zone(event)
        self._evidence = evidence
        self._memory = memory

    def method_and_sentence(self, post: Unplaced, session: str, values: Values) -> tuple[str, str]:
        """Return the method with the most weight, and the evidence for the session, strongest first."""
        weights: dict[str, float] = {}
        for kind, value in values.items():
            weights[METHODS[kind]] = weights.get(METHODS[kind], 0.0) + WEIGHTS[kind] * value
        strongest = sorted((m for m in weights if weights[m] > 0), key=lambda m: -weights[m])
        parts = [self._part(method, post, session, values) for method in strongest[:_MAX_PARTS]]
        return (strongest or ["time"])[0], "; ".join(filter(None, parts)) or "the best match"

    def _part(self, method: str, post: Unplaced, session: str, values: Values) -> str:
        match method:
            case "hashtag":
                return f"tagged #{self._evidence.meaning(post).tags[session]}"
            case "room":
                return f"tagged with the room it was in at {self._clock(seconds(post.at), post)}"
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
                return self._author(post, session, values)
            case _:
                return self._time(post, session, values)

    def _words(self, post: Unplaced, session: str) -> str:
        """Return the words that matter most, of those said in the session or in its title."""
        nats = self._evidence.nats(self._evidence.words(post), session, self._memory)
        best = nlargest(_MAX_PARTS, nats, key=lambda word: nats[word])
        return "mentions " + ", ".join(f"“{word}”" for word in best) if best else ""

    def _author(self, post: Unplaced, session: str, values: Values) -> str:
        author = self._memory.author(post.author)
        run = author.runs.get(session) if author else None
        if run is None:
            return ""
        since = f" since {self._clock(run.since, post)}" if run.since is not None else ""
        if "running" not in values:
            return "the author tagged this session earlier" if run.tagged else "the author posted in this session earlier"
        named = ", which the author tagged" if run.tagged else ""
        return f"follows the author's posts in this session{since}{named}"

    def _time(self, post: Unplaced, session: str, values: Values) -> str:
        slot = self._evidence.timetable.slots.get(session)
        if slot is None or post.at is None:
            return ""
        if "early" in values:
            return f"the session started soon after, at {self._clock(slot.starts, post)}"
        if "ended" in values:
            return f"the session ended at {self._clock(slot.ends, post)}"
        return "running at the time" + (", the most recent session to start" if "newest" in values else "")

    def _clock(self, at: float | None, post: Unplaced) -> str:
        """Return the time as a clock at the event showed it, with the day if it differs from the post's."""
        if at is None:
            return "an unknown time"
        local = datetime.fromtimestamp(at, UTC).astimezone(self._zone)
        same = isinstance(post.at, datetime) and post.at.astimezone(self._zone).date() == local.date()
        return f"{local:%H:%M}" if same else f"{local:%H:%M} on {local.day} {local:%B}"


def _zone(event: Event) -> tzinfo:
    try:
        return ZoneInfo(event.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
