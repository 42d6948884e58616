"""Control runs: the same kills, network faults and audit against plain Socket.IO. The audit must find problems.

emit     every note is emitted once, as in the documentation's first example, and buffered while disconnected
retry    every note is sent again until it is acked, but has no id by which the server could recognise it

"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import socketio

from tests.chaos.audit import Findings, Kept, Row, Seen, Written, audit
from tests.chaos.deadline import Deadline
from tests.chaos.proxy import Proxy
from tests.chaos.scene import Size, free_port
from tests.chaos.supervisor import Supervisor
from tests.chaos.weather import FAIR
from tests.stage import Server

Way = Literal["emit", "retry"]
CONNECT = 5.0  # seconds to connect
ACK_TIMEOUT_S = 1.0  # seconds to wait for an ack


class Connection:
    """A stock Socket.IO client that is replaced whenever it loses its connection."""

    def __init__(self, url: str, **handlers: Callable[..., None]) -> None:
        self._url, self._handlers = url, handlers
        self._client = socketio.Client(reconnection=False, handle_sigint=False)
        self.stopping = threading.Event()

    def get(self) -> socketio.Client | None:
        """Return a connected client, or None when it is time to stop."""
        while not self.stopping.is_set():
            # `connected` alone can stay true for ever, because it is set after a loss during connecting.
            if self._client.connected and self._client.eio.state == "connected":
                return self._client
            self._client = socketio.Client(reconnection=False, handle_sigint=False)
            for name, handler in self._handlers.items():
                self._client.on(name, handler)
            with contextlib.suppress(socketio.exceptions.SocketIOError, OSError, ValueError):
                self._client.connect(self._url, transports=["websocket"], wait_timeout=CONNECT)
                continue
            time.sleep(0.05)
        return None

    def close(self) -> None:
        """Stop reconnecting, without a close handshake, which could block for ever on a half-open connection."""
        self.stopping.set()


class ControlWriter:
    def __init__(self, number: int, notes: int, pace: Callable[[], float], way: Way, url: str) -> None:
        self.written: list[Written] = []
        self._number, self._notes, self._pace, self._way = number, notes, pace, way
        self._connection = Connection(url)
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        for n in range(self._notes):
            while self._pace() < n / self._notes:
                time.sleep(0.01)
            note = Written(writer=self._number, text=f"writer {self._number} note {n}")
            self.written.append(note)
            while not self._send(note):
                time.sleep(0.02)

    def close(self) -> None:
        self._connection.close()

    def _send(self, note: Written) -> bool:
        """Send a note once. Return whether the writer can go on to the next one."""
        client = self._connection.get()
        try:
            if self._way == "emit":
                client.emit("note", note.text)
            else:
                note.acked = client.call("note", note.text, timeout=ACK_TIMEOUT_S)["seq"]
        except (socketio.exceptions.SocketIOError, OSError):
            return False
        return True


class ControlFollower:
    def __init__(self, url: str) -> None:
        self._texts: dict[int, str] = {}
        self._connection = Connection(url, backlog=self._begin, note=self._add)
        self.thread = threading.Thread(target=self._run, daemon=True)

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(text for _, text in sorted(self._texts.items()))

    def _begin(self, rows: list[tuple[int, str]]) -> None:
        self._texts.update(rows)

    def _add(self, row: tuple[int, str]) -> None:
        self._texts[row[0]] = row[1]

    def _run(self) -> None:
        while self._connection.get():
            time.sleep(0.05)

    def close(self) -> None:
        self._connection.close()


def run_control(folder: Path, size: Size, way: Way) -> Findings:
    """Run a control and return the findings of the audit."""
    server = Server(folder / "control.db", port=free_port(), entry="tests.chaos.control_server")
    supervisor = Supervisor(server, size.times, size.seed)
    supervisor.prepare()
    line = Proxy(server.port, size.seed, size.weather)
    per = size.notes // size.writers
    writers = [ControlWriter(n, per, lambda: supervisor.progress, way, line.url) for n in range(size.writers)]
    followers = [ControlFollower(line.url) for _ in range(size.followers)]
    with Deadline(size.seconds, server) as deadline:
        for actor in (*followers, *writers):
            actor.thread.start()
        supervisor.start()
        deadline.wait(lambda: supervisor.done, "the killing")
        deadline.wait(lambda: not any(writer.thread.is_alive() for writer in writers), "writers that go on")
        line.weather(FAIR)
        seen = _watch_until_quiet(followers)
        for actor in (*writers, *followers):
            actor.close()
    line.close()
    supervisor.stop()
    return audit(_kept(server.db), [note for writer in writers for note in writer.written], seen)


def _watch_until_quiet(followers: list[ControlFollower], seconds: float = 2.0) -> list[Seen]:
    """Return what each follower has, once none of them has received anything for a while."""
    before: Any = None
    while before != (now := [len(follower.texts) for follower in followers]):
        before = now
        time.sleep(seconds)
    return [Seen(name=f"follower {n}", texts=follower.texts) for n, follower in enumerate(followers)]


def _kept(db: Path) -> Kept:
    with closing(sqlite3.connect(db)) as connection:
        rows = connection.execute("SELECT seq, text FROM note ORDER BY seq").fetchall()
    return Kept(rows=tuple(Row(seq=seq, id=str(seq), rev=1, text=text, born=seq) for seq, text in rows))
