"""Items stored together are stored as they are one by one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backchannel.domain.channels import channels_of
from backchannel.domain.model import Event, Item
from backchannel.store.base import Writer
from backchannel.store.sqlite.store import SqliteStore

NOW = datetime(2026, 6, 13, 10, 5, tzinfo=UTC)
TABLES = ("item", "revision", "channel_item", "change", "tally", "note_taker", "activity")
ITEMS = [
    Item(
        id=f"i{n}", event="camp", origin="note", text=f"line {n}", author="Ann" if n % 3 else "Bo", author_key="import",
        session="g1" if n % 4 else None, at=NOW + timedelta(seconds=40 * n),
    )
    for n in range(9)
]  # fmt: skip


def stored(path: Path, save: Callable[[Writer], object]) -> dict[str, list[tuple[object, ...]]]:
    store = SqliteStore(path)
    store.write(lambda writer: writer.save_event(Event(slug="camp", uid="u", title="Camp")))
    store.write(save)
    store.close()
    with closing(sqlite3.connect(path)) as connection:
        return {table: sorted(connection.execute(f"SELECT * FROM {table}"), key=repr) for table in TABLES}


def one_by_one(writer: Writer) -> None:
    for item in ITEMS:
        writer.save_item(item, channels_of(item), do="put", by="import", at=NOW, new_text=True)


def together(writer: Writer) -> None:
    writer.save_new_items([(item, channels_of(item)) for item in ITEMS], do="put", by="import", at=NOW)


def test_items_stored_together_are_as_if_stored_one_by_one(tmp_path: Path) -> None:
    assert stored(tmp_path / "a.db", together) == stored(tmp_path / "b.db", one_by_one)
