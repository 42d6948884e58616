"""The measured servers: Backchannel, socket.io on Node, and stock Flask-SocketIO under gevent.

All three receive the same Socket.IO messages, so that one load client can be used for all.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.load_client import LoadClient
from bench.process import Process

ROOT = Path(__file__).parent.parent
NODE = Path(__file__).parent / "node"
STOCK = Path(__file__).parent / "stock" / "server.py"
FILLING = "what the street said about gutters and culverts, who pays for them, and who is to ask the council by Friday"
COMMAND_TIMEOUT_S = 300


class CommandFailed(RuntimeError):
    """Error raised when a Backchannel command fails."""


class Backchannel(Process):
    """`backchannel serve` from the source tree `tree`, with commands on the same database."""

    def __init__(self, db: Path, tree: Path = ROOT) -> None:
        self.db, self.tree = db, tree
        environ = {name: value for name, value in os.environ.items() if not name.startswith("BACKCHANNEL_")}
        environ |= {"BACKCHANNEL_DB": str(db), "BACKCHANNEL_LIMITS": "off", "PYTHONPATH": str(tree)}
        words = [sys.executable, "-m", "backchannel", "serve", "--port", "0"]
        super().__init__(words, db.with_suffix(".log"), tree, environ)

    def run(self, *words: str, given: str = "") -> str:
        """Run a command and return its output."""
        done = subprocess.run(
            [sys.executable, "-m", "backchannel", *words], cwd=self.tree, env=self._environ, input=given,
            capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S,
        )  # fmt: skip
        if done.returncode:
            raise CommandFailed(f"backchannel {' '.join(words[:3])}: {done.stderr.strip()}")
        return done.stdout


def node_server(log: Path, path: str, frame_bytes: int) -> Process:
    """Return a process that runs socket.io on Node, without a database."""
    words = ["node", "server.js", str(frame_bytes)]
    return Process(words, log, NODE, {**os.environ, "PATH": path})


def stock_server(log: Path, frame_bytes: int, database: Path | None) -> Process:
    """Return a process that runs stock Flask-SocketIO under gevent. With a database, it commits each note."""
    return Process([sys.executable, str(STOCK), str(frame_bytes), str(database or "")], log, ROOT)


@dataclass(frozen=True)
class Script:
    """The messages of the load client to a server, as raw Socket.IO packets."""

    event: str = "live"
    channel: str = "session/live"
    session: str | None = None
    token: str = ""

    def tell(self, client: LoadClient) -> None:
        """Give the load client its messages."""
        follow = ["follow", {"event": self.event, "channel": self.channel}]
        client.tell(
            f"follow 420{_json(follow)}",
            "auth follower 40{}",
            f"auth writer 40{_json({'pass': self.token})}",
            f"note 42%A{_json(['ops', {'event': self.event, 'ops': [self.op()]}])}",
        )

    def op(self) -> dict[str, Any]:
        """Return the op of a note, with the load client's placeholders."""
        return {
            "op": "%U", "id": "%U", "do": "put", "origin": "note", "session": self.session,
            "text": f"%N {FILLING}", "depth": 0,
        }  # fmt: skip


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
