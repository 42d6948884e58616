"""The evidence for each session: a value per kind (see weights), from the post, the timetable and what came before."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from ..hashtags import Hashtags, Meaning, fold, hashtags_in
from ..model import Event, Room, Session
from .memory import Memory
from .shapes import Unplaced
from .timetable import Timetable, seconds
from .weights import HALF_RUN
from .words import words_of

Values = dict[str, float]  # kind -> value; a kind that says nothing is left out

_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_MENTION = re.compile(r"(?<![\w/@])@(\w+)")
_TEMPER = 0.5  # of the length of a post that words count with: they do not come independently of each other


class Evidence:
    """What is looked at, for one event's programme."""

    def __init__(self, event: Event, sessions: Sequence[Session], rooms: Iterable[Room]) -> None:
        self.tags = Hashtags(event, sessions, rooms)
        self.timetable = Timetable(sessions)
        self._rooms = {s.guid: s.room for s in sessions}
        self._pages = {_address(s.url): s.guid for s in sessions if s.url}
        self._slugs = {f"/{event.slug}/{s.slug}": s.guid for s in sessions if s.slug}
        self._leaders = {s.guid: {fold(name) for name in s.leaders if len(fold(name)) > 2} for s in sessions}

    def of(self, post: Unplaced, memory: Memory) -> dict[str, Values]:
        """Session guid -> its values, for every session that anything speaks for or against."""
        at = seconds(post.at)
        found: dict[str, Values] = {guid: {} for guid in self._rooms}
        if at is not None:
            for guid, values in found.items():
                self._time(guid, at, values, memory)
        meaning = self.meaning(post)
        for guid in meaning.sessions:
            found[guid]["hashtag"] = 1.0
        self._room(meaning, at, found)
        self._author(post.author, at, found, memory)
        self._links(post, found, memory)
        self._words(post, found, memory)
        self._mentions(post, found)
        return found

    def meaning(self, post: Unplaced) -> Meaning:
        return self.tags.meaning(dict.fromkeys((*hashtags_in(post.title), *hashtags_in(post.text), *post.hashtags)))

    def _time(self, guid: str, at: float, values: Values, memory: Memory) -> None:
        slot = self.timetable.slots.get(guid)
        if slot is None:
            return
        if at < slot.starts:
            values["early"] = math.log1p((slot.starts - at) / 60)
        else:
            since = self.timetable.begun_since(guid, at)
            if since:
                values["since"] = math.log1p(since)
            else:
                values["newest"] = 1.0
            if at <= slot.ends:
                values["on"] = 1.0
            else:
                values["late"] = math.log1p((at - slot.ends) / 600)
        if busy := memory.busy(guid, at):
            values["busy"] = math.log1p(busy)

    def _room(self, meaning: Meaning, at: float | None, found: dict[str, Values]) -> None:
        """The session that is on in a room named by a tag, or was last on there."""
        if at is None:
            return
        slots = self.timetable.slots
        for room in meaning.rooms:
            there = [g for g, r in self._rooms.items() if r == room and g in slots and slots[g].starts <= at + 600]
            if there:
                found[max(there, key=lambda g: slots[g].starts)]["room"] = 1.0

    def _author(self, name: str, at: float | None, found: dict[str, Values], memory: Memory) -> None:
        author = memory.author(name)
        if author is None:
            return
        for guid, run in author.runs.items():
            values = found.get(guid)
            if values is None:
                continue
            values["been"] = math.log1p(run.posts)
            if run.tagged:
                values["tagged"] = 1.0
            if guid == author.now:
                gap = abs(at - run.last) if at is not None and run.last is not None else HALF_RUN
                values["running"] = 1 / (1 + gap / HALF_RUN)

    def _links(self, post: Unplaced, found: dict[str, Values], memory: Memory) -> None:
        answered = memory.where(post.reply_to)
        if answered in found:
            found[answered]["reply"] = 1.0
        for link in (*post.links, *_ADDRESS.findall(post.text)):
            address = _address(link)
            slugs = (g for end, g in self._slugs.items() if address.endswith(end))
            if guid := self._pages.get(address) or next(slugs, None):
                found[guid]["link"] = 1.0

    def _words(self, post: Unplaced, found: dict[str, Values], memory: Memory) -> None:
        words = words_of(f"{post.title} {post.text}")
        tempered = len(words) ** _TEMPER or 1.0
        for guid, nats in memory.words.likelihoods(words).items():
            if guid in found:
                total = sum(nats.values()) + len(words) * memory.words.length_penalty(guid)
                found[guid]["words"] = max(0.0, total) / tempered

    def _mentions(self, post: Unplaced, found: dict[str, Values]) -> None:
        text = f"{post.title} {post.text}"
        handles = {fold(handle) for handle in _MENTION.findall(text)}
        said = fold(text)
        for guid, leaders in self._leaders.items():
            if leaders and (handles & leaders or any(len(name) > 6 and name in said for name in leaders)):
                found[guid]["leader"] = 1.0


def _address(url: str | None) -> str:
    """An address without scheme, 'www.', query, fragment or a slash at its end."""
    return re.sub(r"^(?:https?://)?(?:www\.)?|[?#].*$|/+$|[.,;:!)]+$", "", url or "").rstrip("/").casefold()
