"""Atom feeds (RFC 4287): of an event, one entry a session with its whole write-up; of a session, one entry an item.

Ids are URNs of existing ids, and `updated` is when something last came in, so an entry stays the same for every reader.
The feed does not name its own address, because only the person who publishes it knows that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from backchannel.domain.wire import one_line
from backchannel.writeup.deterministic import event_id, item_id, moment_of, session_id, updated
from backchannel.writeup.html import plain, session_body, words_html
from backchannel.writeup.mdtext import printable
from backchannel.writeup.model import EventWriteUp, Line, SessionWriteUp
from backchannel.writeup.render import is_good_link

_NAMESPACE = "http://www.w3.org/2005/Atom"
_SOURCE = re.compile(r' <a class="source" href="#[^"]*">¶</a>')
_TITLE = 80  # characters of an item's text used as its title


def write_event(writeup: EventWriteUp) -> str:
    event = writeup.event
    feed = _feed(event_id(event), writeup.title, updated(writeup.items, None, event), writeup.title)
    for part in _parts(writeup):
        entry = _entry(feed, session_id(event, part.session), part.title, updated(part.items, part.session, event))
        _authors(entry, part.note_takers or part.leaders)
        _categories(entry, part.hashtags)
        if part.session and part.session.url and is_good_link(part.session.url):
            _link(entry, part.session.url)
        _content(entry, _body(part))
    return _file(feed)


def write_session(writeup: SessionWriteUp) -> str:
    event, session = writeup.event, writeup.session
    title = f"{writeup.title} · {event.title}"
    feed = _feed(session_id(event, session), title, updated(writeup.items, session, event), event.title)
    lines = [line for group in writeup.thoughts for line in group.lines]
    for line in (*lines, *writeup.notes, *writeup.posts):
        _item(feed, writeup, line)
    return _file(feed)


def _item(feed: Element, writeup: SessionWriteUp, line: Line) -> None:
    item, event = line.item, writeup.event
    changed = updated([item], writeup.session, event)
    entry = _entry(feed, item_id(event, item), _title(line), changed)
    _authors(entry, [item.author])
    written = moment_of(item.at)
    if written and written <= changed:
        SubElement(entry, "published").text = _moment(written)
    _categories(entry, [item.origin, *([item.kind] if item.kind != "note" else [])])
    if item.url and is_good_link(item.url):
        _link(entry, item.url)
    speaker = f"<b>{plain(item.speaker)}:</b> " if item.speaker else ""
    _content(entry, speaker + words_html(line))


def _body(part: SessionWriteUp) -> str:
    """Return the content without the title, which the entry has, and without links to anchors on other pages."""
    header, _, *body = session_body(part)
    return _SOURCE.sub("", "\n".join([header, *body]))


def _parts(writeup: EventWriteUp) -> Iterable[SessionWriteUp]:
    return (*writeup.sessions, *((writeup.hallway,) if writeup.hallway else ()))


def _feed(id: str, title: str, changed: datetime, author: str) -> Element:
    feed = Element("feed", {"xmlns": _NAMESPACE, "xml:lang": "en"})
    SubElement(feed, "id").text = f"urn:uuid:{id}"
    SubElement(feed, "title").text = one_line(title)
    SubElement(feed, "updated").text = _moment(changed)
    SubElement(feed, "generator").text = "Backchannel"
    _authors(feed, [author])
    return feed


def _entry(feed: Element, id: str, title: str, changed: datetime) -> Element:
    entry = SubElement(feed, "entry")
    SubElement(entry, "id").text = f"urn:uuid:{id}"
    SubElement(entry, "title").text = one_line(title)
    SubElement(entry, "updated").text = _moment(changed)
    return entry


def _authors(parent: Element, names: Iterable[str]) -> None:
    for name in filter(None, map(one_line, names)):
        SubElement(SubElement(parent, "author"), "name").text = name


def _categories(entry: Element, terms: Iterable[str]) -> None:
    for term in filter(None, map(one_line, terms)):
        SubElement(entry, "category", term=term)


def _link(entry: Element, url: str) -> None:
    SubElement(entry, "link", rel="alternate", href=printable(url))


def _content(entry: Element, markup: str) -> None:
    SubElement(entry, "content", type="html").text = printable(markup)


def _title(line: Line) -> str:
    said = one_line(line.body)
    return said if len(said) <= _TITLE else f"{said[:_TITLE].rsplit(' ', 1)[0]} …"


def _moment(when: datetime) -> str:
    """Return the time in UTC as RFC 3339."""
    return f"{when.year:04}-{when:%m-%dT%H:%M:%S}Z"


def _file(feed: Element) -> str:
    ElementTree.indent(feed)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(feed, encoding="unicode")}\n'
