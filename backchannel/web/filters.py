"""Template filters for times in the event's zone: `clock`, `day` and `dated`."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo

from flask import Flask, g

from backchannel.domain.model import When
from backchannel.domain.times import local_day, parse_when, read_date
from backchannel.web.guard import origin
from backchannel.writeup.chart import chart, table


def _zone() -> tzinfo:
    return ZoneInfo(g.get("timezone", "UTC"))


def _when(value: When | str) -> When:
    return parse_when(value) if isinstance(value, str) else value


def clock(value: When | str) -> str:
    """Return 10:05, or nothing for values without a time of day."""
    when = _when(value)
    return when.astimezone(_zone()).strftime("%H:%M") if isinstance(when, datetime) else ""


def day(value: When | str) -> str:
    """Return Saturday 21 November 2026."""
    when = _when(value)
    if when is None:
        return ""
    local: date = local_day(when, _zone())
    return f"{local:%A} {read_date(local)}"


def dated(value: When | str) -> str:
    """Return 8 June 2009."""
    when = _when(value)
    return read_date(local_day(when, _zone())) if when is not None else ""


def register(app: Flask) -> None:
    app.jinja_env.filters.update(clock=clock, day=day, date=dated)
    app.jinja_env.globals.update(chart=chart, table=table, origin=origin)
