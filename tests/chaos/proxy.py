"""A TCP proxy that simulates a bad network on 127.0.0.1, in a separate process (`python -m tests.chaos.proxy`).

It reads commands from stdin and writes responses to stdout, one JSON object per line:

    {"weather": {"cut": 0.3}}    set the faults for new connections; `swallow` also affects open ones
    {"drop": true}               cut all open connections
    {}                           change nothing
    ->  {"port": 40001, "connections": 12, "refused": 5, "cuts": 3, "half_open": 0, "repeats": 1, "swallowed": 0, "open": 4}

`refused` counts connections for which the server did not listen. They are not included in `connections`.

"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import socket
import struct
import subprocess
import sys
from asyncio import StreamReader, StreamWriter
from pathlib import Path
from random import Random
from typing import Any

from tests.chaos.requests import Splitter
from tests.chaos.weather import FAIR, Fate, Weather

ROOT = Path(__file__).parent.parent.parent
CHUNK = 4096  # bytes per read
MAX_CONCURRENT = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset, as a broken connection does


class Proxy:
    """A handle that starts the proxy's process and sets its faults."""

    def __init__(self, to: int, seed: int = 1, weather: Weather = FAIR) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.proxy", str(to), str(seed)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.port = int(self.weather(weather)["port"])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def weather(self, weather: Weather) -> dict[str, int]:
        return self._tell({"weather": dataclasses.asdict(weather)})

    def drop(self) -> dict[str, int]:
        """Cut all open connections."""
        return self._tell({"drop": True})

    def stats(self) -> dict[str, int]:
        return self._tell({})

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(10)

    def _tell(self, message: dict[str, Any]) -> dict[str, int]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        answer: dict[str, int] = json.loads(self._process.stdout.readline())
        return answer


class Exchange:
    """The proxy itself: accepts connections, chooses their faults and counts them."""

    def __init__(self, to: int, seed: int) -> None:
        self.weather = FAIR
        self.to = to
        self.seed = seed
        self.stats = dict.fromkeys(("connections", "refused", "cuts", "half_open", "repeats", "swallowed", "delays"), 0)
        self.taken = 0
        self.open: set[Connection] = set()

    async def take(self, reader: StreamReader, writer: StreamWriter) -> None:
        self.taken += 1
        connection = Connection(self, reader, writer, Random(f"{self.seed}/{self.taken}"))
        self.open.add(connection)
        try:
            await connection.run()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            connection.cut()
            self.open.discard(connection)

    def obey(self, message: dict[str, Any]) -> None:
        if "weather" in message:
            self.weather = Weather(**message["weather"])
        if message.get("drop") or self.weather.offline:
            self.stats["cuts"] += len(self.open)
            for connection in list(self.open):
                connection.cut()


class Connection:
    """A client's connection, and the matching connection to the server."""

    def __init__(self, exchange: Exchange, reader: StreamReader, writer: StreamWriter, random: Random) -> None:
        self._exchange = exchange
        self._client = (reader, writer)
        self._random = random
        self._fate = Fate.draw(exchange.weather, random)
        self._bytes = 0
        self._silent = False  # the remaining end keeps reading and receives nothing
        self._writers = [writer]
        self._requests: Splitter | None = Splitter()  # None once the connection is a websocket
        self._swallowing = False

    async def run(self) -> None:
        if self._exchange.weather.offline:
            return
        try:
            self._server = await asyncio.open_connection("127.0.0.1", self._exchange.to)
        except OSError:
            self._exchange.stats["refused"] += 1
            raise
        self._exchange.stats["connections"] += 1
        self._writers.append(self._server[1])
        pumps = [
            asyncio.create_task(self._pump(self._client[0], self._server[1], self._from_client)),
            asyncio.create_task(self._pump(self._server[0], self._client[1], self._from_server)),
        ]
        _, others = await asyncio.wait(pumps, return_when=asyncio.FIRST_EXCEPTION)
        for pump in others:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)

    def cut(self) -> None:
        """Reset both ends. Data in transit is lost."""
        for writer in self._writers:
            with contextlib.suppress(OSError, AttributeError):
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, MAX_CONCURRENT)
            writer.transport.abort()

    async def _pump(self, reader: StreamReader, writer: StreamWriter, alter: Any) -> None:
        while data := await reader.read(CHUNK):
            await self._hold()
            self._bytes += len(data)
            if self._fate.doom is not None and self._bytes > self._fate.doom and not self._silent:
                data = data[: self._random.randrange(len(data) + 1)]  # somewhere in the middle of a message
                await self._send(writer, alter(data))
                self._meet_doom()
            else:
                await self._send(writer, alter(data))
        if not self._silent and writer.can_write_eof():
            with contextlib.suppress(OSError):  # it is closed already
                writer.write_eof()

    async def _hold(self) -> None:
        weather = self._exchange.weather
        if self._random.random() < weather.delay:
            self._exchange.stats["delays"] += 1
            await asyncio.sleep(self._random.random() * 0.2)
        while self._exchange.weather.black_hole:
            await asyncio.sleep(0.05)

    async def _send(self, writer: StreamWriter, data: bytes) -> None:
        if data and not self._silent:
            writer.write(data)
            await writer.drain()

    def _meet_doom(self) -> None:
        if not self._fate.gone:
            self._exchange.stats["cuts"] += 1
            raise ConnectionResetError("cut, as its fate was")
        self._exchange.stats["half_open"] += 1
        self._silent = True
        gone = self._client[1] if self._fate.gone == "client" else self._server[1]
        gone.transport.abort()

    # --- faults on the data

    def _from_client(self, data: bytes) -> bytes:
        if self._swallowing:
            self._exchange.stats["swallowed"] += len(data)
            return b""
        if self._requests is not None:
            for request in self._requests.feed(data):
                self._look_at(request)
        return data

    def _look_at(self, request: bytes) -> None:
        if b"\r\nupgrade: websocket" in request.lower():
            self._requests = None
        elif request.startswith(b"POST") and self._random.random() < self._exchange.weather.repeat:
            self._exchange.stats["repeats"] += 1
            task = asyncio.create_task(self._repeat(request))
            task.add_done_callback(lambda done: done.exception())  # whatever happens to the repeated request

    async def _repeat(self, request: bytes) -> None:
        """Send the request again over a new connection and discard the response."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._exchange.to)
        writer.write(request)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(reader.read(CHUNK), 10)
        writer.close()

    def _from_server(self, data: bytes) -> bytes:
        if self._swallowing:
            self._exchange.stats["swallowed"] += len(data)
            return b""
        if self._exchange.weather.swallow and self._requests is None:
            self._swallowing = True  # from the end of the handshake on
            head, _, _ = data.partition(b"\r\n\r\n")
            return head + b"\r\n\r\n" if head.startswith(b"HTTP/1.1 101") else b""
        return data


async def _serve(to: int, seed: int) -> None:
    exchange = Exchange(to, seed)
    server = await asyncio.start_server(exchange.take, "127.0.0.1", 0, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    told = StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(told), sys.stdin)
    while line := await told.readline():
        exchange.obey(json.loads(line))
        print(json.dumps({"port": port, **exchange.stats, "open": len(exchange.open)}), flush=True)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
