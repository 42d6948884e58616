"""Read the entries of a feed in a child process, which hostile input may crash without harm.

    read_entries(body, content_type="application/rss+xml", base_url="https://...", now=now)  ->  FeedContents

Raises `NotAFeed` (for example for a web page, with the feeds it names) and `Unreadable` (a body that takes too much
time or memory, or crashes the parser), and nothing else.

Starting a child takes longer than parsing most feeds, so each one reads many bodies. It is connected by a socket pair,
because sockets have timeouts on plain threads and under gevent alike.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import backchannel
from backchannel.domain.errors import NotAFeed, Unreadable

from .parse import MAX_CPU_S, FeedContents

TIMEOUT_S = 20.0  # generous for busy machines; the child's own CPU limit is the one that matters
MAX_ANSWER_BYTES = 128 * 1024 * 1024  # bytes from a child
MAX_BODIES_PER_CHILD = 500  # read by one child before another replaces it
MAX_CONCURRENT = 2  # children, so that one bad feed does not hold up the others

TOO_EXPENSIVE = "The feed can't be read: parsing took over {seconds:g} seconds or too much memory. Nothing of it was saved."
BROKEN = "The feed is broken in an unexpected way ({name}). Nothing of it was saved."


def read_entries(body: bytes, *, content_type: str = "", base_url: str = "", now: datetime) -> FeedContents:
    """Return a feed's contents. `now` is for checking dates, `base_url` for relative links."""
    asked = {"content_type": content_type, "base_url": base_url, "now": now.isoformat()}
    return _contents(_CHILDREN.read(json.dumps(asked).encode(), body))


def _contents(answer: dict[str, Any]) -> FeedContents:
    if "contents" in answer:
        return FeedContents.from_json(answer["contents"])
    if "error" in answer:
        raise NotAFeed(answer["error"], tuple(answer["links"]))
    if answer["ill"] == "MemoryError":
        raise Unreadable(TOO_EXPENSIVE.format(seconds=MAX_CPU_S))
    raise Unreadable(BROKEN.format(name=answer["ill"]))


class Children:
    """The child processes that parse feeds, started when needed, at most `MAX_CONCURRENT`."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._owner = os.getpid()
        self._idle: list[Child] = []
        self._places = BoundedSemaphore(MAX_CONCURRENT)

    def read(self, request: bytes, body: bytes) -> dict[str, Any]:
        """Send a body to a child and return its answer."""
        if self._owner != os.getpid():  # after a fork, the children belong to the parent
            self._begin()
        with self._places:
            child = self._idle.pop() if self._idle else Child()
            try:
                answer = child.read(request, body)
            except (OSError, ValueError, struct.error) as error:
                child.end()
                raise Unreadable(TOO_EXPENSIVE.format(seconds=MAX_CPU_S)) from error
            except BaseException:  # a killed greenlet must not leave half a conversation behind
                child.end()
                raise
            if child.spent(answer):
                child.end()
            else:
                self._idle.append(child)
            return answer

    def end(self) -> None:
        """End the idle children."""
        while self._idle:
            self._idle.pop().end()


class Child:
    """A child process and its socket."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        ours.settimeout(TIMEOUT_S)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "backchannel.ingest.parse"],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.DEVNULL,
                cwd=Path(backchannel.__file__).parent.parent,
                env=_environment(),
                start_new_session=True,  # a Ctrl-C in the terminal is for the parent
            )
        self._socket = ours
        self._bodies = 0

    def read(self, request: bytes, body: bytes) -> dict[str, Any]:
        """Send a body and wait for the answer. Raises OSError, ValueError or struct.error."""
        self._bodies += 1
        for frame in (request, body):
            self._socket.sendall(struct.pack(">I", len(frame)))
            self._socket.sendall(frame)
        (length,) = struct.unpack(">I", self._receive(4))
        if length > MAX_ANSWER_BYTES:
            raise ValueError("the answer is too long")
        answer: dict[str, Any] = json.loads(self._receive(length))
        return answer

    def _receive(self, length: int) -> bytes:
        data = bytearray()
        while len(data) < length:
            piece = self._socket.recv(min(length - len(data), 256 * 1024))
            if not piece:
                raise ConnectionError("the child ended")
            data += piece
        return bytes(data)

    def spent(self, answer: dict[str, Any]) -> bool:
        """Return whether the child should be replaced, because it has read enough or met an error."""
        return self._bodies >= MAX_BODIES_PER_CHILD or "ill" in answer

    def end(self) -> None:
        """End the process."""
        self._socket.close()
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)


def _environment() -> dict[str, str]:
    """Return an environment without secrets or proxies."""
    return {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TZ") if name in os.environ}


_CHILDREN = Children()
