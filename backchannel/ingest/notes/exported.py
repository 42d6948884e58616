"""Our own write-up as Markdown, imported again: the reverse of writeup/markdown.py, which shows the format.

It restores each item's text exactly, its kind, origin, depth, author, speaker and address, and its time to the minute.
Sections derived from the notes (key points, questions, actions, links) are skipped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, tzinfo
from itertools import groupby
from typing import Literal, cast
from urllib.parse import unquote

from backchannel.domain.model import KINDS, Document, Draft, Kind, Origin, When
from backchannel.ingest.notes.hints import Hints
from backchannel.ingest.notes.layers import date_in
from backchannel.writeup.compose import HEADINGS
from backchannel.writeup.dates import zone_of
from backchannel.writeup.markdown import DRAWN, LAYER_HEADINGS, NOBODY
from backchannel.writeup.mdtext import plain_from_markdown, text_from_markdown

_FIRST = re.compile(r"\ufeff?\s*<!-- Backchannel write-up 1 of (a session|an event); times in ([\w/+-]*) -->")
_ANNOUNCED = re.compile(r"<!-- Backchannel: (note|post|afterthought|drawn|hallway|introduction) -->\Z")
_HEADING = re.compile(r"(#{1,4}) (.*)\Z")
_FACT = re.compile(r"- \*\*(When|Where|Led by|Hashtags|Notes by):\*\* (.*)\Z")
_UPDATED = re.compile(r" ?\(updated (\d{1,2} [A-Z][a-z]+ \d{4})\)\Z")
_SLOT = re.compile(r"(.*?), (\d\d:\d\d)(?:(?:–| – (.*), )(\d\d:\d\d))?\Z")
_BULLET = re.compile(r"( *)- (.*)\Z")
_HEAD = re.compile(
    r"(?:(?P<day>\d{1,2} [A-Z][a-z]{2,8} \d{4}) )?(?:(?P<time>\d\d:\d\d) )?"
    r"(?:\*\*(?P<author>(?:[^*\\\n]|\\.){1,200}):\*\* )?"
)
_FOOTNOTE = re.compile(r"\[\^(\d{1,9})\]: (.*)\Z")
_ALSO = re.compile(r" \(also ((?:\*\*(?:[^*\\\n]|\\.){1,200}\*\*\[\^\d{1,9}\](?:, )?)+)\)\Z")
_REMARKS = re.compile(r" <!-- ([^<>\n]+) -->\Z")
_REMARK = re.compile(
    r"(?P<kind>[a-z]+)|depth (?P<depth>\d{1,3})|(?P<noted>noted)(?: (?P<time>\d\d:\d\d))?|by (?P<speaker>.+)", re.DOTALL
)
_POST = re.compile(r" \(\[post\]\(([^()\s]*)\)\)\Z")

Announced = Origin | Literal["drawn", "hallway", "introduction"]


def is_it(text: str) -> bool:
    return _FIRST.match(text) is not None


def read(text: str, hints: Hints) -> list[Document]:
    first = _FIRST.match(text)
    assert first is not None
    reader = _Reader(level=1 if first[1] == "a session" else 2, zone=zone_of(first[2]), hints=hints)
    for line in text[first.end() :].split("\n"):
        if line == DRAWN:
            break
        reader.take(line)
    reader.close_session()
    return reader.documents


@dataclass
class _Session:
    """A session being read: the facts of its head, and its items."""

    title: str
    facts: dict[str, str] = field(default_factory=dict)
    hallway: bool = False
    introduction: list[str] = field(default_factory=list)  # lines
    headings: dict[str, str] = field(default_factory=dict)
    drafts: list[tuple[Draft, list[str]]] = field(default_factory=list)  # with the numbers of their footnotes
    footnotes: dict[str, Draft] = field(default_factory=dict)

    def all_drafts(self) -> list[Draft]:
        """Return the items, with those in footnotes after the line they belong to."""
        made = []
        for draft, numbers in self.drafts:
            made += [draft, *(self.footnotes.pop(number) for number in numbers if number in self.footnotes)]
        return [*made, *self.footnotes.values()]

    def introduced(self) -> str:
        """Return the introduction, one paragraph per empty line."""
        paragraphs = [list(lines) for filled, lines in groupby(self.introduction, bool) if filled]
        return "\n\n".join(text_from_markdown(lines) for lines in paragraphs)

    def names(self, fact: str) -> tuple[str, ...]:
        said = self.facts.get(fact, "")
        names = (plain_from_markdown(name.replace("&#44;", ",")) for name in said.split(", "))
        return tuple(name for name in names if name)

    def slot(self, zone: tzinfo) -> tuple[date | None, datetime | None, datetime | None]:
        """Return the day, the start and the end."""
        said = self.facts.get("When", "").removesuffix(", cancelled")
        found = _SLOT.match(said)
        day = date_in(found[1] if found else said)
        if not found or not day:
            return day, None, None
        ends = _moment(date_in(found[3] or "") or day, found[4], zone) if found[4] else None
        return day, _moment(day, found[2], zone), ends


@dataclass
class _Reader:
    """Reads line by line. `level` is that of session headings, `item` the open item's lines.

    `mark` is the position of its bullet; None is a paragraph, text a footnote's number.
    """

    level: int
    zone: tzinfo
    hints: Hints
    documents: list[Document] = field(default_factory=list)
    session: _Session | None = None
    origin: Origin | None = None
    announced: Announced | None = None
    drawn: bool = False  # in a section derived from the notes
    author: str = ""
    updated: date | None = None
    item: tuple[int | str | None, list[str]] | None = None

    def take(self, line: str) -> None:
        if self.item and self.item[1][-1].endswith("\\"):
            self.item[1].append(line.lstrip(" "))
        elif heading := _HEADING.match(line):
            self._heading(len(heading[1]) - self.level, heading[2])
        elif announced := _ANNOUNCED.match(line):
            self.announced = cast(Announced, announced[1])
        elif self.announced == "introduction" and self.session:
            self.session.introduction.append(line)
        elif self.drawn or line.startswith("> "):
            return
        elif self.origin is None:
            if self.session and (fact := _FACT.match(line)):
                self.session.facts[fact[1]] = fact[2]
        elif bullet := _BULLET.match(line):
            self._open((len(bullet[1]), [bullet[2]]))
        elif footnote := _FOOTNOTE.match(line):
            self._open((footnote[1], [footnote[2]]))
        elif line.strip():
            self._open((None, [line]))

    def close_session(self) -> None:
        self._open(None)
        if self.session:
            self.documents.append(_document(self.session, self.zone, self.hints))
        self.session, self.origin = None, None

    def _heading(self, depth: int, text: str) -> None:
        self._open(None)
        self.drawn = self.announced == "drawn"
        if self.drawn:
            self.origin, self.announced = None, None
        elif depth == 0:
            self.close_session()
            self.session = _Session(plain_from_markdown(text), hallway=self.announced == "hallway")
            self.announced = None
        elif depth == 1:
            self._section(text)
        elif depth == 2:
            name, self.updated = _dated(text)
            self.author = "" if name == NOBODY else plain_from_markdown(name)

    def _section(self, text: str) -> None:
        heading, self.updated = _dated(text)
        heading, self.author = plain_from_markdown(heading), ""
        layer = next((origin for origin, pattern in LAYER_HEADINGS.items() if pattern.match(heading)), None)
        announced = self.announced if self.announced in LAYER_HEADINGS else None
        self.origin, self.announced = announced or layer, None
        if self.origin and self.session and heading != HEADINGS[self.origin]:
            self.session.headings[self.origin] = heading

    def _open(self, item: tuple[int | str | None, list[str]] | None) -> None:
        """Start the next item and complete the one before."""
        if self.item and self.session and self.origin:
            mark, lines = self.item
            remarks = _cut(lines, _REMARKS)
            also = _cut(lines, _ALSO)
            draft = self._draft(self.session, self.origin, 0 if isinstance(mark, str) else mark, lines, remarks)
            if isinstance(mark, str):
                self.session.footnotes[mark] = draft
            else:
                self.session.drafts.append((draft, re.findall(r"\[\^(\d+)\](?:, |\Z)", also)))
        self.item = item

    def _draft(self, session: _Session, origin: Origin, mark: int | None, lines: list[str], remarks: str) -> Draft:
        author, level = self.author, (mark or 0) // 2
        at: When = self.updated
        if origin == "afterthought":
            level += mark is not None
        elif head := _HEAD.match(lines[0]):
            lines[0] = lines[0][head.end() :]
            author, at = plain_from_markdown(head["author"] or ""), self._when(session, head["day"], head["time"])
        post = _cut(lines, _POST)
        plain = Draft(
            origin=origin, text=text_from_markdown(lines), author=author, depth=level, at=at, url=post or None
        )  # fmt: skip
        return self._with_remarks(plain, remarks.split(", ") if remarks else [])

    def _with_remarks(self, draft: Draft, remarks: list[str]) -> Draft:
        """Return the item with facts that its words, level and position do not show."""
        for word in remarks:
            found = _REMARK.fullmatch(word)
            if found and found["kind"] in KINDS:
                draft = replace(draft, kind=cast(Kind, found["kind"]))
            elif found and found["depth"]:
                draft = replace(draft, depth=int(found["depth"]))
            elif found and found["noted"]:
                at = _moment(self.updated, found["time"], self.zone) if self.updated and found["time"] else draft.at
                draft = replace(draft, origin="note", at=at)
            elif found and found["speaker"]:
                draft = replace(draft, speaker=unquote(found["speaker"]))
        return draft

    def _when(self, session: _Session, day: str | None, time: str | None) -> When:
        """Return the item's time. Missing parts come from the slot's day or the only day there is."""
        usual, starts, _ = session.slot(self.zone)
        on = date_in(day) if day else usual
        if time and on:
            return _moment(on, time, self.zone)
        return on if day or not starts else None


def _document(session: _Session, zone: tzinfo, hints: Hints) -> Document:
    _, starts, ends = session.slot(zone)
    return Document(
        title=session.title or hints.title,
        drafts=tuple(_by_the_taker(session, hints)),
        date=hints.date,
        starts=starts,
        ends=ends,
        room=plain_from_markdown(session.facts.get("Where", "")) or None,
        leaders=session.names("Led by"),
        hashtags=tuple(tag.removeprefix("#") for tag in session.names("Hashtags")),
        headings=session.headings,
        hallway=session.hallway,
        introduction=session.introduced(),
    )


def _by_the_taker(session: _Session, hints: Hints) -> list[Draft]:
    """Use the note-taker as author if no line names one, or else the given author."""
    takers = session.names("Notes by")
    drafts = session.all_drafts()
    written = [draft for draft in drafts if draft.origin != "post"]
    sole = takers[0] if len(takers) == 1 and not any(draft.author for draft in written) else ""
    author = sole or (hints.author if not takers else "")
    return [replace(d, author=author) if d.origin != "post" and not d.author else d for d in drafts]


def _cut(lines: list[str], tail: re.Pattern[str]) -> str:
    """Return a matching end of the last line and remove it."""
    found = tail.search(lines[-1])
    if not found:
        return ""
    lines[-1] = lines[-1][: found.start()]
    return found[1]


def _dated(heading: str) -> tuple[str, date | None]:
    """Split `Ann (updated 8 June 2009)` into the name and the day."""
    found = _UPDATED.search(heading)
    return (heading[: found.start()], date_in(found[1])) if found else (heading, None)


def _moment(day: date, clock: str, zone: tzinfo) -> datetime | None:
    try:
        return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
