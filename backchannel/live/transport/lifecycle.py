"""The porter: who does not say what she wants, or says what nobody can read, does not stay."""

from __future__ import annotations

import logging
from typing import Any

import gevent
import socketio

from backchannel.live.transport.fanout import BadPacket

log = logging.getLogger(__name__)

NAMESPACE = "/"
HELLO = 10.0  # seconds that a connection has to become one of Socket.IO's


def watch(server: socketio.Server) -> None:
    """Stand between Engine.IO and Socket.IO. To be called once, when both are made."""
    handlers = server.eio.handlers
    connect, message = handlers["connect"], handlers["message"]

    def connected(eio_sid: str, environ: dict[str, Any]) -> Any:
        gevent.spawn_later(HELLO, _drop_if_silent, server, eio_sid)
        return connect(eio_sid, environ)

    def took(eio_sid: str, data: Any) -> None:
        try:
            message(eio_sid, data)
        except BadPacket as fault:
            log.info("a connection was closed: %s", fault)
            disconnect(server, eio_sid)

    handlers["connect"], handlers["message"] = connected, took


def _drop_if_silent(server: socketio.Server, eio_sid: str) -> None:
    if server.manager.sid_from_eio_sid(eio_sid, NAMESPACE) is None:
        disconnect(server, eio_sid)


def disconnect(server: socketio.Server, eio_sid: str) -> None:
    """End a connection at once, whether or not it reads what is sent: it leaves its channels before this returns."""
    follower = server.eio.sockets.get(eio_sid)
    if follower is None:
        return
    follower.close(wait=False, abort=True)
    websocket = getattr(follower, "websocket", None)
    if websocket is not None:
        websocket.close()
