"""Posts from feeds and imports. Each post is one item, however many sources have it; an edit is a revision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape

from backchannel.desk.blocks import save_moderated
from backchannel.desk.desk import Desk
from backchannel.desk.moderation import is_trusted, restored_state
from backchannel.desk.placer_state import PlacerState
from backchannel.desk.placing import placer_state, write_placing
from backchannel.domain import identity
from backchannel.domain.blocks import Block
from backchannel.domain.channels import channels_of
from backchannel.domain.ids import derived
from backchannel.domain.links import links_in
from backchannel.domain.markup import read
from backchannel.domain.model import Entry, Event, Feed, Item
from backchannel.domain.moderation import decide, hold_of
from backchannel.domain.placing import Unplaced
from backchannel.store.base import Source, Writer

IMPORT = "import"  # stands in for the feed of imported posts


@dataclass(frozen=True, slots=True)
class IntakeCounts:
    """Counts of processed entries. `folded` were known from another source, `gone` were deleted upstream."""

    new: int = 0
    edited: int = 0
    known: int = 0
    folded: int = 0
    gone: int = 0

    def __add__(self, other: IntakeCounts) -> IntakeCounts:
        return IntakeCounts(
            self.new + other.new, self.edited + other.edited, self.known + other.known, self.folded + other.folded,
            self.gone + other.gone,
        )  # fmt: skip


def take_entries(desk: Desk, event: str, entries: Sequence[Entry], *, feed: Feed | None = None) -> IntakeCounts:
    """Save new and edited entries in one transaction."""
    return write_placing(desk, event, lambda writer: take_all(desk, writer, writer.event(event), entries, feed))


def take_all(desk: Desk, writer: Writer, event: Event, entries: Sequence[Entry], feed: Feed | None) -> IntakeCounts:
    """Save new and edited entries inside the caller's job. Run the job with `write_placing`."""
    intake = _Intake(writer, event, feed, placer_state(desk, writer, event), desk.clock(), writer.blocks(event.slug))
    return sum((intake.take(entry) for entry in entries), IntakeCounts())


