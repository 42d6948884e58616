"""Connection lifecycle: one greenlet pings all connections, and closes those that are silent or never join Socket.IO.

A connection that sends an undecodable packet is closed too.
"""

from __future__ import annotations

import logging
import time
from typing import Any

import gevent
import socketio
from engineio import packet

from backchannel.live.transport.fanout import BadPacket
from backchannel.live.transport.websocket import WebSocket, is_handshake

log = logging.getLogger(__name__)

NAMESPACE = "/"
JOIN_TIMEOUT_S = 10.0  # time a new connection has to join Socket.IO
CHECK_INTERVAL_S = 1.0  # between two rounds over all connections
PING_INTERVAL_S = 25.0  # as Engine.IO announces it
SILENCE_TIMEOUT_S = 45.0  # the ping interval, and the 20 s that Engine.IO gives for the answer
CHECKS_PER_TURN = 500  # connections before other greenlets get a turn

# What Flask needs of a request to build its context for a message.
ENVIRON = (
    "REQUEST_METHOD", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING",
    "REMOTE_ADDR", "HTTP_HOST", "HTTP_COOKIE", "wsgi.url_scheme", "flask.app",
)  # fmt: skip


def watch(server: socketio.Server) -> None:
    """Wrap Engine.IO's handlers and start the checks. Call it once, after both servers exist."""
    handlers = server.eio.handlers
    connect, message = handlers["connect"], handlers["message"]

    def connected(eio_sid: str, environ: dict[str, Any]) -> Any:
        if not is_handshake(environ):
            return "This isn't a WebSocket handshake of version 13."  # Engine.IO refuses the connection and forgets it
        server.eio.sockets[eio_sid].last_ping = None  # keeps Engine.IO from starting a greenlet for its pings
        return connect(eio_sid, {name: environ[name] for name in ENVIRON if name in environ})

    def took(eio_sid: str, data: Any) -> None:
        try:
            message(eio_sid, data)
        except BadPacket as fault:
            log.info("Closed a connection: %s", fault)
            disconnect(server, eio_sid)

    handlers["connect"], handlers["message"] = connected, took
    gevent.spawn(_check_for_ever, server)


def _check_for_ever(server: socketio.Server) -> None:
    while True:
        gevent.sleep(CHECK_INTERVAL_S)
        for n, (eio_sid, follower) in enumerate(list(server.eio.sockets.items()), 1):
            try:
                _check(server, eio_sid, follower, time.monotonic())
            except Exception:
                log.exception("Checking a connection failed")
            if n % CHECKS_PER_TURN == 0:
                gevent.sleep(0)


def _check(server: socketio.Server, eio_sid: str, follower: Any, now: float) -> None:
    websocket: WebSocket | None = getattr(follower, "websocket", None)
    if websocket is None or follower.closed:
        return
    if not websocket.joined and now - websocket.opened_at > JOIN_TIMEOUT_S:
        websocket.joined = server.manager.sid_from_eio_sid(eio_sid, NAMESPACE) is not None
        if not websocket.joined:
            disconnect(server, eio_sid)
            return
    if now - websocket.heard_at > SILENCE_TIMEOUT_S:
        disconnect(server, eio_sid)
    elif now - websocket.ping_at > PING_INTERVAL_S:
        websocket.ping_at = now
        follower.queue.put(packet.Packet(packet.PING))


def disconnect(server: socketio.Server, eio_sid: str) -> None:
    """Close a connection immediately, without waiting for the client. It leaves its channels before this returns."""
    follower = server.eio.sockets.get(eio_sid)
    if follower is None:
        return
    follower.close(wait=False, abort=True)
    websocket = getattr(follower, "websocket", None)
    if websocket is not None:
        websocket.close()
