"""A JSON array of plain objects, one a session, whose keys are named like the columns of a spreadsheet.

    [{"title": "Bees", "day": "Friday", "time": "9:30-10:45am", "room": "Hut", "facilitators": ["Eve Elm"]}]
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...domain.errors import Unreadable
from ...domain.model import Schedule
from .frab_json import number_or_word, parse, word
from .gather import Given
from .rows import Row, is_table, meanings, read_rows, row_of


def is_mine(text: str) -> bool:
    return re.match(r"\s*\[\s*\{", text) is not None


def read(text: str, name: str, given: Given) -> Schedule:
    rows = [_row(one) for one in parse(text, name) if isinstance(one, Mapping)]
    if not any(map(is_table, rows)):
        called = f"“{name}”" if name else "The file"
        raise Unreadable(
            f"{called} isn't a schedule we can read: its objects need a “title”, a “time” and a “room”. Nothing was imported."
        )
    return read_rows(rows, name, given)


def _row(one: Mapping[str, Any]) -> Row:
    return row_of(zip(meanings(one), map(_cell, one.values()), strict=True))


def _cell(value: Any) -> str:
    """Return a value as the text of a cell: names of a list stand on lines of their own."""
    if isinstance(value, list):
        return "\n".join(map(_cell, value))
    if isinstance(value, Mapping) and (name := word(value.get("name"))):
        return name
    return number_or_word(value)