@dataclass(frozen=True, slots=True)
class _Intake:
    """Processes the entries of one feed in order."""

    writer: Writer
    event: Event
    feed: Feed | None
    known: PlacerState
    now: datetime
    blocks: tuple[Block, ...]

    def take(self, entry: Entry) -> IntakeCounts:
        own = identity.own_key(entry, self._feed_id)
        # Imported posts are never merged: equal texts with different ids are different posts.
        asked = identity.asked_keys(entry) if self.feed else ()
        found = self.writer.sources(self.event.slug, (own, *asked))
        if own in found:
            return self._again(entry, own, found[own])
        for key in asked:
            if key in found:
                return self._fold(entry, own, self.writer.item(self.event.slug, found[key].id))
        return self._new(entry, own)

    @property
    def _feed_id(self) -> str:
        return self.feed.id if self.feed else IMPORT

    def _new(self, entry: Entry, own: str) -> IntakeCounts:
        post = self._unplaced(entry)
        placed = self.known.placer.place(post)
        item = Item(
            id=derived(self.event.uid, self._feed_id, entry.source_id), event=self.event.slug, origin="post",
            text="", author=entry.author, author_key=f"feed:{self._feed_id}", session=placed.session,
            placed=placed.placement, at=post.at, written_at=entry.written_at, received_at=self.now, url=entry.url,
            sources=(self._source(entry),), source_id=entry.source_id,
        )  # fmt: skip
        item = self._moderated(_worded(item, entry), entry)
        self.known.keep(post, placed, item)
        self._remember(item, own, entry)
        for key in identity.shared_keys(entry):
            self.writer.save_source(self.event.slug, key, Source(id=item.id, feed="", fingerprint=""), if_absent=True)
        return IntakeCounts(new=1)

    def _again(self, entry: Entry, own: str, kept: Source) -> IntakeCounts:
        """Handle an entry already known from this feed: an upstream edit, or no change."""
        if kept.fingerprint == identity.fingerprint(entry):
            return IntakeCounts(known=1)
        item = self.writer.item(self.event.slug, kept.id)
        self._remember(item, own, entry)
        # The first source decides the text, because servers render the same post differently.
        if item.author_key == f"feed:{self._feed_id}" and item.source_id == entry.source_id:
            self._moderated(_worded(item, entry), entry)
        return IntakeCounts(edited=1)

    def _fold(self, entry: Entry, own: str, item: Item) -> IntakeCounts:
        """Handle an entry known from elsewhere: add a source, or restore a post that all its sources had deleted."""
        self._remember(item, own, entry)
        source = dict(self._source(entry))
        if identity.is_reshare(entry):
            source["reshared_by"] = entry.author
        item = replace(item, sources=(*item.sources, source))
        if item.state == "withdrawn":
            state = restored_state(self.writer.history(self.event.slug, item.id))
            self._moderated(_worded(replace(item, state=state), entry), entry)
            return IntakeCounts(new=1)
        self._keep(item, "source", new_text=False)
        return IntakeCounts(folded=1)

    def _moderated(self, item: Item, entry: Entry) -> Item:
        """Save new text in the state that the event's settings and blocks give it. They never show what was withheld."""
        hold = hold_of(self.event.policy, self.feed.hold if self.feed else "")
        verdict = decide(
            item, hold, trusted=hold == "strangers" and is_trusted(self.writer, self.event, item), blocks=self.blocks,
            # Authors who opted out of discovery are shown only after a person's decision.
            undiscoverable=item.rev == 0 and "undiscoverable" in entry.flags,
        )  # fmt: skip
        return save_moderated(self.writer, item, verdict, by=f"feed:{self._feed_id}", now=self.now)

    def _keep(self, item: Item, do: str, *, new_text: bool) -> Item:
        by = f"feed:{self._feed_id}"
        return self.writer.save_item(item, channels_of(item), do=do, by=by, at=self.now, new_text=new_text)

    def _remember(self, item: Item, own: str, entry: Entry) -> None:
        source = Source(id=item.id, feed=self._feed_id, fingerprint=identity.fingerprint(entry))
        self.writer.save_source(self.event.slug, own, source)

    def _unplaced(self, entry: Entry) -> Unplaced:
        return Unplaced(
            source_id=entry.source_id, author=entry.author, text=entry.text, title=entry.title,
            at=min(entry.written_at, self.now) if entry.written_at else self.now, hashtags=entry.hashtags,
            url=entry.url, links=tuple(link.url for link in links_in(entry.text)),
            session=self.feed.session if self.feed else None,
        )  # fmt: skip

    def _source(self, entry: Entry) -> Mapping[str, str]:
        source = {
            "feed": self.feed.url if self.feed else "", "guid": entry.source_id, "url": entry.url or "",
            "title": entry.title, "hashtags": " ".join(entry.hashtags),
        }  # fmt: skip
        return {name: value for name, value in source.items() if value}


def _worded(item: Item, entry: Entry) -> Item:
    """Return the item with the entry's text. A title goes first unless the text repeats it."""
    text, html = entry.text, entry.html
    if entry.title and entry.title.casefold() not in text[: len(entry.title) + 20].casefold():
        text, html = f"{entry.title}\n\n{text}".strip(), f"<p><strong>{escape(entry.title)}</strong></p>{html}"
    return replace(item, text=text, html=html, kind=read(entry.text).kind)


def withdraw_missing(
    writer: Writer, feed: Feed, entries: Sequence[Entry], covers: datetime, now: datetime
) -> IntakeCounts:  # fmt: skip
    """Withdraw posts that the feed should still contain since `covers` but no longer does. A post goes with its last
    source.
    """
    present = {identity.own_key(entry, feed.id) for entry in entries}
    gone = 0
    for key, source in writer.sources_since(feed.event, feed.id, covers).items():
        if key in present:
            continue
        writer.remove_source(feed.event, key)
        item = writer.item(feed.event, source.id)
        guid = key.removeprefix(f"f:{feed.id}:")
        left = tuple(one for one in item.sources if not (one.get("feed") == feed.url and one.get("guid") == guid))
        item = replace(item, sources=left, state=item.state if left else "withdrawn")
        writer.save_item(
            item, channels_of(item), do="source" if left else "retract", by=f"feed:{feed.id}", at=now, new_text=False
        )
        gone += 0 if left else 1
    return IntakeCounts(gone=gone)
