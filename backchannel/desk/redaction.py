"""Redaction of names in sessions that show none.

    store.reader()                   all data, for the desk, which must know whose a note is
    RedactingStore(store).reader()   the same queries without the names of people in sessions that show none

Everything that displays, sends, publishes or prints uses a redacting reader. Names come from the whole event, including
the hallway and hidden items. They are collected once and then kept up to date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, TypeVar, cast

from backchannel.desk.desk import Desk
from backchannel.domain.channels import STAFF, channels_of
from backchannel.domain.grid import Programme
from backchannel.domain.grid_edits import free_slug
from backchannel.domain.grid_log import LoggedEdit
from backchannel.domain.markup import read
from backchannel.domain.model import Edition, Item, Record, Session, State
from backchannel.domain.names import Names, without_names
from backchannel.domain.people import PARTICIPANT
from backchannel.domain.placing import Candidate
from backchannel.domain.wire import fold, one_line
from backchannel.store.base import Page, Reader, Revision, Store, Tally, Writer
from backchannel.writeup.render import render

T = TypeVar("T")
_PAGE = 500
_KEPT: tuple[State, ...] = ("visible", "held", "hidden")


def withhold_names(desk: Desk, slug: str, ref: str, no_names: bool) -> Session:
    """Make a session show no names, or show them again.

    Publishes all its items again in their new form. If the session's address contains a name, it gets a new address.
    """

    def job(writer: Writer) -> Session:
        session = writer.session(slug, ref)
        changed = replace(session, no_names=no_names)
        if no_names:
            changed = replace(changed, slug=_slug_without_names(writer, slug, session))
        if changed == session:
            return session
        writer.save_session(slug, changed)
        _publish_again(desk, writer, slug, session.guid)
        return changed

    return desk.write(slug, job)


def withhold(desk: Desk, slug: str, names: Iterable[str]) -> None:
    """Replace the organiser's list of names that sessions without names never show."""
    withheld = tuple(dict.fromkeys(name for name in map(one_line, names) if name))

    def job(writer: Writer) -> None:
        writer.save_event(replace(writer.event(slug), withheld=withheld))
        for guid in writer.anonymous_sessions(slug):
            _publish_again(desk, writer, slug, guid)

    desk.write(slug, job)


def _publish_again(desk: Desk, writer: Writer, slug: str, guid: str) -> None:
    """Publish the session's items again, in their previous order."""
    for item in sorted(writer.items(slug, session=guid, states=_KEPT), key=lambda item: item.seq):
        writer.save_item(item, channels_of(item), do="names", by="organiser", at=desk.clock(), new_text=False)


def _slug_without_names(reader: Reader, slug: str, session: Session) -> str:
    names = Names.of(reader.record(slug, states=_KEPT))
    bare = names.slug(session.slug)
    return session.slug if bare == session.slug else free_slug(bare, {s.slug for s in reader.sessions(slug)})


def _rendered(item: Item) -> Item:
    return replace(item, html=render(read(item.text).body))


@dataclass
class _Known:
    """The names of an event up to a seq."""

    names: Names
    seq: int = 0


