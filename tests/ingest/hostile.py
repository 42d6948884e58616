"""Misbehaving servers on 127.0.0.1, made of raw sockets in threads, so that no library corrects what they send.

    with serving(script) as port: ...

A script receives the connection after the request has arrived, and can do anything with it.

"""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

FEED = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>Camp</title>'
    b"<item><guid>1</guid><title>Hello</title></item></channel></rss>"
)
Script = Callable[["Visit"], None]


@dataclass
class Visit:
    """One connection, with its request and methods to respond."""

    connection: socket.socket
    request: bytes
    port: int
    number: int  # of the connection, from 1 on
    over: threading.Event

    @property
    def path(self) -> str:
        return self.request.split(b" ", 2)[1].decode()

    def header(self, name: str) -> str | None:
        for line in self.request.decode("latin-1").split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return None

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def say(self, status: str, body: bytes = b"", **headers: str) -> None:
        """Send a complete, valid response."""
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.send("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    def pause(self, seconds: float) -> None:
        """Wait until the client disconnects."""
        if self.over.wait(seconds):
            raise ConnectionError("the test is over")


@dataclass
class Server:
    """A server's port, and the connections it received."""

    port: int
    visits: list[Visit] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/feed"


@contextlib.contextmanager
def serving(script: Script, *, talks_first: bool = False) -> Iterator[Server]:
    """A server on a free port of 127.0.0.1 for as long as the block runs."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(listener.getsockname()[1])

    def visit(connection: socket.socket, number: int) -> None:
        with connection, contextlib.suppress(OSError, ValueError):
            request = b"" if talks_first else _request(connection)
            server.visits.append(Visit(connection, request, server.port, number, over))
            script(server.visits[-1])

    def accept() -> None:
        number = 0
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            number += 1
            threading.Thread(target=visit, args=(connection, number), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        over.set()
        listener.close()


def _request(connection: socket.socket) -> bytes:
    connection.settimeout(10)
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            break
        data += piece
    return data


# --- building blocks


def gzipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def bomb(megabytes: int) -> bytes:
    """Return a compressed body that inflates to the given number of megabytes, a thousand times its size."""
    packer = zlib.compressobj(wbits=31)
    piece = b"\0" * 1024 * 1024
    return b"".join([*(packer.compress(piece) for _ in range(megabytes)), packer.flush()])


def endless(visit: Visit, data: bytes, pause: float = 0.0) -> None:
    """Send the same bytes until the client disconnects."""
    while not visit.over.is_set():
        visit.send(data)
        if pause:
            visit.pause(pause)


def dripped(visit: Visit, data: bytes, pause: float) -> None:
    for byte in data:
        visit.send(bytes([byte]))
        visit.pause(pause)


def until(predicate: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Return whether the condition becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if predicate():
            return True
        time.sleep(0.005)
    return predicate()
