"""A control server: live notes with stock Flask-SocketIO, emitting from the handler, without ids or a log.

    python -m tests.chaos.control_server serve --port 0        the database is BACKCHANNEL_DB; CHAOS_DIE says when to die

The server is not careless: it commits before it acks, and sends everything it has to each new connection.

"""

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
import random  # noqa: E402
import sqlite3  # noqa: E402
import sys  # noqa: E402
from typing import Any  # noqa: E402

import gevent  # noqa: E402
from flask import Flask  # noqa: E402
from flask_socketio import SocketIO  # noqa: E402
from gevent.pywsgi import WSGIServer  # noqa: E402

from tests.chaos.doom import Doom, die  # noqa: E402


def make(db: str, doom: Doom) -> Flask:
    app = Flask("control")
    socketio = SocketIO(app, async_mode="gevent", transports=["websocket"])
    connection = sqlite3.connect(db, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE IF NOT EXISTS note (seq INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT)")

    @socketio.on("connect")
    def connect() -> None:
        rows = connection.execute("SELECT seq, text FROM note ORDER BY seq").fetchall()
        socketio.emit("backlog", rows, to=_sid())

    @socketio.on("note")
    def note(text: str) -> dict[str, Any]:
        connection.execute("BEGIN IMMEDIATE")
        seq = connection.execute("INSERT INTO note (text) VALUES (?)", (text,)).lastrowid
        if doom.at("mid"):
            die()
        connection.execute("COMMIT")
        if doom.at("committed"):
            die()
        socketio.emit("note", [seq, text])
        if doom.at("acked"):
            gevent.spawn_later(random.random() * 0.02, die)
        return {"seq": seq}

    return app


def _sid() -> str:
    from flask import request

    return str(request.sid)  # type: ignore[attr-defined]


if __name__ == "__main__":
    server = WSGIServer(
        ("127.0.0.1", int(sys.argv[-1])), make(os.environ["BACKCHANNEL_DB"], Doom.from_environment()), log=None
    )
    server.start()
    print(f"The control listens on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
