"""A server process with its CPU time and memory, as counted by /proc and including its child processes."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

START_TIMEOUT_S = 60.0
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class NotStarted(RuntimeError):
    """Error raised when a server does not start."""


class Process:
    """A server process that prints a line ending in its port. Use it as a context manager."""

    def __init__(self, words: list[str], log: Path, cwd: Path, environ: dict[str, str] | None = None) -> None:
        self._words, self._log, self._cwd = words, log, cwd
        self._environ = environ or dict(os.environ)
        self.port = 0

    @property
    def url(self) -> str:
        """Return the server's address."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        with self._log.open("a") as log:
            self._running = subprocess.Popen(
                self._words, cwd=self._cwd, env=self._environ, stdout=subprocess.PIPE, stderr=log, text=True,
                start_new_session=True,
            )  # fmt: skip
        self.port = self._read_port()
        return self

    def _read_port(self) -> int:
        assert self._running.stdout
        end = time.monotonic() + START_TIMEOUT_S
        while (left := end - time.monotonic()) > 0 and self._running.poll() is None:
            ready, _, _ = select.select([self._running.stdout], [], [], left)
            line = self._running.stdout.readline() if ready else ""
            if found := re.search(r":(\d+)$", line.strip()):
                return int(found[1])
        self.__exit__()
        raise NotStarted(f"{self._words[0]} said no port. Its log: {self._log.read_text()[-2000:]}")

    def __exit__(self, *_: object) -> None:
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if self._running.poll() is None:
                os.killpg(self._running.pid, sign)
                try:
                    self._running.wait(8)
                except subprocess.TimeoutExpired:
                    continue

    @property
    def alive(self) -> bool:
        """Return whether the server is running."""
        return self._running.poll() is None

    def cpu_seconds(self) -> float:
        """Return the user and system time of all threads so far."""
        return sum(_cpu_seconds(pid) for pid in self._pids())

    def memory_kb(self) -> int:
        """Return the resident memory."""
        return sum(_memory_kb(pid) for pid in self._pids())

    def _pids(self) -> Iterator[int]:
        waiting = [self._running.pid]
        while waiting:
            pid = waiting.pop()
            yield pid
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                waiting += [int(child) for child in _text(task).split()]


def _cpu_seconds(pid: int) -> float:
    """Return the CPU time from the scheduler's nanoseconds if the kernel has them; clock ticks are 10 ms long."""
    exact = [_text(path).split() for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    if exact and all(exact) and any(fields[0] != "0" for fields in exact):
        return sum(int(fields[0]) for fields in exact) / 1e9
    fields = _text(Path(f"/proc/{pid}/stat")).rsplit(")", 1)[-1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND if fields else 0.0


def _memory_kb(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", _text(Path(f"/proc/{pid}/status")))
    return int(found[1]) if found else 0


def _text(path: Path) -> str:
    """Return the content of a file in /proc, or an empty string if the thread has ended."""
    try:
        return path.read_text()
    except OSError:
        return ""
