"""Read permissions of events and channels, shared by the socket and plain HTTP."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
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
    """Return the event if this viewer may read it. A restricted event raises `UnknownEvent` for strangers."""
    reader = services.read()
    event = reader.event(slug)
    if event.public:
        return event
    if viewer is None or viewer.event != slug:
        raise UnknownEvent(slug)
    return access.authenticate(reader, viewer, slug)


def readable_channel(services: Services, slug: str, channel: object, viewer: Pass | None) -> str:
    """Return the channel's canonical name if it exists and this viewer may follow it."""
    visible_event(services, slug, viewer)
    if channel == EVENT:
        return EVENT
    if channel == STAFF:
        return _staff(services, slug, viewer)
    if isinstance(channel, str) and channel.startswith("session/"):
        return f"session/{services.read().session(slug, tidy(channel.removeprefix('session/'))).guid}"
    raise Invalid("Unknown channel. Use event, staff, or session/ followed by a session's guid.", field="channel")


def _staff(services: Services, slug: str, viewer: Pass | None) -> str:
    if viewer is None:
        raise BadPass("This is for organisers. Open the organisers' link, or ask for a new one if yours was replaced.")
    access.authenticate(services.read(), viewer, slug)
    if viewer.role != "organiser":
        raise Forbidden("Only organisers can follow this channel.")
    return STAFF


def is_valid(services: Services, viewer: Pass) -> bool:
    """Return whether a pass is neither revoked nor expired."""
    try:
        access.authenticate(services.read(), viewer, viewer.event)
    except (UnknownEvent, BadPass):
        return False
    return True


def may_follow(services: Services, slug: str, channel: str, viewer: Pass | None) -> bool:
    """Return whether a follower may stay on the channel: passes are revoked, and events become restricted."""
    try:
        if channel == STAFF:
            _staff(services, slug, viewer)
        else:
            visible_event(services, slug, viewer)
            if viewer is not None and viewer.event == slug:
                access.authenticate(services.read(), viewer, slug)
    except (UnknownEvent, BadPass, Forbidden):
        return False
    return True


def permissions(services: Services) -> Mapping[str, Hashable]:
    """Return what the answers of `may_follow` and the revoked passes depend on, by event. Equal values mean equal answers.
    """
    return services.read().permissions()


def cookie_name(services: Services, event: str) -> str:
    """Return the name of the cookie that holds a browser's pass. Over HTTPS, the prefix stops other hosts from setting
    it.
    """
    return f"{'__Host-' if by_https(services) else ''}backchannel-{event}"


def by_https(services: Services) -> bool:
    """Return whether the public address uses HTTPS."""
    return services.settings.public_url.startswith("https://")


def with_epoch_and_time(services: Services, answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer with the database's `epoch` and the server's time as `now`."""
    return answer | {"epoch": services.read().epoch(), "now": write_when(services.desk.clock())}
