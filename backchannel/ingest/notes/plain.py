"""Markdown and plain text: one session, or one a heading.

A document has several sessions if its headings of one level each credit a note-taker, or if headings of one level are
all there is at the top. Otherwise it is one session, and its headings become notes with the text below them one level
deeper.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import takewhile

from backchannel.domain.links import links_in
from backchannel.domain.model import Document, Draft, Origin
from backchannel.domain.wire import DEEPEST
from backchannel.ingest.notes.credits import credit_of, together
from backchannel.ingest.notes.hints import Hints
from backchannel.ingest.notes.layers import layer_of
from backchannel.ingest.notes.outline import Block, Heading, outline
from backchannel.ingest.notes.speakers import with_speakers

_CREDITS_WITHIN = 4  # blocks after the heading
# Headings within a session.
_PARTS = re.compile(
    r"(?:notes?|meeting notes|minutes|actions?( items?)?|next steps|follow[- ]?ups?|summary|questions?( and answers)?|q ?& ?a"
    r"|links|resources|references|agenda|attend(?:ees|ance)|participants|present|decisions?|discussion|introduction|background|goals?"
    r"|outcomes?|conclusions?|ideas|problems?|solutions?|overview|context|takeaways|pledges?)\W*\Z",
    re.IGNORECASE,
)


def is_it(text: str) -> bool:
    """Accept everything: this is the last dialect."""
    return True


def read(text: str, hints: Hints) -> list[Document]:
    return read_blocks(outline(text), hints)


def read_blocks(blocks: Sequence[Block], hints: Hints) -> list[Document]:
    """Return the sessions of an outlined document."""
    level = _session_level(blocks)
    if level is None:
        return [_document(_title(blocks, hints), _without_title(blocks), hints)]
    return list(_sessions(blocks, level, hints))


def _sessions(blocks: Sequence[Block], level: int, hints: Hints) -> Iterator[Document]:
    """Return one session a heading of that level. Text before the first goes under the document's title."""
    title = _title(blocks, hints)
    part: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading) and block.level <= level and not layer_of(block.text):
            yield _document(title, part, hints)
            title, part = _words(block.text) or hints.title, []
        else:
            part.append(block)
    yield _document(title, part, hints)


def _session_level(blocks: Sequence[Block]) -> int | None:
    """Return the level of session headings, or None if there is one session."""
    heads = [(at, b.level, b.text) for at, b in enumerate(blocks) if isinstance(b, Heading) and not layer_of(b.text)]
    credited = [level for at, level, _ in heads if _names_takers(blocks[at + 1 : at + 1 + _CREDITS_WITHIN])]
    for level, count in sorted(Counter(credited).items()):
        if count > 1:
            return level
    if not heads or heads[0][0] != 0 or credited:
        return None
    top = min(level for _, level, _ in heads)
    below = [level for _, level, _ in heads if level > top]
    at_top = sum(level == top for _, level, _ in heads)
    if at_top == 1 and len(heads) > 2 and heads[1][0] == 1 and heads[0][1] == top:
        top = min(below)
    elif at_top < 2:
        return None
    named = [text for _, level, text in heads if level == top]
    return top if top <= 2 and len(named) > 1 and not any(_PARTS.match(text) for text in named) else None


def _title(blocks: Sequence[Block], hints: Hints) -> str:
    """Return the first heading, if only credits precede it, else the file's name."""
    for block in blocks:
        if isinstance(block, Heading):
            return hints.title if layer_of(block.text) else _words(block.text) or hints.title
        if not credit_of(block.text):
            break
    return hints.title


def _without_title(blocks: Sequence[Block]) -> Sequence[Block]:
    for at, block in enumerate(blocks):
        if isinstance(block, Heading) and not layer_of(block.text):
            return [*blocks[:at], *blocks[at + 1 :]]
        if isinstance(block, Heading) or not credit_of(block.text):
            break
    return blocks


def _names_takers(blocks: Sequence[Block]) -> bool:
    """Return whether note-takers are credited before the next heading."""
    own = takewhile(lambda block: not isinstance(block, Heading), blocks)
    return any(credit.role == "takers" for credit in map(credit_of, (block.text for block in own)) if credit)


@dataclass
class _Building:
    """The items of a document being read, and what earlier blocks say about later ones."""

    author: str
    shallowest: int  # the highest heading inside
    origin: Origin = "note"
    at: date | None = None
    base: int = 0  # the depth given by headings
    drafts: list[Draft] = field(default_factory=list)
    headings: dict[str, str] = field(default_factory=dict)

    def take(self, block: Block) -> None:
        if layer := layer_of(block.text):
            self.origin, self.at, self.base = layer.origin, layer.updated, 0
            self.headings[layer.origin] = layer.heading
        elif isinstance(block, Heading):
            self.base = block.level - self.shallowest + 1
            self._keep(block.text, self.base - 1)
        else:
            self._keep(block.text, self.base + block.depth)

    def _keep(self, text: str, depth: int) -> None:
        depth = min(max(depth, 0), DEEPEST)
        self.drafts.append(Draft(origin=self.origin, text=text, author=self.author, depth=depth, at=self.at))


def _document(title: str, blocks: Sequence[Block], hints: Hints) -> Document:
    near = [(b, credit_of(b.text)) for b in blocks[:_CREDITS_WITHIN] if not isinstance(b, Heading)]
    credited = {credit.role: credit.names for _, credit in reversed(near) if credit}
    credits = [block for block, credit in near if credit]
    inside = [b.level for b in blocks if isinstance(b, Heading) and not layer_of(b.text)]
    made = _Building(author=together(credited.get("takers", ())) or hints.author, shallowest=min(inside, default=1))
    for block in blocks:
        if not any(block is credit for credit in credits):
            made.take(block)
    leaders = credited.get("leaders", ())
    drafts = with_speakers(made.drafts)
    return Document(title=title, drafts=drafts, date=hints.date, leaders=leaders, headings=made.headings)


def _words(heading: str) -> str:
    """Return a heading as plain text.

    >>> _words("`composer.lock` in [git](https://example.org)")
    'composer.lock in git'
    """
    for link in links_in(heading):
        heading = heading.replace(f"[{link.title}]({link.url})", link.title) if link.title else heading
    return " ".join(re.sub(r"`|\*\*|__", "", heading).split())
