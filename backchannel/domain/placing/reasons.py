"""Why a post stands where it stands: a word for the method, a sentence that a person can check."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..model import Event
from .evidence import Evidence, Values
from .memory import Memory
from .shapes import Unplaced
from .timetable import seconds
from .weights import WEIGHTS
from .words import words_of

METHODS = {
    "hashtag": "hashtag", "reply": "reply", "link": "link", "room": "room", "leader": "leader", "words": "words",
    "tagged": "author", "running": "author", "been": "author",
    "on": "time", "newest": "time", "since": "time", "late": "time", "early": "time", "busy": "time",
}  # fmt: skip
_TOLD = 3  # pieces of evidence in a sentence


class Reasons:
    def __init__(self, event: Event, evidence: Evidence, memory: Memory) -> None:
        self._zone = _zone(event)
        self._evidence = evidence
        self._memory = memory

    def method_and_sentence(self, post: Unplaced, session: str, values: Values) -> tuple[str, str]:
        """The method that weighs most, and what speaks for the session, the strongest first."""
        weights: dict[str, float] = {}
        for kind, value in values.items():
            weights[METHODS[kind]] = weights.get(METHODS[kind], 0.0) + WEIGHTS[kind] * value
        strongest = sorted((m for m in weights if weights[m] > 0), key=lambda m: -weights[m])
        told = [self._tell(method, post, session, values) for method in strongest[:_TOLD]]
        return (strongest or ["time"])[0], "; ".join(filter(None, told)) or "nothing fits better"

    def _tell(self, method: str, post: Unplaced, session: str, values: Values) -> str:
        match method:
            case "hashtag":
                return f"tagged #{self._evidence.meaning(post).tags[session]}"
            case "room":
                return f"tagged with its room, where it was on at {self._clock(seconds(post.at), post)}"
            case "reply":
                return "answers a post in this session"
            case "link":
                return "links to this session's page"
            case "leader":
                return "names a leader of this session"
            case "words":
                return self._words(post, session)
            case "author":
                return self._author(post, session, values)
            case _:
                return self._time(post, session, values)

    def _words(self, post: Unplaced, session: str) -> str:
        nats = self._memory.words.likelihoods(words_of(f"{post.title} {post.text}")).get(session, {})
        best = sorted(nats, key=lambda word: -nats[word])[:3]
        return "shares " + ", ".join(f"‘{word}’" for word in best) if best else ""

    def _author(self, post: Unplaced, session: str, values: Values) -> str:
        author = self._memory.author(post.author)
        run = author.runs.get(session) if author else None
        if run is None:
            return ""
        since = f" since {self._clock(run.since, post)}" if run.since is not None else ""
        if "running" not in values:
            return "the author named this session before" if run.tagged else "the author posted in this session before"
        named = ", which the author named" if run.tagged else ""
        return f"the author's posts{since} are in this session{named}"

    def _time(self, post: Unplaced, session: str, values: Values) -> str:
        slot = self._evidence.timetable.slots[session]
        if "on" in values:
            return "on at the time" + (", the latest to have begun" if "newest" in values else "")
        if "early" in values:
            return f"began soon after, at {self._clock(slot.starts, post)}"
        return f"ended at {self._clock(slot.ends, post)}, before the post"

    def _clock(self, at: float | None, post: Unplaced) -> str:
        """The time as a clock at the event showed it; with the day, where that is another than the post's."""
        if at is None:
            return "an unknown time"
        shown = datetime.fromtimestamp(at, UTC).astimezone(self._zone)
        same = isinstance(post.at, datetime) and post.at.astimezone(self._zone).date() == shown.date()
        return f"{shown:%H:%M}" if same else f"{shown:%H:%M} on {shown.day} {shown:%B}"


def _zone(event: Event) -> tzinfo:
    try:
        return ZoneInfo(event.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
