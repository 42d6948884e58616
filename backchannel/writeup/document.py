"""The write-up as one document, printed by docx, odt, EPUB and PDF.

    session   facts, introduction, key points, post-event thoughts, notes, the backchannel, and what follows from them
    event     contents, ledger, each session under a heading, links, people, sessions without notes, figures
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from backchannel.domain.links import Link
from backchannel.domain.model import Session
from backchannel.domain.times import read_date
from backchannel.writeup import pandoc
from backchannel.writeup.deterministic import event_id, session_id, updated
from backchannel.writeup.html import words_html
from backchannel.writeup.ledger import kind_of
from backchannel.writeup.markdown import reason_of
from backchannel.writeup.model import (
    Bar,
    Commitment,
    Due,
    EventWriteUp,
    KeyPoint,
    Line,
    Question,
    SessionWriteUp,
    Thoughts,
)
from backchannel.writeup.pandoc import Block, Inline
from backchannel.writeup.phrases import read_words
from backchannel.writeup.render import render

LABELS = {"question": "Question", "answer": "Answer", "action": "Action", "pledge": "Pledge", "decision": "Decision"}
MAX_DEPTH = 6  # levels of bullets
HALLWAY = "hallway"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document. `blocks` are in pandoc's model, `contents` link to the parts of an event, `changed` is its last
    change.
    """

    id: str
    title: str
    subtitle: str
    authors: tuple[str, ...]
    changed: datetime
    contents: tuple[Block, ...] = ()
    blocks: tuple[Block, ...] = ()


def session_document(writeup: SessionWriteUp) -> Document:
    event, session = writeup.event, writeup.session
    return Document(
        id=session_id(event, session),
        title=pandoc.clean(writeup.title),
        subtitle=pandoc.clean(event.title),
        authors=tuple(map(pandoc.clean, writeup.note_takers)),
        changed=updated(writeup.items, session, event),
        blocks=(*_facts(writeup), *_layers(writeup, 1), *_drawn(writeup, 1)),
    )


def event_document(writeup: EventWriteUp) -> Document:
    parts = parts_of(writeup)
    anchors = {id(part): f"part-{at}" for at, part in enumerate(parts)}
    blocks = [*_ledger(writeup.ledger, {id(part): anchors[id(part)] for part in parts})]
    for part in parts:
        blocks += [pandoc.header(1, part.title, anchors[id(part)]), *_facts(part), *_layers(part, 2)]
    blocks += _listed(1, "Links", [link_words(link) for link in writeup.links])
    blocks += _listed(1, "People", [[pandoc.string(person)] for person in writeup.people])
    blocks += _listed(1, "Sessions without notes", [_without_notes(writeup, s) for s in writeup.without_notes])
    blocks += _figures(writeup)
    return Document(
        id=event_id(writeup.event),
        title=pandoc.clean(writeup.title),
        subtitle=pandoc.clean(writeup.when),
        authors=tuple(map(pandoc.clean, writeup.note_takers)),
        changed=updated(writeup.items, None, writeup.event),
        contents=tuple(_contents(parts, anchors)),
        blocks=tuple(blocks),
    )


def parts_of(writeup: EventWriteUp) -> tuple[SessionWriteUp, ...]:
    """Return the sessions, followed by the hallway."""
    return (*writeup.sessions, *((writeup.hallway,) if writeup.hallway else ()))


def _contents(parts: Sequence[SessionWriteUp], anchors: dict[int, str]) -> Iterator[Block]:
    entries = []
    for part in parts:
        where = " · ".join(fact for fact in (part.when, part.room) if fact)
        title = pandoc.reference([pandoc.string(part.title)], anchors[id(part)])
        entries.append([pandoc.plain(title, *([pandoc.soft(f"  {where}")] if where else []))])
    if entries:
        yield from (pandoc.header(1, "Sessions", "sessions"), pandoc.bullets(entries))


def _facts(writeup: SessionWriteUp) -> Iterator[Block]:
    facts = [
        writeup.when,
        writeup.room,
        f"Led by {', '.join(writeup.leaders)}" if writeup.leaders else "",
        " ".join(f"#{tag}" for tag in writeup.hashtags),
        f"Notes by {', '.join(writeup.note_takers)}" if writeup.note_takers else "",
        f"Speakers {', '.join(writeup.speakers)}" if writeup.speakers else "",
        writeup.counted,
    ]
    said = " · ".join(fact for fact in facts if fact)
    if said:
        yield pandoc.para(pandoc.soft(said))
    for part in writeup.introduction.split("\n\n"):
        if part.strip():
            yield from read_words(render(part.strip("\n")))


