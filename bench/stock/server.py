#!/usr/bin/env python3
"""Stock Flask-SocketIO under gevent, as its documentation shows it: a broadcast and an ack for each note.

    python bench/stock/server.py FRAME_BYTES [DATABASE]

Every broadcast is filled up to so many bytes, those of Backchannel's frame. With a database, each note is committed
to disk first, as Backchannel's are.
"""

# gevent must patch the standard library before anything imports it.
from gevent import monkey

monkey.patch_all()

# ruff: noqa: E402
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

from flask import Flask
from flask_socketio import SocketIO, emit, join_room
from gevent.pywsgi import WSGIServer

CHANNEL = "session/live"
TABLE = """
CREATE TABLE note (seq INTEGER PRIMARY KEY, id TEXT UNIQUE, op TEXT UNIQUE, session TEXT, text TEXT);
CREATE INDEX note_session ON note (session, seq);
"""


class Notes:
    """The notes: their order, and the database if there is one."""

    def __init__(self, database: Path | None) -> None:
        self.seq = 0
        self._database = sqlite3.connect(database, isolation_level=None) if database else None
        if self._database:
            self._database.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; {TABLE}")

    def add(self, op: dict[str, Any]) -> None:
        """Number a note, and commit it."""
        self.seq += 1
        if self._database:
            row = (self.seq, op["id"], op["op"], op["session"], op["text"])
            self._database.execute("INSERT INTO note VALUES (?, ?, ?, ?, ?)", row)


def create_app(frame_bytes: int, notes: Notes) -> Flask:
    """Return the application."""
    app = Flask(__name__)
    socketio = SocketIO(app, async_mode="gevent")

    @socketio.on("follow")
    def follow(message: dict[str, Any]) -> dict[str, Any]:
        join_room(message["channel"])
        return {"event": message["event"], "channel": message["channel"], "seq": notes.seq}

    @socketio.on("ops")
    def ops(message: dict[str, Any]) -> dict[str, Any]:
        return {"results": [take(message["event"], op) for op in message["ops"]]}

    def take(event: str, op: dict[str, Any]) -> dict[str, Any]:
        notes.add(op)
        item = {"id": op["id"], "seq": notes.seq, "rev": 1, "session": op["session"], "text": op["text"]}
        frame = {"event": event, "channel": CHANNEL, "prev": notes.seq - 1, "seq": notes.seq, "items": [item], "rest": ""}
        size = len(json.dumps(["changes", frame], separators=(",", ":")))
        emit("changes", frame | {"rest": "x" * max(0, frame_bytes - size - 2)}, to=CHANNEL)
        return {"op": op["op"], "ok": True, "id": op["id"], "seq": notes.seq, "rev": 1}

    return app


def main() -> None:
    """Serve until killed."""
    notes = Notes(Path(sys.argv[2]) if sys.argv[2:] and sys.argv[2] else None)
    server = WSGIServer(("127.0.0.1", 0), create_app(int(sys.argv[1]), notes), log=None)
    server.start()
    print(f"listening on 127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
