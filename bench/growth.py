"""Growth curves: latency and memory against followers for each server, and the cost of a note against items."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench import writes
from bench.figures import Figures
from bench.live import Setting, subject

NOTES_A_SECOND = 20
MEMORY_AT = 2000  # followers


def measure_followers(name: str, setting: Setting, frame_bytes: int, steps: list[int], figures: Figures) -> None:
    """Connect more and more followers to one server, and measure its memory and the delay of notes at each step."""
    with subject(name, setting, frame_bytes) as (server, client):
        client.tell("drain 5")
        client.connect("writers", 10)
        alone, connected = server.memory_kb(), 0
        for step in steps:
            client.connect("followers", step - connected)
            connected = step
            growth = server.memory_kb() - alone
            figures.add_point(f"memory {name}", step, growth / 1000)
            if step == min(MEMORY_AT, steps[-1]):
                figures.add(f"memory.{name}.kb_per_follower", growth / step)
            answer = client.open(NOTES_A_SECOND, setting.seconds)
            figures.busiest(answer["client_busy"])
            figures.add_point(f"latency {name}", step, answer["delivery_ms"]["p99"])


def measure_writes(tree: Path, sizes: list[int], sample: int, figures: Figures) -> None:
    """Measure the cost of a note as the event grows. bench/writes.py runs this alone."""
    with tempfile.TemporaryDirectory() as folder:
        for one in writes.measure(Path(folder), sizes, sample, tree):
            figures.add(f"writes.{one.size}.cpu_ms", one.cpu_ms)
            figures.add_point("write cost", one.size, one.cpu_ms)