def _layers(writeup: SessionWriteUp, level: int) -> Iterator[Block]:
    yield from _points(writeup.key_points, level)
    if writeup.thoughts:
        yield pandoc.header(level, writeup.thoughts_heading)
        for group in writeup.thoughts:
            yield from _thoughts(group)
    for heading, lines, gaps in (
        (writeup.notes_heading, writeup.notes, ()),
        (writeup.posts_heading, writeup.posts, writeup.gaps),
    ):
        if lines or gaps:
            yield pandoc.header(level, heading)
            yield from (pandoc.para(pandoc.soft(gap)) for gap in gaps)
            yield from ([nested(lines, _bullet)] if lines else [])


def _points(points: Sequence[KeyPoint], level: int) -> Iterator[Block]:
    if points:
        yield pandoc.header(level, "Key points")
        yield pandoc.bullets([_point(point) for point in points])


def _point(point: KeyPoint) -> list[Block]:
    """Return a key point with its reason. Points chosen automatically say so."""
    return _said(point.line, [], [pandoc.soft(f"  ({reason_of(point)})")])


def _thoughts(group: Thoughts) -> Iterator[Block]:
    updated = f"(updated {read_date(group.updated)})" if group.updated else ""
    by = " ".join(part for part in (group.author, updated) if part)
    if by:
        yield pandoc.para(pandoc.soft(by))
    lines = list(group.lines)
    while lines:
        if not lines[0].level:
            first, *blocks = _said(lines.pop(0), [], [])
            yield from (first | {"t": "Para"} if first["t"] == "Plain" else first, *blocks)
            continue
        end = next((at for at, line in enumerate(lines) if not line.level), len(lines))
        yield nested(lines[:end], lambda line: _said(line, [], []))
        lines = lines[end:]


def nested(lines: Sequence[Line], blocks_of: Callable[[Line], list[Block]]) -> Block:
    """Return nested lists for the lines' levels. The first line may have any level."""
    root: list[list[Block]] = []
    path = [root]
    for line in lines:
        level = min(line.level, MAX_DEPTH - 1, len(path) if path[-1] else len(path) - 1)
        if level == len(path):
            inner: list[list[Block]] = []
            path[-1][-1].append({"t": "BulletList", "c": inner})
            path.append(inner)
        del path[level + 1 :]
        path[level].append(blocks_of(line))
    return {"t": "BulletList", "c": root}


def _bullet(line: Line) -> list[Block]:
    head = [pandoc.soft(f"{line.time} ")] if line.time else []
    voices = line.voices
    if voices:
        head += [pandoc.strong(", ".join(voices)), pandoc.string(" ")]
    return _said(line, head, [*_source(line), *_since(line)])


def _source(line: Line) -> list[Inline]:
    """Return where a post came from."""
    if line.item.origin != "post" or not line.item.url:
        return []
    found = pandoc.link([pandoc.string("post")], line.item.url)
    return [pandoc.string(" "), *found] if found[0]["t"] == "Link" else []


def _since(line: Line) -> list[Inline]:
    """Return that a line was corrected, and other people's wording of it."""
    others = [f"{other.author}: {other.body}".removeprefix(": ") for other in line.others if other.body != line.body]
    return [
        *([pandoc.soft("  (corrected)")] if line.corrected else []),
        *([pandoc.soft(f"  (in other words: {'; '.join(others)})")] if others else []),
    ]


def _said(line: Line, head: Sequence[Inline], tail: Sequence[Inline]) -> list[Block]:
    """Return a line after `head`: its kind, speaker and words."""
    item = line.item
    kind = [pandoc.soft(f"{LABELS[item.kind]}:"), pandoc.string(" ")] if item.kind in LABELS else []
    speaker = [pandoc.strong(f"{item.speaker}:"), pandoc.string(" ")] if item.speaker else []
    first, *more = words_of(line)
    before = [*head, *kind, *speaker]
    if first["t"] in ("Para", "Plain"):
        blocks = [pandoc.plain(*before, *first["c"]), *more]
    else:
        blocks = [*([pandoc.plain(*before)] if before else []), first, *more]
    return _with_tail(blocks, tail) if tail else blocks


