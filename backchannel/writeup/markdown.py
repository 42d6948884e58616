"""Markdown: to paste into a blog, and to be read back by `import notes` (ingest/notes/exported.py).

    <!-- Backchannel write-up 1 of a session; times in Europe/London -->
    # Social media policy

    - **When:** 8 June 2009, 10:00–10:45
    - **Where:** Main hall
    - **Led by:** Carl

    <!-- Backchannel: drawn -->
    ## Key points ...

    ## Post-event thoughts (updated 8 June 2009)

    A paragraph an afterthought; with several authors or days each under its own heading, `### Ann (updated 8 June 2009)`.

    ## What was written at the time

    - 10:05 **Ann:** a bullet a note (also **Bob**[^1])
      - 10:06 **Bob:** one level deeper

    [^1]: 10:07 **Bob:** the bullet in his words

    ## The backchannel

    - 10:07 **@carl@example.social:** a bullet a post ([post](https://example.social/@carl/1))

    <!-- Backchannel: what follows is drawn from the above -->
    ## Questions ...

In the write-up of an event each session is one level deeper. An own heading that cannot be recognised by its words is
announced by `<!-- Backchannel: note -->`. A line whose kind or speaker is not that of its words, whose level is not its
depth, which is a note among the thoughts, or was corrected, ends in a comment: `<!-- action, depth 3, noted 18:05, by
Ann, corrected -->`. What stands in quotation (`> The feed may be missing ...`) is no item.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import count
from urllib.parse import quote

from backchannel.domain.links import Link
from backchannel.domain.model import Origin, Session
from backchannel.domain.times import read_date
from backchannel.domain.wire import one_line
from backchannel.writeup.mdtext import plain_to_markdown, printable, text_to_markdown
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
from backchannel.writeup.render import is_good_link

DRAWN = "<!-- Backchannel: what follows is drawn from the above -->"
DRAWN_SECTION = "<!-- Backchannel: drawn -->"
INTRODUCTION = "<!-- Backchannel: introduction -->"
HALLWAY = "<!-- Backchannel: hallway -->"
NOBODY = "(no name)"
# Headings that identify the layer below them.
LAYER_HEADINGS: dict[Origin, re.Pattern[str]] = {
    "afterthought": re.compile(r"post-?event (?:thoughts|reflections)|after-?thoughts|reflections\Z", re.IGNORECASE),
    "note": re.compile(
        r"(?:what (?:I|we|was) [\w' ]{2,25}|(?:my )?(?:live )?notes[\w ]{0,10}) (?:at|on) the (?:time|day)",
        re.IGNORECASE,
    ),
    "post": re.compile(r"the backchannel\Z", re.IGNORECASE),
}


def write_session(writeup: SessionWriteUp) -> str:
    """Return the write-up of one session."""
    lines = [f"<!-- Backchannel write-up 1 of a session; times in {_zone(writeup.zone)} -->"]
    lines += _session(writeup, "#", count(1))
    return _file([*lines, *_block([DRAWN]), *_drawn(writeup)])


def write_event(writeup: EventWriteUp) -> str:
    """Return the write-up of the event with all its sessions."""
    lines = [f"<!-- Backchannel write-up 1 of an event; times in {_zone(writeup.zone)} -->"]
    lines += _block([f"# {plain_to_markdown(writeup.title)}"])
    lines += _block(_facts(("When", writeup.when), ("Notes by", _names(writeup.note_takers))))
    parts = (*writeup.sessions, *((writeup.hallway,) if writeup.hallway else ()))
    lines += _section("Contents", [_entry(part) for part in parts], DRAWN_SECTION)
    numbers = count(1)
    for part in parts:
        lines += _session(part, "##", numbers)
    lines += _block([DRAWN])
    lines += _section("Actions, pledges and open questions", [_due(due) for due in writeup.ledger])
    lines += _section("Links", [_link(link) for link in writeup.links])
    lines += _section("People", [plain_to_markdown(person) for person in writeup.people])
    lines += _section("Sessions without notes", [_without_notes(writeup, s) for s in writeup.without_notes])
    lines += _table("Notes over the day", "Time", writeup.statistics.day)
    lines += _table("Notes by session", "Session", writeup.statistics.sessions)
    return _file(lines)


def _entry(part: SessionWriteUp) -> str:
    """Return a line of the contents."""
    return ", ".join(plain_to_markdown(fact) for fact in (part.title, part.when, part.room) if fact)


def _without_notes(writeup: EventWriteUp, session: Session) -> str:
    title, door = plain_to_markdown(session.title), writeup.door(session)
    return f"{title} ([add some]({_address(door)}))" if door else title


def _table(heading: str, first: str, bars: Sequence[Bar]) -> Iterator[str]:
    if bars:
        yield from _block([f"## {heading}"])
        yield from _block([f"| {first} | Notes | Posts |", "| --- | ---: | ---: |"])
        yield from (f"| {plain_to_markdown(bar.label)} | {bar.notes} | {bar.posts} |" for bar in bars)


def _session(writeup: SessionWriteUp, level: str, numbers: Iterator[int]) -> Iterator[str]:
    """Return a session. `numbers` count the footnotes of the whole file."""
    marker = [] if writeup.session else [HALLWAY]
    yield from _block([*marker, f"{level} {plain_to_markdown(writeup.title)}"])
    facts = _facts(
        ("When", writeup.when),
        ("Where", plain_to_markdown(writeup.room)),
        ("Led by", _names(writeup.leaders)),
        ("Hashtags", ", ".join(f"#{plain_to_markdown(tag)}" for tag in writeup.hashtags)),
        ("Notes by", _names(writeup.note_takers)),
        ("Speakers", _names(writeup.speakers)),
        ("Written", writeup.counted),
    )
    yield from _block(facts)
    yield from _introduction(writeup.introduction)
    yield from _section("Key points", [_key_point(point) for point in writeup.key_points], DRAWN_SECTION, level + "#")
    yield from _thoughts(writeup, level + "#")
    yield from _lines(writeup.notes, "note", writeup.notes_heading, level + "#", numbers)
    yield from _lines(writeup.posts, "post", writeup.posts_heading, level + "#", numbers, writeup.gaps)


def _introduction(text: str) -> Iterator[str]:
    """Return the introduction, one paragraph per empty line."""
    paragraphs = [part for part in text.split("\n\n") if part.strip()]
    for at, part in enumerate(paragraphs):
        yield from _block([*([] if at else [INTRODUCTION]), *text_to_markdown(part.strip("\n"))])


def _key_point(point: KeyPoint) -> str:
    return f"{_words(point.line)} *({reason_of(point)})*"


def reason_of(point: KeyPoint) -> str:
    """Return why a line is a key point."""
    if point.why == "agreed":
        return f"{point.line.agreed} agree{'s' * (point.line.agreed == 1)}"
    return "pinned" if point.why == "pinned" else "picked by a program"


def _thoughts(writeup: SessionWriteUp, level: str) -> Iterator[str]:
    groups = writeup.thoughts
    if not groups:
        return
    alone = len(groups) == 1 and not groups[0].author
    updated = f" {_updated(groups[0])}" if alone and groups[0].updated else ""
    yield from _heading("afterthought", writeup.thoughts_heading, updated, level)
    for group in groups:
        if not alone:
            name = " ".join(part for part in (_undated(group.author), _updated(group)) if part) or NOBODY
            yield from _block([f"{level}# {name}"])
        for line in group.lines:
            yield from _block(_item(line, "" if not line.level else "  " * (line.level - 1) + "- ", thought=True))


def _updated(group: Thoughts) -> str:
    return f"(updated {read_date(group.updated)})" if group.updated else ""


def _lines(
    lines: Sequence[Line], origin: Origin, heading: str, level: str, numbers: Iterator[int], gaps: Sequence[str] = ()
) -> Iterator[str]:
    """Return a layer: its lines, with folded ones in footnotes."""
    if not lines and not gaps:
        return
    yield from _heading(origin, heading, "", level)
    yield from _block(f"> {gap}" for gap in gaps)
    yield from [""] if lines else []
    below: list[tuple[int, Line]] = []
    for line in lines:
        also = [(next(numbers), other) for other in line.others]
        yield from _item(line, "  " * line.level + "- ", also=also)
        below += also
    for number, line in below:
        yield from _block(_item(line, f"[^{number}]: "))


def _heading(origin: Origin, heading: str, tail: str, level: str) -> Iterator[str]:
    matches = [name for name, pattern in LAYER_HEADINGS.items() if pattern.match(heading)]
    marker = [] if matches == [origin] else [f"<!-- Backchannel: {origin} -->"]
    yield from _block([*marker, f"{level} {_undated(heading)}{tail}"])


def _undated(heading: str) -> str:
    """Return the heading with brackets escaped, so that they are not read as a date."""
    return plain_to_markdown(heading).replace("(", "\\(")


def _item(
    line: Line, mark: str, also: Sequence[tuple[int, Line]] = (), thought: bool = False
) -> Iterator[str]:  # fmt: skip
    """Return a bullet, or without `mark` a paragraph. A `thought` has no time and author. `also` goes into footnotes.
    """
    text = text_to_markdown(line.item.text)
    head = "" if thought else _head(line)
    text[0] = mark + head + text[0]
    text[-1] += _source(line) + _also(also) + _told_apart(line, thought)
    yield text[0]
    yield from (" " * len(mark) + more for more in text[1:])


def _also(also: Sequence[tuple[int, Line]]) -> str:
    said = ", ".join(f"**{plain_to_markdown(line.author or NOBODY)}**[^{number}]" for number, line in also)
    return f" (also {said})" if said else ""


def _head(line: Line) -> str:
    author = f"**{plain_to_markdown(line.author)}:**" if line.author else ""
    return "".join(f"{part} " for part in (line.time, author) if part)


def _source(line: Line) -> str:
    url = line.item.url or ""
    return f" ([post]({_address(url)}))" if is_good_link(url) else ""


def _told_apart(line: Line, thought: bool) -> str:
    """Return the comment for facts that the words, the level and the position do not show."""
    item, clock = line.item, line.time[-5:] if isinstance(line.item.at, datetime) else ""
    said = {
        item.kind: item.kind != line.reads_as,
        f"depth {item.depth}": item.depth != line.level,
        f"noted {clock}".strip(): thought and item.origin == "note",
        f"by {_encoded(item.speaker or '')}": bool(item.speaker) and item.speaker != line.names,
        "corrected": line.corrected,
    }
    remarks = ", ".join(word for word, holds in said.items() if holds)
    return f" <!-- {remarks} -->" if remarks else ""


def _encoded(name: str) -> str:
    """Return a name that can be part of a comment."""
    return quote(printable(name), safe=" ").replace("-", "%2D")


def _drawn(writeup: SessionWriteUp) -> Iterator[str]:
    yield from _section("Questions", [_question(question) for question in writeup.questions])
    yield from _section("Actions and pledges", [_commitment(commitment) for commitment in writeup.commitments])
    yield from _section("Decisions", [_words(line) for line in writeup.decisions])
    yield from _section("Links", [_link(link) for link in writeup.links])
    yield from _section("People", [plain_to_markdown(person) for person in writeup.people])


def _section(heading: str, entries: Sequence[str], marker: str = "", level: str = "##") -> Iterator[str]:
    """Return a section derived from the notes. Above the notes, a `marker` says so."""
    if entries:
        yield from _block([*([marker] if marker else []), f"{level} {heading}"])
        yield ""
        yield from (f"- {entry}" for entry in entries)


def _question(question: Question) -> str:
    return "\n".join([_words(question.line), *(f"  - {_words(answer)}" for answer in question.answers)])


def _commitment(commitment: Commitment) -> str:
    owner = f" – {plain_to_markdown(commitment.owner)}" if commitment.owner else ""
    return f"{commitment.kind.capitalize()}: {_words(commitment.line)}{owner}"


def _due(due: Due) -> str:
    said = _commitment(due.commitment) if due.commitment else f"Open question: {_words(due.line)}"
    where = ", ".join(part for part in (plain_to_markdown(due.part.title), due.line.time) if part)
    return f"{said} ({where})"


def _words(line: Line) -> str:
    """Return the words on one line."""
    return " ".join(text_to_markdown(one_line(line.body) or "…"))


def _link(link: Link) -> str:
    if not is_good_link(link.url):
        return plain_to_markdown(link.url)
    return f"[{plain_to_markdown(link.title)}]({_address(link.url)})" if link.title else f"<{_address(link.url)}>"


def _address(url: str) -> str:
    """Return an address that Markdown ends where it should."""
    return re.sub(r"[()\s\x00-\x20]", lambda found: f"%{ord(found[0]):02X}", printable(url))


def _facts(*facts: tuple[str, str]) -> list[str]:
    return [f"- **{name}:** {said}" for name, said in facts if said]


def _names(names: Iterable[str]) -> str:
    """Return names separated by commas. A comma in a name becomes an entity."""
    return ", ".join(plain_to_markdown(name).replace(",", "&#44;") for name in names)


def _zone(name: str) -> str:
    return re.sub(r"[^\w/+-]", "", name)


def _block(lines: Iterable[str]) -> Iterator[str]:
    """Return lines after an empty one, or nothing if there are none."""
    for at, line in enumerate(lines):
        if not at:
            yield ""
        yield line


def _file(lines: Iterable[str]) -> str:
    return "\n".join(lines).strip("\n") + "\n"
