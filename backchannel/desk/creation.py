"""Create an event in the browser: the event, its first organiser and its first code, in one transaction."""

from __future__ import annotations

from backchannel.desk.codes import save_code
from backchannel.desk.desk import Desk
from backchannel.desk.events import add_event, checked
from backchannel.domain.ids import slugify, uuid7
from backchannel.domain.joining import Holder, Scope, code_expiry
from backchannel.domain.model import Event
from backchannel.domain.wire import name_text
from backchannel.passes import Pass, Passes, short_uid
from backchannel.store.base import Reader, Writer

SLUG_LIMIT = 24  # characters of a suggested short name: it is read aloud and printed


def create_with_organiser(desk: Desk, passes: Passes, event: Event, organiser: str) -> tuple[Event, str]:
    """Create an event. Returns it with its first organiser's personal pass."""
    desk.require_space()
    event = checked(event)
    now, name = desk.clock(), name_text(organiser)
    own = Pass(event=event.slug, uid=short_uid(event), role="organiser", generation=0, key=uuid7(), name=name)

    def job(writer: Writer) -> None:
        add_event(writer, event)
        writer.save_holder(Holder(event=event.slug, key=own.key, role=own.role, name=name, joined_at=now, seen_at=now))
        for scope in (Scope(),) if event.public else (Scope(), Scope(role="follower")):
            save_code(writer, passes, event, scope, expires_at=code_expiry(event, "event", now))

    desk.write(event.slug, job)
    return event, passes.sign(own)


def short_name(title: str) -> str:
    """Return a short name for a title: "My Camp 2026" -> "my-camp-2026"."""
    return slugify(title, SLUG_LIMIT) or "event"


def suggest_slug(reader: Reader, title: str) -> str:
    """Return a short name for a title that no other event has."""
    taken, base = reader.heads(), short_name(title)
    return next(slug for n in range(1, len(taken) + 2) if (slug := base if n == 1 else f"{base}-{n}") not in taken)
