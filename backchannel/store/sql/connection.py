"""The connection that the shared queries run on. Each database implements it with its driver.

The shared statements are standard SQL, so that one text serves all databases:

- `?` stands for a parameter, everywhere.
- Columns named like a keyword are quoted: `"do"`.
- The order of missing times is explicit: `ORDER BY at NULLS FIRST`.
- `ON CONFLICT` names its columns, and a counter its table: `SET items = tally.items + 1`.
- No `LIMIT` is negative. `rows.ALL` means all rows.

What differs in spite of that is an attribute here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol


class Row(Protocol):
    """A row whose columns are found by name."""

    def __getitem__(self, name: str, /) -> Any:
        """Return the value of a column."""

    def keys(self) -> Iterable[str]:
        """Return the names of the columns."""


class Connection(Protocol):
    """A connection to a database. Every query fetches its whole result, so no statement stays open."""

    IN: str  # the condition that a column has one of the values of an `array`
    MINUTE: str  # the minute of `item.at`, counted from 1970

    @property
    def total_changes(self) -> int:
        """Return a number that rises with every change made over this connection."""

    @property
    def in_transaction(self) -> bool:
        """Return whether the connection is inside a transaction."""

    def rows(self, sql: str, parameters: Sequence[Any] = (), /) -> Sequence[Row]:
        """Return the rows of a query, by name."""

    def tuples(self, sql: str, parameters: Sequence[Any] = (), /) -> Sequence[tuple[Any, ...]]:
        """Return the rows of a query as tuples, which is faster."""

    def run(self, sql: str, parameters: Sequence[Any] = (), /) -> None:
        """Make a change."""

    def run_many(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> None:
        """Make the same change with several lists of parameters."""

    def array(self, values: Sequence[str], /) -> Any:
        """Return the parameter for `IN`."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Answer the queries inside the `with` block as of one moment."""
