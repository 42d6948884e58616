"""HTML (Etherpad's export, word processors, web pages), read as an outline like any other text.

    <h2>Rain</h2> <ul><li>wet<ul><li>very</li></ul> one<br>two
    ->  Heading(2, "Rain"), Bullet(0, "wet"), Bullet(1, "very"), Paragraph(0, "one"), Paragraph(0, "two")

Links become Markdown, `[words](address)`; other markup is dropped.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

from backchannel.domain.model import Document
from backchannel.ingest.notes.hints import Hints
from backchannel.ingest.notes.outline import Block, Bullet, Heading, Paragraph
from backchannel.ingest.notes.plain import read_blocks

_FIRST = re.compile(
    r"\ufeff?\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title|div|p|ul|ol|h[1-6]|article|section)\b",
    re.IGNORECASE | re.DOTALL,
)
_LISTS = ("ul", "ol", "menu", "dir")
_BLOCKS = """
    address article aside blockquote br caption center dd details div dl dt fieldset figcaption figure footer form header hr main
    p pre section summary table
"""
_LINES = frozenset(_BLOCKS.split())
_UNSEEN = ("script", "style", "template", "noscript", "svg", "head", "nav", "select", "button", "iframe")
_OF_LEVEL = re.compile(r"lst-[\w-]+-(\d)\b")  # Google Docs gives the level of its flat lists this way
_DEEPEST = 40  # nested lists


def is_it(text: str) -> bool:
    return _FIRST.match(text) is not None


def read(text: str, hints: Hints) -> list[Document]:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    blocks = reader.finished()
    title = " ".join(reader.title.split())
    if title and not any(isinstance(block, Heading) and block.level == 1 for block in blocks):
        blocks = [Heading(1, title), *blocks]
    return read_blocks(blocks, hints)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self._blocks: list[Block] = []
        self._run: list[str] = []  # the words of the open block
        self._lists: list[int | None] = []  # open lists, with the level if one gives it
        self._new_item = False
        self._indented = False
        self._heading = 0
        self._unseen: list[str] = []
        self._in_title = False
        self._link: tuple[str, int] | None = None  # an address, and where its words begin
        self._in_row = False
        self._pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "title":
            self._in_title = not self.title
        elif tag in _UNSEEN:
            self._unseen.append(tag)
        elif tag == "body":
            self._unseen = []
        elif self._unseen:
            return
        elif tag in _LISTS:
            self._end()
            level = _OF_LEVEL.search(given.get("class", ""))
            self._lists = [*self._lists, int(level[1]) if level else None][:_DEEPEST]
            self._indented = given.get("class", "") == "indent"
        elif tag == "li":
            self._end()
            self._new_item = True
        elif re.fullmatch(r"h[1-6]", tag):
            self._end()
            self._heading = int(tag[1])
        elif tag == "a":
            self._end_link()
            self._link = (_address(given.get("href", "")), len(self._run))
        elif tag == "tr":
            self._end()
            self._in_row = True
        elif tag in ("td", "th") and self._run:
            self._run.append(" | ")
        elif tag == "pre":
            self._end()
            self._pre += 1
        elif tag in _LINES and not (self._in_row and tag in ("p", "div", "br")):
            self._end_line(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        elif self._unseen:
            if tag in self._unseen:
                del self._unseen[self._unseen.index(tag) :]
        elif tag in _LISTS:
            self._end()
            self._lists, self._new_item = self._lists[:-1], False
        elif tag == "li" or re.fullmatch(r"h[1-6]", tag):
            self._end()
            self._new_item, self._heading = False, 0
        elif tag == "a":
            self._end_link()
        elif tag == "tr":
            self._end()
            self._in_row = False
        elif tag == "pre":
            self._end()
            self._pre = max(0, self._pre - 1)
        elif tag in _LINES and not (self._in_row and tag in ("p", "div")):
            self._end_line(tag)

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif not self._unseen and not self._pre:
            self._run.append(data)
        elif self._pre and not self._unseen:
            first, *more = data.split("\n")
            self._run.append(first)
            for line in more:
                self._end()
                self._run.append(line)

    def finished(self) -> list[Block]:
        self._end()
        return self._blocks

    def _end_line(self, tag: str) -> None:
        """End a line. Within a list entry, the next one continues the entry; elsewhere it starts a block."""
        if self._new_item or self._heading or (tag == "br" and self._lists):
            self._run.append(" ")
        else:
            self._end()

    def _end_link(self) -> None:
        if self._link is None:
            return
        address, begins = self._link
        words = " ".join("".join(self._run[begins:]).split())
        if words and address and "".join(address.split("/")) not in "".join(words.split("/")):
            plain = not re.search(r"[\[\]()\s]", address) and not re.search(r"[\[\]]", words)
            self._run[begins:] = [f"[{words}]({address})" if plain else f"{words} {address}"]
        self._link = None

    def _end(self) -> None:
        """Complete the open block."""
        self._end_link()
        text = " ".join("".join(self._run).replace("\xa0", " ").split())
        self._run = []
        if not text or not any(c.isalnum() for c in text):
            return
        if self._heading:
            self._blocks.append(Heading(self._heading, text))
        elif self._lists and not self._indented:
            level = self._lists[-1]
            self._blocks.append(Bullet(len(self._lists) - 1 if level is None else level, text))
            self._new_item = False
        else:
            self._blocks.append(Paragraph(len(self._lists), text))


def _address(href: str) -> str:
    """Return an absolute address, without the redirect that a search engine put around it."""
    parts = urlsplit(href.strip()) if href.isprintable() and "[" not in href else None
    if parts is None or parts.scheme.lower() not in ("http", "https"):
        return ""
    if (parts.hostname or "").startswith("www.google.") and parts.path == "/url":
        return parse_qs(parts.query).get("q", [""])[0]
    return href.strip()
