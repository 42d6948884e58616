"""A crowd of up to a thousand followers in one thread, which check every byte they receive.

Each follower reads websocket frames, follows the chain of `prev` and `seq`, and keeps a running hash of what it received.
All followers receive the same bytes, so each frame is parsed as JSON once. A note's text begins with the time it was
written (`@<nanoseconds of the machine's clock>`), which gives its delay.

"""

from __future__ import annotations

import contextlib
import hashlib
import json
import selectors
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from backchannel.client import Refused, Unreachable
from backchannel.client.http import Http
from tests.chaos.frames import Frames, masked, upgrade

NARROW = (
    4096  # bytes of receive buffer for stalling followers, so that frames queue at the server and not in the kernel
)
MAX_CONCURRENT = 16  # concurrent connects or fetches
CHUNK = 65536


@dataclass(slots=True)
class Delays:
    """A histogram of delays, in milliseconds."""

    counts: Counter[int] = field(default_factory=Counter)

    def add(self, seconds: float) -> None:
        self.counts[int(seconds * 1000)] += 1

    def at_share(self, percent: float) -> int:
        """Return the given percentile in milliseconds."""
        left = self.counts.total() * percent / 100
        for ms, n in sorted(self.counts.items()):
            left -= n
            if left <= 0:
                return ms
        return 0


class Follower:
    """One connection. `told` means that the server has told it to fetch what it missed."""

    def __init__(self, name: str, narrow: bool = False) -> None:
        self.name = name
        self.cursor = 0
        self.corrupt = ""  # why its stream became unreadable
        self.told = False
        self.resumes = 0
        self.frames = 0
        self.lost = False  # the socket
        self.hash = hashlib.sha256()
        self._narrow = narrow

    def connect(self, port: int, event: str, channel: str) -> None:
        self.socket = socket.socket()
        if self._narrow:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW)
        self.socket.settimeout(20)
        self.socket.connect(("127.0.0.1", port))
        rest = upgrade(self.socket, f"/socket.io/?EIO=4&transport=websocket&follower={self.name}")
        self.reader = Frames(rest)
        self._expect("0")
        self.send("40{}")
        self._expect("40")
        self.send("420" + json.dumps(["follow", {"event": event, "channel": channel}]))
        self._expect("430")
        self.socket.setblocking(False)
        self.lost, self.corrupt = False, ""

    def _expect(self, start: str) -> None:
        while True:
            for text in self.reader.texts():
                assert text.startswith(start), f"{self.name} expected {start} and was sent {text[:200]}"
                return
            self.reader.feed(self.socket.recv(CHUNK))

    def send(self, text: str) -> None:
        self.socket.sendall(masked(text.encode()))

    def apply(self, frame: Frame) -> None:
        self.frames += 1
        if frame.prev > self.cursor:
            self.told = True
        elif frame.seq > self.cursor:
            self.add(frame.items)
            self.cursor = frame.seq

    def add(self, items: Iterable[tuple[int, str]]) -> None:
        for seq, id in items:
            if seq > self.cursor:
                self.hash.update(b"%d %s\n" % (seq, id.encode()))


@dataclass(slots=True)
class Frame:
    """A parsed `changes` frame."""

    prev: int
    seq: int
    items: list[tuple[int, str]]
    written: list[int]  # nanoseconds


