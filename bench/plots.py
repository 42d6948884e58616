"""Line charts as SVG, with logarithmic axes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from pathlib import Path

from bench.figures import Series

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 44, 48
COLOURS = ("#0b6e6e", "#b3541e", "#5b4a9e", "#8a6d00")


@dataclass(frozen=True)
class Axis:
    """A logarithmic axis from `low` to `high`, drawn from pixel `start` to pixel `end`."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def fit(cls, values: list[float], start: float, end: float) -> Axis:
        """Return an axis from the power of ten below the values to the one above."""
        low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        return cls(10.0**low, 10.0 ** max(high, low + 1), start, end)

    def at(self, value: float) -> float:
        """Return the pixel of a value."""
        share = (math.log10(value) - math.log10(self.low)) / (math.log10(self.high) - math.log10(self.low))
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self) -> list[float]:
        """Return the powers of ten on the axis."""
        return [10.0**n for n in range(round(math.log10(self.low)), round(math.log10(self.high)) + 1)]


def draw(path: Path, title: str, across: str, up: str, curves: dict[str, Series]) -> None:
    """Draw curves, each labelled at its end. Values of 0 or less are left out."""
    kept = {name: [(x, y) for x, y in points if x > 0 and y > 0] for name, points in curves.items()}
    kept = {name: sorted(points) for name, points in kept.items() if points}
    if not kept:
        return
    x = Axis.fit([one for points in kept.values() for one, _ in points], LEFT, WIDTH - RIGHT)
    y = Axis.fit([one for points in kept.values() for _, one in points], HEIGHT - BOTTOM, TOP)
    lines = [*_frame(title, across, up, x, y)]
    for number, points in enumerate(kept.values()):
        lines += _curve(points, x, y, COLOURS[number % len(COLOURS)])
    lines += _names(kept, y)
    path.write_text("\n".join([*lines, "</svg>", ""]), encoding="utf-8")


def _frame(title: str, across: str, up: str, x: Axis, y: Axis) -> list[str]:
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        ' font-family="sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="20" font-size="15" font-weight="bold" fill="#222">{escape(title)}</text>',
        f'<text x="{LEFT}" y="{TOP - 8}" fill="#555">{escape(up)}</text>',
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 10}" text-anchor="end" fill="#555">{escape(across)}</text>',
    ]
    for tick in x.ticks():
        lines.append(f'<path d="M{x.at(tick)} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>')
        lines.append(f'<text x="{x.at(tick)}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle" fill="#555">{tick:,.10g}</text>')
    for tick in y.ticks():
        lines.append(f'<path d="M{LEFT} {y.at(tick)}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        lines.append(f'<text x="{LEFT - 6}" y="{y.at(tick) + 4}" text-anchor="end" fill="#555">{tick:,.10g}</text>')
    return lines


def _curve(points: Series, x: Axis, y: Axis, colour: str) -> list[str]:
    places = [(x.at(across), y.at(up)) for across, up in points]
    way = "L".join(f"{across} {up}" for across, up in places)
    dots = [f'<circle cx="{across}" cy="{up}" r="3" fill="{colour}"/>' for across, up in places]
    return [f'<path d="M{way}" fill="none" stroke="{colour}" stroke-width="2"/>', *dots]


def _names(curves: dict[str, Series], y: Axis) -> list[str]:
    """Label each curve at its end, moving labels down where they would overlap."""
    ends = sorted((y.at(points[-1][1]), number, name) for number, (name, points) in enumerate(curves.items()))
    lines, lowest = [], 0.0
    for up, number, name in ends:
        lowest = max(up + 4, lowest + 14)
        colour = COLOURS[number % len(COLOURS)]
        lines.append(f'<text x="{WIDTH - RIGHT + 8}" y="{lowest}" fill="{colour}">{escape(name)}</text>')
    return lines
