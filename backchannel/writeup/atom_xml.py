"""The elements of Atom feeds (RFC 4287), for exports (atom.py) and for the addresses that people subscribe to
(item_feed.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from backchannel.domain.wire import one_line
from backchannel.writeup.mdtext import printable

_NAMESPACE = "http://www.w3.org/2005/Atom"
_TITLE_LENGTH = 80  # characters of an item's text used as its title


def feed_element(id: str, title: str, changed: datetime, author: str) -> Element:
    feed = Element("feed", {"xmlns": _NAMESPACE, "xml:lang": "en"})
    SubElement(feed, "id").text = f"urn:uuid:{id}"
    SubElement(feed, "title").text = one_line(title)
    SubElement(feed, "updated").text = timestamp(changed)
    SubElement(feed, "generator").text = "Backchannel"
    add_authors(feed, [author])
    return feed


def entry_element(feed: Element, id: str, title: str, changed: datetime) -> Element:
    entry = SubElement(feed, "entry")
    SubElement(entry, "id").text = f"urn:uuid:{id}"
    SubElement(entry, "title").text = one_line(title)
    SubElement(entry, "updated").text = timestamp(changed)
    return entry


def add_authors(parent: Element, names: Iterable[str]) -> None:
    for name in filter(None, map(one_line, names)):
        SubElement(SubElement(parent, "author"), "name").text = name


def add_categories(entry: Element, terms: Iterable[str]) -> None:
    for term in filter(None, map(one_line, terms)):
        SubElement(entry, "category", term=term)


def add_link(entry: Element, url: str, rel: str = "alternate", **more: str) -> None:
    SubElement(entry, "link", {"rel": rel, "href": printable(url), **more})


def add_content(entry: Element, markup: str) -> None:
    SubElement(entry, "content", type="html").text = printable(markup)


def title_of(text: str) -> str:
    """Return the beginning of an item's text as its title."""
    said = one_line(text)
    return said if len(said) <= _TITLE_LENGTH else f"{said[:_TITLE_LENGTH].rsplit(' ', 1)[0]} …"


def timestamp(when: datetime) -> str:
    """Return the time in UTC as RFC 3339."""
    return f"{when.year:04}-{when:%m-%dT%H:%M:%S}Z"


def serialise(feed: Element) -> str:
    ElementTree.indent(feed)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(feed, encoding="unicode")}\n'
