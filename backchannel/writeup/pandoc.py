"""Pandoc's document model, as JSON: what docx, odt, EPUB and PDF are all made from.

Blocks and inlines are dicts {"t": type, "c": content}, as in pandoc-types 1.23 (https://hackage.haskell.org/package/pandoc-types).
A text stands in a `Str` and is nothing but text: nobody parses it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from backchannel.domain.wire import tidy
from backchannel.writeup.mdtext import printable
from backchannel.writeup.render import is_good_link

Inline = dict[str, Any]
Block = dict[str, Any]

VERSION = [1, 23, 1]
LONGEST_LINK = 2000  # characters; Word takes 2,083 and calls the file broken beyond
_NO_ATTR: list[Any] = ["", [], []]
# These turn the reading direction of all that follows, or end a line where none ends.
_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LINE_ENDS = re.compile("[\t\n\u2028\u2029]")


def clean(text: str) -> str:
    """What a document can hold of a text, on one line."""
    return _LINE_ENDS.sub(" ", _TURNING.sub("", tidy(text)))


def string(text: str) -> Inline:
    return {"t": "Str", "c": clean(text)}


def line_break() -> Inline:
    return {"t": "LineBreak"}


def strong(text: str) -> Inline:
    return {"t": "Strong", "c": [string(text)]}


def soft(text: str) -> Inline:
    """What stands beside the words: a time, a place, a kind."""
    return {"t": "Span", "c": [["", ["soft"], []], [string(text)]]}


def code(text: str) -> Inline:
    return {"t": "Code", "c": [_NO_ATTR, clean(text)]}


def link(inlines: Sequence[Inline], url: str) -> list[Inline]:
    """A link, or the words alone where the address is none that one should follow."""
    if not is_good_link(url) or len(url) > LONGEST_LINK:
        return list(inlines)
    return [{"t": "Link", "c": [_NO_ATTR, list(inlines), [printable(url), ""]]}]


def reference(inlines: Sequence[Inline], anchor: str) -> Inline:
    """A link to a place in the document itself."""
    return {"t": "Link", "c": [_NO_ATTR, list(inlines), [f"#{anchor}", ""]]}


def anchored(inlines: Sequence[Inline], anchor: str) -> Inline:
    """A place that `reference` leads to."""
    return {"t": "Span", "c": [[anchor, [], []], list(inlines)]}


def styled(style: str, inlines: Sequence[Inline]) -> Inline:
    """`style` is Strong, Emph, Underline or Strikeout."""
    return {"t": style, "c": list(inlines)}


def para(*inlines: Inline) -> Block:
    return {"t": "Para", "c": list(inlines)}


def plain(*inlines: Inline) -> Block:
    """A paragraph without space around it, as in a list."""
    return {"t": "Plain", "c": list(inlines)}


def header(level: int, text: str, anchor: str = "") -> Block:
    return {"t": "Header", "c": [level, [anchor, [], []], [string(text)]]}


def bullets(items: Sequence[Sequence[Block]]) -> Block:
    return {"t": "BulletList", "c": [list(item) for item in items]}


def numbered(items: Sequence[Sequence[Block]]) -> Block:
    return {"t": "OrderedList", "c": [[1, {"t": "Decimal"}, {"t": "Period"}], [list(item) for item in items]]}


def quote(blocks: Sequence[Block]) -> Block:
    return {"t": "BlockQuote", "c": list(blocks)}


def code_block(text: str) -> Block:
    return {"t": "CodeBlock", "c": [_NO_ATTR, "\n".join(clean(line) for line in text.split("\n"))]}


def table(widths: Sequence[float], head: Sequence[str], rows: Iterable[Sequence[Sequence[Inline]]]) -> Block:
    """`widths` are shares of the page's."""
    columns = [[{"t": "AlignDefault"}, {"t": "ColWidth", "c": width}] for width in widths]
    top = [_row([[string(name)] for name in head])]
    body = [_NO_ATTR, 0, [], [_row(row) for row in rows]]
    return {"t": "Table", "c": [_NO_ATTR, [None, []], columns, [_NO_ATTR, top], [body], [_NO_ATTR, []]]}


def _row(cells: Iterable[Sequence[Inline]]) -> list[Any]:
    return [_NO_ATTR, [[_NO_ATTR, {"t": "AlignDefault"}, 1, 1, [plain(*inlines)]] for inlines in cells]]


def joined(parts: Iterable[Sequence[Inline]], between: str) -> list[Inline]:
    """The parts that are not empty, with `between` between them."""
    made: list[Inline] = []
    for part in parts:
        if part:
            made += [*([string(between)] if made else []), *part]
    return made
