"""Edits to a session's write-up: title, introduction, order, lines left out or pinned, and publication.

Organisers may edit, and whoever took notes in the session. Each save is a revision; the notes themselves never change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from backchannel.desk import access
from backchannel.desk.desk import Desk
from backchannel.domain.errors import Forbidden, Invalid
from backchannel.domain.ids import is_uuid
from backchannel.domain.model import Edition, Record, Session
from backchannel.domain.wire import one_line, tidy
from backchannel.passes import Pass
from backchannel.store.base import Reader, Writer

MAX_TITLE = 200  # characters
MAX_INTRODUCTION = 10_000
MAX_LINES = 5_000  # ids in a list


def save_edition(desk: Desk, actor: Pass, session: str, given: Edition) -> Edition:
    """Save the edits without changing whether the write-up is published. Saving the same again adds no revision."""
    edition = _checked(given)

    def job(writer: Writer) -> Edition:
        guid = may_edit(writer, actor, session).guid
        known = writer.edition(actor.event, guid)
        edited = replace(edition, published=known.published, rev=known.rev)
        if edited == known:
            return known
        return writer.save_edition(actor.event, guid, edited, by=actor.author_key, at=desk.clock())

    return desk.write(actor.event, job)


def publish(desk: Desk, actor: Pass, session: str, published: bool) -> Edition:
    """Publish or unpublish the write-up."""

    def job(writer: Writer) -> Edition:
        access.authorise_writing(writer, actor, actor.event)
        access.require_organiser(actor)
        guid = writer.session(actor.event, session).guid
        known = writer.edition(actor.event, guid)
        if known.published == published:
            return known
        edited = replace(known, published=published)
        return writer.save_edition(actor.event, guid, edited, by=actor.author_key, at=desk.clock())

    return desk.write(actor.event, job)


def may_edit(reader: Reader, actor: Pass, ref: str) -> Session:
    """Return the session if the actor may edit its write-up. Raises `Forbidden`."""
    access.authenticate(reader, actor, actor.event)
    session = reader.session(actor.event, ref)
    if actor.role == "organiser":
        return session
    wrote = any(item.author_key == actor.author_key for item in reader.items(actor.event, session=session.guid))
    if actor.role != "scribe" or not wrote:
        raise Forbidden("Only organisers and this session's note-takers can edit its write-up.")
    return session


def published_part(record: Record) -> Record:
    """Return the record without the sessions whose write-up is unpublished."""
    closed = {guid for guid, edition in record.editions.items() if not edition.published}
    return replace(
        record,
        sessions=tuple(session for session in record.sessions if session.guid not in closed),
        items=tuple(item for item in record.items if item.session not in closed),
    )


def _checked(given: Edition) -> Edition:
    title, introduction = one_line(given.title), tidy(given.introduction).strip()
    if len(title) > MAX_TITLE:
        raise Invalid(f"The title has {len(title)} characters. Shorten it to {MAX_TITLE}.", field="title")
    if len(introduction) > MAX_INTRODUCTION:
        raise Invalid(
            f"The introduction has {len(introduction)} characters. Shorten it to {MAX_INTRODUCTION}.", field="introduction"
        )
    return replace(
        given, title=title, introduction=introduction, pins=_ids(given.pins), left_out=_ids(given.left_out),
        order=_ids(given.order),
    )  # fmt: skip


def _ids(given: Iterable[str]) -> tuple[str, ...]:
    ids = tuple(dict.fromkeys(id for id in given if is_uuid(id)))
    if len(ids) > MAX_LINES:
        raise Invalid(f"A write-up can have at most {MAX_LINES} lines.")
    return ids
