"""The socket events: connect, follow, unfollow and ops. Every message is authorised separately and always answered."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any

import gevent
import socketio
from flask import request
from flask_socketio import ConnectionRefusedError, SocketIO

from backchannel.desk import access
from backchannel.desk.ops import take_ops
from backchannel.domain.channels import EVENT, STAFF
from backchannel.domain.errors import BackchannelError, BadPass, Invalid, SlowDown
from backchannel.domain.wire import tidy
from backchannel.live.auth import cookie_name, is_valid, may_follow, permissions, readable_channel, with_epoch_and_time
from backchannel.live.dispatcher import Channel, numbers, socketio_room
from backchannel.live.limits import Limits
from backchannel.live.services import Services
from backchannel.live.transport.lifecycle import NAMESPACE, disconnect
from backchannel.passes import Pass

log = logging.getLogger(__name__)
Message = dict[str, Any]
Answer = dict[str, Any]

MAX_CHANNELS_PER_SOCKET = 50  # limits the memory of one connection
AUTH_CHECK_INTERVAL_S = 0.5  # between looks for changed permissions


class Sockets:
    """The open sockets of this process: the pass each presented (never what it may do), and the channels it follows."""

    def __init__(self, server: socketio.Server, services: Services, limits: Limits) -> None:
        self._server = server
        self._services = services
        self._limits = limits
        self._passes: dict[str, Pass | None] = {}
        self._follows: dict[str, set[Channel]] = {}
        self._addresses: dict[str, str] = {}  # client address
        self._expiring: dict[str, int] = {}  # when the pass of a socket expires, in seconds since 1970

    def connect(self, sid: str, auth: object, address: str) -> None:
        """Register a socket. Raises `BadPass` for an invalid pass and `SlowDown` for too many connections."""
        viewer = self._pass_of(auth if isinstance(auth, dict) else {})
        self._limits.socket(address)
        self._addresses[sid] = address
        self._passes[sid] = viewer
        if viewer is not None and viewer.expires:
            self._expiring[sid] = viewer.expires
        self._follows[sid] = set()

    def _pass_of(self, auth: Message) -> Pass | None:
        """Return the pass of a connection. A browser's cookie only counts together with a token from one of our pages.
        """
        if auth.get("pass"):
            return self._services.passes.read(str(auth["pass"]))
        if auth.get("token"):
            event, key = self._services.passes.read_page(str(auth["token"]))
            cookie = request.cookies.get(cookie_name(self._services, event))
            viewer = self._services.passes.read(cookie) if cookie else None
            own = viewer is not None and viewer.author_key == key and is_valid(self._services, viewer)
            return viewer if own else None
        return None

    def viewers(self) -> list[Pass | None]:
        """Return the passes of the open sockets."""
        return list(self._passes.values())

    def disconnect(self, sid: str) -> None:
        """Forget a socket and everything it follows."""
        if sid in self._addresses:
            self._limits.socket_closed(self._addresses.pop(sid))
        self._passes.pop(sid, None)
        self._expiring.pop(sid, None)
        for channel in self._follows.pop(sid, set()):
            self._services.dispatcher.unwatch(channel)

    def follow(self, sid: str, message: Message) -> Answer:
        """Subscribe first, answer afterwards: a change between the two arrives twice rather than never."""
        event, viewer = self._event(sid, message), self._passes.get(sid)
        channel = (event, readable_channel(self._services, event, message.get("channel"), viewer))
        if viewer is not None and viewer.event == event:
            access.authenticate(self._services.read(), viewer, event)
        follows = self._follows[sid]
        if channel not in follows:
            if len(follows) >= MAX_CHANNELS_PER_SOCKET:
                raise Invalid(f"One connection can follow at most {MAX_CHANNELS_PER_SOCKET} channels.", field="channel")
            follows.add(channel)
            self._services.dispatcher.watch(channel)
            self._server.enter_room(sid, socketio_room(channel), NAMESPACE)
        reader = self._services.read()
        answer = {"event": event, "channel": channel[1], "seq": reader.channel_head(*channel), **numbers(reader, event)}
        return with_epoch_and_time(self._services, answer)

    def unfollow(self, sid: str, message: Message) -> Answer:
        """Unsubscribe from a channel."""
        channel = (self._event(sid, message), str(message.get("channel")))
        if channel in self._follows[sid]:
            self._follows[sid].discard(channel)
            self._server.leave_room(sid, socketio_room(channel), NAMESPACE)
            self._services.dispatcher.unwatch(channel)
        return with_epoch_and_time(self._services, {})

    def ops(self, sid: str, message: Message) -> Answer:
        """Run a batch of ops."""
        viewer = self._passes.get(sid)
        if viewer is None:
            raise BadPass("To take notes, open the note-takers' link.")
        event = self._event(sid, message)
        ops = message.get("ops")
        self._limits.ops(viewer, len(ops) if isinstance(ops, list) else 1)
        return with_epoch_and_time(self._services, {"results": take_ops(self._services.desk, viewer, event, message)})

    def unauthorised(self, events: Collection[str]) -> list[str]:
        """Return the sockets on a channel of these events whose pass no longer allows it, and those of expired passes."""
        known: dict[tuple[Channel, Pass | None], bool] = {}
        revoked: dict[str, frozenset[str]] = {}
        concerned = self._following(events) if events else []
        concerned += [sid for sid, expires in self._expiring.items() if time.time() >= expires and self._follows.get(sid)]
        return [sid for sid in concerned if not self._is_allowed(sid, known, revoked)]

    def _following(self, events: Collection[str]) -> list[str]:
        return [sid for sid, follows in self._follows.items() if any(event in events for event, _ in follows)]

    def _is_allowed(
        self, sid: str, known: dict[tuple[Channel, Pass | None], bool], revoked: dict[str, frozenset[str]]
    ) -> bool:
        viewer = self._passes.get(sid)
        if viewer is not None:
            if viewer.event not in revoked:
                revoked[viewer.event] = self._services.read().revoked_keys(viewer.event)
            if viewer.key in revoked[viewer.event]:
                return False
        # Everything else depends on the kind of pass, so each kind is checked once.
        kind = replace(viewer, key="", name="") if viewer else None
        for event, channel in list(self._follows.get(sid, ())):
            of_event = (event, STAFF if channel == STAFF else EVENT)
            if (of_event, kind) not in known:
                known[of_event, kind] = may_follow(self._services, *of_event, kind)
            if not known[of_event, kind]:
                return False
        return True

    def _event(self, sid: str, message: Message) -> str:
        """Return the event named by the message, or the pass's event."""
        viewer = self._passes.get(sid)
        event = message.get("event") or (viewer.event if viewer else None)
        if not isinstance(event, str):
            raise Invalid("The message doesn't name an event.", field="event")
        return tidy(event)


