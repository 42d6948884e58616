"""The demo's host: runs the public commands, and `serve` as a child process."""

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
MAX_LOG = 1500  # characters
SHUTDOWN_GRACE_S = 5  # seconds for the server to close


class Host:
    """A host's terminal with its own settings; the visitor's environment is left out."""

    def __init__(self, db: Path, log: Path, port: int | None = None) -> None:
        self.log = log  # the server's output
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
        """Return what `backchannel ARGUMENTS` prints. Raises `Invalid` with the command's message."""
        done = subprocess.run(
            [*_backchannel(), *arguments], input=given, capture_output=True, text=True, env=self._env, check=False
        )
        if done.returncode:
            raise Invalid(done.stderr.strip() or f"`backchannel {arguments[0]}` ended without a message.")
        return done.stdout

    def json(self, *arguments: str) -> Any:
        """Return what a command prints with --json."""
        return json.loads(self.command(*arguments, "--json"))

    def serve(self) -> None:
        """Start the server and return once it listens."""
        with self.log.open("w") as log:
            server = subprocess.Popen(
                [*_backchannel(), "serve"], stdout=subprocess.PIPE, stderr=log, text=True, env=self._env
            )
        self._server = server
        assert server.stdout is not None
        if not server.stdout.readline():  # it prints where it listens, or ends
            raise self.gone()

    def gone(self) -> Busy:
        """Return the error for a stopped server, with its last output."""
        said = self.log.read_text(errors="replace").strip()[-MAX_LOG:]
        return Busy(f"The server on port {self.port} stopped. Its last output: {said or 'none'}")

    @property
    def serving(self) -> bool:
        """Return whether the server is running."""
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
            self._server.wait(SHUTDOWN_GRACE_S)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()


def _backchannel() -> list[str]:
    return [sys.executable, "-m", "backchannel"]


def free_port(wanted: int | None = None) -> int:
    """Return the wanted port, or else the usual one, or any free one."""
    for port in (wanted,) if wanted else (USUAL_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Busy(f"Port {wanted} is in use. Choose another, or leave out --port." if wanted else "No port is free on this machine.")
