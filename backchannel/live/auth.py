"""Who may follow what, and what the clock and the database say: the same for the socket and plain HTTP."""

from __future__ import annotations

from typing import Any

from backchannel.desk import access
from backchannel.domain.channels import EVENT, STAFF
from backchannel.domain.errors import BadPass, Forbidden, Invalid, UnknownEvent
from backchannel.domain.model import Event
from backchannel.domain.times import write_when
from backchannel.domain.wire import tidy
from backchannel.live.services import Services
from backchannel.passes import Pass


def visible_event(services: Services, slug: str, viewer: Pass | None) -> Event:
    """An event that this person may read. A restricted one answers strangers as if it were absent."""
    reader = services.read()
    event = reader.event(slug)
    if event.public:
        return event
    if viewer is None or viewer.event != slug:
        raise UnknownEvent(slug)
    return access.authenticate(reader, viewer, slug)


def readable_channel(services: Services, slug: str, channel: object, viewer: Pass | None) -> str:
    """The channel's name, if it is one and this person may follow it."""
    visible_event(services, slug, viewer)
    if channel == EVENT:
        return EVENT
    if channel == STAFF:
        return _staff(services, slug, viewer)
    if isinstance(channel, str) and channel.startswith("session/"):
        return f"session/{services.read().session(slug, tidy(channel.removeprefix('session/'))).guid}"
    raise Invalid("A channel is event, staff, or session/ and a session's guid.", field="channel")


def _staff(services: Services, slug: str, viewer: Pass | None) -> str:
    if viewer is None:
        raise BadPass("This is for organisers: open the organisers' link, or a new one if yours was ended.")
    access.authenticate(services.read(), viewer, slug)
    if viewer.role != "organiser":
        raise Forbidden("Only organisers follow this channel.")
    return STAFF


def may_follow(services: Services, slug: str, channel: str, viewer: Pass | None) -> bool:
    """Whether a follower may still be on the channel: passes end, and events become restricted."""
    try:
        if channel == STAFF:
            _staff(services, slug, viewer)
        else:
            visible_event(services, slug, viewer)
    except (UnknownEvent, BadPass, Forbidden):
        return False
    return True


def cookie_name(services: Services, event: str) -> str:
    """The cookie of a browser's pass. Over https it is one that no neighbouring host can set."""
    return f"{'__Host-' if by_https(services) else ''}backchannel-{event}"


def by_https(services: Services) -> bool:
    return services.settings.public_url.startswith("https://")


def stamped(services: Services, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with the database's `epoch` and the server's `now`."""
    return answer | {"epoch": services.read().epoch(), "now": write_when(services.desk.clock())}
