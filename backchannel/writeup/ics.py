"""iCalendar (RFC 5545): the programme as it took place, one event a session, to subscribe to or import.

Sessions without a time are left out. `import schedule` can read the file: leaders are attendees in the chair, hashtags
are in the description.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from icalendar import Calendar, vCalAddress, vText
from icalendar import Event as Entry

from backchannel.domain.model import Event, Item, Session
from backchannel.domain.wire import one_line, tidy
from backchannel.writeup.deterministic import name_id, session_id, updated
from backchannel.writeup.model import EventWriteUp, SessionWriteUp
from backchannel.writeup.render import is_good_link

_MAKER = "-//Backchannel//write-up//EN"
_LINE_ENDS = re.compile("[\u2028\u2029]")  # some readers take these for the end of a content line


def write_session(writeup: SessionWriteUp) -> str:
    found = [(writeup.session, writeup.items)] if writeup.session else []
    return _file(writeup.event, found)


def write_event(writeup: EventWriteUp) -> str:
    items = {part.session.guid: part.items for part in writeup.sessions if part.session}
    known = {part.session.guid: part.session for part in writeup.sessions if part.session}
    known |= {session.guid: session for session in writeup.without_notes}
    return _file(writeup.event, [(session, items.get(guid, ())) for guid, session in known.items()])


def write_programme(event: Event, sessions: Iterable[Session]) -> str:
    """Return the sessions alone, without regard to notes."""
    return _file(event, [(session, ()) for session in sessions])


def _file(event: Event, sessions: Iterable[tuple[Session, Iterable[Item]]]) -> str:
    calendar = Calendar()
    for name, value in (
        ("PRODID", _MAKER),
        ("VERSION", "2.0"),
        ("METHOD", "PUBLISH"),
        ("X-WR-CALNAME", one_line(event.title)),
        ("X-WR-TIMEZONE", one_line(event.timezone)),
    ):
        calendar.add(name, value)
    timed = [(session, items) for session, items in sessions if session.starts]
    for session, items in sorted(timed, key=lambda found: (_moment(found[0].starts), found[0].room or "")):
        calendar.add_component(_entry(event, session, items))
    return bytes(calendar.to_ical()).decode()


def _entry(event: Event, session: Session, items: Iterable[Item]) -> Entry:
    entry = Entry()
    entry.add("UID", one_line(session.guid) or session_id(event, session))
    entry.add("DTSTAMP", updated(items, session, event))
    entry.add("DTSTART", _moment(session.starts))
    if session.ends:
        entry.add("DTEND", _moment(session.ends))
    entry.add("SUMMARY", one_line(session.title))
    if session.room:
        entry.add("LOCATION", one_line(session.room))
    if session.cancelled:
        entry.add("STATUS", "CANCELLED")
    about = "\n\n".join(_about(session))
    if about:
        entry.add("DESCRIPTION", about)
    if session.url and is_good_link(session.url):
        entry.add("URL", session.url)
    for leader in filter(None, map(one_line, session.leaders)):
        entry.add("ATTENDEE", _chair(leader), encode=False)
    return entry


def _about(session: Session) -> Iterator[str]:
    """Return the abstract and the facts that it does not contain."""
    abstract = _LINE_ENDS.sub("\n", tidy(session.abstract)).strip()
    if abstract:
        yield abstract
    leaders = [name for name in map(one_line, session.leaders) if name]
    if leaders:
        yield f"Led by {', '.join(leaders)}"
    tags = [tag for tag in map(one_line, session.hashtags) if tag and f"#{tag}".casefold() not in abstract.casefold()]
    if tags:
        yield f"Hashtag: {' '.join(f'#{tag}' for tag in tags)}"


def _chair(name: str) -> vCalAddress:
    """Return an attendee without a known address. RFC 5545 (3.3.3) allows any URI. Parameters can't contain quotation
    marks.
    """
    address = vCalAddress(f"urn:uuid:{name_id(name)}")
    address.params["ROLE"] = vText("CHAIR")
    address.params["CN"] = vText(name.replace('"', "”"))
    return address


def _moment(when: datetime | None) -> datetime:
    return when.astimezone(UTC) if when else datetime.max.replace(tzinfo=UTC)