class Crowd:
    """Connects all followers and reads for them. Those that `stall` stay connected but read nothing."""

    def __init__(self, server: str, event: str, number: int, stalling: int = 0, channel: str = "event") -> None:
        self.followers = [Follower(str(n), narrow=n < stalling) for n in range(number)]
        self.delays = Delays()
        self.fault: Exception | None = None
        self._server, self._event, self._channel, self._stalling = server, event, channel, stalling
        self._http = Http(server, event)  # shared, because each client costs 30 ms
        self._selector = selectors.DefaultSelector()
        self._read: dict[str, Frame] = {}  # the most recent frames
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="crowd", daemon=True)

    def connect(self) -> None:
        self._thread.start()
        with ThreadPoolExecutor(MAX_CONCURRENT) as pool:
            list(pool.map(self._connect, self.followers))

    def _connect(self, follower: Follower) -> None:
        follower.connect(int(self._server.rsplit(":", 1)[1]), self._event, self._channel)
        self._selector.register(follower.socket, selectors.EVENT_READ, follower)

    def stall(self) -> None:
        for follower in self.stalled:
            self._forget(follower)

    def go_on(self) -> None:
        for follower in self.stalled:
            self._selector.register(follower.socket, selectors.EVENT_READ, follower)

    @property
    def stalled(self) -> list[Follower]:
        """Return the followers that stall or have stalled."""
        return self.followers[: self._stalling]

    def drop(self) -> None:
        """Disconnect all followers."""
        for follower in self.followers:
            self._forget(follower)
            follower.socket.close()
            follower.lost = True

    def catch_up(self) -> int:
        """Reconnect and fetch from the cursor for followers that were disconnected or told to resume. Return how many did."""
        late = [follower for follower in self.followers if follower.lost or follower.told]
        with ThreadPoolExecutor(MAX_CONCURRENT) as pool:
            list(pool.map(self._mend, late))
        return len(late)

    def _mend(self, follower: Follower) -> None:
        if follower.lost and not follower.corrupt:
            self._connect(follower)
        self._fetch(follower)

    def _fetch(self, follower: Follower) -> None:
        more = True
        while more:
            try:
                page = self._http.changes(self._channel, follower.cursor)
            except (Unreachable, Refused):
                continue
            more = page["more"]
            follower.add((item["seq"], item["id"]) for item in page["items"])
            follower.cursor = page["seq"]
        follower.told = False

    def close(self) -> None:
        self._stopping.set()
        self._thread.join(10)
        for follower in self.followers:
            follower.socket.close()

    # --- reading

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                for key, _ in self._selector.select(0.05):
                    if key.fileobj is key.data.socket:  # otherwise it was dropped and has a new socket
                        self._take(key.data)
        except Exception as fault:
            self.fault = fault

    def _take(self, follower: Follower) -> None:
        try:
            data = follower.socket.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            follower.lost = True
            self._forget(follower)
            return
        try:
            follower.reader.feed(data)
            for text in follower.reader.texts():
                self._obey(follower, text)
        except ValueError as fault:  # no frame, no UTF-8, no JSON, no packet
            follower.corrupt, follower.lost = str(fault)[:200], True
            self._forget(follower)

    def _obey(self, follower: Follower, text: str) -> None:
        if text.startswith('42["changes"'):
            frame = self._frame(text)
            follower.apply(frame)
            now = time.monotonic_ns()
            for written in frame.written:
                self.delays.add((now - written) / 1e9)
        elif text == "2":
            follower.send("3")
        elif text.startswith('42["resume"'):
            follower.resumes += 1
            follower.told = True
        elif not text.startswith(('42["head"', '42["programme"')) and text != "6":
            raise ValueError(f"what is this? {text[:100]}")

    def _frame(self, text: str) -> Frame:
        frame = self._read.get(text)
        if frame is None:
            if len(self._read) > 2000:
                self._read.clear()
            frame = self._read[text] = _read_frame(json.loads(text[2:])[1])
        return frame

    def _forget(self, follower: Follower) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(follower.socket)


def _read_frame(data: dict[str, Any]) -> Frame:
    items = data["items"]
    written = [int(item["text"][1:].split()[0]) for item in items if item.get("text", "").startswith("@")]
    return Frame(data["prev"], data["seq"], [(item["seq"], item["id"]) for item in items], written)


def stamp() -> str:
    """Return the time stamp at the start of a note's text, from which the crowd computes its delay."""
    return f"@{time.monotonic_ns()}"
