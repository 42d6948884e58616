"""Posts: the entries of feeds, and imported ones. Each is kept once, placed with a reason; an edit is a revision."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from backchannel.desk.desk import Desk
from backchannel.desk.placing import Known, forget, known_of
from backchannel.domain.channels import channels_of
from backchannel.domain.errors import Invalid, Unreadable
from backchannel.domain.ids import derived
from backchannel.domain.links import links_in
from backchannel.domain.markup import read
from backchannel.domain.model import Entry, Event, Feed, Item
from backchannel.domain.placing import Unplaced
from backchannel.domain.times import parse_when
from backchannel.domain.wire import one_line, tidy
from backchannel.store.base import Writer
from backchannel.writeup.render import plain, render, sanitise

BATCH = 500  # posts a transaction of a long import


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of entries."""

    new: int = 0
    edited: int = 0
    known: int = 0

    def __add__(self, other: Taken) -> Taken:
        return Taken(self.new + other.new, self.edited + other.edited, self.known + other.known)


def take_entries(desk: Desk, event: str, entries: Sequence[Entry], *, feed: Feed | None = None) -> Taken:
    """Keep what is new or edited among the entries, in ONE transaction."""
    return desk.write(event, lambda writer: take_all(desk, writer, writer.event(event), entries, feed))


def take_all(desk: Desk, writer: Writer, event: Event, entries: Sequence[Entry], feed: Feed | None) -> Taken:
    """The same inside a job of the caller's."""
    known = known_of(desk, writer, event)
    try:
        ids = [_post_id(event, entry, feed) for entry in entries]
        kept = writer.fingerprints(event.slug, ids)
        taken = Taken()
        for id, entry in zip(ids, entries, strict=True):
            if id not in kept:
                _take(writer, known, event, id, entry, feed, desk.clock())
                taken += Taken(new=1)
            elif kept[id][0] != entry.text:
                _edit(writer, event, id, entry, desk.clock())
                taken += Taken(edited=1)
            else:
                taken += Taken(known=1)
            kept[id] = (entry.text, "visible")
        return taken
    except BaseException:
        forget(desk, event)  # it has learnt what will not be kept
        raise


def _post_id(event: Event, entry: Entry, feed: Feed | None) -> str:
    return derived(event.uid, feed.id if feed else "import", entry.source_id)


def _take(
    writer: Writer, known: Known, event: Event, id: str, entry: Entry, feed: Feed | None, now: datetime
) -> None:
    at = min(entry.written_at, now) if entry.written_at else now
    unplaced = Unplaced(
        source_id=entry.source_id, author=entry.author, text=entry.text, title=entry.title, at=at,
        hashtags=entry.hashtags, url=entry.url, links=tuple(link.url for link in links_in(entry.text)),
        session=feed.session if feed else None,
    )  # fmt: skip
    placed = known.placer.place(unplaced)
    item = Item(
        id=id, event=event.slug, origin="post", text=entry.text, author=entry.author,
        author_key=f"feed:{feed.id}" if feed else "import", session=placed.session, html=entry.html, at=at,
        kind=_kind(entry.text), written_at=entry.written_at, received_at=now, url=entry.url, sources=_sources(entry, feed),
        placed=placed.placement, source_id=entry.source_id,
    )  # fmt: skip
    item = writer.keep_item(item, channels_of(item), do="put", by=item.author_key, at=now, new_text=True)
    known.keep(unplaced, placed, item)


def _kind(text: str) -> Any:
    return read(text).kind


def _sources(entry: Entry, feed: Feed | None) -> tuple[Mapping[str, str], ...]:
    source = {"feed": feed.url if feed else "", "guid": entry.source_id, "url": entry.url or ""}
    return ({name: value for name, value in source.items() if value},)


def _edit(writer: Writer, event: Event, id: str, entry: Entry, now: datetime) -> None:
    item = writer.item(event.slug, id)
    item = replace(item, text=entry.text, html=entry.html, kind=_kind(entry.text))
    writer.keep_item(item, channels_of(item), do="put", by=item.author_key, at=now, new_text=True)


def import_posts(desk: Desk, event: str, lines: Iterable[bytes], progress: Callable[[int], None] = lambda n: None) -> Taken:
    """Posts as NDJSON, a line a post: {"id", "at", "author", "text"[, "url", "html"]}. Every line is read before any is
    kept; a line that is none raises `Unreadable` with its number."""
    entries = [_entry(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    taken = Taken()
    for start in range(0, len(entries), BATCH):
        taken += take_entries(desk, event, entries[start : start + BATCH])
        progress(len(entries[start : start + BATCH]))
    return taken


def _entry(number: int, line: bytes) -> Entry:
    try:
        post = json.loads(line)
        if not isinstance(post, dict):
            raise ValueError
    except (ValueError, RecursionError):
        raise Unreadable(f"Line {number} is not a JSON object; nothing was kept.") from None
    try:
        return _post_entry(post)
    except Invalid as fault:
        raise Unreadable(f"Line {number}: {fault.message} Nothing was kept.") from None


def _post_entry(post: Mapping[str, Any]) -> Entry:
    source_id = post.get("id")
    if not isinstance(source_id, str | int) or not str(source_id):
        raise Invalid("A post has an `id`.", field="id")
    when = parse_when(_string(post, "at") or None)
    html = sanitise(_string(post, "html"))
    text = tidy(_string(post, "text")) or plain(html)
    if not text.strip():
        raise Invalid("A post has a `text`.", field="text")
    return Entry(
        source_id=str(source_id),
        text=text,
        author=one_line(_string(post, "author")),
        html=html or render(text),
        written_at=when if isinstance(when, datetime) else None,
        url=_string(post, "url") or None,
    )


def _string(post: Mapping[str, Any], name: str) -> str:
    value = post.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid(f"`{name}` is a string.", field=name)
    return value
