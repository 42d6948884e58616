"""Following: one thread keeps the connection, applies frames in order, and fetches what is missing.

With a socket, frames arrive on it and only gaps are fetched. Without one, each channel is polled over plain HTTP, and
the socket is tried again at growing intervals. A lost connection is retried at once; only a server that accepts a
connection without answering leads to plain HTTP.
"""

from __future__ import annotations

import queue
import random
import threading
import time
from collections.abc import Callable
from typing import Any

from backchannel.client.connection import SILENCE_TIMEOUT_S, Connection
from backchannel.client.errors import Refused, Unanswered, Unreachable
from backchannel.client.http import Http
from backchannel.client.view import View

MAX_LAG_S = 2.0  # seconds that a channel may lag behind a head before it is fetched
SILENCE_S = 21.0  # seconds of silence on a connection with subscriptions
LONG_POLL_S = 25.0  # seconds that the server may hold an answer
SOCKET_RETRY_S = (5.0, 300.0)  # seconds on plain HTTP before the first and the longest wait for another socket
JOIN_TIMEOUT_S = 1.0  # seconds to wait for the thread to end; it ends later while an answer is held
IDLE_PAUSE_S = 0.5  # seconds after a page without news


class Follower:
    """Keeps the connection (`line`, or None) and the views up to date."""

    def __init__(
        self, connect: Callable[[float], Connection], http: Http, meet: Callable[[str], None], *, sockets: bool,
        waits: tuple[float, float],
    ) -> None:  # fmt: skip
        self.http = http
        self.line: Connection | None = None
        self.views: dict[str, View] = {}
        self._connect, self._meet, self._waits = connect, meet, waits
        self._epoch = ""
        self._socket_at = time.monotonic() if sockets else float("inf")  # when to try the socket
        self._retry = SOCKET_RETRY_S[0]
        self._behind: dict[str, tuple[int, float]] = {}  # channel -> (seq of a head beyond the cursor, when to fetch)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    @property
    def transport(self) -> str:
        """Return the current transport: `socket` or `http`."""
        return "socket" if self.line else "http"

    def follow(self, channel: str) -> View:
        """Return the channel's replica."""
        return self.views.setdefault(channel, View(channel))

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """Stop the thread."""
        self._closing.set()
        line = self.line
        if line:
            line.close()
        if self._thread.is_alive():
            self._thread.join(JOIN_TIMEOUT_S)

    def demote(self) -> None:
        """Switch to plain HTTP for a while because the connection does not answer."""
        self._socket_at = time.monotonic() + self._retry * random.uniform(0.75, 1.25)  # noqa: S311  jitter, not a secret
        self._retry = min(self._retry * 2, SOCKET_RETRY_S[1])

    def _run(self) -> None:
        wait = self._waits[0]
        while not self._closing.is_set():
            try:
                if time.monotonic() >= self._socket_at:
                    self._follow_socket()
                else:
                    self._poll_channels()
                wait = self._waits[0]
            except Unanswered:
                self.demote()
            except (Unreachable, Refused) as fault:
                least = fault.retry_after if isinstance(fault, Refused) else 0.0
                self._closing.wait(max(least, wait * random.uniform(0.5, 1.0)))  # noqa: S311  jitter, not a secret
                wait = min(wait * 2, self._waits[1])
        self.http.close()

    # --- with a socket

    def _follow_socket(self) -> None:
        """Apply what arrives until the connection ends."""
        line = self._connect(SILENCE_S if self.views else SILENCE_TIMEOUT_S)
        try:
            for view in self.views.values():
                self._is_new_epoch(line.call("follow", {"event": self.http.event, "channel": view.channel}))
            self._fetch_all()
            self.line = line
            self._retry = SOCKET_RETRY_S[0]
            while self._take_next(line):
                pass
        finally:
            self.line = None
            line.close()
        raise Unreachable("the line was lost")

    def _take_next(self, line: Connection) -> bool:
        try:
            event = line.events.get(timeout=self._seconds_until_fetch())
        except queue.Empty:
            self._fetch_those_behind()
            return True
        if event is not None:
            self._take(*event)
        return event is not None

    def _take(self, name: str, data: dict[str, Any]) -> None:
        view = self.views.get(data.get("channel", ""))
        if name == "resume":
            self._fetch_all()
        elif name == "changes" and view and not view.take(data):
            self._fetch(view)
        elif name == "head" and view:
            self._is_new_epoch(data)
            self._compare(view, data["seq"], data["digest"])

    def _compare(self, view: View, seq: int, digest: str) -> None:
        if seq > view.cursor:
            self._behind.setdefault(view.channel, (seq, time.monotonic() + MAX_LAG_S))
        elif not view.agrees(seq, digest):
            view.clear()
            self._fetch(view)

    def _seconds_until_fetch(self) -> float | None:
        """Return the seconds until a lagging channel must be fetched."""
        self._behind = {name: late for name, late in self._behind.items() if late[0] > self.views[name].cursor}
        return max(0.0, min(at for _, at in self._behind.values()) - time.monotonic()) if self._behind else None

    def _fetch_those_behind(self) -> None:
        for channel, (_, at) in list(self._behind.items()):
            if time.monotonic() >= at:
                del self._behind[channel]
                self._fetch(self.views[channel])

    # --- over plain HTTP

    def _fetch_all(self) -> None:
        for view in self.views.values():
            self._fetch(view)

    def _fetch(self, view: View, held: float = 0.0) -> bool:
        """Fetch everything after the cursor and return whether there was anything.

        A digest that differs twice is left to the next head.
        """
        before, resets, more = view.cursor, view.resets, True
        while more and not self._closing.is_set():
            page = self.http.changes(view.channel, view.cursor, wait=held)
            more, held = page["more"], 0.0
            if self._is_new_epoch(page):  # a restored database: the cursor may belong to changes that no longer exist
                more = True
                continue
            view.take(page)
            if not more and view.resets == resets and not view.agrees(page["seq"], page["digest"]):
                view.clear()
                more = True
        return view.cursor != before

    def _poll_channels(self) -> None:
        """Poll each channel once. A single channel's request is held until there is news."""
        held = LONG_POLL_S if len(self.views) == 1 else 1.0
        news = [self._fetch(view, held) for view in self.views.values()]
        if not any(news):
            self._closing.wait(IDLE_PAUSE_S)

    def _is_new_epoch(self, answer: dict[str, Any]) -> bool:
        """Return whether the database has a new epoch, in which case every view starts over."""
        epoch, before = answer["epoch"], self._epoch
        self._epoch = epoch
        self._meet(epoch)
        if not before or epoch == before:
            return False
        for view in self.views.values():
            view.clear()
        return True
