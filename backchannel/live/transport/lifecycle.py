"""Connection lifecycle: closes connections that never join Socket.IO or send undecodable packets."""

from __future__ import annotations

import logging
from typing import Any

import gevent
import socketio

from backchannel.live.transport.fanout import BadPacket

log = logging.getLogger(__name__)

NAMESPACE = "/"
JOIN_TIMEOUT_S = 10.0  # time a new connection has to join Socket.IO


def watch(server: socketio.Server) -> None:
    """Wrap Engine.IO's handlers. Call it once, after both servers exist."""
    handlers = server.eio.handlers
    connect, message = handlers["connect"], handlers["message"]

    def connected(eio_sid: str, environ: dict[str, Any]) -> Any:
        gevent.spawn_later(JOIN_TIMEOUT_S, _drop_if_silent, server, eio_sid)
        return connect(eio_sid, environ)

    def took(eio_sid: str, data: Any) -> None:
        try:
            message(eio_sid, data)
        except BadPacket as fault:
            log.info("Closed a connection: %s", fault)
            disconnect(server, eio_sid)

    handlers["connect"], handlers["message"] = connected, took


def _drop_if_silent(server: socketio.Server, eio_sid: str) -> None:
    if server.manager.sid_from_eio_sid(eio_sid, NAMESPACE) is None:
        disconnect(server, eio_sid)


def disconnect(server: socketio.Server, eio_sid: str) -> None:
    """Close a connection immediately, without waiting for the client. It leaves its channels before this returns."""
    follower = server.eio.sockets.get(eio_sid)
    if follower is None:
        return
    follower.close(wait=False, abort=True)
    websocket = getattr(follower, "websocket", None)
    if websocket is not None:
        websocket.close()
