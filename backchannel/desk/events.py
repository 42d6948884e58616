"""Events and their shared passes: create, change, close, delete."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from backchannel.desk import access
from backchannel.desk.codes import rooms
from backchannel.desk.desk import Desk
from backchannel.domain.errors import AlreadyExists, Invalid
from backchannel.domain.ids import slugify, uuid7
from backchannel.domain.model import ROLES, Event, Role
from backchannel.domain.wire import title_text
from backchannel.passes import Pass, Passes, shared
from backchannel.store.base import Reader, Writer


def create_event(
    desk: Desk,
    slug: str,
    *,
    title: str,
    timezone: str = "UTC",
    starts: date | None = None,
    ends: date | None = None,
    hashtags: tuple[str, ...] = (),
    public: bool = True,
) -> Event:
    """Create an event. Raises `AlreadyExists` if the slug is in use, `Invalid` for unusable values."""
    event = checked(Event(
        slug=slug, uid=uuid7(), title=title, timezone=timezone, starts=starts, ends=ends or starts, hashtags=hashtags,
        public=public,
    ))  # fmt: skip

    desk.write(slug, lambda writer: add_event(writer, event))
    return event


def add_event(writer: Writer, event: Event) -> None:
    """Save a new event. Raises `AlreadyExists` if the slug is in use."""
    if event.slug in writer.heads():
        raise AlreadyExists(f"There is already an event “{event.slug}” on this server. Choose another short name.", field="slug")
    writer.save_event(event)


def change_event(desk: Desk, slug: str, actor: Pass | None = None, **fields: Any) -> Event:
    """Change the given properties: title, timezone, starts, ends, hashtags, public, closed.

    The host changes any event from the command line; over the web, `actor` must be one of its organisers.
    """

    def job(writer: Writer) -> Event:
        _authorise(writer, slug, actor)
        event = checked(replace(writer.event(slug), **fields))
        writer.save_event(event)
        return event

    return desk.write(slug, job)


def delete_event(desk: Desk, slug: str, actor: Pass | None = None) -> None:
    """Delete an event with everything in it."""

    def job(writer: Writer) -> None:
        _authorise(writer, slug, actor)
        writer.remove_event(slug)

    desk.write(slug, job)


def _authorise(writer: Writer, slug: str, actor: Pass | None) -> None:
    if actor is not None:
        access.authorise_organising(writer, actor, slug)


def event_passes(desk: Desk, passes: Passes, slug: str) -> dict[Role, str]:
    """Return the event's shared passes by role. They stay the same until a role's pass is replaced."""
    return {role: event_pass(desk, passes, slug, role) for role in reversed(ROLES)}


def event_pass(
    desk: Desk, passes: Passes, slug: str, role: Role, *, session: str | None = None, room: str | None = None,
    expires: datetime | None = None, new: bool = False,
) -> str:  # fmt: skip
    """Return a shared pass. With `new`, all earlier passes of the role are revoked. `room` is the name of a room."""
    if session and role != "scribe":
        raise Invalid("Only note-takers' links can be limited to one session.", field="session")
    if room and (session or role != "scribe"):
        raise Invalid("Only note-takers' links can be limited to a room, and to a room or a session, not both.", field="room")
    reader = desk.read()
    event = reader.event(slug)
    guid = reader.session(slug, session).guid if session else None
    if new:
        generation = desk.write(slug, lambda writer: writer.increment_generation(slug, role, guid))
    else:
        generation = reader.generation(slug, role, guid)
    until = int(expires.timestamp()) if expires else 0
    return passes.sign(shared(event, role, generation, guid, room=_room(reader, slug, room), expires=until))


def _room(reader: Reader, slug: str, name: str | None) -> str | None:
    if not name:
        return None
    guid = next((guid for guid, known in rooms(reader, slug).items() if known == name), None)
    if guid is None:
        raise Invalid(f"There is no room “{name}” in this event.", field="room")
    return guid


def checked(event: Event) -> Event:
    """Return the event with a tidy title and tidy hashtags. Raises `Invalid` for unusable values."""
    if not event.slug or slugify(event.slug) != event.slug:
        hint = slugify(event.slug) or "my-camp"
        raise Invalid(f"Use lower-case letters, digits and hyphens for an event's short name, like “{hint}”.", field="slug")
    try:
        ZoneInfo(event.timezone)
    except (KeyError, ValueError, OSError):
        raise Invalid(f"Unknown time zone “{event.timezone}”. Use a name like Europe/London.", field="timezone") from None
    if event.starts and event.ends and event.ends < event.starts:
        raise Invalid(f"The event can't end on {event.ends}, before it starts on {event.starts}.", field="ends")
    hashtags = tuple(dict.fromkeys(tag.lstrip("#").strip() for tag in event.hashtags if tag.strip("# ")))
    return replace(event, title=title_text(event.title), hashtags=hashtags)