class RedactingStore:
    """A store whose readers leave out names where they must not be shown."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, _Known] = {}  # by event uid
        self._lock = Lock()

    def reader(self) -> Reader:
        return cast(Reader, RedactingReader(self._store.reader(), self.names))

    def write(self, job: Callable[[Writer], T], event: str | None = None) -> T:
        return self._store.write(job, event)

    def free_bytes(self) -> int:
        return self._store.free_bytes()

    def close(self) -> None:
        self._store.close()

    def record(
        self, event: str, *, session: str | None = None, states: Sequence[State] = ("visible",),
        author: str | None = None, no_names: bool = False, also: Iterable[str] = (),
    ) -> Record:  # fmt: skip
        """Return the record, limited to one `author` if given. With `no_names`, leave out all names, and those in
        `also`.
        """
        reader = self._store.reader()
        record = reader.record(event, session=session, states=states)
        if author is not None:
            record = replace(record, items=tuple(item for item in record.items if fold(item.author) == fold(author)))
        if not no_names:
            return RedactingReader(reader, self.names).redact_record(record)
        names = self.names(reader, event).copy()
        for name in also:
            names.add(name)
        bare = without_names(record, names)
        return replace(bare, items=tuple(map(_rendered, bare.items)))

    def candidates(self, event: str, found: Iterable[Candidate]) -> list[Candidate]:
        """Return the candidates, without names in the reasons of sessions that show none."""
        reader = self._store.reader()
        hidden = reader.anonymous_sessions(event)
        names = self.names(reader, event) if hidden else Names()
        return [replace(one, reason=names.bare(one.reason)) if one.session in hidden else one for one in found]

    def names(self, reader: Reader, slug: str) -> Names:
        """Return the names that the event knows now."""
        event = reader.event(slug)
        with self._lock:
            known = self._known.setdefault(f"{reader.epoch()} {event.uid}", _Known(Names()))
            for name in event.withheld:
                known.names.add(name)
            for session in reader.sessions(slug):
                known.names.add_session(session)
            more = known.seq < event.head
            while more:
                page = reader.changes(slug, STAFF, known.seq, _PAGE)
                for item in page.items:
                    if isinstance(item, Item):
                        known.names.add_item(item)
                known.seq, more = page.seq if page.more else event.head, page.more
            return known.names


class RedactingReader:
    """A reader that removes names from answers. A test lists the methods whose answers contain none."""

    def __init__(self, reader: Reader, names: Callable[[Reader, str], Names]) -> None:
        self._reader = reader
        self._names_of = names

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)

    def _redact_items(self, event: str, items: Iterable[T]) -> list[T]:
        """Return items and tombstones, redacting those of sessions that show no names."""
        found = list(items)
        hidden = self._reader.anonymous_sessions(event)
        if not hidden or not any(isinstance(item, Item) and item.session in hidden for item in found):
            return found
        names = self._names_of(self._reader, event)
        return [
            cast(T, _rendered(names.bare_item(item))) if isinstance(item, Item) and item.session in hidden else item
            for item in found
        ]

    def _redact_session(self, event: str, session: Session) -> Session:
        return self._names_of(self._reader, event).bare_session(session) if session.no_names else session

    def sessions(self, event: str) -> tuple[Session, ...]:
        return tuple(self._redact_session(event, session) for session in self._reader.sessions(event))

    def session(self, event: str, ref: str) -> Session:
        return self._redact_session(event, self._reader.session(event, ref))

    def programme(self, event: str) -> Programme:
        programme = self._reader.programme(event)
        hidden = [session for session in programme.sessions.values() if session.no_names]
        for session in hidden:
            names = self._names_of(self._reader, event)
            programme = programme.put(names.bare_session(session))
            pitch = programme.pitches.get(session.guid)
            if pitch:
                programme = programme.put(replace(pitch, title=names.bare(pitch.title), leader=""))
        return programme

    def grid_edits(self, event: str, after: int = 0, *, limit: int = -1) -> list[LoggedEdit]:
        return [self._redact_edit(event, edit) for edit in self._reader.grid_edits(event, after, limit=limit)]

    def grid_edit(self, event: str, op: str) -> LoggedEdit | None:
        edit = self._reader.grid_edit(event, op)
        return self._redact_edit(event, edit) if edit else None

    def _redact_edit(self, event: str, edit: LoggedEdit) -> LoggedEdit:
        hidden = self._reader.anonymous_sessions(event)
        if not any(change.guid in hidden for change in edit.changes):
            return edit
        return replace(edit, said=self._names_of(self._reader, event).bare(edit.said))

    def item(self, event: str, id: str) -> Item:
        return self._redact_items(event, [self._reader.item(event, id)])[0]

    def items(self, event: str, *, session: str | None = None, states: Sequence[State] = ("visible",)) -> list[Item]:
        return self._redact_items(event, self._reader.items(event, session=session, states=states))

    def items_by_id(self, event: str, ids: Sequence[str]) -> dict[str, Item]:
        found = self._redact_items(event, self._reader.items_by_id(event, ids).values())
        return {item.id: item for item in found}

    def items_after(self, event: str, id: str, limit: int) -> list[Item]:
        return self._redact_items(event, self._reader.items_after(event, id, limit))

    def changes(self, event: str, channel: str, after: int, limit: int) -> Page:
        page = self._reader.changes(event, channel, after, limit)
        return replace(page, items=tuple(self._redact_items(event, page.items)))

    def revisions(self, event: str, id: str) -> list[Revision]:
        found = self._reader.revisions(event, id)
        if self._reader.item(event, id).session not in self._reader.anonymous_sessions(event):
            return found
        names = self._names_of(self._reader, event)
        return [replace(revision, text=names.bare(revision.text)) for revision in found]

    def tallies(self, event: str) -> dict[str | None, Tally]:
        hidden = self._reader.anonymous_sessions(event)
        return {
            guid: replace(tally, note_takers=(PARTICIPANT,)) if guid in hidden and tally.note_takers else tally
            for guid, tally in self._reader.tallies(event).items()
        }

    def record(self, event: str, *, session: str | None = None, states: Sequence[State] = ("visible",)) -> Record:
        return self.redact_record(self._reader.record(event, session=session, states=states))

    def redact_record(self, record: Record) -> Record:
        """Return a record, redacting its sessions that show no names."""
        event = record.event.slug
        if not any(session.no_names for session in record.sessions):
            return record
        return replace(
            record,
            sessions=tuple(self._redact_session(event, session) for session in record.sessions),
            items=tuple(self._redact_items(event, record.items)),
            editions=self._redact_editions(event, record.editions),
        )

    def edition(self, event: str, session: str) -> Edition:
        return self._redact_editions(event, {session: self._reader.edition(event, session)})[session]

    def editions(self, event: str) -> dict[str, Edition]:
        return dict(self._redact_editions(event, self._reader.editions(event)))

    def _redact_editions(self, event: str, editions: Mapping[str, Edition]) -> Mapping[str, Edition]:
        hidden = self._reader.anonymous_sessions(event)
        if not hidden.intersection(editions):
            return editions
        names = self._names_of(self._reader, event)
        return {guid: names.bare_edition(edition) if guid in hidden else edition for guid, edition in editions.items()}
