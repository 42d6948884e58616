"""Pandoc's document model as JSON, from which docx, odt, EPUB and PDF are made.

Blocks and inlines are dicts {"t": type, "c": content}, as in pandoc-types 1.23
(https://hackage.haskell.org/package/pandoc-types).
Text is put into `Str` and never parsed again.
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
MAX_LINK = 2000  # characters; Word calls files with links over 2,083 broken
_NO_ATTR: list[Any] = ["", [], []]
# Characters that change the direction of the following text, or end a line where none ends.
_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LINE_ENDS = re.compile("[\t\n\u2028\u2029]")


def clean(text: str) -> str:
    """Return the characters that a document can hold, on one line."""
    return _LINE_ENDS.sub(" ", _TURNING.sub("", tidy(text)))


def string(text: str) -> Inline:
    return {"t": "Str", "c": clean(text)}


def line_break() -> Inline:
    return {"t": "LineBreak"}


def strong(text: str) -> Inline:
    return {"t": "Strong", "c": [string(text)]}


def soft(text: str) -> Inline:
    """Return secondary text: a time, a place, a kind."""
    return {"t": "Span", "c": [["", ["soft"], []], [string(text)]]}


def code(text: str) -> Inline:
    return {"t": "Code", "c": [_NO_ATTR, clean(text)]}


def link(inlines: Sequence[Inline], url: str) -> list[Inline]:
    """Return a link, or only its words if the address is unsafe."""
    if not is_good_link(url) or len(url) > MAX_LINK:
        return list(inlines)
    return [{"t": "Link", "c": [_NO_ATTR, list(inlines), [printable(url), ""]]}]


def reference(inlines: Sequence[Inline], anchor: str) -> Inline:
    """Return a link to an anchor in the document."""
    return {"t": "Link", "c": [_NO_ATTR, list(inlines), [f"#{anchor}", ""]]}


def anchored(inlines: Sequence[Inline], anchor: str) -> Inline:
    """Return inlines with an anchor for `reference`."""
    return {"t": "Span", "c": [[anchor, [], []], list(inlines)]}


def styled(style: str, inlines: Sequence[Inline]) -> Inline:
    """Return styled inlines. `style` is Strong, Emph, Underline or Strikeout."""
    return {"t": style, "c": list(inlines)}


def para(*inlines: Inline) -> Block:
    return {"t": "Para", "c": list(inlines)}


def plain(*inlines: Inline) -> Block:
    """Return a paragraph without surrounding space, as in a list."""
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
    """Return a table. `widths` are shares of the page width."""
    columns = [[{"t": "AlignDefault"}, {"t": "ColWidth", "c": width}] for width in widths]
    top = [_row([[string(name)] for name in head])]
    body = [_NO_ATTR, 0, [], [_row(row) for row in rows]]
    return {"t": "Table", "c": [_NO_ATTR, [None, []], columns, [_NO_ATTR, top], [body], [_NO_ATTR, []]]}


def _row(cells: Iterable[Sequence[Inline]]) -> list[Any]:
    return [_NO_ATTR, [[_NO_ATTR, {"t": "AlignDefault"}, 1, 1, [plain(*inlines)]] for inlines in cells]]


def joined(parts: Iterable[Sequence[Inline]], between: str) -> list[Inline]:
    """Return the non-empty parts with `between` between them."""
    made: list[Inline] = []
    for part in parts:
        if part:
            made += [*([string(between)] if made else []), *part]
    return made
