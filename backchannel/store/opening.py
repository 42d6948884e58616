"""Opening a store by its address: the path of an SQLite file, or the address of a PostgreSQL database."""

from __future__ import annotations

from pathlib import Path

from backchannel.config import PostgresAddress
from backchannel.domain.errors import Invalid
from backchannel.store.sql.store import SqlStore
from backchannel.store.sqlite.store import SqliteStore


def open_store(address: Path | PostgresAddress, *, make: bool = True) -> SqlStore:
    """Open the store, creating its tables unless `make` is false. Raises `Invalid` if its driver isn't installed."""
    if isinstance(address, Path):
        return SqliteStore(address, make=make)
    try:
        from backchannel.store.postgres.store import PostgresStore  # only hosts that use it install its driver
    except ImportError:
        raise Invalid("PostgreSQL needs the extra “scale”. Install it with: pip install 'backchannel[scale]'") from None
    return PostgresStore(address.url, make=make)
