"""HTML in one self-contained file, for screen and paper, in light and dark, without scripts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any
from unicodedata import bidirectional

from backchannel.domain.links import Link
from backchannel.domain.model import Session
from backchannel.domain.times import read_date
from backchannel.domain.wire import one_line
from backchannel.writeup import json
from backchannel.writeup.chart import chart, table
from backchannel.writeup.markdown import reason_of
from backchannel.writeup.mdtext import printable
from backchannel.writeup.model import (
    Commitment,
    Due,
    EventWriteUp,
    KeyPoint,
    Line,
    Question,
    SessionWriteUp,
    Statistics,
    Thoughts,
)
from backchannel.writeup.render import is_good_link, render
from backchannel.writeup.style import STYLE

# The file contains no script, and its policy would not let one run.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_REL = 'rel="nofollow noopener noreferrer"'
_LABELLED = ("question", "answer", "action", "pledge", "decision")


def write_session(writeup: SessionWriteUp) -> str:
    made = page(f"{writeup.title} · {writeup.event.title}", session_body(writeup))
    return made + _data(json.session_value(writeup))


def session_body(writeup: SessionWriteUp) -> list[str]:
    """Return everything published of a session without the surrounding page, for the site and Atom."""
    body = [*_head(writeup, "h1"), *_key_points(writeup.key_points, 2), *_layers(writeup, 2)]
    body += section("Questions", map(_question, writeup.questions))
    body += section("Actions and pledges", map(_commitment, writeup.commitments))
    body += section("Decisions", (line_html(line) for line in writeup.decisions))
    body += section("Links", map(link_html, writeup.links))
    body += section("People", map(plain, writeup.people))
    return body


def write_event(writeup: EventWriteUp) -> str:
    return page(writeup.title, event_body(writeup)) + _data(json.event_value(writeup))


def event_body(writeup: EventWriteUp) -> list[str]:
    parts = [*writeup.sessions, *([writeup.hallway] if writeup.hallway else [])]
    taken = f"Notes by {', '.join(writeup.note_takers)}" if writeup.note_takers else ""
    body = ["<header>", f"<h1>{plain(writeup.title)}</h1>", *facts([writeup.when, taken]), "</header>"]
    body += section("Sessions", map(_entry, parts))
    body += _ledger(writeup.ledger)
    for part in parts:
        body += [f'<article id="{_anchor(part)}">', *_head(part, "h2"), *_key_points(part.key_points, 3)]
        body += [*_layers(part, 3), "</article>"]
    body += section("Sessions without notes", (without_notes_html(writeup, session) for session in writeup.without_notes))
    body += section("Links", map(link_html, writeup.links))
    body += section("People", map(plain, writeup.people))
    body += statistics_html(writeup.statistics)
    return body


def page(title: str, body: Iterable[str]) -> str:
    lines = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{escape(one_line(title))}</title>",
        f"<style>{STYLE}</style>",
        "</head>",
        "<body>",
        "<main>",
        *body,
        "</main>",
        "</body>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def _data(value: dict[str, Any]) -> str:
    """Return the write-up as data inside the page, so that it can be imported again (ingest/notes/data.py)."""
    return f"<!-- Backchannel data 1: {json.in_comment(value)} -->\n"


def _head(writeup: SessionWriteUp, heading: str) -> Iterator[str]:
    led = f"Led by {', '.join(writeup.leaders)}" if writeup.leaders else ""
    taken = f"Notes by {', '.join(writeup.note_takers)}" if writeup.note_takers else ""
    tags = " ".join(f"#{tag}" for tag in writeup.hashtags)
    yield from ("<header>", f"<{heading}>{plain(writeup.title)}</{heading}>")
    spoke = f"speakers {', '.join(writeup.speakers)}" if writeup.speakers else ""
    yield from facts([writeup.when, writeup.room, led, tags, taken, spoke, writeup.counted])
    yield "</header>"
    paragraphs = [part.strip("\n") for part in writeup.introduction.split("\n\n") if part.strip()]
    yield from (f'<p class="introduction">{render(part)}</p>' for part in paragraphs)


def facts(given: Sequence[str]) -> list[str]:
    said = " · ".join(f"<span>{plain(fact)}</span>" for fact in given if fact)
    return [f'<p class="facts">{said}</p>'] if said else []


def _key_points(points: Sequence[KeyPoint], level: int) -> Iterator[str]:
    if points:
        yield from ('<section class="points">', f"<h{level}>Key points</h{level}>", "<ul>")
        yield from (f"<li>{_words(point.line)} <small>{reason_of(point)}</small></li>" for point in points)
        yield from ("</ul>", "</section>")


def _layers(writeup: SessionWriteUp, level: int) -> Iterator[str]:
    """Return thoughts, notes and posts, with headings of `level`."""
    if writeup.thoughts:
        yield from ('<section class="thoughts">', f"<h{level}>{plain(writeup.thoughts_heading)}</h{level}>")
        for group in writeup.thoughts:
            yield from _thoughts(group)
        yield "</section>"
    for name, heading, lines, gaps in (
        ("notes", writeup.notes_heading, writeup.notes, ()),
        ("posts", writeup.posts_heading, writeup.posts, writeup.gaps),
    ):
        if lines or gaps:
            yield from (f'<section class="{name}">', f"<h{level}>{plain(heading)}</h{level}>")
            yield from (f'<p class="gap">{plain(gap)}</p>' for gap in gaps)
            yield from nested(lines)
            yield "</section>"


def _thoughts(group: Thoughts) -> Iterator[str]:
    updated = f"(updated {read_date(group.updated)})" if group.updated else ""
    said = " ".join(plain(part) for part in (group.author, updated) if part)
    if said:
        yield f'<p class="by">{said}</p>'
    yield from (f'<div class="thought"{_id(line)}>{line_html(line)}</div>' for line in group.lines)


def nested(lines: Sequence[Line]) -> Iterator[str]:
    """Return nested lists. No line is two levels below the one above it (see `Line.level`)."""
    above = -1
    for line in lines:
        yield "<ul>" if line.level > above else "</li>" + "</ul></li>" * (above - line.level)
        yield f'<li{_id(line)} class="{line.item.kind}">{_beside(line)}{line_html(line)}{_since(line)}'
        above = line.level
    yield "</li></ul>" * (above + 1)


def _beside(line: Line) -> str:
    time = f'<span class="time">{plain(line.time)}</span> ' if line.time else ""
    author = f'<span class="author">{plain(", ".join(line.voices))}</span> ' if line.voices else ""
    return time + author


def _since(line: Line) -> str:
    """Return that a line was corrected and, on demand, other people's wording. Identical wording counts as a voice
    only.
    """
    corrected = ' <small class="corrected">corrected</small>' if line.corrected else ""
    others = [other for other in line.others if other.item.text != line.item.text]
    if not others:
        return corrected
    items = "".join(f"<li>{_beside(other)}{line_html(other)}</li>" for other in others)
    return f"{corrected}<details><summary>in other words</summary><ul>{items}</ul></details>"


def line_html(line: Line) -> str:
    """Return a line: its kind, speaker, words and source."""
    item = line.item
    kind = f'<span class="kind">{item.kind}</span> ' if item.kind in _LABELLED else ""
    speaker = f"<b>{plain(item.speaker)}:</b> " if item.speaker else ""
    if item.origin != "post":
        return f"{kind}{speaker}{words_html(line)}"
    link = f' <a href="{escape(item.url)}" {_REL}>post</a>' if item.url and is_good_link(item.url) else ""
    return f'{kind}<div class="words">{words_html(line)}</div>{link}'


def words_html(line: Line) -> str:
    """Return the words as HTML. Stored HTML was sanitised when it was saved; otherwise it is rendered here."""
    return line.item.html or render(line.body)


def _question(question: Question) -> str:
    answers = "".join(f"<li>{line_html(answer)}</li>" for answer in question.answers)
    return f"{_words(question.line)}{f'<ul>{answers}</ul>' if answers else ''}"


def _commitment(made: Commitment) -> str:
    owner = f' – <b class="owner">{plain(made.owner)}</b>' if made.owner else ""
    return f'<span class="kind">{made.kind}</span> {_words(made.line)}{owner}'


def _words(line: Line) -> str:
    """Return the words as a link to the line."""
    return f'{words_html(line)} <a class="source" href="#{item_anchor(line)}">¶</a>'


def _ledger(ledger: Sequence[Due]) -> Iterator[str]:
    if not ledger:
        return
    yield from ('<section class="ledger">', "<h2>Actions, pledges and open questions</h2>", "<table>")
    yield "<thead><tr><th>What</th><th>Who</th><th>Session</th></tr></thead><tbody>"
    for due in ledger:
        kind = due.commitment.kind if due.commitment else "open question"
        where = f'<a href="#{_anchor(due.part)}">{plain(due.part.title)}</a>'
        said = f'<span class="kind">{kind}</span> {_words(due.line)}'
        yield f"<tr><td>{said}</td><td>{plain(due.owner)}</td><td>{where}</td></tr>"
    yield from ("</tbody></table>", "</section>")


def section(heading: str, entries: Iterable[str]) -> list[str]:
    listed = [f"<li>{entry}</li>" for entry in entries]
    return ["<section>", f"<h2>{heading}</h2>", "<ul>", *listed, "</ul>", "</section>"] if listed else []


def without_notes_html(writeup: EventWriteUp, session: Session) -> str:
    title, door = plain(session.title), writeup.door(session)
    return f'{title} <a href="{escape(door)}" {_REL}>add some</a>' if is_good_link(door) else title


def statistics_html(made: Statistics) -> list[str]:
    """Return the figures as a chart and as tables."""
    charts = [
        *([chart(made.day, "Notes over the day"), table(made.day, "Time")] if made.day else []),
        *([chart(made.sessions, "Notes by session"), table(made.sessions, "Session")] if made.sessions else []),
    ]
    return ['<section class="statistics">', "<h2>How much was written</h2>", *charts, "</section>"] if charts else []


def _entry(part: SessionWriteUp) -> str:
    """Return a line of the contents."""
    where = " · ".join(plain(fact) for fact in (part.when, part.room) if fact)
    return f'<a href="#{_anchor(part)}">{plain(part.title)}</a>{f" <small>{where}</small>" if where else ""}'


def link_html(link: Link) -> str:
    if not is_good_link(link.url):
        return plain(link.title or link.url)
    return f'<a href="{escape(printable(link.url))}" {_REL}>{plain(link.title or link.url)}</a>'


def _id(line: Line) -> str:
    return f' id="{item_anchor(line)}"'


def item_anchor(line: Line) -> str:
    return escape("i-" + "".join(printable(line.item.id).split()))


def _anchor(part: SessionWriteUp) -> str:
    return escape(f"s-{part.session.slug}") if part.session else "hallway"


def plain(text: str) -> str:
    """Return a title or name as escaped text. Right-to-left text is isolated."""
    text = one_line(text)
    turned = not text.isascii() and any(bidirectional(c) in ("R", "AL") for c in text)
    return f"<bdi>{escape(text)}</bdi>" if turned else escape(text)
