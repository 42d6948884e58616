"""What a host does at her terminal, done by the demo: the same commands, and `serve` as a process of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from backchannel.domain.errors import Busy, Invalid

USUAL_PORT = 8000
LAST_WORDS = 1500  # characters
GRACE = 5  # seconds that the server has to close


class Host:
    """The host's terminal. Only what the demo sets counts: settings of the visitor's own stay out of it."""

    def __init__(self, db: Path, log: Path, port: int | None = None) -> None:
        self.log = log  # what the server says, beside where it listens
        self.port = free_port(port)
        self.address = f"http://127.0.0.1:{self.port}"
        self._env = {name: value for name, value in os.environ.items() if not name.startswith("BACKCHANNEL_")} | {
            "BACKCHANNEL_DB": str(db),
            "BACKCHANNEL_PORT": str(self.port),
            "BACKCHANNEL_FETCH_ALLOW": "127.0.0.1",  # the demo's own feed
            "BACKCHANNEL_FETCH_PACE": "1",
        }
        self._server: subprocess.Popen[str] | None = None

    def command(self, *arguments: str, given: str = "") -> str:
        """What `backchannel ARGUMENTS` prints; `Invalid` with its own sentence where it refuses."""
        done = subprocess.run(
            [*_backchannel(), *arguments], input=given, capture_output=True, text=True, env=self._env, check=False
        )
        if done.returncode:
            raise Invalid(done.stderr.strip() or f"`backchannel {arguments[0]}` stopped without a word.")
        return done.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self.command(*arguments, "--json"))

    def serve(self) -> None:
        """Start the server; return once it listens."""
        with self.log.open("w") as log:
            server = subprocess.Popen(
                [*_backchannel(), "serve"], stdout=subprocess.PIPE, stderr=log, text=True, env=self._env
            )
        self._server = server
        assert server.stdout is not None
        if not server.stdout.readline():  # it says where it listens, or ends
            raise self.gone()

    def gone(self) -> Busy:
        """The server is not there any more: the error, with the last it said."""
        said = self.log.read_text(errors="replace").strip()[-LAST_WORDS:]
        return Busy(f"The server on port {self.port} stopped. Its last words: {said or 'none'}")

    @property
    def serving(self) -> bool:
        return self._server is not None and self._server.poll() is None

    def __enter__(self) -> Host:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is None:
            return
        self._server.terminate()
        try:
            self._server.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()


def _backchannel() -> list[str]:
    return [sys.executable, "-m", "backchannel"]


def free_port(wanted: int | None = None) -> int:
    """The port that is wanted; else the usual one, or any free one if somebody has that."""
    for port in (wanted,) if wanted else (USUAL_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Busy(f"Port {wanted} is taken: name another, or none." if wanted else "No port is free on this machine.")
