"""OPML 2.0: the list of an event's feeds, for feed readers and for `backchannel feed import`."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from backchannel.domain.model import Feed
from backchannel.domain.wire import one_line
from backchannel.writeup.mdtext import printable


def write_opml(title: str, feeds: Iterable[Feed]) -> str:
    root = Element("opml", version="2.0")
    SubElement(SubElement(root, "head"), "title").text = one_line(title)
    body = SubElement(root, "body")
    for feed in feeds:
        name = one_line(feed.title) or printable(feed.url)
        SubElement(body, "outline", type="rss", text=name, title=name, xmlUrl=printable(feed.url))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'
