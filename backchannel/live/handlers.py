"""The socket: connect, follow, unfollow, ops. Each message is authorised by itself; an answer always comes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

import gevent
from flask import request
from flask_socketio import ConnectionRefusedError, SocketIO, join_room, leave_room

from backchannel.desk.ops import take_ops
from backchannel.domain.channels import EVENT, STAFF
from backchannel.domain.errors import BackchannelError, BadPass, Invalid
from backchannel.domain.wire import tidy
from backchannel.live.auth import cookie_name, may_follow, readable_channel, stamped
from backchannel.live.dispatcher import Channel, socketio_room
from backchannel.live.limits import Limits
from backchannel.live.services import Services
from backchannel.live.transport.lifecycle import NAMESPACE, disconnect
from backchannel.passes import Pass

log = logging.getLogger(__name__)
Message = dict[str, Any]
Answer = dict[str, Any]

MAX_CHANNELS_PER_SOCKET = 50  # followed by one socket
AUTH_CHECK_INTERVAL_S = 0.5  # seconds between two looks whether everybody may still follow what she follows


class Sockets:
    """What this process remembers of a socket: the pass it showed (not what it may do) and what it follows."""

    def __init__(self, services: Services, limits: Limits) -> None:
        self._services = services
        self._limits = limits
        self._passes: dict[str, Pass | None] = {}
        self._follows: dict[str, set[Channel]] = {}
        self._from: dict[str, str] = {}  # address

    def connect(self, sid: str, auth: object, address: str) -> None:
        viewer = self._pass_of(auth if isinstance(auth, dict) else {})
        self._limits.socket(address)
        self._from[sid] = address
        self._passes[sid] = viewer
        self._follows[sid] = set()

    def _pass_of(self, auth: Message) -> Pass | None:
        """A program shows its pass; a browser's cookie counts only beside the token of a page of ours."""
        if auth.get("pass"):
            return self._services.passes.read(str(auth["pass"]))
        if auth.get("token"):
            event, key = self._services.passes.read_page(str(auth["token"]))
            cookie = request.cookies.get(cookie_name(self._services, event))
            viewer = self._services.passes.read(cookie) if cookie else None
            return viewer if viewer is not None and viewer.author_key == key else None
        return None

    def disconnect(self, sid: str) -> None:
        if sid in self._from:
            self._limits.socket_closed(self._from.pop(sid))
        self._passes.pop(sid, None)
        for channel in self._follows.pop(sid, set()):
            self._services.dispatcher.unwatch(channel)

    def follow(self, sid: str, message: Message) -> Answer:
        """Join first, answer after: what is committed between the two comes twice, never not at all."""
        event = self._event(sid, message)
        channel = (event, readable_channel(self._services, event, message.get("channel"), self._passes.get(sid)))
        follows = self._follows[sid]
        if channel not in follows:
            if len(follows) >= MAX_CHANNELS_PER_SOCKET:
                raise Invalid(f"One connection follows at most {MAX_CHANNELS_PER_SOCKET} channels.", field="channel")
            follows.add(channel)
            self._services.dispatcher.watch(channel)
            join_room(socketio_room(channel))
        seq = self._services.read().channel_head(*channel)
        return stamped(self._services, {"event": event, "channel": channel[1], "seq": seq})

    def unfollow(self, sid: str, message: Message) -> Answer:
        channel = (self._event(sid, message), str(message.get("channel")))
        if channel in self._follows[sid]:
            self._follows[sid].discard(channel)
            leave_room(socketio_room(channel))
            self._services.dispatcher.unwatch(channel)
        return stamped(self._services, {})

    def ops(self, sid: str, message: Message) -> Answer:
        viewer = self._passes.get(sid)
        if viewer is None:
            raise BadPass("To take notes, open the note-takers' link.")
        event = self._event(sid, message)
        ops = message.get("ops")
        self._limits.ops(viewer, len(ops) if isinstance(ops, list) else 1)
        return stamped(self._services, {"results": take_ops(self._services.desk, viewer, event, message)})

    def unauthorised(self) -> list[str]:
        """Sockets that follow what they may not any more: the pass was ended, or the event is restricted now."""
        known: dict[tuple[Channel, Pass | None], bool] = {}
        return [sid for sid in list(self._follows) if not self._welcome(sid, known)]

    def _welcome(self, sid: str, known: dict[tuple[Channel, Pass | None], bool]) -> bool:
        viewer = self._passes.get(sid)
        kind = replace(viewer, key="", name="") if viewer else None  # whose it is does not matter: asked once a kind
        for event, channel in list(self._follows.get(sid, ())):
            of_event = (event, STAFF if channel == STAFF else EVENT)
            if (of_event, kind) not in known:
                known[of_event, kind] = may_follow(self._services, *of_event, kind)
            if not known[of_event, kind]:
                return False
        return True

    def _event(self, sid: str, message: Message) -> str:
        """The message's event, or the one of the pass."""
        viewer = self._passes.get(sid)
        event = message.get("event") or (viewer.event if viewer else None)
        if not isinstance(event, str):
            raise Invalid("The message names no event.", field="event")
        return tidy(event)


def register(socketio: SocketIO, services: Services, limits: Limits) -> None:
    sockets = Sockets(services, limits)

    @socketio.on("connect")
    def connect(auth: object = None) -> bool | None:
        try:
            sockets.connect(_sid(), auth, request.remote_addr or "")
        except BackchannelError as fault:
            raise ConnectionRefusedError(fault.message) from None
        return None

    @socketio.on("disconnect")
    def disconnect(reason: object = None) -> None:
        sockets.disconnect(_sid())

    @socketio.on("*")
    def unknown(name: object, *rest: object) -> Answer:
        fault = Invalid(f"There is no message “{tidy(str(name))[:40]}”: follow, unfollow and ops are.")
        return stamped(services, {"error": error_on_wire(fault)})

    for act in (sockets.follow, sockets.unfollow, sockets.ops):
        socketio.on(act.__name__)(_answering(services, act))
    socketio.start_background_task(close_unauthorised, socketio.server, sockets)


def close_unauthorised(server: Any, sockets: Sockets) -> None:
    """For ever: end the connections of those who may not follow any more."""
    while True:
        gevent.sleep(AUTH_CHECK_INTERVAL_S)
        try:
            for sid in sockets.unauthorised():
                disconnect(server, server.manager.eio_sid_from_sid(sid, NAMESPACE))
        except Exception:
            log.exception("the look at who may still follow failed")


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]


def _answering(services: Services, act: Callable[[str, Message], Answer]) -> Callable[..., Answer]:
    """An answer always comes, whatever broke."""

    @wraps(act)
    def answer(message: object = None, *rest: object) -> Answer:
        try:
            if not isinstance(message, dict):
                raise Invalid("A message is one JSON object.")
            return act(_sid(), message)
        except BackchannelError as fault:
            return stamped(services, {"error": error_on_wire(fault)})
        except Exception:
            log.exception("a handler failed")
            fault = BackchannelError("Something broke on the server; it was noted. Nothing of this was kept.")
            return {"error": {**error_on_wire(fault), "code": "broken", "permanent": False}}

    return answer


def error_on_wire(fault: BackchannelError) -> dict[str, Any]:
    return {"code": fault.code, "message": fault.message, "field": fault.field, "permanent": fault.permanent}
