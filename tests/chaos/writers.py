"""Phones that write notes at the rate of the kills, over the socket or plain HTTP, some with wrong clocks."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from backchannel.client import Client, Refused, Unreachable
from tests.chaos.audit import Written

QUICK = (0.05, 0.5)  # seconds between tries; real clients wait a second or more
CLOCKS = (timedelta(hours=26), timedelta(hours=-26), timedelta(minutes=7))  # clock error of some phones
HOUR = timedelta(hours=1)


class Writer:
    """One phone. It corrects every tenth note, and writes and withdraws another note beside every tenth."""

    def __init__(
        self, number: int, notes: int, pace: Callable[[], float], *, server: str, event: str, pass_: str, outbox: Path,
        sockets: bool, seed: int,
    ) -> None:  # fmt: skip
        self.written: list[Written] = []
        self.waits: list[float] = []  # seconds from entering to ack
        self.fault: Exception | None = None
        self._number, self._notes, self._pace = number, notes, pace
        self._random = Random(f"writer {number} {seed}")
        self._off = CLOCKS[number % len(CLOCKS)] if number % 4 == 0 else timedelta()
        self._ago = timedelta()  # seconds by which the clock is set back
        self._entered: dict[str, tuple[float, Written | None]] = {}  # op -> time, and the note whose first op it is
        self._client = Client(
            server, event, pass_=pass_, outbox=outbox, sockets=sockets, waits=QUICK,
            clock=lambda: self._true_time() + self._off, on_answer=self._acked,
        )  # fmt: skip
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"writer {number}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _join(self) -> None:
        """Join, retrying for as long as it takes."""
        while not self._closing.wait(0.05):
            try:
                self._client.join(f"Writer {self._number}")
                return
            except Unreachable:
                pass
            except Refused as refusal:  # a full disk or a locked database refuses a join for a while
                if refusal.permanent:
                    raise

    def go_back_an_hour(self) -> None:
        """Set the clock back by an hour until `catch_up`, so that notes are an hour old when they are sent."""
        self._ago = HOUR

    def catch_up(self) -> None:
        self._ago = timedelta()

    @property
    def done(self) -> bool:
        """Return whether all notes are written and acked."""
        entered = not self._thread.is_alive() and self.fault is None
        return entered and not len(self._client.outbox)

    @property
    def epoch(self) -> str:
        """Return the epoch the phone knows."""
        return self._client.outbox.epoch

    @property
    def waiting(self) -> int:
        return len(self._client.outbox)

    @property
    def refused(self) -> list[str]:
        """Return the ops that were permanently refused. There should be none."""
        return [f"{op['text']!r}: {result['error']}" for op, result in self._client.outbox.refused.values()]

    def close(self) -> None:
        self._closing.set()
        self._client.close()

    def _true_time(self) -> datetime:
        return datetime.now(UTC) - self._ago

    def _run(self) -> None:
        try:
            self._join()
            self._client.start()
            for n in range(self._notes):
                while self._pace() < n / self._notes and not self._closing.wait(0.01):
                    pass
                self._enter(n)
        except Exception as fault:
            self.fault = fault

    def _enter(self, n: int) -> None:
        text = f"writer {self._number} note {n} " + "and more " * self._random.randint(0, 40)
        note = Written(writer=self._number, text=text, at=self._true_time())
        self.written.append(note)
        op = self._put(note, do="put", id=None, text=text, session=None)
        if n % 10 == 3:
            note.text = text + "(corrected)"
            self._put(None, do="put", id=op["id"], text=note.text)
        if n % 10 == 7:
            oops = self._put(None, do="put", id=None, text=f"oops {self._number} {n}", session=None)
            self._put(None, do="retract", id=oops["id"])

    def _put(self, note: Written | None, **op: Any) -> dict[str, Any]:
        began = time.monotonic()
        op = self._client.put(**{**op, "id": op["id"] or str(uuid.uuid4())})
        self._entered[op["op"]] = (began, note)
        return op

    def _acked(self, result: dict[str, Any]) -> None:
        if result.get("ok"):
            while result["op"] not in self._entered:  # answered before `put` returned
                time.sleep(0.001)
            began, note = self._entered[result["op"]]
            self.waits.append(time.monotonic() - began)
            if note is not None:
                note.acked = result["seq"]
