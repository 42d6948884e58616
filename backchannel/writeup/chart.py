"""Bar charts as SVG, and the same numbers as a table. Pages and files style them by the class `chart`.

| ▉      ▉
| ▉   ▉  ▉
+---------
 9:00  10:00
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from backchannel.domain.wire import one_line
from backchannel.writeup.model import Bar

WIDTH, HEIGHT, FOOT = 640, 160, 18  # of the chart, without the labels below it
_TOP = 16  # space for the largest number
_WIDEST = 48


def chart(bars: Sequence[Bar], title: str) -> str:
    """Return an SVG without styles: a bar for the notes, and a paler one for the posts on top of it."""
    most = max((bar.notes + bar.posts for bar in bars), default=0) or 1
    step = WIDTH / max(len(bars), 1)
    floor = HEIGHT - FOOT
    drawn = [
        _column(bar, at * step, min(step * 0.8, _WIDEST), (floor - _TOP) / most, floor) for at, bar in enumerate(bars)
    ]
    said = f"{title}: {sum(bar.notes for bar in bars)} notes and {sum(bar.posts for bar in bars)} posts; the table has each"
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(said)}"><line x1="0" y1="{floor}" x2="{WIDTH}" y2="{floor}"/>'
        f"{''.join(drawn)}{_marks(bars, step, most, floor)}</svg></figure>"
    )


def _column(bar: Bar, x: float, width: float, scale: float, floor: int) -> str:
    notes, posts = bar.notes * scale, bar.posts * scale
    parts = (("notes", notes, floor - notes), ("posts", posts, floor - notes - posts))
    rects = "".join(
        f'<rect class="{name}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
        for name, height, y in parts
        if height
    )
    return f"<g><title>{_text(_told(bar))}</title>{rects}</g>" if rects else ""


def _told(bar: Bar) -> str:
    return f"{bar.label}: {bar.notes} notes, {bar.posts} posts"


def _marks(bars: Sequence[Bar], step: float, most: int, floor: int) -> str:
    """Return the largest number, and as many label beginnings as fit."""
    every = next((n for n in (1, 2, 4, 8, 16, 32) if n * step >= 44), 64)
    room = int(every * step / 6.5)
    labels = "".join(
        f'<text x="{at * step:.1f}" y="{floor + 14}">{_text(_shortened(bar.label, room))}</text>'
        for at, bar in enumerate(bars)
        if at % every == 0
    )
    return f'<text x="0" y="11">{most}</text>{labels}'


def _shortened(label: str, room: int) -> str:
    """Shorten a label: a date keeps its time, a title its beginning."""
    if len(label) <= room:
        return label
    time = label.rpartition(" ")[2]
    return time if len(time) == 5 and time[2] == ":" else f"{label[: max(room - 1, 1)]}…"


def table(bars: Sequence[Bar], first: str) -> str:
    """Return the numbers as a table."""
    rows = "".join(
        f'<tr><td>{_text(bar.label)}</td><td class="count">{bar.notes}</td><td class="count">{bar.posts}</td></tr>'
        for bar in bars
    )
    return (
        f"<details><summary>as a table</summary><table><thead><tr><th>{escape(first)}</th>"
        f'<th class="count">Notes</th><th class="count">Posts</th></tr></thead><tbody>{rows}</tbody></table></details>'
    )


def _text(text: str) -> str:
    return escape(one_line(text))
