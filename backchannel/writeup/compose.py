"""Compose the write-up of a session or an event from its record. Pure: equal records give equal trees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from functools import lru_cache
from urllib.parse import urlsplit

from backchannel.domain.links import Link, without_links
from backchannel.domain.markup import Reading, read
from backchannel.domain.model import Edition, Gap, Item, Record, Session
from backchannel.domain.times import local_day
from backchannel.domain.wire import fold
from backchannel.writeup.dates import day_of, read_days, read_slot, read_time, zone_of
from backchannel.writeup.fold import fold_notes, fold_posts
from backchannel.writeup.keypoints import key_points
from backchannel.writeup.model import Commitment, Due, EventWriteUp, Line, Question, SessionWriteUp, Thoughts
from backchannel.writeup.statistics import statistics

HEADINGS = {
    "afterthought": "Post-event thoughts",
    "note": "What was written at the time",
    "post": "The backchannel",
}
HALLWAY = "In the hallway"
# Words that introduce a link without describing it: "see https://...".
_POINTS = "see also here link links via at from more read look url cf this it is the on under and"
_POINTING = frozenset(_POINTS.split())

_read = lru_cache(maxsize=4096)(read)


def compose_session(record: Record, session: Session) -> SessionWriteUp:
    """Return the write-up of one session of the record, from its visible items in reading order."""
    items = [item for item in record.items if item.session == session.guid and item.state == "visible"]
    return _compose(record, session, items)


def compose_event(record: Record, address: str = "") -> EventWriteUp:
    """Return the write-up of the event: its sessions by slot, and the names of empty ones.

    `address` is the event's address on the web.
    """
    homes: dict[str | None, list[Item]] = defaultdict(list)
    for item in record.items:
        if item.state == "visible":
            homes[item.session].append(item)
    known = {session.guid for session in record.sessions}
    parts = [_compose(record, session, homes[session.guid]) for session in _by_slot(record.sessions)]
    stray = [item for guid, items in homes.items() if guid not in known for item in items]
    hallway = _compose(record, None, stray) if stray else None
    sessions = tuple(part for part in parts if part.items)
    every = (*sessions, *((hallway,) if hallway else ()))
    visible = tuple(item for item in record.items if item.state == "visible")
    zone = zone_of(record.event.timezone)
    return EventWriteUp(
        event=record.event,
        zone=record.event.timezone,
        title=record.event.title,
        when=read_days(record.event.starts, record.event.ends),
        sessions=sessions,
        hallway=hallway,
        without_notes=tuple(part.session for part in parts if part.session and not (part.notes or part.thoughts)),
        ledger=tuple(due for part in every for due in _due(part)),
        links=_once(link for part in every for link in part.links),
        people=_names(person for part in every for person in part.people),
        note_takers=_names(name for part in every for name in part.note_takers),
        items=visible,
        statistics=statistics(visible, sessions, zone),
        gaps=tuple(_gap(gap, record.event.starts, zone) for gap in record.gaps),
        address=address,
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """An item with its parsed text."""

    item: Item
    reading: Reading
    line: Line


def is_late(item: Item, session: Session | None) -> bool:
    """Return whether a note was written after its session had ended, which makes it an afterthought.

    A note that was written before and arrived late is not one.
    """
    written = item.at if isinstance(item.at, datetime) and item.origin == "note" else None
    return bool(written and session and session.ends and written > session.ends)


def _compose(record: Record, session: Session | None, items: Sequence[Item]) -> SessionWriteUp:
    event = record.event
    edition = record.editions.get(session.guid, Edition()) if session else Edition()
    items = arranged(items, edition)
    zone, headings = zone_of(event.timezone), HEADINGS | dict(session.headings if session else {})
    timed = [item.at for item in items if item.origin != "afterthought"]
    day, slot = day_of(session, timed, zone), bool(session and session.starts)
    written = [item for item in items if item.origin != "post"]
    sole = written[0].author if len({item.author for item in written}) == 1 else ""
    pieces = []
    for item in items:
        reading = _read(item.text)
        author = "" if item.origin != "post" and item.author == sole else item.author
        time = read_time(item.at, day, slot, zone)
        line = Line(
            item=item, body=reading.body, reads_as=reading.kind, names=reading.speaker, time=time, author=author
        )
        pieces.append(_Read(item, reading, line))
    late = {piece.item.id for piece in pieces if is_late(piece.item, session)}
    notes = fold_notes([p.line for p in pieces if p.item.origin == "note" and p.item.id not in late])
    posts = fold_posts([p.line for p in pieces if p.item.origin == "post"])
    folded = {line.item.id for lead in (*notes, *posts) for line in lead.others}
    distinct = [piece for piece in pieces if piece.item.id not in folded]
    return SessionWriteUp(
        event=event,
        session=session,
        zone=event.timezone,
        title=edition.title or (session.title if session else HALLWAY),
        introduction=edition.introduction,
        when=", ".join(filter(None, (read_slot(session, day, zone), "cancelled" if session and session.cancelled else ""))),
        room=(session.room if session else None) or "",
        leaders=session.leaders if session else (),
        hashtags=session.hashtags if session else (),
        note_takers=_names(item.author for item in written),
        sole_author=sole,
        thoughts_heading=headings["afterthought"],
        notes_heading=headings["note"],
        posts_heading=headings["post"],
        key_points=key_points([piece.line for piece in distinct], (*record.pins, *edition.pins)),
        thoughts=_thoughts(pieces, late, zone),
        notes=_levelled(notes),
        posts=posts,
        questions=_questions(distinct),
        decisions=tuple(piece.line for piece in distinct if piece.item.kind == "decision"),
        commitments=tuple(_commitment(piece) for piece in distinct if piece.item.kind in ("action", "pledge")),
        links=_once(link for piece in pieces for link in _titled(piece)),
        speakers=_names(piece.item.speaker or "" for piece in pieces),
        people=_people(session, pieces),
        gaps=tuple(_gap(gap, day, zone) for gap in record.gaps if _concerns(gap, session)),
        items=tuple(items),
    )


def arranged(items: Sequence[Item], edition: Edition) -> list[Item]:
    """Return the items in an editor's order, without those left out."""
    rank = {id: n for n, id in enumerate(edition.order)}
    placed, last = [], -1
    for item in items:
        last = rank.get(item.id, last)
        placed.append((last, item))
    left_out = set(edition.left_out)
    return [item for _, item in sorted(placed, key=lambda pair: pair[0]) if item.id not in left_out]


