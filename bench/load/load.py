#!/usr/bin/env python3
"""The load client for machines without a C compiler: the commands of load.c, but no visitors.

    python bench/load/load.py PORT

It is slower than the servers it measures, so its figures are a lower bound; the report says when it was used.
"""

from __future__ import annotations

import itertools
import json
import re
import resource
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from backchannel.domain.ids import uuid7
from tests.chaos.frames import Frames, masked, upgrade

TOKEN = re.compile(r"nr(\d{8})xq")
ACK = re.compile(r"43(\d+)\[")
VISITORS = ("page", "file", "catchup", "nopage", "visitors", "probe", "deflate")  # understood and left out


@dataclass
class Run:
    """What one run counts. Delays are in seconds."""

    first: int
    began: float
    delivery: list[float] = field(default_factory=list)
    ack: list[float] = field(default_factory=list)
    refused: int = 0
    frames: int = 0
    bytes: int = 0
    last: float = 0.0


class Client:
    """Connections in one selector, and the notes that are on their way."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._selector = selectors.DefaultSelector()
        self._words: dict[str, Any] = {"auths": [], "drain": 15.0}
        self._writers: list[socket.socket] = []
        self._followers = 0
        self._sent: list[float] = []  # when each note was sent
        self._left: list[int] = []  # deliveries and acks that each note still waits for
        self._run = Run(0, 0.0)

    def obey(self, line: str) -> dict[str, Any] | None:
        """Obey a command and return its answer, if it has one."""
        command, _, rest = line.partition(" ")
        if command in ("followers", "writers"):
            return self._connect(command, int(rest))
        if command in ("open", "closed"):
            first, seconds = map(float, rest.split())
            return self._load(first if command == "open" else 0.0, int(first) if command == "closed" else 0, seconds)
        if command == "auth" and rest.startswith("writer "):
            self._words["auths"].append(rest.removeprefix("writer "))
        elif command == "drain":
            self._words["drain"] = float(rest)
        elif command in ("auth", "follow", "note"):
            self._words[command] = rest.removeprefix("follower ")
        return None if command in VISITORS or command in ("auth", "drain", "follow", "note") else {"error": line}

    def _connect(self, kind: str, count: int) -> dict[str, Any]:
        began = time.monotonic()
        for _ in range(count):
            self._open(kind)
        return {"connected": count, "seconds": time.monotonic() - began}

    def _open(self, kind: str) -> None:
        auths = self._words["auths"]
        auth = auths[len(self._writers) % len(auths)] if kind == "writers" else self._words["auth"]
        connection = socket.create_connection(("127.0.0.1", self._port), 20)
        frames = Frames(upgrade(connection, "/socket.io/?EIO=4&transport=websocket"))
        said = [("0", auth), ("40", self._words["follow"]), ("43", "")] if kind == "followers" else [("0", auth), ("40", "")]
        for start, answer in said:
            while not (texts := list(itertools.islice(frames.texts(), 1))):
                frames.feed(connection.recv(65536))
            assert texts[0].startswith(start), texts[0][:200]
            if answer:
                connection.sendall(masked(answer.encode()))
        self._selector.register(connection, selectors.EVENT_READ, frames)
        self._followers += kind == "followers"
        if kind == "writers":
            self._writers.append(connection)

    def _post(self) -> None:
        number = len(self._sent)
        text = self._words["note"].replace("%A", str(number)).replace("%N", f"nr{number:08}xq")
        while "%U" in text:
            text = text.replace("%U", uuid7(), 1)
        self._sent.append(time.monotonic())
        self._left.append(self._followers + 1)
        self._writers[number % len(self._writers)].sendall(masked(text.encode()))

    def _read(self, seconds: float) -> None:
        for key, _ in self._selector.select(max(0.0, seconds)):
            data = key.fileobj.recv(1 << 18)  # type: ignore[union-attr]
            assert data, "the server closed a connection"
            self._run.bytes += len(data)
            key.data.feed(data)
            for text in key.data.texts():
                self._take(key.fileobj, text)

    def _take(self, connection: Any, text: str) -> None:
        at, run = time.monotonic(), self._run
        if text == "2":
            connection.sendall(masked(b"3"))
        elif acked := ACK.match(text):
            run.refused += '"error"' in text
            self._count(int(acked[1]), run.ack, at)
        else:
            run.frames += 1
            for number in dict.fromkeys(map(int, TOKEN.findall(text))):
                run.last = at
                self._count(number, run.delivery, at)

    def _count(self, number: int, delays: list[float], at: float) -> None:
        if number >= self._run.first:
            delays.append(at - self._sent[number])
            self._left[number] -= 1

    def _load(self, rate: float, in_flight: int, seconds: float) -> dict[str, Any]:
        cpu, began = time.process_time(), time.monotonic()
        self._run = run = Run(len(self._sent), began, last=began)
        end, deadline, due = began + seconds, began + seconds + self._words["drain"], began
        while (now := time.monotonic()) < deadline:
            pending = sum(left > 0 for left in self._left[run.first :][-2000:])
            if now >= end and not pending:
                break
            while now < end and rate and due <= now:
                self._post()
                due += 1 / rate
            for _ in range(in_flight - pending if now < end else 0):
                self._post()
            self._read(min(due if rate else end, end) - now if now < end else 0.02)
        return self._report(run, time.process_time() - cpu)

    def _report(self, run: Run, cpu: float) -> dict[str, Any]:
        elapsed, missing = time.monotonic() - run.began, self._left[run.first :]
        return {
            "followers": self._followers, "writers": len(self._writers), "notes": len(self._sent) - run.first,
            "acked": len(run.ack), "refused": run.refused, "deliveries": len(run.delivery),
            "missing": sum(left for left in missing if left > 0), "doubled": -sum(left for left in missing if left < 0),
            "dead": 0, "undecodable": 0, "seconds": elapsed,
            "rate": len(run.delivery) / max(1e-9, run.last - run.began), "frames": run.frames, "bytes": run.bytes,
            "delivery_ms": _shares(run.delivery), "ack_ms": _shares(run.ack), "probe_ms": _shares([]),
            "client_busy": cpu / elapsed,
        }  # fmt: skip


def _shares(delays: list[float]) -> dict[str, float]:
    ordered = sorted(delays) or [0.0]
    at = {name: ordered[min(len(ordered) - 1, int(len(ordered) * share))] for name, share in (("p50", 0.5), ("p99", 0.99))}
    return {"n": len(delays)} | {name: value * 1000 for name, value in (at | {"max": ordered[-1]}).items()}


def main() -> None:
    """Obey commands from stdin until `quit`."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    client = Client(int(sys.argv[1]))
    for line in sys.stdin:
        if line.strip() == "quit":
            return
        answer = client.obey(line.rstrip("\n"))
        if answer is not None:
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
