"""The wall: a page for a projector, with what is on now and next, and the newest notes and posts in large type.

Its settings are in the address: `?theme=dark&rotate=20&rooms=Hall&rooms=Attic&font=large`. It shows nothing personal.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Flask, Response, render_template, request, url_for
from markupsafe import Markup

from backchannel.domain.channels import EVENT
from backchannel.domain.model import Event
from backchannel.web import timelines
from backchannel.web.grid import Grid, SessionView
from backchannel.web.guard import origin, services, visible
from backchannel.web.lines import Style, joined
from backchannel.web.pages import grid_of, kept_page, page
from backchannel.web.qr import qr_code, short_address

THEMES = ("auto", "light", "dark")
FONTS = ("normal", "large", "huge")
ROTATION_S = 15  # seconds that each running session is shown
MIN_ROTATION_S, MAX_ROTATION_S = 3, 600
NEWEST = 24  # lines of the whole event
LINES_PER_SESSION = 8  # lines of each running session

wall = Blueprint("wall", __name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a wall. `rotate` is in seconds, and 0 shows all sessions together. No `rooms` means all."""

    theme: str
    font: str
    rotate: int
    rooms: tuple[str, ...]

    def wants(self, view: SessionView) -> bool:
        """Return whether the wall shows this session."""
        return not self.rooms or (view["room"] or "").casefold() in self.rooms


@wall.get("/e/<event>/wall")
def show(event: str) -> Response:
    """Show the wall."""
    found, viewer = visible(event)
    reader = None if found.public else viewer
    settings, grid = _settings(), grid_of(found, found.head)

    def render() -> str:
        context = page(found, reader, EVENT)
        on_now = [view for view in grid.on_now if settings.wants(view)]
        address = origin() + url_for("follow.event", event=event)
        return render_template(
            "wall.html", **context, settings=settings, rows=_rows(found, grid, on_now, settings), on_now=on_now,
            next=[view for view in grid.next if settings.wants(view)], sessions=grid.views,
            qr=qr_code(address), address=short_address(address),
        )  # fmt: skip

    return kept_page(found, reader, ("wall", found.head, grid.number, settings), render)


def _rows(event: Event, grid: Grid, on_now: list[SessionView], settings: Settings) -> Markup:
    """Return the newest lines of the event and of each running session, in reading order."""
    reader, style = services().read(), Style(sessions=grid.by_guid())
    with reader.snapshot():
        windows = [reader.window(event.slug, view["guid"], limit=LINES_PER_SESSION) for view in on_now]
        if not settings.rooms:
            windows.append(reader.window(event.slug, limit=NEWEST))
        lines = list(dict.fromkeys(line for window in windows for line in window.lines))
        gathered = timelines.lines().gather(reader, event, lines, style)
    rows = timelines.lines().rows(gathered, event, style)
    return joined(sorted(rows, key=lambda row: row.at))


def _settings() -> Settings:
    """Return the settings of the address. Values that cannot be used become the default."""
    given = request.args
    rooms = (room.strip().casefold() for text in given.getlist("rooms") for room in text.split(","))
    return Settings(
        theme=_choice("theme", THEMES), font=_choice("font", FONTS), rotate=_rotation(given.get("rotate", "")),
        rooms=tuple(sorted({room for room in rooms if room})),
    )  # fmt: skip


def _choice(name: str, choices: tuple[str, ...]) -> str:
    found = request.args.get(name, "")
    return found if found in choices else choices[0]


def _rotation(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        return ROTATION_S
    return int(text) and max(MIN_ROTATION_S, min(int(text), MAX_ROTATION_S))


def register(app: Flask) -> None:
    app.register_blueprint(wall)
