"""The body of an answer -> its entries, read by a child process that can be lost without loss.

    read_entries(body, content_type="application/rss+xml", base_url="https://...", now=now)  ->  FeedContents

Raises `NotAFeed` (a web page, say: with the feeds it names) and `Unreadable` (a body that takes too long, or too much
memory, or breaks the reader). Nothing else comes out, whatever goes in.

A child lives for many bodies, for starting one takes longer than reading most feeds. It is spoken to over a socket
pair: sockets know time limits, and wait their turn, on plain threads and under gevent alike.
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

from .parse import CPU_SECONDS, FeedContents

WALL_SECONDS = 20.0  # for a busy machine; the child's own limit of CPU time is the one that counts
MOST_ANSWER = 128 * 1024 * 1024  # bytes from a child
MOST_BODIES = 500  # that one child reads before another takes its place
MAX_CONCURRENT = 2  # children, so that an ill feed does not hold up a sound one

ILL = "The feed is ill: reading it took over {seconds:g} seconds, or too much memory; nothing of it was kept."
BROKEN = "The feed is broken in a way that its reader cannot take ({name}); nothing of it was kept."


def read_entries(body: bytes, *, content_type: str = "", base_url: str = "", now: datetime) -> FeedContents:
    """What a feed holds. `now` judges its dates; `base_url` is what its relative links are relative to."""
    asked = {"content_type": content_type, "base_url": base_url, "now": now.isoformat()}
    return _contents(_CHILDREN.read(json.dumps(asked).encode(), body))


def _contents(answer: dict[str, Any]) -> FeedContents:
    if "contents" in answer:
        return FeedContents.from_json(answer["contents"])
    if "error" in answer:
        raise NotAFeed(answer["error"], tuple(answer["links"]))
    if answer["ill"] == "MemoryError":
        raise Unreadable(ILL.format(seconds=CPU_SECONDS))
    raise Unreadable(BROKEN.format(name=answer["ill"]))


class Children:
    """The child processes that read feeds: as many as are needed at once, at most `AT_ONCE`, made when first needed."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._owner = os.getpid()
        self._idle: list[Child] = []
        self._places = BoundedSemaphore(MAX_CONCURRENT)

    def read(self, request: bytes, body: bytes) -> dict[str, Any]:
        if self._owner != os.getpid():  # forked from a process that had read feeds: those children are not ours
            self._begin()
        with self._places:
            child = self._idle.pop() if self._idle else Child()
            try:
                answer = child.read(request, body)
            except (OSError, ValueError, struct.error) as error:
                child.end()
                raise Unreadable(ILL.format(seconds=CPU_SECONDS)) from error
            except BaseException:  # a greenlet that is killed must not leave half a conversation to the next
                child.end()
                raise
            if child.spent(answer):
                child.end()
            else:
                self._idle.append(child)
            return answer

    def end(self) -> None:
        """Those that are idle go."""
        while self._idle:
            self._idle.pop().end()


class Child:
    """One process, and the socket it is spoken to over."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        ours.settimeout(WALL_SECONDS)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "backchannel.ingest.parse"],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.DEVNULL,
                cwd=Path(backchannel.__file__).parent.parent,
                env=_environment(),
                start_new_session=True,  # a Ctrl-C at the terminal is for the parent
            )
        self._socket = ours
        self._bodies = 0

    def read(self, request: bytes, body: bytes) -> dict[str, Any]:
        """Ask, and wait for the answer. OSError, ValueError or struct.error where there is none."""
        self._bodies += 1
        for frame in (request, body):
            self._socket.sendall(struct.pack(">I", len(frame)))
            self._socket.sendall(frame)
        (length,) = struct.unpack(">I", self._receive(4))
        if length > MOST_ANSWER:
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
        """Whether it should read no more: it has read enough, or something has shaken it."""
        return self._bodies >= MOST_BODIES or "ill" in answer

    def end(self) -> None:
        self._socket.close()
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)


def _environment() -> dict[str, str]:
    """Nothing that a body could find worth stealing: no secret, no proxy."""
    return {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TZ") if name in os.environ}


_CHILDREN = Children()
