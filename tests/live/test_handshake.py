"""Requests that never become a connection leave nothing behind in the server."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from gevent import socket

from backchannel.config import Settings
from backchannel.factory import create_app

HANDSHAKE = {
    "Connection": "keep-alive, Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}  # fmt: skip


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    made = create_app(Settings(db=tmp_path / "camp.db"))
    yield made
    made.extensions["backchannel"].store.close()


@pytest.mark.parametrize(
    "different",
    [{"Connection": "keep-alive"}, {"Sec-WebSocket-Version": "8"}, {"Sec-WebSocket-Key": ""}],
    ids=["no upgrade", "version 8", "no key"],
)
def test_an_incomplete_handshake_is_refused_and_forgotten(app: Flask, different: dict[str, str]) -> None:
    answer = app.test_client().get("/socket.io/?EIO=4&transport=websocket", headers=HANDSHAKE | different)
    assert (answer.status_code, answer.json) == (401, "This isn't a WebSocket handshake of version 13.")
    assert connections(app) == {}


def test_a_client_that_leaves_during_the_handshake_is_forgotten(app: Flask) -> None:
    environ = {"gunicorn.socket": _left_connection()}
    with pytest.raises(StopIteration):  # how gunicorn is told that the response was sent already
        app.test_client().get("/socket.io/?EIO=4&transport=websocket", headers=HANDSHAKE, environ_overrides=environ)
    assert connections(app) == {}


def _left_connection() -> socket.socket:
    """Return the server's end of a connection that the client has reset."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        ours, _ = server.accept()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        return ours


def connections(app: Flask) -> dict[str, Any]:
    kept: dict[str, Any] = app.extensions["socketio"].server.eio.sockets
    return kept
