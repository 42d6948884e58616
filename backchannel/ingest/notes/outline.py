"""Split text into headings, bullets and paragraphs. Rules and tables of contents are left out.

"# Title"                Heading(level=1, text="Title")
"- a" / "  - b"          Bullet(depth=0, text="a"), Bullet(depth=1, text="b")
"words" / "  more"       Paragraph(depth=0, text="words"), Paragraph(depth=1, text="more")
"– a! – B", dashed       Bullet(depth=0, text="a!"), Bullet(depth=0, text="B"): two bullets on one line
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(\S.*)\Z")
_UNDERLINE = re.compile(r" {0,3}(=|-)(?:\1{2,})[ \t]*\Z")
_RULE = re.compile(r" {0,3}([-*_=])[ \t]*(?:\1[ \t]*){2,}\Z")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_BULLET = re.compile(r"([ \t]*)([-+*•‣·●○◦▪■□–—]|\d{1,3}[.)])[ \t]+(?=\S)")
_LAYOUT = re.compile(r"[ \t]*(?:\[\[?_?TOC_?\]?\]|<!--.*-->)[ \t]*\Z", re.IGNORECASE)
_RANKS = {"○": 1, "◦": 1, "▪": 2, "■": 2, "□": 2}  # marks that word processors use below "•" and "●" without indentation
_RUN_TOGETHER = re.compile(r"(?<=[.!?…\"”’)\]]) [–—] (?=[\"“‘(\[]?[A-Z0-9@#])")
_SENTENCE_END = re.compile(r"[.!?…][\"”’)\]]?\Z")
_WIDEST = 100  # columns; nobody wraps wider by hand


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the highest."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Bullet:
    """A bullet; depth 0 is the outermost."""

    depth: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph and its indentation."""

    depth: int
    text: str


Block = Heading | Bullet | Paragraph


def outline(text: str) -> list[Block]:
    """Return the blocks of a text. Every line is read once."""
    lines = text.split("\n")
    reader = _Reader(wrapped=_is_wrapped(lines))
    for line in lines:
        reader.take(line)
    reader.close()
    return reader.blocks


class _Reader:
    """Reads line by line. `mark` is the open bullet's, or None for a paragraph or nothing."""

    def __init__(self, wrapped: bool) -> None:
        self.blocks: list[Block] = []
        self._wrapped = wrapped
        self._levels: list[tuple[int, int]] = []  # (indent, rank of the mark) of possible parents of the next line
        self._lines: list[str] = []
        self._depth = 0
        self._mark: str | None = None
        self._gap = False  # an empty line since the last words
        self._fence: str | None = None

    def take(self, line: str) -> None:
        if self._fence is not None:
            self._fenced(line)
        elif not line.strip():
            self._blank()
        elif self._mark is None and len(self._lines) == 1 and (under := _UNDERLINE.match(line)):
            self._heading(1 if under[1] == "=" else 2, self._lines.pop())
        elif _RULE.match(line) or _LAYOUT.match(line):
            self.close()
        elif heading := _HEADING.match(line):
            self.close()
            self._heading(len(heading[1]), re.sub(r"[ \t]#+[ \t]*\Z", "", heading[2]).strip())
        elif fence := _FENCE.match(line):
            self.close()
            self._fence = fence[1]
        elif bullet := _BULLET.match(line):
            self.close()
            self._open(bullet[1], bullet[2], line[bullet.end() :])
        else:
            self._words(line)

    def close(self) -> None:
        """Complete the open block."""
        text = ("\n" if self._fence else " ").join(self._lines).strip()
        if text and self._mark is None:
            self.blocks.append(Paragraph(self._depth, text))
        elif text:
            parts = _run_together(text) if self._mark in ("–", "—") else [text]
            self.blocks += [Bullet(self._depth, part) for part in parts]
        self._lines, self._mark, self._gap, self._fence = [], None, False, None

    def _open(self, indent: str, mark: str | None, words: str) -> None:
        self._mark, self._lines = mark, [words.strip()]
        self._depth = self._below(len(indent.expandtabs(4)), _RANKS.get(mark or "", 0))

    def _below(self, indent: int, rank: int) -> int:
        """Return the depth: how many open lines start further left."""
        while self._levels and not self._is_above(self._levels[-1], indent, rank):
            self._levels.pop()
        self._levels.append((indent, rank))
        return len(self._levels) - 1

    def _is_above(self, level: tuple[int, int], indent: int, rank: int) -> bool:
        """Return whether a level is a parent. A difference of one column is ignored; then the mark decides."""
        return level[0] < indent - 1 or (level[0] <= indent + 1 and level[1] < rank)

    def _words(self, line: str) -> None:
        """Handle a line without a mark: it continues the open block or starts a paragraph."""
        words, indent = line.strip(), line[: len(line) - len(line.lstrip())]
        if self._mark is not None:
            goes_on = bool(indent) if self._gap else (bool(indent) or not words[0].isupper())
        else:
            goes_on = bool(self._lines) and self._wrapped
        if goes_on:
            self._lines.append(words)
            self._gap = False
            return
        self.close()
        self._open("" if self._wrapped else indent, None, words)

    def _blank(self) -> None:
        if self._mark is None:
            self.close()
        self._gap = True

    def _heading(self, level: int, text: str) -> None:
        self._lines, self._levels = [], []
        if text:
            self.blocks.append(Heading(level, text))

    def _fenced(self, line: str) -> None:
        if self._fence and line.strip().startswith(self._fence) and not line.strip().strip(self._fence[0]):
            self.close()
        else:
            self._lines.append(line)


def _run_together(text: str) -> list[str]:
    """Split two bullets on one line: a dash after the end of a sentence and before a capital."""
    parts = [""]
    end = 0
    for found in _RUN_TOGETHER.finditer(text):
        if _SENTENCE_END.search(text[max(end, found.start() - 2) : found.start()]):
            parts[-1] = text[end : found.start()].strip()
            parts.append("")
            end = found.end()
    parts[-1] = text[end:].strip()
    return [part for part in parts if part]


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Return whether paragraphs were wrapped by hand: nearly every line ends where the next word did not fit."""
    plain = [line.rstrip() if _is_plain(line) else "" for line in lines]
    pairs = [(line, after) for line, after in pairwise(plain) if line and after]
    widest = max((len(line) for line, _ in pairs), default=0)
    full = sum(len(line) + 1 + len(after.split(None, 1)[0]) > widest for line, after in pairs)
    return len(pairs) >= 2 and 40 <= widest <= _WIDEST and full >= 0.8 * len(pairs)


def _is_plain(line: str) -> bool:
    return bool(line.strip()) and not (_BULLET.match(line) or _HEADING.match(line) or _RULE.match(line))
