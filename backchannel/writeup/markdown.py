"""Markdown: to paste into a blog, and to be read back by `import notes` (ingest/notes/exported.py).

    <!-- Backchannel write-up 1 of a session; times in Europe/London -->
    # Social media policy

    - **When:** 8 June 2009, 10:00–10:45
    - **Where:** Main hall
    - **Led by:** Carl

    ## Post-event thoughts (updated 8 June 2009)

    A paragraph an afterthought; with several authors or days each under its own heading, `### Ann (updated 8 June 2009)`.

    ## What was written at the time

    - 10:05 **Ann:** a bullet a note
      - 10:06 **Bob:** one level deeper

    ## The backchannel

    - 10:07 **@carl@example.social:** a bullet a post ([post](https://example.social/@carl/1))

    <!-- Backchannel: what follows is drawn from the above -->
    ## Questions ...

In the write-up of an event each session is one level deeper. An own heading that cannot be told by its words is
announced by `<!-- Backchannel: note -->`. A line whose kind is not that of its words, or whose level is not its depth,
ends in a comment: `<!-- action, depth 3 -->`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from backchannel.domain.links import Link
from backchannel.domain.model import Origin
from backchannel.domain.times import read_date
from backchannel.domain.wire import one_line
from backchannel.writeup.mdtext import plain_to_markdown, printable, text_to_markdown
from backchannel.writeup.render import is_good_link
from backchannel.writeup.tree import Commitment, Due, EventWriteUp, Line, Question, SessionWriteUp, Thoughts

DRAWN = "<!-- Backchannel: what follows is drawn from the above -->"
NOBODY = "(no name)"
# The headings that tell by themselves what stands under them.
TOLD: dict[Origin, re.Pattern[str]] = {
    "afterthought": re.compile(r"post-?event (?:thoughts|reflections)|after-?thoughts|reflections\Z", re.IGNORECASE),
    "note": re.compile(
        r"(?:what (?:I|we|was) [\w' ]{2,25}|(?:my )?(?:live )?notes[\w ]{0,10}) (?:at|on) the (?:time|day)",
        re.IGNORECASE,
    ),
    "post": re.compile(r"the backchannel\Z", re.IGNORECASE),
}


def write_session(writeup: SessionWriteUp) -> str:
    """The write-up of one session."""
    lines = [f"<!-- Backchannel write-up 1 of a session; times in {_zone(writeup.zone)} -->", *_session(writeup, "#")]
    return _file([*lines, *_block([DRAWN]), *_drawn(writeup)])


def write_event(writeup: EventWriteUp) -> str:
    """The write-up of the event, with all its sessions."""
    lines = [f"<!-- Backchannel write-up 1 of an event; times in {_zone(writeup.zone)} -->"]
    lines += _block([f"# {plain_to_markdown(writeup.title)}"])
    lines += _block(_facts(("When", writeup.when), ("Notes by", _names(writeup.note_takers))))
    for part in (*writeup.sessions, *((writeup.hallway,) if writeup.hallway else ())):
        lines += _session(part, "##")
    lines += _block([DRAWN])
    lines += _section("Actions, pledges and open questions", [_due(due) for due in writeup.ledger])
    lines += _section("Links", [_link(link) for link in writeup.links])
    lines += _section("People", [plain_to_markdown(person) for person in writeup.people])
    lines += _section("Sessions without notes", [plain_to_markdown(s.title) for s in writeup.without_notes])
    return _file(lines)


def _session(writeup: SessionWriteUp, level: str) -> Iterator[str]:
    yield from _block([f"{level} {plain_to_markdown(writeup.title)}"])
    facts = _facts(
        ("When", writeup.when),
        ("Where", plain_to_markdown(writeup.room)),
        ("Led by", _names(writeup.leaders)),
        ("Hashtags", ", ".join(f"#{plain_to_markdown(tag)}" for tag in writeup.hashtags)),
        ("Notes by", _names(writeup.note_takers)),
    )
    yield from _block(facts)
    yield from _thoughts(writeup, level + "#")
    yield from _lines(writeup.notes, "note", writeup.notes_heading, level + "#")
    yield from _lines(writeup.posts, "post", writeup.posts_heading, level + "#")


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
            yield from _block(_item(line, "" if not line.level else "  " * (line.level - 1) + "- ", bare=True))


def _updated(group: Thoughts) -> str:
    return f"(updated {read_date(group.updated)})" if group.updated else ""


def _lines(lines: Sequence[Line], origin: Origin, heading: str, level: str) -> Iterator[str]:
    if lines:
        yield from _heading(origin, heading, "", level)
        yield ""
        for line in lines:
            yield from _item(line, "  " * line.level + "- ")


def _heading(origin: Origin, heading: str, tail: str, level: str) -> Iterator[str]:
    told = [name for name, pattern in TOLD.items() if pattern.match(heading)]
    marker = [] if told == [origin] else [f"<!-- Backchannel: {origin} -->"]
    yield from _block([*marker, f"{level} {_undated(heading)}{tail}"])


def _undated(heading: str) -> str:
    """Its brackets are words, not the date of an update."""
    return plain_to_markdown(heading).replace("(", "\\(")


def _item(line: Line, mark: str, bare: bool = False) -> Iterator[str]:
    """A bullet, or (with no `mark`) a paragraph; `bare` without time and author."""
    text = text_to_markdown(line.item.text)
    head = "" if bare else _head(line)
    text[0] = mark + head + text[0]
    text[-1] += _source(line) + _told_apart(line)
    yield text[0]
    yield from (" " * len(mark) + more for more in text[1:])


def _head(line: Line) -> str:
    author = f"**{plain_to_markdown(line.author)}:**" if line.author else ""
    return "".join(f"{part} " for part in (line.time, author) if part)


def _source(line: Line) -> str:
    url = line.item.url or ""
    return f" ([post]({_address(url)}))" if is_good_link(url) else ""


def _told_apart(line: Line) -> str:
    """What the words and the level do not say."""
    said = [line.item.kind] if line.item.kind != line.reads_as else []
    depth = [f"depth {line.item.depth}"] if line.item.depth != line.level else []
    return f" <!-- {', '.join([*said, *depth])} -->" if said or depth else ""


def _drawn(writeup: SessionWriteUp) -> Iterator[str]:
    yield from _section("Questions", [_question(question) for question in writeup.questions])
    yield from _section("Actions and pledges", [_commitment(commitment) for commitment in writeup.commitments])
    yield from _section("Decisions", [_words(line) for line in writeup.decisions])
    yield from _section("Links", [_link(link) for link in writeup.links])
    yield from _section("People", [plain_to_markdown(person) for person in writeup.people])


def _section(heading: str, entries: Sequence[str]) -> Iterator[str]:
    if entries:
        yield from _block([f"## {heading}"])
        yield ""
        yield from (f"- {entry}" for entry in entries)


def _question(question: Question) -> str:
    return "\n".join([_words(question.line), *(f"  - {_words(answer)}" for answer in question.answers)])


def _commitment(commitment: Commitment) -> str:
    owner = f" – {plain_to_markdown(commitment.owner)}" if commitment.owner else ""
    return f"{commitment.kind.capitalize()}: {_words(commitment.line)}{owner}"


def _due(due: Due) -> str:
    said = _commitment(due.commitment) if due.commitment else f"Open question: {_words(due.question.line)}"  # type: ignore[union-attr]
    return f"{said} ({plain_to_markdown(due.part.title)})"


def _words(line: Line) -> str:
    """The words of a line on one line."""
    return " ".join(text_to_markdown(one_line(line.body) or "…"))


def _link(link: Link) -> str:
    if not is_good_link(link.url):
        return plain_to_markdown(link.url)
    return f"[{plain_to_markdown(link.title)}]({_address(link.url)})" if link.title else f"<{_address(link.url)}>"


def _address(url: str) -> str:
    """An address that ends where it should, in brackets."""
    return re.sub(r"[()\s\x00-\x20]", lambda found: f"%{ord(found[0]):02X}", printable(url))


def _facts(*facts: tuple[str, str]) -> list[str]:
    return [f"- **{name}:** {said}" for name, said in facts if said]


def _names(names: Iterable[str]) -> str:
    """Names with commas between them; a comma in a name is an entity."""
    return ", ".join(plain_to_markdown(name).replace(",", "&#44;") for name in names)


def _zone(name: str) -> str:
    return re.sub(r"[^\w/+-]", "", name)


def _block(lines: Iterable[str]) -> Iterator[str]:
    """Lines with an empty one before them; nothing where there are none."""
    for at, line in enumerate(lines):
        if not at:
            yield ""
        yield line


def _file(lines: Iterable[str]) -> str:
    return "\n".join(lines).strip("\n") + "\n"