def register(flask_socketio: SocketIO, services: Services, limits: Limits) -> None:
    """Add the event handlers to the server.

    Only `connect` needs Flask's request, for its cookie. Preparing one for every message would take longer than a
    small message itself.
    """
    server = flask_socketio.server
    sockets = Sockets(server, services, limits)

    @flask_socketio.on("connect")  # type: ignore[untyped-decorator]
    def connect(auth: object = None) -> bool | None:
        try:
            sockets.connect(request.sid, auth, request.remote_addr or "")  # type: ignore[attr-defined]
        except BackchannelError as fault:
            raise ConnectionRefusedError(fault.message) from None
        return None

    def disconnected(sid: str, _reason: object = None) -> None:
        sockets.disconnect(sid)

    def unknown(name: object, _sid: str, *_rest: object) -> Answer:
        fault = Invalid(f"Unknown message “{tidy(str(name))[:40]}”. Use follow, unfollow or ops.")
        return with_epoch_and_time(services, {"error": error_on_wire(fault)})

    server.on("disconnect", disconnected)
    server.on("*", unknown)
    for act in (sockets.follow, sockets.unfollow, sockets.ops):
        server.on(act.__name__, _always_answering(services, act))
    flask_socketio.start_background_task(close_unauthorised, server, services, sockets)
    flask_socketio.start_background_task(services.presence.run, sockets.viewers)


def close_unauthorised(server: socketio.Server, services: Services, sockets: Sockets) -> None:
    """Close unauthorised sockets, for ever. Looks at the sockets of an event only when its permissions have changed."""
    before: Mapping[str, Hashable] = {}
    while True:
        gevent.sleep(AUTH_CHECK_INTERVAL_S)
        try:
            now = permissions(services)
            changed = {event for event in before.keys() | now.keys() if before.get(event) != now.get(event)}
            for sid in sockets.unauthorised(changed):
                disconnect(server, server.manager.eio_sid_from_sid(sid, NAMESPACE))
            before = now  # only after all of them are closed
        except Exception:
            log.exception("Checking for unauthorised sockets failed")


def _always_answering(services: Services, act: Callable[[str, Message], Answer]) -> Callable[..., Answer]:
    """Wrap a handler so that it always returns an answer, even after an unexpected error."""

    @wraps(act)
    def answer(sid: str, message: object = None, *_rest: object) -> Answer:
        try:
            if not isinstance(message, dict):
                raise Invalid("Send a message as one JSON object.")
            return act(sid, message)
        except BackchannelError as fault:
            return with_epoch_and_time(services, {"error": error_on_wire(fault)})
        except Exception:
            log.exception("A socket handler failed")
            broken = BackchannelError("Something went wrong on the server. Nothing was saved; try again in a moment.")
            return {"error": {**error_on_wire(broken), "code": "broken", "permanent": False}}

    return answer


def error_on_wire(fault: BackchannelError) -> dict[str, Any]:
    """Return an error as JSON: {"code", "message", "field", "permanent"}."""
    error = {"code": fault.code, "message": fault.message, "field": fault.field, "permanent": fault.permanent}
    return error | {"retry_after": fault.retry_after} if isinstance(fault, SlowDown) else error
