"""Convert the sanitised HTML of an item into blocks of a document (see pandoc.py).

    "so <em>true</em>"               ->  [Para "so ", Emph "true"]
    "<p>one</p><ul><li>two</li></ul>"  ->  [Para "one", BulletList [[Plain "two"]]]

It knows the tags that nh3 allows (render.py) and treats anything else as text. Nesting is limited to six levels, so
that every document can be laid out.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html.parser import HTMLParser

from backchannel.writeup import pandoc
from backchannel.writeup.pandoc import Block, Inline

MAX_DEPTH = 6
_STYLES = {"b": "Strong", "strong": "Strong", "i": "Emph", "em": "Emph", "u": "Underline", "del": "Strikeout"}
_STYLES |= {"s": "Strikeout"}
_CONTAINERS = ("ul", "ol", "li", "blockquote")


@lru_cache(maxsize=4096)
def read_words(markup: str) -> tuple[Block, ...]:
    """Return the blocks of sanitised HTML, at least one paragraph. The result is shared and must not be changed."""
    if "<" not in markup and "&" not in markup:
        return (pandoc.para(pandoc.string(" ".join(markup.split()))),)
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return tuple(reader.finished()) or (pandoc.para(),)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, list[Block]]] = [("", [])]  # open containers, with their blocks
        self.deeper = 0  # containers beyond the limit
        self.run: list[Inline] = []
        self.styles: list[str] = []
        self.href: str | None = None
        self.linked_from = 0
        self.pre: list[str] | None = None
        self.in_code = 0
        self.skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _STYLES:
            self.styles.append(_STYLES[tag])
        elif tag == "a":
            self._end_link()
            self.href, self.linked_from = dict(attrs).get("href"), len(self.run)
        elif tag in _CONTAINERS:
            self._end_paragraph()
            self._open(tag)
        elif tag == "br":
            self._break()
        elif tag == "code":
            self.in_code += 1
        elif tag == "pre":
            self._end_paragraph()
            self.pre = []
        elif tag == "p":
            self._end_paragraph()
        elif tag == "rt":
            self._say(" (")
        elif tag == "rp":
            self.skipping += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in _STYLES and _STYLES[tag] in self.styles:
            self.styles.remove(_STYLES[tag])
        elif tag == "a":
            self._end_link()
        elif tag in _CONTAINERS:
            self._end_paragraph()
            self._shut(tag)
        elif tag == "code":
            self.in_code = max(0, self.in_code - 1)
        elif tag in ("p", "pre"):
            self._end_paragraph()
        elif tag == "rt":
            self._say(")")
        elif tag == "rp":
            self.skipping = max(0, self.skipping - 1)

    def handle_data(self, data: str) -> None:
        if self.pre is not None:
            self.pre.append(data)
        elif not self.skipping:
            text = re.sub(r"\s+", " ", data)
            self._say(text.lstrip() if not self.run or self.run[-1]["t"] == "LineBreak" else text)

    def finished(self) -> list[Block]:
        self._end_paragraph()
        while len(self.open) > 1:
            self._shut(self.open[-1][0])
        return self.open[0][1]

    def _say(self, text: str) -> None:
        if not text:
            return
        made = pandoc.code(text) if self.in_code else pandoc.string(text)
        for style in sorted(set(self.styles)):
            made = pandoc.styled(style, [made])
        self.run.append(made)

    def _break(self) -> None:
        if self.pre is not None:
            self.pre.append("\n")
        elif self.run:
            self.run.append(pandoc.line_break())

    def _end_link(self) -> None:
        if self.href is not None:
            inner = self.run[self.linked_from :]
            self.run[self.linked_from :] = pandoc.link(inner, self.href) if inner else []
            self.href = None

    def _end_paragraph(self) -> None:
        href = self.href
        self._end_link()
        self.href, self.linked_from = href, 0
        if self.pre is not None:
            text, self.pre = "".join(self.pre).strip("\n"), None
            self.open[-1][1].extend([pandoc.code_block(text)] if text else [])
        while self.run and self.run[-1]["t"] == "LineBreak":
            self.run.pop()
        if self.run and self.run != [pandoc.string(" ")]:
            self._room().append(pandoc.plain(*self.run) if self.open[-1][0] == "li" else pandoc.para(*self.run))
        self.run = []

    def _room(self) -> list[Block]:
        """Return where a paragraph goes: a list contains only entries."""
        if self.open[-1][0] in ("ul", "ol") and len(self.open) <= MAX_DEPTH:
            self.open.append(("li", []))
        return self.open[-1][1]

    def _open(self, tag: str) -> None:
        if self.deeper or len(self.open) > MAX_DEPTH:
            self.deeper += 1
            return
        if tag == "li" and self.open[-1][0] not in ("ul", "ol"):
            self.open.append(("ul", []))
        elif tag != "li":
            self._room()
        self.open.append((tag, []))

    def _shut(self, tag: str) -> None:
        if self.deeper:
            self.deeper -= 1
            return
        if tag not in (name for name, _ in self.open):
            return
        while True:
            name, blocks = self.open.pop()
            self._keep(name, blocks)
            if name == tag:
                return

    def _keep(self, name: str, blocks: list[Block]) -> None:
        if not blocks:
            return
        around = self.open[-1][1]
        if name == "li":
            around.append({"t": "li", "c": blocks})  # becomes an entry when its list is closed
        elif name == "blockquote":
            around.append(pandoc.quote(blocks))
        else:
            made = pandoc.bullets if name == "ul" else pandoc.numbered
            around.append(made([entry["c"] if entry["t"] == "li" else [entry] for entry in blocks]))
