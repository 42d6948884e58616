"""Atom feeds (RFC 4287): of an event, one entry a session with its whole write-up; of a session, one entry an item.

Ids are URNs of existing ids, and `updated` is when something last came in, so an entry stays the same for every reader.
The feed does not name its own address, because only the person who publishes it knows that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement

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
from backchannel.writeup.html import plain, session_body, words_html
from backchannel.writeup.model import EventWriteUp, Line, SessionWriteUp
from backchannel.writeup.render import is_good_link

_SOURCE = re.compile(r' <a class="source" href="#[^"]*">¶</a>')


def write_event(writeup: EventWriteUp) -> str:
    event = writeup.event
    feed = feed_element(event_id(event), writeup.title, updated(writeup.items, None, event), writeup.title)
    for part in _parts(writeup):
        entry = entry_element(feed, session_id(event, part.session), part.title, updated(part.items, part.session, event))
        add_authors(entry, part.note_takers or part.leaders)
        add_categories(entry, part.hashtags)
        if part.session and part.session.url and is_good_link(part.session.url):
            add_link(entry, part.session.url)
        add_content(entry, _body(part))
    return serialise(feed)


def write_session(writeup: SessionWriteUp) -> str:
    event, session = writeup.event, writeup.session
    title = f"{writeup.title} · {event.title}"
    feed = feed_element(session_id(event, session), title, updated(writeup.items, session, event), event.title)
    lines = [line for group in writeup.thoughts for line in group.lines]
    for line in (*lines, *writeup.notes, *writeup.posts):
        _item(feed, writeup, line)
    return serialise(feed)


def _item(feed: Element, writeup: SessionWriteUp, line: Line) -> None:
    item, event = line.item, writeup.event
    changed = updated([item], writeup.session, event)
    entry = entry_element(feed, item_id(event, item), title_of(line.body), changed)
    add_authors(entry, [item.author])
    written = moment_of(item.at)
    if written and written <= changed:
        SubElement(entry, "published").text = timestamp(written)
    add_categories(entry, [item.origin, *([item.kind] if item.kind != "note" else [])])
    if item.url and is_good_link(item.url):
        add_link(entry, item.url)
    speaker = f"<b>{plain(item.speaker)}:</b> " if item.speaker else ""
    add_content(entry, speaker + words_html(line))


def _body(part: SessionWriteUp) -> str:
    """Return the content without the title, which the entry has, and without links to anchors on other pages."""
    header, _, *body = session_body(part)
    return _SOURCE.sub("", "\n".join([header, *body]))


def _parts(writeup: EventWriteUp) -> Iterable[SessionWriteUp]:
    return (*writeup.sessions, *((writeup.hallway,) if writeup.hallway else ()))
