"""Imports of documents with notes taken elsewhere. Importing the same document again adds nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from backchannel.desk.desk import Desk
from backchannel.desk.notes import worded
from backchannel.domain.channels import channels_of
from backchannel.domain.grid_edits import free_slug
from backchannel.domain.ids import derived
from backchannel.domain.markup import read
from backchannel.domain.model import Document, Draft, Event, Item, Placement, Room, Session, When
from backchannel.domain.wire import fold, is_off_the_record, one_line, tidy
from backchannel.store.base import Writer
from backchannel.writeup.render import render

IMPORTED = "import"  # the author_key of imported lines, so that no pass may correct them
IN_A_SESSION = Placement(method="explicit", confidence=1.0, reason="from this session's imported notes")
IN_THE_HALLWAY = Placement(method="hallway", confidence=1.0, reason="from imported notes outside any session")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Counts of one imported document. `session` is None for the hallway."""

    session: Session | None
    new_session: bool
    notes: int
    afterthoughts: int
    posts: int
    known: int


def take_documents(
    desk: Desk, slug: str, documents: tuple[Document, ...], *, session: str | None = None,
    author: str | None = None, day: date | None = None,
) -> list[Imported]:  # fmt: skip
    """Import documents in one transaction.

    Each goes into the session named by `session`, else into the session with its title, else into a new one.
    """

    def job(writer: Writer) -> list[Imported]:
        event = writer.event(slug)
        return [_import_document(desk, writer, event, document, session, author, day) for document in documents]

    return desk.write(slug, job)


def _import_document(
    desk: Desk, writer: Writer, event: Event, document: Document, ref: str | None, author: str | None, day: date | None
) -> Imported:
    home, is_new = _session_for(writer, event, document, ref)
    document = replace(document, drafts=tuple(d for d in document.drafts if not is_off_the_record(d.text)))
    kept, seen = Counter[str](), Counter[tuple[str, ...]]()
    known = set(writer.fingerprints(event.slug, ids := _ids(event, document, seen)))
    existing = ExistingItems(writer, event, home)
    new: list[Item] = []
    now = desk.clock()
    for id, draft in zip(ids, document.drafts, strict=True):
        if id in known or existing.has(draft, draft.author or author or ""):
            kept["known"] += 1
            continue
        new.append(_item(event, home, document, draft, id, author, day, now))
        kept[draft.origin] += 1
    writer.save_new_items([(item, channels_of(item)) for item in new], do="put", by=IMPORTED, at=now)
    _introduce(desk, writer, event, home, document)
    return Imported(
        session=home, new_session=is_new, notes=kept["note"], afterthoughts=kept["afterthought"], posts=kept["post"],
        known=kept["known"],
    )  # fmt: skip


class ExistingItems:
    """Existing items of a session, so that importing a document exported from this event adds nothing."""

    def __init__(self, writer: Writer, event: Event, home: Session | None) -> None:
        self._zone = ZoneInfo(event.timezone)
        self._items: dict[tuple[str, str, str], list[Item]] = defaultdict(list)
        guid = home.guid if home else None
        found = writer.items(event.slug, session=guid) if guid else writer.hallway(event.slug, limit=-1)
        for item in found:
            if item.author_key != IMPORTED:
                self._items[item.origin, item.author, item.text].append(item)

    def has(self, draft: Draft, author: str) -> bool:
        """Return whether the line exists already, by the same author at the same time. Each item matches one line only."""
        items = self._items[draft.origin, author, tidy(draft.text)]
        twin = next((item for item in items if self._same_moment(item.at, draft.at)), None)
        if twin is not None:
            items.remove(twin)
        return twin is not None

    def _same_moment(self, kept: When, given: When) -> bool:
        """Return whether two times may be the same: documents give the minute, or only the day."""
        if not isinstance(kept, datetime):
            return kept == given
        there = kept.astimezone(self._zone)
        if isinstance(given, datetime):
            return there.replace(second=0, microsecond=0) == given.replace(second=0, microsecond=0)
        return there.date() == given


