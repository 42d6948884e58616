"""Feeds to subscribe to: the items of an event or a session, newest first, as Atom (RFC 4287) or JSON Feed 1.1.

An entry's id never changes, and its `updated` is when the item came in or was corrected. A long feed is divided into
pages (RFC 5005; `next_url` in JSON Feed).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import SubElement

from backchannel.domain.markup import read
from backchannel.domain.model import Event, Item, Session
from backchannel.domain.wire import one_line
from backchannel.writeup.atom_xml import (
    add_authors,
    add_categories,
    add_content,
    add_link,
    entry_element,
    feed_element,
    serialise,
    timestamp,
    title_of,
)
from backchannel.writeup.deterministic import event_id, item_id, moment_of, session_id, updated
from backchannel.writeup.html import plain
from backchannel.writeup.mdtext import printable
from backchannel.writeup.render import is_good_link, render

ATOM = "application/atom+xml"
JSON_FEED = "application/feed+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """The addresses of a page of a feed. `item` is an item's address with ID in its place; `next` is empty at the end."""

    home: str
    first: str
    page: str
    next: str
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFeed:
    """A page of a feed. `items` are visible and newest first; `session` is None for the feed of an event."""

    event: Event
    session: Session | None
    items: tuple[Item, ...]
    sessions: Mapping[str, str]  # titles by guid
    addresses: Addresses

    @property
    def id(self) -> str:
        """Return the feed's UUID."""
        return session_id(self.event, self.session) if self.session else event_id(self.event)

    @property
    def title(self) -> str:
        """Return the title of the session and the event."""
        return f"{self.session.title} · {self.event.title}" if self.session else self.event.title

    def changed(self, item: Item) -> datetime:
        """Return when the item came in or was corrected."""
        return updated([item], None, self.event)

    def published(self, item: Item) -> datetime | None:
        """Return when the item was written, unless that would be after its last change."""
        written = moment_of(item.at)
        return written if written and written <= self.changed(item) else None

    def address(self, item: Item) -> str:
        """Return the item's permanent address."""
        return self.addresses.item.replace("ID", item.id)

    def tags(self, item: Item) -> list[str]:
        """Return the item's origin, its kind and the title of its session."""
        kind = [item.kind] if item.kind != "note" else []
        place = [] if self.session or not item.session else [self.sessions.get(item.session, "")]
        return [tag for tag in map(one_line, [item.origin, *kind, *place]) if tag]


def write_atom(feed: ItemFeed) -> str:
    root = feed_element(feed.id, feed.title, updated(feed.items, feed.session, feed.event), feed.event.title)
    add_link(root, feed.addresses.home, type="text/html")
    add_link(root, feed.addresses.page, "self", type=ATOM)
    add_link(root, feed.addresses.first, "first")
    if feed.addresses.next:
        add_link(root, feed.addresses.next, "next")
    for item in feed.items:
        entry = entry_element(root, item_id(feed.event, item), title_of(item.text), feed.changed(item))
        add_authors(entry, [item.author or feed.event.title])
        if published := feed.published(item):
            SubElement(entry, "published").text = timestamp(published)
        add_categories(entry, feed.tags(item))
        add_link(entry, feed.address(item), type="text/html")
        if source := _source(item):
            add_link(entry, source, "via")
        add_content(entry, _html(item))
    return serialise(root)


def write_json(feed: ItemFeed) -> str:
    found: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": one_line(feed.title),
        "home_page_url": feed.addresses.home,
        "feed_url": feed.addresses.page,
        **({"next_url": feed.addresses.next} if feed.addresses.next else {}),
        "language": "en",
        "items": [_json_item(feed, item) for item in feed.items],
    }
    return json.dumps(found, ensure_ascii=False, indent=1)


def _json_item(feed: ItemFeed, item: Item) -> dict[str, Any]:
    published, source = feed.published(item), _source(item)
    return {
        "id": f"urn:uuid:{item_id(feed.event, item)}",
        "url": feed.address(item),
        **({"external_url": source} if source else {}),
        "title": title_of(item.text),
        "content_html": printable(_html(item)),
        **({"date_published": timestamp(published)} if published else {}),
        "date_modified": timestamp(feed.changed(item)),
        **({"authors": [{"name": one_line(item.author)}]} if item.author else {}),
        "tags": feed.tags(item),
    }


def _html(item: Item) -> str:
    speaker = f"<b>{plain(item.speaker)}:</b> " if item.speaker else ""
    return speaker + (item.html or render(read(item.text).body))


def _source(item: Item) -> str:
    return item.url if item.url and is_good_link(item.url) else ""
