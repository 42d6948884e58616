"""Benchmark of the live path: notes committed to disk and sent to many followers, on Backchannel and two other servers.

Every round starts each server again and gives it the same load: 100 note-takers, then 500 and 1,000 followers.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.data import make_event
from bench.figures import Figures
from bench.load_client import LoadClient, Program
from bench.process import Process
from bench.subjects import Backchannel, Script, node_server, stock_server
from bench.wire import bytes_per_note

WRITERS = 100
FOLLOWERS = 500
MORE_FOLLOWERS = 1000
RATE = 200
SUBJECTS = ("backchannel", "node", "stock", "stock_durable")


@dataclass(frozen=True)
class Setting:
    """The settings and tools of a run."""

    tree: Path
    program: Program
    node_path: str | None  # a PATH with `node`, or None if Node could not be installed
    seconds: float  # of each run of the load


@contextmanager
def subject(name: str, setting: Setting, frame_bytes: int) -> Iterator[tuple[Process, LoadClient]]:
    """Start a server and a load client with its messages."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        server = _server(name, setting, here, frame_bytes)
        with server, LoadClient(setting.program, server.port) as client:
            script, passes = Script(), [""]
            if isinstance(server, Backchannel):
                camp = make_event(server, "live")
                script, passes = camp.script(), camp.join(WRITERS)
            script.tell(client)
            client.tell(*(f'auth writer 40{{"pass":"{token}"}}' for token in passes if token))
            yield server, client


def _server(name: str, setting: Setting, folder: Path, frame_bytes: int) -> Process:
    if name == "backchannel":
        return Backchannel(folder / "bench.db", setting.tree)
    if name == "node":
        assert setting.node_path
        return node_server(folder / "node.log", setting.node_path, frame_bytes)
    return stock_server(folder / "stock.log", frame_bytes, folder / "stock.db" if name == "stock_durable" else None)


def available(setting: Setting, names: tuple[str, ...]) -> list[str]:
    """Return the servers that can be measured on this machine."""
    return [name for name in names if name != "node" or setting.node_path]


def measure_wire(setting: Setting, figures: Figures) -> None:
    """Measure the bytes of a note. The other servers send frames of the same uncompressed size."""
    with tempfile.TemporaryDirectory() as folder, Backchannel(Path(folder) / "bench.db", setting.tree) as server:
        assert isinstance(server, Backchannel)
        camp = make_event(server, "live")
        figures.add("wire.plain", bytes_per_note(camp, deflate=False))
        figures.add("wire.deflate", bytes_per_note(camp, deflate=True))


def measure_live(name: str, setting: Setting, frame_bytes: int, figures: Figures) -> None:
    """Measure one server: the latency of a single op, the throughput, a steady rate, and the cost of a delivery."""
    with subject(name, setting, frame_bytes) as (server, client):
        client.tell("drain 5")
        client.connect("writers", WRITERS)
        client.connect("followers", 1)
        op = _costed(server, client, figures, f"open {RATE} {setting.seconds}", setting.seconds)
        figures.add(f"live.{name}.cpu_ms_per_op", op.cpu / max(1, op.notes) * 1000)
        client.connect("followers", FOLLOWERS - 1)
        many = _costed(server, client, figures, f"closed {WRITERS} {setting.seconds}", setting.seconds)
        figures.add(f"live.{name}.rate", many.rate)
        figures.add(f"live.{name}.rate_p99_ms", many.p99_ms)
        figures.add(f"live.{name}.rate_lost", many.lost)
        figures.add(f"live.{name}.client_busy", many.client_busy)
        steady = _costed(server, client, figures, f"open {RATE} {setting.seconds}", setting.seconds)
        figures.add(f"live.{name}.cores", steady.cpu / steady.seconds)
        figures.add(f"live.{name}.steady_p99_ms", steady.p99_ms)
        client.connect("followers", MORE_FOLLOWERS - FOLLOWERS)
        fan_out = _costed(server, client, figures, f"closed 2 {setting.seconds}", setting.seconds)
        figures.add(f"live.{name}.cpu_us_per_delivery", fan_out.cpu / max(1, fan_out.deliveries) * 1e6)


@dataclass(frozen=True)
class Cost:
    """Run the load client once, and return its figures with the server's CPU seconds."""

    cpu: float
    notes: int
    deliveries: int
    rate: float
    p99_ms: float
    lost: int
    seconds: float
    client_busy: float


def _costed(server: Process, client: LoadClient, figures: Figures, command: str, seconds: float) -> Cost:
    before = server.cpu_seconds()
    answer = client.ask(command, seconds)
    cpu = server.cpu_seconds() - before
    figures.busiest(answer["client_busy"])
    return Cost(
        cpu=cpu, notes=answer["notes"], deliveries=answer["deliveries"], rate=answer["rate"],
        p99_ms=answer["delivery_ms"]["p99"], lost=answer["missing"] + answer["refused"], seconds=answer["seconds"],
        client_busy=answer["client_busy"],
    )  # fmt: skip
