""""Your notes": one person's notes from all sessions as the draft of a blog post.

    # Notes from Puddlecamp
    ## Post-event thoughts            empty, for the author to write

    ## Who owns the rain?             each session
    ### Post-event thoughts (updated 9 June 2009)      if there are any
    ### What I wrote at the time
    - the notes, without times and names
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from backchannel.domain.errors import Unknown
from backchannel.domain.model import Record
from backchannel.domain.people import PARTICIPANT
from backchannel.domain.times import read_date
from backchannel.domain.wire import one_line
from backchannel.writeup import html, pandoc
from backchannel.writeup.compose import HEADINGS, compose_event
from backchannel.writeup.deterministic import event_id, updated
from backchannel.writeup.document import Document, nested, words_of
from backchannel.writeup.mdtext import plain_to_markdown, text_to_markdown
from backchannel.writeup.model import EventWriteUp, Line, SessionWriteUp, Thoughts
from backchannel.writeup.pandoc import Block
from backchannel.writeup.toolchain import pandoc as run_pandoc

THOUGHTS = HEADINGS["afterthought"]
NOTES = "What I wrote at the time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """The draft: `title` and `facts` are the head, `parts` the sessions by slot and the hallway."""

    title: str
    facts: tuple[str, ...]
    parts: tuple[SessionWriteUp, ...]
    writeup: EventWriteUp


def my_notes(record: Record, author: str = "") -> Mine:
    """Return the draft for a record of one person's notes. Raises `Unknown` if there are none."""
    written = tuple(item for item in record.items if item.origin != "post" and item.state == "visible")
    if not written:
        raise Unknown(f"“{one_line(author)[:60]}” wrote no notes in this event.", field="author")
    writeup = compose_event(replace(record, items=written, gaps=(), pins=(), editions={}))
    names = [item.author for item in written if item.author not in ("", PARTICIPANT)]
    by = f"by {one_line(names[-1])}" if names else ""
    parts = (*writeup.sessions, *((writeup.hallway,) if writeup.hallway else ()))
    facts = tuple(fact for fact in (writeup.when, by) if fact)
    return Mine(title=f"Notes from {record.event.title}", facts=facts, parts=parts, writeup=writeup)


def facts_of(part: SessionWriteUp) -> tuple[str, ...]:
    led = f"led by {', '.join(part.leaders)}" if part.leaders else ""
    return tuple(fact for fact in (part.when, part.room, led) if fact)


def thoughts_heading(part: SessionWriteUp, group: Thoughts) -> str:
    when = f" (updated {read_date(group.updated)})" if group.updated else ""
    return f"{part.thoughts_heading}{when}"


def notes_heading(part: SessionWriteUp) -> str:
    """Return the document's own heading, or one in the first person."""
    return part.notes_heading if part.notes_heading != HEADINGS["note"] else NOTES


def write_markdown(mine: Mine) -> str:
    lines = [f"# {plain_to_markdown(mine.title)}", "", *_emphasised(mine.facts), f"## {THOUGHTS}", "", ""]
    for part in mine.parts:
        lines += [f"## {plain_to_markdown(part.title)}", "", *_emphasised(facts_of(part))]
        for group in part.thoughts:
            lines += [f"### {plain_to_markdown(thoughts_heading(part, group))}", ""]
            lines += [text for line in group.lines for text in (*text_to_markdown(line.item.text), "")]
        if part.notes:
            lines += [f"### {plain_to_markdown(notes_heading(part))}", ""]
            lines += [text for line in part.notes for text in _bullet(line)]
            lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _emphasised(facts: Sequence[str]) -> list[str]:
    said = " · ".join(map(plain_to_markdown, facts)).replace("\\:", ":")
    return [f"*{said}*", ""] if facts else []


def _bullet(line: Line) -> Iterator[str]:
    indent = "  " * line.level
    first, *more = text_to_markdown(line.item.text)
    yield f"{indent}- {first}"
    yield from (f"{indent}  {words}" for words in more)


def write_html(mine: Mine) -> str:
    body = ["<header>", f"<h1>{html.plain(mine.title)}</h1>", *html.facts(mine.facts), "</header>"]
    body += ['<section class="thoughts">', f"<h2>{THOUGHTS}</h2>", "<p></p>", "</section>"]
    for part in mine.parts:
        body += ["<article>", f"<h2>{html.plain(part.title)}</h2>", *html.facts(facts_of(part))]
        for group in part.thoughts:
            body.append(f"<h3>{html.plain(thoughts_heading(part, group))}</h3>")
            body += [f"<p>{html.line_html(line)}</p>" for line in group.lines]
        if part.notes:
            body += [f"<h3>{html.plain(notes_heading(part))}</h3>", *html.nested(_bare(part.notes))]
        body.append("</article>")
    return html.page(mine.title, body)


def _bare(lines: Sequence[Line]) -> list[Line]:
    """Return the lines without times."""
    return [replace(line, time="", author="", others=()) for line in lines]


def write_docx(mine: Mine) -> bytes:
    event = mine.writeup.event
    document = Document(
        id=event_id(event),
        title=pandoc.clean(mine.title),
        subtitle=pandoc.clean(" · ".join(mine.facts)),
        authors=(),
        changed=updated(mine.writeup.items, None, event),
        blocks=tuple(_blocks(mine)),
    )
    return run_pandoc(document, "docx")


def _blocks(mine: Mine) -> Iterator[Block]:
    yield from (pandoc.header(1, THOUGHTS), pandoc.para())
    for part in mine.parts:
        yield pandoc.header(1, part.title)
        if facts := facts_of(part):
            yield pandoc.para(pandoc.soft(" · ".join(facts)))
        for group in part.thoughts:
            yield pandoc.header(2, thoughts_heading(part, group))
            for line in group.lines:
                yield from words_of(line)
        if part.notes:
            yield from (pandoc.header(2, notes_heading(part)), nested(part.notes, _words))


def _words(line: Line) -> list[Block]:
    first, *more = words_of(line)
    speaker = [pandoc.strong(f"{line.item.speaker}:"), pandoc.string(" ")] if line.item.speaker else []
    inlines = first["c"] if first["t"] in ("Para", "Plain") else []
    return [pandoc.plain(*speaker, *inlines), *([] if inlines else [first]), *more]


WRITTEN: dict[str, Callable[[Mine], str | bytes]] = {"md": write_markdown, "html": write_html, "docx": write_docx}


def write_mine(mine: Mine, format: str) -> bytes:
    """Return the draft in one of the formats in `WRITTEN`."""
    made = WRITTEN[format](mine)
    return made if isinstance(made, bytes) else made.encode("utf-8", "replace")
