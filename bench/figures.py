"""The measured figures: the values of all rounds by name, in the order in which they were measured."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path

Series = list[tuple[float, float]]


class Figures:
    """The values by name (such as `live.node.rate`), the curves for the plots, and the failures."""

    def __init__(self) -> None:
        self._values: defaultdict[str, list[float]] = defaultdict(list)
        self.curves: dict[str, Series] = {}
        self.failures: list[str] = []
        self.client_busy = 0.0
        self._began = time.monotonic()

    def add(self, name: str, value: float) -> None:
        """Record a value."""
        self._values[name].append(float(value))

    def add_point(self, curve: str, x: float, y: float) -> None:
        """Record a point of a curve."""
        self.curves.setdefault(curve, []).append((x, y))

    def busiest(self, share: float) -> None:
        """Record the load client's CPU use, if it is the highest so far."""
        self.client_busy = max(self.client_busy, share)

    def median(self, name: str) -> float | None:
        """Return the median of all rounds, or None if the figure was not measured."""
        values = self._values.get(name)
        return statistics.median(values) if values else None

    def worst(self, name: str) -> float | None:
        """Return the highest value of all rounds."""
        values = self._values.get(name)
        return max(values) if values else None

    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self._began

    def say(self, text: str) -> None:
        """Print a progress message with the time since the start."""
        print(f"[{self.elapsed():5.0f} s] {text}", file=sys.stderr, flush=True)

    def fail(self, what: str, fault: BaseException) -> None:
        """Record that a figure could not be measured."""
        self.failures.append(f"{what}: {type(fault).__name__}: {str(fault)[:300]}")
        self.say(f"not measured: {self.failures[-1]}")

    def save(self, path: Path) -> None:
        """Save the figures as JSON. Figures in the file that this run did not measure are kept."""
        kept = Figures.load(path)
        kept._values.update(self._values)
        kept.curves.update(self.curves)
        kept.failures += self.failures
        kept.client_busy = max(kept.client_busy, self.client_busy)
        path.write_text(json.dumps(kept._as_json(), indent=1, sort_keys=True) + "\n")

    def _as_json(self) -> dict[str, object]:
        return {"values": self._values, "curves": self.curves, "failures": self.failures, "client_busy": self.client_busy}

    @classmethod
    def load(cls, path: Path) -> Figures:
        """Load figures from a file written by `save`, or return none if there is no such file."""
        figures = cls()
        if path.is_file():
            kept = json.loads(path.read_text())
            figures._values.update(kept["values"])
            figures.curves = {name: [(x, y) for x, y in points] for name, points in kept["curves"].items()}
            figures.failures, figures.client_busy = kept["failures"], kept["client_busy"]
        return figures