def _thoughts(pieces: Iterable[_Read], late: set[str], zone: tzinfo) -> tuple[Thoughts, ...]:
    """Group thoughts by author and day, in the order in which they began."""
    groups: dict[tuple[str, date | None], list[Line]] = {}
    for piece in pieces:
        if piece.item.origin == "afterthought" or piece.item.id in late:
            day = local_day(piece.item.at, zone) if piece.item.at else None
            groups.setdefault((piece.line.author, day), []).append(piece.line)
    return tuple(
        Thoughts(author=author, updated=day, lines=_levelled(lines)) for (author, day), lines in groups.items()
    )


def _levelled(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Limit levels, so that no line is two levels below the one above: its parent may be hidden, or by somebody else.
    """
    made: list[Line] = []
    for line in lines:
        level = min(line.item.depth, made[-1].level + 1 if made else 0)
        made.append(replace(line, level=level) if level else line)
    return tuple(made)


def _questions(pieces: Iterable[_Read]) -> tuple[Question, ...]:
    """Return the questions. An answer belongs to the last question before it."""
    made: list[Question] = []
    for piece in pieces:
        if piece.item.kind == "question":
            made.append(Question(line=piece.line))
        elif piece.item.kind == "answer" and made:
            made[-1] = replace(made[-1], answers=(*made[-1].answers, piece.line))
    return tuple(made)


def _commitment(piece: _Read) -> Commitment:
    owner = piece.reading.owner or piece.item.speaker or (piece.item.author if piece.reading.own else "")
    return Commitment(kind=piece.item.kind, owner=owner, line=piece.line)


def _titled(piece: _Read) -> tuple[Link, ...]:
    """Return the links of a line. If the line is a link with a few words, they become its title."""
    links = piece.reading.links
    if piece.item.kind == "link" and len(links) == 1 and not links[0].title:
        title = " ".join(without_links(piece.reading.body).split()).strip(" :-–—→>()")
        return (Link(links[0].url, "" if _POINTING.issuperset(fold(title).split()) else title),)
    return links


def _people(session: Session | None, pieces: Iterable[_Read]) -> tuple[str, ...]:
    """Return the people who led, spoke or were mentioned. A first name alone is not repeated."""
    named = [name for piece in pieces for name in (piece.item.speaker or "", *piece.reading.people)]
    found = _names((*(session.leaders if session else ()), *named))
    longer = {name.split()[0].casefold() for name in found if len(name.split()) > 1}
    return tuple(name for name in found if name.casefold() not in longer)


def _concerns(gap: Gap, session: Session | None) -> bool:
    """Return whether posts of the gap could have belonged to this session."""
    if session is None or session.starts is None:
        return False
    return gap.begins < (session.ends or session.starts) and gap.ends > session.starts


def _gap(gap: Gap, day: date | None, zone: tzinfo) -> str:
    begins, ends = (read_time(when, day, True, zone) for when in (gap.begins, gap.ends))
    host = urlsplit(gap.feed).hostname or ""
    return f"The feed{f' from {host}' if host else ''} may be missing posts between {begins} and {ends}."


def _due(part: SessionWriteUp) -> Iterable[Due]:
    yield from (Due(part=part, commitment=commitment) for commitment in part.commitments)
    yield from (Due(part=part, question=question) for question in part.questions if not question.answers)


def _by_slot(sessions: Iterable[Session]) -> list[Session]:
    """Sort by time, then in grid order; sessions without a time come last."""
    return sorted(sessions, key=lambda s: (s.starts is None, s.starts.timestamp() if s.starts else 0))


def _names(names: Iterable[str]) -> tuple[str, ...]:
    """Return each name once, ignoring case, in order of appearance."""
    found: dict[str, str] = {}
    for name in names:
        if name:
            found.setdefault(name.casefold(), name)
    return tuple(found.values())


def _once(links: Iterable[Link]) -> tuple[Link, ...]:
    """Return each address once, with the first title given to it."""
    found: dict[str, Link] = {}
    for link in links:
        key = link.url.rstrip("/")
        if key not in found or (link.title and not found[key].title):
            found[key] = link
    return tuple(found.values())
