"""The evidence for each session: what the post, the timetable and earlier items say (see weights.py)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from ..hashtags import Hashtags, Meaning, fold, hashtags_in
from ..model import Event, Room, Session
from .memory import Memory
from .timetable import Timetable, seconds
from .types import Unplaced
from .weights import HALF_RUN, ON_STAGE
from .words import Titles, stem, words_of

Column = dict[str, float]  # session guid -> value
Columns = dict[str, Column]  # kind -> column; sessions without evidence are left out

_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_MENTION = re.compile(r"(?<![\w/@])@(\w+)")


class Evidence:
    """The evidence that one event's programme allows."""

    def __init__(self, event: Event, sessions: Sequence[Session], rooms: Iterable[Room]) -> None:
        self.tags = Hashtags(event, sessions, rooms)
        self.timetable = Timetable(session for session in sessions if not session.cancelled)
        self._sessions = {s.guid: s for s in sessions}
        self._titles = Titles({s.guid: s.title for s in sessions})
        self._pages = {address_of(s.url): s.guid for s in sessions if s.url}
        self._leaders = {s.guid: {fold(name) for name in s.leaders} - {""} for s in sessions}
        self._ours = re.compile(rf"/{re.escape(event.slug.casefold())}/(?:s/|sessions?/)?([a-z0-9-]+)")
        self._slugs = {s.slug: s.guid for s in sessions}
        # cached, because one post asks several times
        self.meaning = lru_cache(maxsize=2)(self._meaning)
        self.words = lru_cache(maxsize=2)(self._words_of)

    def of(self, post: Unplaced, memory: Memory) -> Columns:
        """Return kind -> session guid -> value, from what came before the post."""
        at = seconds(post.at)
        found = self.of_post(post, memory)
        if at is not None:
            found["quiet"] = {guid: math.log1p(max(0.0, at - last) / 300) for guid, last in memory.heard.items()}
        found |= self._author(post.author, at, memory)
        found |= self._people(post, memory)
        return found

    def of_post(self, post: Unplaced, memory: Memory) -> Columns:
        """Return the evidence of the post's time, tags, links and words, without its author."""
        at = seconds(post.at)
        found: Columns = self.timetable.columns(at) if at is not None else {}
        meaning = self.meaning(post)
        found["hashtag"] = dict.fromkeys(meaning.sessions, 1.0)
        found["room"] = self._room(meaning, at)
        found |= self._links(post, memory)
        found |= self._words(self.words(post), memory)
        found["leader"] = self._named_leaders(post)
        return found

    def _meaning(self, post: Unplaced) -> Meaning:
        return self.tags.meaning(self._tags(post))

    def _words_of(self, post: Unplaced) -> tuple[str, ...]:
        """Return the post's words, each once. A hashtag that names no session is a word, like `#opendata`."""
        known = self.tags
        topics = (stem(fold(tag)) for tag in self._tags(post) if not known.is_ours(tag))
        return tuple(dict.fromkeys((*words_of(f"{post.title} {post.text}"), *topics)))

    def nats(self, words: Iterable[str], session: str, memory: Memory) -> Column:
        """Return word -> how much it points to the session, by what was said there or by its title."""
        found = {w: memory.words.nats(w).get(session, 0.0) + self._titles.shared([w]).get(session, 0.0) for w in words}
        return {word: nats for word, nats in found.items() if nats > 0}

    def _tags(self, post: Unplaced) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*hashtags_in(post.title), *hashtags_in(post.text), *post.hashtags)))

    def _room(self, meaning: Meaning, at: float | None) -> Column:
        """Return the session running in a tagged room, or the last one there."""
        if at is None:
            return {}
        slots = self.timetable.slots
        found: Column = {}
        for room in meaning.rooms:
            there = [g for g, slot in slots.items() if self._sessions[g].room == room and slot.starts <= at + ON_STAGE]
            if there:
                found[max(there, key=lambda g: slots[g].starts)] = 1.0
        return found

    def _author(self, name: str, at: float | None, memory: Memory) -> Columns:
        author = memory.author(name)
        if author is None:
            return {}
        found: Columns = {
            "been": {guid: math.log1p(run.posts) for guid, run in author.runs.items()},
            "tagged": {guid: 1.0 for guid, run in author.runs.items() if run.tagged},
            "lasttag": {author.tagged: 1.0} if author.tagged else {},
        }
        if author.now:
            last = author.runs[author.now].last
            gap = max(0.0, at - last) if at is not None and last is not None else HALF_RUN
            found["running"] = {author.now: author.sure / (1 + gap / HALF_RUN)}
        return found

    def _links(self, post: Unplaced, memory: Memory) -> Columns:
        """Return evidence from the item it replies to, and from links to session pages, here or at the schedule's
        address.
        """
        answered = memory.where(post.reply_to)
        linked: Column = {}
        for link in (*post.links, *_ADDRESS.findall(post.text)):
            address = address_of(link)
            ours = self._ours.search(address)
            guid = self._pages.get(address) or (self._slugs.get(ours[1]) if ours else None) or memory.where(link)
            if guid:
                linked[guid] = 1.0
        return {"reply": {answered: 1.0} if answered else {}, "link": linked}

    def _words(self, words: Sequence[str], memory: Memory) -> Columns:
        """Return evidence from all words, reduced for long texts because words are not independent, and from the best
        one.
        """
        if not words:
            return {}
        total: Column = {}
        best: Column = {}
        for word in words:
            for guid, nats in memory.words.nats(word).items():
                total[guid] = total.get(guid, 0.0) + nats
                best[guid] = max(best.get(guid, 0.0), nats)
        tempered = math.sqrt(len(words))
        silence = memory.words.silence
        said = {guid: (total.get(guid, 0.0) + len(words) * silence[guid]) / tempered for guid in silence}
        titles = {guid: math.log1p(nats) for guid, nats in self._titles.shared(words).items()}
        return {"words": said, "best": best, "title": titles}

    def _named_leaders(self, post: Unplaced) -> Column:
        """Return the sessions whose leaders it mentions by handle or name."""
        text = f"{post.title} {post.text}"
        handles = {fold(handle) for handle in _MENTION.findall(text)}
        said = fold(text)
        leaders: Column = {}
        for guid, names in self._leaders.items():
            if names and (handles & names or any(len(name) > 6 and name in said for name in names)):
                leaders[guid] = 1.0
        return leaders

    def _people(self, post: Unplaced, memory: Memory) -> Columns:
        """Return the sessions in which the people it mentions posted last."""
        others = (memory.author(handle) for handle in _MENTION.findall(f"{post.title} {post.text}"))
        return {"mention": {author.now: 1.0 for author in others if author and author.now}}


def address_of(url: str | None) -> str:
    """Return an address without scheme, 'www.', query, fragment, and a trailing slash or full stop."""
    return re.sub(r"^(?:https?://)?(?:www\.)?|[?#].*$", "", url or "").rstrip("/.,;:!)").casefold()
