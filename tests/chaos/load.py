"""Load test: a crowd of followers and a steady stream of notes, while some followers stall."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx

from tests.chaos.audit import read_kept
from tests.chaos.crowd import Crowd, Delays, stamp
from tests.chaos.deadline import Deadline
from tests.chaos.scene import Tell, free_port, quiet
from tests.stage import Camp, Server, put


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    followers: int
    rate: float  # notes a second from all writers together
    seconds: float  # seconds of writing in each phase
    frames: int = 0  # minimum frames a follower gets in the second phase: on a busy machine many notes share one
    writers: int = 5
    filling: str = "x" * 100  # seconds a note may take
    stalling: int = 0  # followers that stall in the second phase
    drop: bool = False  # disconnect everyone halfway
    cap: int = 0  # queued frames per follower; 0 for the default
    stock: bool = False  # python-engineio's own websocket and sending path: the control
    deadline: float = 120.0


@dataclass(slots=True, kw_only=True)
class Report:
    notes: int
    corrupt: list[str]  # followers whose stream became unreadable, and why
    silent: list[str]  # followers that missed a change without being told
    unequal: list[str]  # followers whose final view differs from the database
    figures: dict[str, Any] = field(default_factory=dict)


class Stream:
    """Writers over plain HTTP that together keep a fixed rate until stopped."""

    def __init__(self, camp: Camp, load: Load) -> None:
        self.acks = Delays()
        self.acked = 0
        self.refused: list[str] = []
        self._camp, self._load = camp, load
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._write, args=(n,), daemon=True) for n in range(load.writers)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(30)

    def _write(self, number: int) -> None:
        every = self._load.writers / self._load.rate
        due = time.monotonic() + every * number / self._load.writers
        headers = {"Authorization": f"Bearer {self._camp.passes['scribe']}"}
        with httpx.Client(headers=headers, timeout=30) as client:
            while not self._stopping.wait(max(0.0, due - time.monotonic())):
                due += every
                self._note(client)

    def _note(self, client: httpx.Client) -> None:
        began = time.monotonic()
        op = put(f"{stamp()} {self._load.filling}")
        answer = client.post(f"{self._camp.api}/ops", json={"ops": [op]})
        with self._lock:
            self.acks.add(time.monotonic() - began)
            if answer.status_code == 200:
                self.acked += 1
            else:
                self.refused.append(answer.text)


def run_load(folder: Path, load: Load, tell: Tell = quiet) -> Report:
    """Run a normal phase and a phase in which followers stall or are dropped. Then compare all views with the database."""
    server = Server(folder / "camp.db", port=free_port(), entry="tests.chaos.serve")
    server.environ |= {"CHAOS_STOCK": "on" if load.stock else "", "CHAOS_CAP": str(load.cap or "")}
    server.start()
    camp = Camp.make(server)
    crowd = Crowd(server.url, camp.slug, load.followers, load.stalling)
    stream = Stream(camp, load)
    figures: dict[str, Any] = {}
    try:
        with Deadline(load.deadline, server) as deadline:
            crowd.connect()
            figures["memory of the server, MB"] = [memory(server)]
            stream.start()
            _phase(deadline, load, crowd, tell, 0.0, frames=0)
            figures["fan-out ms, all well"] = _shares(crowd.delays)
            figures["memory of the server, MB"].append(memory(server))
            crowd.delays = Delays()
            crowd.stall()
            if load.drop:
                crowd.drop()
                began = time.monotonic()
                crowd.catch_up()
                figures["all were back within, s"] = round(time.monotonic() - began, 1)
            _phase(deadline, load, crowd, tell, 0.5, frames=load.frames)
            figures["memory of the server, MB"].append(memory(server))
            figures["fan-out ms, the others meanwhile" if load.stalling else "fan-out ms, after"] = _shares(
                crowd.delays
            )
            stream.stop()
            crowd.go_on()
            return _count(deadline, server, camp, crowd, stream, figures)
    finally:
        crowd.close()
        server.stop()


def _phase(deadline: Deadline, load: Load, crowd: Crowd, tell: Tell, done: float, frames: int) -> None:
    end = time.monotonic() + load.seconds
    reader = crowd.followers[-1]
    enough = reader.frames + frames

    def over() -> bool:
        if crowd.fault:
            raise crowd.fault
        left = max(0.0, end - time.monotonic())
        tell(done + 0.5 * (1 - left / load.seconds), f"fan-out p95 {crowd.delays.at_share(95)} ms")
        return not left and reader.frames >= enough

    deadline.wait(over, "a phase of writing")


def _count(
    deadline: Deadline, server: Server, camp: Camp, crowd: Crowd, stream: Stream, figures: dict[str, Any]
) -> Report:
    kept = read_kept(server.db, camp.slug)
    Deadline(min(30.0, deadline.left)).until(
        lambda: all(one.cursor >= kept.head or one.told or one.lost for one in crowd.followers)
    )
    corrupt = [f"{one.name}: {one.corrupt}" for one in crowd.followers if one.corrupt]
    silent = [one.name for one in crowd.followers if one.cursor < kept.head and not (one.told or one.lost)]
    figures["told to resume"] = sum(one.resumes for one in crowd.followers)
    figures["fetched in the end"] = crowd.catch_up()
    expected = _hash((row.seq, row.id) for row in kept.rows)
    unequal = [one.name for one in crowd.followers if one.hash.hexdigest() != expected]
    figures |= {"ack ms": _shares(stream.acks), "refused": len(stream.refused)}
    figures["deliveries"] = sum(one.frames for one in crowd.followers)
    assert stream.acked == len(kept.rows), f"{stream.acked} acked, {len(kept.rows)} kept: {stream.refused[:3]}"
    return Report(notes=len(kept.rows), corrupt=corrupt, silent=silent, unequal=unequal, figures=figures)


def _hash(items: Any) -> str:
    whole = hashlib.sha256()
    for seq, id in items:
        whole.update(b"%d %s\n" % (seq, id.encode()))
    return whole.hexdigest()


def _shares(delays: Delays, percents: Sequence[int] = (50, 95, 99)) -> dict[str, int]:
    return {f"p{percent}": delays.at_share(percent) for percent in percents}


def memory(server: Server) -> int:
    """Return the resident memory of the server's process in megabytes."""
    assert server.process
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found
    return int(found[1]) // 1024
