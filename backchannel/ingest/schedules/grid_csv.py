"""A grid from a spreadsheet: CSV with a header line and one row a session.

The UKGovCamp grid is `Year,Time,Session,Room,Capacity,Title,Leader1,…,Session notes,Hashtag`, without date, end and
zone; "Session" is the number of the slot.
"""

from __future__ import annotations

import csv

from ...domain.errors import Unreadable
from ...domain.model import Schedule
from .gather import Given
from .rows import Row, is_table, meanings, read_rows, row_of


def is_mine(text: str) -> bool:
    return is_table(meanings(_header(next(iter(text.strip().splitlines()), ""))))


def read(text: str, name: str, given: Given) -> Schedule:
    return read_rows(_rows(text, name), name, given)


def _header(first: str) -> list[str]:
    return next(csv.reader([first], delimiter=_delimiter(first)), [])


def _delimiter(first: str) -> str:
    return max(",;\t", key=first.count)


def _rows(text: str, name: str) -> list[Row]:
    """Return each row by meaning."""
    lines = text.strip().splitlines(keepends=True)
    columns = meanings(_header(lines[0]))
    reader = csv.reader(lines, delimiter=_delimiter(lines[0]), strict=True)
    try:
        next(reader)
        return [row_of(zip(columns, cells, strict=False)) for cells in reader]
    except csv.Error as error:
        called = f"“{name}”" if name else "The file"
        raise Unreadable(f"{called} is broken CSV at line {reader.line_num} ({error}). Nothing was imported.") from None