def _with_tail(blocks: list[Block], tail: Sequence[Inline]) -> list[Block]:
    """Append `tail` to the last paragraph, or add one."""
    last = next((at for at in range(len(blocks) - 1, -1, -1) if blocks[at]["t"] in ("Para", "Plain")), None)
    if last is None:
        return [*blocks, pandoc.plain(*tail)]
    return [*blocks[:last], blocks[last] | {"c": [*blocks[last]["c"], *tail]}, *blocks[last + 1 :]]


def words_of(line: Line) -> tuple[Block, ...]:
    return read_words(words_html(line))


def _drawn(writeup: SessionWriteUp, level: int) -> Iterator[Block]:
    if writeup.questions:
        yield pandoc.header(level, "Questions")
        yield pandoc.bullets([_question(question) for question in writeup.questions])
    if writeup.commitments:
        yield pandoc.header(level, "Actions and pledges")
        yield pandoc.bullets([_commitment(made) for made in writeup.commitments])
    if writeup.decisions:
        yield pandoc.header(level, "Decisions")
        yield pandoc.bullets([_said(line, [], []) for line in writeup.decisions])
    yield from _listed(level, "Links", [link_words(link) for link in writeup.links])
    yield from _listed(level, "People", [[pandoc.string(name)] for name in writeup.people])


def _question(question: Question) -> list[Block]:
    answers = [_said(answer, [], []) for answer in question.answers]
    first, *more = words_of(question.line)
    asked = first | {"t": "Plain"} if first["t"] == "Para" else first
    return [asked, *more, *([pandoc.bullets(answers)] if answers else [])]


def _commitment(made: Commitment) -> list[Block]:
    return _said(made.line, [], [pandoc.string(" – "), pandoc.strong(made.owner)] if made.owner else [])


def _ledger(ledger: Sequence[Due], anchors: dict[int, str]) -> Iterator[Block]:
    if not ledger:
        return
    yield pandoc.header(1, "Actions, pledges and open questions", "ledger")
    yield pandoc.table((0.62, 0.15, 0.23), ("What", "Who", "Session"), (_due(due, anchors) for due in ledger))


def _due(due: Due, anchors: dict[int, str]) -> list[list[Inline]]:
    title = [pandoc.string(due.part.title)]
    anchor = anchors.get(id(due.part))
    where = [pandoc.reference(title, anchor)] if anchor else title
    what = [pandoc.soft(f"{kind_of(due).capitalize()}:"), pandoc.string(" "), *_on_a_line(due.line)]
    return [what, [pandoc.string(due.owner)] if due.owner else [], where]


def _on_a_line(line: Line) -> list[Inline]:
    """Return the words in one line; longer text becomes plain text."""
    first, *more = words_of(line)
    return list(first["c"]) if first["t"] == "Para" and not more else [pandoc.string(line.body)]


def link_words(link: Link) -> list[Inline]:
    return pandoc.link([pandoc.string(link.title or link.url)], link.url)


def _without_notes(writeup: EventWriteUp, session: Session) -> list[Inline]:
    """Return the session's title and, if known, where notes can be added."""
    door = pandoc.link([pandoc.string("add some")], writeup.door(session))
    return [pandoc.string(session.title), *([pandoc.string(" "), *door] if door[0]["t"] == "Link" else [])]


def _listed(level: int, heading: str, entries: Iterable[Sequence[Inline]]) -> Iterator[Block]:
    made = [[pandoc.plain(*inlines)] for inlines in entries]
    if made:
        yield from (pandoc.header(level, heading), pandoc.bullets(made))


def _figures(writeup: EventWriteUp) -> Iterator[Block]:
    figures = writeup.statistics
    if figures.day or figures.sessions:
        yield pandoc.header(1, "How much was written", "figures")
    for name, bars in (("When", figures.day), ("Session", figures.sessions)):
        if bars:
            yield pandoc.table((0.6, 0.2, 0.2), (name, "Notes", "Posts"), map(_bar, bars))


def _bar(bar: Bar) -> list[list[Inline]]:
    return [[pandoc.string(text)] for text in (bar.label, str(bar.notes), str(bar.posts))]