def _ids(event: Event, document: Document, seen: Counter[tuple[str, ...]]) -> list[str]:
    """Return the ids of a document's lines: the document's own, or ids derived from the content.

    Equal lines get different ids only within one document.
    """
    ids = []
    for draft in document.drafts:
        key = (fold(document.title), draft.origin, draft.author, draft.text)
        seen[key] += 1
        ids.append(draft.id or derived(event.uid, "document", *key, str(seen[key])))
    return ids


def _session_for(writer: Writer, event: Event, document: Document, ref: str | None) -> tuple[Session | None, bool]:
    """Return the session for the document, and whether it was created for it. None is the hallway."""
    if ref is not None:
        return _with_headings(writer, event, writer.session(event.slug, ref), document), False
    if document.hallway:
        return None, False
    sessions = writer.sessions(event.slug)
    for session in sorted(sessions, key=lambda session: session.guid != document.guid):
        if session.guid == document.guid or fold(session.title).strip() == fold(document.title).strip():
            return _with_headings(writer, event, session, document), False
    session = _new_session(event, document, {session.slug for session in sessions})
    if session.room and session.room not in {room.name for room in writer.rooms(event.slug)}:
        writer.save_rooms(event.slug, (*writer.rooms(event.slug), Room(name=session.room)))
    writer.save_session(event.slug, session)
    return session, True


def _with_headings(writer: Writer, event: Event, session: Session, document: Document) -> Session:
    headings = {**document.headings, **session.headings}
    if headings != session.headings:
        session = replace(session, headings=headings)
        writer.save_session(event.slug, session)
    return session


def _new_session(event: Event, document: Document, used: set[str]) -> Session:
    title = one_line(document.title)[:200] or "Notes"
    return Session(
        guid=document.guid or derived(event.uid, "session", title), slug=free_slug(title, used), title=title, room=document.room,
        starts=document.starts, ends=document.ends, leaders=document.leaders, hashtags=document.hashtags,
        headings=dict(document.headings),
    )  # fmt: skip


def _item(
    event: Event, session: Session | None, document: Document, draft: Draft, id: str, author: str | None,
    day: date | None, now: datetime,
) -> Item:  # fmt: skip
    at = draft.at or day or document.date
    item = Item(
        id=id, event=event.slug, origin=draft.origin, text=tidy(draft.text), author=draft.author or author or "",
        author_key=IMPORTED, session=session.guid if session else None, at=at, written_at=at, received_at=now,
        url=draft.url, source_id=draft.source_id, sources=draft.sources, reactions=draft.reactions,
        placed=IN_A_SESSION if session else IN_THE_HALLWAY,
    )  # fmt: skip
    return _worded(item, draft)


def _worded(item: Item, draft: Draft) -> Item:
    """Return the item with its text parsed. The document's own speaker and kind take precedence."""
    if item.origin == "post":
        return replace(item, kind=draft.kind or read(item.text).kind, speaker=draft.speaker, html=render(item.text))
    item = worded(item, item.text, draft.depth)
    if draft.speaker and draft.speaker != item.speaker:
        reading = read(item.text.removeprefix(f"{draft.speaker}:").lstrip())
        item = replace(item, speaker=draft.speaker, kind=reading.kind, html=render(reading.body))
    if draft.kind is not None and draft.kind != item.kind:
        item = replace(item, kind=draft.kind, html=render(item.text) if item.speaker is None else item.html)
    return item


def _introduce(desk: Desk, writer: Writer, event: Event, session: Session | None, document: Document) -> None:
    """Take over the document's introduction of the write-up, unless there is one already."""
    if session is None or not document.introduction:
        return
    edition = writer.edition(event.slug, session.guid)
    if not edition.introduction:
        edited = replace(edition, introduction=document.introduction)
        writer.save_edition(event.slug, session.guid, edited, by="import", at=desk.clock())
