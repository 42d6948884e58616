"""Events: made, changed, closed, deleted; and the passes to them."""

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
    """Make an event. `Taken` where the slug is in use, `Invalid` where something cannot be taken."""
    event = _checked(Event(
        slug=slug, uid=uuid7(), title=title, timezone=timezone, starts=starts, ends=ends or starts, hashtags=hashtags,
        public=public,
    ))  # fmt: skip

    def job(writer: Writer) -> Event:
        if slug in writer.heads():
            raise AlreadyExists(f"There is an event “{slug}” here already.", field="slug")
        writer.save_event(event)
        return event

    return desk.write(slug, job)


def change_event(desk: Desk, slug: str, **fields: Any) -> Event:
    """Change what is given: title, timezone, starts, ends, hashtags, public, closed."""

    def job(writer: Writer) -> Event:
        event = _checked(replace(writer.event(slug), **fields))
        writer.save_event(event)
        return event

    return desk.write(slug, job)


def delete_event(desk: Desk, slug: str) -> None:
    """Take an event away with all that is in it."""
    desk.write(slug, lambda writer: writer.remove_event(slug))


def event_passes(desk: Desk, passes: Passes, slug: str) -> dict[Role, str]:
    """The shared passes of an event, by role: the same ones every time until a role's are made anew."""
    return {role: event_pass(desk, passes, slug, role) for role in reversed(ROLES)}


def event_pass(
    desk: Desk, passes: Passes, slug: str, role: Role, *, session: str | None = None, new: bool = False
) -> str:
    """One shared pass; `new` ends all that were given out for the role before."""
    if session and role != "scribe":
        raise Invalid("A link for one session is a note-takers' link; the others are for the whole event.", field="session")
    reader = desk.read()
    event = reader.event(slug)
    guid = reader.session(slug, session).guid if session else None
    if new:
        generation = desk.write(slug, lambda writer: writer.increment_generation(slug, role, guid))
    else:
        generation = reader.generation(slug, role, guid)
    return passes.sign(shared(event, role, generation, guid))


def join(desk: Desk, passes: Passes, actor: Pass, name: object) -> str:
    """A personal pass of the same reach, for somebody with a name."""
    access.authenticate(desk.read(), actor, actor.event)
    return passes.sign(replace(actor, key=uuid7(), name=name_text(name)))


def _checked(event: Event) -> Event:
    if not event.slug or slugify(event.slug) != event.slug:
        hint = slugify(event.slug) or "my-camp"
        raise Invalid(f"An event's slug has small letters, digits and hyphens, like “{hint}”.", field="slug")
    try:
        ZoneInfo(event.timezone)
    except (KeyError, ValueError, OSError):
        raise Invalid(f"“{event.timezone}” is no time zone; they look like Europe/London.", field="timezone") from None
    if event.starts and event.ends and event.ends < event.starts:
        raise Invalid(f"The event cannot end on {event.ends}, before it starts on {event.starts}.", field="ends")
    hashtags = tuple(dict.fromkeys(tag.lstrip("#").strip() for tag in event.hashtags if tag.strip("# ")))
    return replace(event, title=title_text(event.title), hashtags=hashtags)
