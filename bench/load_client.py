"""The load client as a child process: load/*.c if there is a C compiler, or load/load.py with the same commands."""

from __future__ import annotations

import json
import select
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parent / "load"
SLACK_S = 100.0  # added to a command's duration as its timeout
Answer = dict[str, Any]


@dataclass(frozen=True)
class Program:
    """The command that starts the load client, and its description for the report."""

    words: tuple[str, ...]
    description: str
    reads_deflate: bool


def build(folder: Path) -> Program:
    """Compile the C client, with zlib if that is installed."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler:
        made = folder / "load"
        sources = [str(path) for path in sorted(SOURCES.glob("*.c"))]
        for options, ends in ((["-DHAVE_ZLIB"], ["-lz", "-lm"]), ([], ["-lm"])):
            done = subprocess.run([compiler, "-O2", *options, *sources, *ends, "-o", str(made)], capture_output=True)
            if done.returncode == 0:
                return Program((str(made),), "C, one thread, epoll", bool(options))
    print("No C compiler was found. The load client runs in Python and may be the bottleneck.", file=sys.stderr, flush=True)
    return Program((sys.executable, str(SOURCES / "load.py")), "Python: it may be the bottleneck", True)


class LoadClient:
    """A running load client. Use it as a context manager."""

    def __init__(self, program: Program, port: int) -> None:
        self._words = [*program.words, str(port)]

    def __enter__(self) -> LoadClient:
        self._running = subprocess.Popen(self._words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._running.kill()
        self._running.wait()

    def tell(self, *commands: str) -> None:
        """Send commands that have no answer."""
        assert self._running.stdin
        self._running.stdin.write("".join(f"{command}\n" for command in commands))
        self._running.stdin.flush()

    def ask(self, command: str, seconds: float = 0.0) -> Answer:
        """Send a command that takes `seconds`, and return its answer."""
        self.tell(command)
        assert self._running.stdout
        end = time.monotonic() + seconds + SLACK_S
        ready, _, _ = select.select([self._running.stdout], [], [], end - time.monotonic())
        line = self._running.stdout.readline() if ready else ""
        if not line:
            raise TimeoutError(f"The load client gave no answer to “{command}”.")
        answer: Answer = json.loads(line)
        return answer

    def connect(self, kind: str, count: int) -> Answer:
        """Connect more followers or writers, and wait until all are connected."""
        answer = self.ask(f"{kind} {count}")
        if answer.get("connected") != count:
            raise ConnectionError(f"{count} {kind} were to connect: {answer}")
        return answer

    def open(self, rate: float, seconds: float) -> Answer:
        """Post notes at a steady rate."""
        return self.ask(f"open {rate} {seconds}", seconds)

    def closed(self, in_flight: int, seconds: float) -> Answer:
        """Post notes as fast as possible, with a fixed number of them in flight."""
        return self.ask(f"closed {in_flight} {seconds}", seconds)
