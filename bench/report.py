"""The tables of figures for the terminal and for docs/performance.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figures
from bench.live import SUBJECTS
from bench.plots import draw

BEGIN, END = "<!-- begin: written by `make bench` -->", "<!-- end: written by `make bench` -->"
NAMES = {
    "backchannel": "Backchannel", "node": "Node socket.io", "stock": "stock Flask-SocketIO",
    "stock_durable": "stock, committing",
}  # fmt: skip
Read = Callable[[Figures], float | None]


@dataclass(frozen=True)
class Row:
    """A row of the table: its title, unit and goal, and how to compute it from the figures."""

    label: str
    unit: str
    goal: str
    read: Read


def _median(name: str) -> Read:
    return lambda figures: figures.median(name)


def _worst(name: str) -> Read:
    return lambda figures: figures.worst(name)


def _ratio(above: str, below: str) -> Read:
    def read(figures: Figures) -> float | None:
        upper, lower = figures.median(above), figures.median(below)
        return upper / lower if upper is not None and lower else None

    return read


def _page(name: str, label: str, cold: str, warm: str, packed: str = "") -> list[Row]:
    key = f"pages.{name}"
    return [
        Row(f"{label}: first visitor", "ms CPU", cold, _median(f"{key}.first_ms")),
        Row(f"{label}: after a note came", "ms CPU", cold, _median(f"{key}.changed_ms")),
        Row(f"{label}: nothing changed", "ms CPU", warm, _median(f"{key}.warm_ms")),
        Row(f"{label}: 304", "ms CPU", "", _median(f"{key}.not_modified_ms")),
        Row(f"{label}: as sent", "kB", "", _median(f"{key}.wire_kb")),
        Row(f"{label}: packed", "kB", packed, _median(f"{key}.packed_kb")),
        Row(f"{label}: elements", "", "", _median(f"{key}.elements")),
    ]


PAGES = [
    *_page("session_10000", "session page, 10,000 notes", "<= 10", "<= 0.5", "<= 60"),
    *_page("everything", "“everything”, 60 sessions, 10,000 items", "<= 10", "<= 0.5", "<= 60"),
    *_page("session_166", "session page, 166 notes", "<= 4", "<= 0.5"),
    *_page("event_60", "event page, 60 sessions", "", "<= 1"),
    *_page("home", "home", "", "<= 1"),
    *_page("api_event", "GET /api/v1/events/<event>", "", "<= 1"),
    Row("import of 10,000 notes", "s", "<= 2", _median("import.seconds")),
    Row("catch-up of 10,000 items, nothing kept", "ms CPU", "", _median("catch_up.cold_ms")),
    Row("catch-up of 10,000 items, warm", "ms CPU", "<= 1", _median("catch_up.warm_ms")),
    Row("catch-up of 10,000 items: requests", "", "", _median("catch_up.pages")),
]
CROWDS = [
    row
    for name, label in (("at_once", "20 visitors at once"), ("in_5_s", "500 visitors in 5 s"))
    for row in (
        Row(f"{label}: p99 of a request beside them", "ms", "<= 100", _median(f"door.{name}.request_p99_ms")),
        Row(f"{label}: p99 of an ack beside them", "ms", "<= 100", _median(f"door.{name}.ack_p99_ms")),
        Row(f"{label}: p99 of their page", "ms", "", _median(f"door.{name}.page_p99_ms")),
        Row(f"{label}: not served in time", "", "0", _worst(f"door.{name}.unserved")),
    )
] + [
    Row("crowd: followers connected", "", "1,000", _median("crowd.followers")),
    Row("crowd: notes lost, or doubled on the live connection", "", "0", lambda f: _sum(f, "crowd.lost", "crowd.doubled")),
    Row("crowd: newcomers not served in time", "", "0", _worst("crowd.unserved")),
    Row("crowd: p99 from note to screen", "ms", "< 250", _median("crowd.delivery_p99_ms")),
    Row("crowd: p99 of an ack", "ms", "", _median("crowd.ack_p99_ms")),
    Row("crowd: p99 until a newcomer has caught up", "ms", "", _median("crowd.arrival_p99_ms")),
    Row("crowd: longest wait of 100 small requests a second", "ms", "<= 100", _worst("crowd.longest_silence_ms")),
    Row("crowd: stalls over 50 ms that the server counted", "", "0", _worst("crowd.stalls_counted")),
]
_OURS, _COMMITTING, _DELIVERY = "live.backchannel", "live.stock_durable", "cpu_us_per_delivery"
LIVE = [
    Row("100 note-takers, 500 followers: note-deliveries/s", "/s", "", _median("live.backchannel.rate")),
    Row("  as a multiple of stock Flask-SocketIO, committing", "x", ">= 15", _ratio(f"{_OURS}.rate", f"{_COMMITTING}.rate")),
    Row("  p99", "ms", "", _median("live.backchannel.rate_p99_ms")),
    Row("  p99 as a share of stock, committing", "x", "<= 0.25", _ratio(f"{_OURS}.rate_p99_ms", f"{_COMMITTING}.rate_p99_ms")),
    Row("CPU of an op, 200 notes/s, one follower", "ms", "<= 0.35", _median("live.backchannel.cpu_ms_per_op")),
    Row("200 notes/s, 500 followers", "cores", "", _median("live.backchannel.cores")),
    Row("  as a multiple of Node without a database", "x", "", _ratio("live.backchannel.cores", "live.node.cores")),
    Row("CPU of a delivery, 1,000 followers, 2 in flight, with the commit", "us", "<= 5.0", _median(f"{_OURS}.{_DELIVERY}")),
    Row("  as a multiple of Node without a database", "x", "", _ratio(f"{_OURS}.{_DELIVERY}", f"live.node.{_DELIVERY}")),
    Row("a note on the wire, permessage-deflate offered", "bytes", "<= 450", _median("wire.deflate")),
    Row("a note on the wire, without", "bytes", "", _median("wire.plain")),
    Row("memory a follower, 2,000 connected", "kB", "<= 30", _median("memory.backchannel.kb_per_follower")),
    Row("notes lost or refused in these runs", "", "0", _worst("live.backchannel.rate_lost")),
]
WRITES = [
    Row(f"a note at {size:,} items, in batches of 50", "ms CPU", "", _median(f"writes.{size}.cpu_ms"))
    for size in (1_000, 10_000, 100_000, 1_000_000)
]
BROWSER = [
    Row("first paint", "ms", "< 1,200", _median("browser.paint_ms")),
    Row("received", "kB", "< 70", _median("browser.kb")),
    Row("elements", "", "< 3,000", _median("browser.elements")),
    Row("longest task while loading", "ms", "", _worst("browser.load_task_ms")),
    Row("layout shift while loading", "CLS", "0.00", _worst("browser.load_shift")),
    Row("layout shift while notes come", "CLS", "0.00", _worst("browser.live_shift")),
    Row("longest task while notes come", "ms", "", _worst("browser.live_task_ms")),
    Row("layout shift while older ones load", "CLS", "0.00", _worst("browser.scroll_shift")),
    Row("longest task while scrolling up", "ms", "<= 100", _worst("browser.scroll_task_ms")),
    Row("items in the page at the end", "", "", _median("browser.items_shown")),
    Row("reached the first item", "1: yes", "1", _median("browser.reached_top")),
]
PARTS = {
    "Pages and programs": PAGES, "Crowds at the door": CROWDS, "The live path": LIVE, "Writing": WRITES,
    "A phone on a slow line: 10,000 notes, 390 px, 4x slower CPU, 1.6 Mbit/s, 150 ms": BROWSER,
}  # fmt: skip
COMPARED = {
    "note-deliveries/s": "rate", "p99, ms": "rate_p99_ms", "cores at 200 notes/s": "cores", "p99 there, ms": "steady_p99_ms",
    "ms CPU an op": "cpu_ms_per_op", "us CPU a delivery": "cpu_us_per_delivery", "client busy": "client_busy",
}  # fmt: skip
PLOTS = {
    "latency": ("p99 from note to screen, 20 notes a second", "followers", "ms", "latency "),
    "memory": ("Memory by followers", "followers", "MB beyond an idle server", "memory "),
    "writes": ("CPU of a note by items of the event", "items", "ms of CPU", "write "),
    "pages": ("CPU of a session page by items", "items", "ms of CPU", "page "),
}


def _sum(figures: Figures, *names: str) -> float | None:
    values = [value for name in names if (value := figures.worst(name)) is not None]
    return sum(values) if values else None


def tables(figures: Figures, before: Figures) -> str:
    """Return every table as Markdown."""
    parts = [_table(title, rows, figures, before) for title, rows in PARTS.items()]
    return "\n\n".join(part for part in [*parts[:3], _compared(figures), *parts[3:]] if part)


def _table(title: str, rows: list[Row], figures: Figures, before: Figures) -> str:
    lines = [
        f"| {row.label.replace('  ', '… ')} | {row.unit} "
        f"| {_number(row.read(before))} | {_number(row.read(figures))} | {row.goal} |"
        for row in rows
        if row.read(figures) is not None or row.read(before) is not None
    ]
    head = f"### {title}\n\n| | unit | before | now | goal |\n|---|---|---|---|---|"
    return "\n".join([head, *lines]) if lines else ""


def _compared(figures: Figures) -> str:
    """Return a table that compares the live figures of all servers."""
    names = [name for name in SUBJECTS if figures.median(f"live.{name}.rate") is not None]
    lines = [
        f"| {label} | " + " | ".join(_number(figures.median(f"live.{name}.{key}")) for name in names) + " |"
        for label, key in COMPARED.items()
    ]
    lines.append(
        "| kB a follower | " + " | ".join(_number(figures.median(f"memory.{name}.kb_per_follower")) for name in names) + " |"
    )
    head = f"### The same load on other servers\n\n| | {' | '.join(NAMES[name] for name in names)} |\n|---|{'---|' * len(names)}"
    return "\n".join([head, *lines]) if names else ""


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def machine() -> str:
    """Describe the processor, its cores and the relevant versions."""
    model = next((line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "")
    system = f"Linux {platform.release()}, Python {platform.python_version()}"
    others = f"load average {os.getloadavg()[2]:.1f} in the last 15 minutes"
    return f"{os.cpu_count()} cores ({model or platform.machine()}), {system}, {others}"


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).is_file() else []


def plots(figures: Figures, folder: Path) -> list[tuple[str, str]]:
    """Draw the plots, and return a title and a file name for each."""
    drawn = []
    for stem, (title, across, up, prefix) in PLOTS.items():
        curves = {name.removeprefix(prefix): points for name, points in figures.curves.items() if name.startswith(prefix)}
        path = folder / f"performance-{stem}.svg"
        draw(path, title, across, up, {NAMES.get(name, name): points for name, points in curves.items()})
        if path.is_file():
            drawn.append((title, path.name))
    return drawn


def generated(figures: Figures, before: Figures, command: str, client: str, pictures: list[tuple[str, str]]) -> str:
    """Return the generated part of the page."""
    lines = [
        f"Command: `{command}`. Machine: {machine()}.",
        f"Load client: {client}; at its busiest it used {figures.client_busy:.0%} of a core.",
        "", tables(figures, before), "",
        *(f"![{title}](images/{name})\n" for title, name in pictures),
    ]  # fmt: skip
    if figures.failures:
        lines += ["Not measured:", "", *(f"- {failure}" for failure in figures.failures)]
    return "\n".join(lines).strip()


def replace_generated(page: Path, text: str) -> None:
    """Replace the part of the page between the two marks."""
    whole = page.read_text(encoding="utf-8")
    head, tail = whole[: whole.index(BEGIN)], whole[whole.index(END) :]
    page.write_text(f"{head}{BEGIN}\n\n{text}\n\n{tail}", encoding="utf-8")
