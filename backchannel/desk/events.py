"""Events and their passes: create, change, close, delete, join."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from backchannel.desk import access
from backchannel.desk.desk import Desk
from backchannel.domain.errors import AlreadyExists, Invalid
from backchannel.domain.ids import slugify, uuid7
from backchannel.domain.model import ROLES, Event, Role
from backchannel.domain.wire import name_text, title_text
from backchannel.passes import Pass, Passes, shared
from backchannel.store.base import Writer


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
    event = _checked(Event(
        slug=slug, uid=uuid7(), title=title, timezone=timezone, starts=starts, ends=ends or starts, hashtags=hashtags,
        public=public,
    ))  # fmt: skip

    def job(writer: Writer) -> Event:
        if slug in writer.heads():
            raise AlreadyExists(f"There is already an event “{slug}” on this server. Choose another short name.", field="slug")
        writer.save_event(event)
        return event

    return desk.write(slug, job)


def change_event(desk: Desk, slug: str, **fields: Any) -> Event:
    """Change the given properties: title, timezone, starts, ends, hashtags, public, closed."""

    def job(writer: Writer) -> Event:
        event = _checked(replace(writer.event(slug), **fields))
        writer.save_event(event)
        return event

    return desk.write(slug, job)


def delete_event(desk: Desk, slug: str) -> None:
    """Delete an event with everything in it."""
    desk.write(slug, lambda writer: writer.remove_event(slug))


def event_passes(desk: Desk, passes: Passes, slug: str) -> dict[Role, str]:
    """Return the event's shared passes by role. They stay the same until a role's pass is replaced."""
    return {role: event_pass(desk, passes, slug, role) for role in reversed(ROLES)}


def event_pass(
    desk: Desk, passes: Passes, slug: str, role: Role, *, session: str | None = None, new: bool = False
) -> str:
    """Return a shared pass. With `new`, all earlier passes of the role are revoked."""
    if session and role != "scribe":
        raise Invalid("Only note-takers' links can be limited to one session.", field="session")
    reader = desk.read()
    event = reader.event(slug)
    guid = reader.session(slug, session).guid if session else None
    if new:
        generation = desk.write(slug, lambda writer: writer.increment_generation(slug, role, guid))
    else:
        generation = reader.generation(slug, role, guid)
    return passes.sign(shared(event, role, generation, guid))


def join(desk: Desk, passes: Passes, actor: Pass, name: object) -> str:
    """Return a personal pass with the same permissions, for somebody with a name."""
    access.authenticate(desk.read(), actor, actor.event)
    return passes.sign(replace(actor, key=uuid7(), name=name_text(name)))


def _checked(event: Event) -> Event:
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
