"""Two threads that write notes to a PostgreSQL database: python -m tests.store.postgres_writers ADDRESS FIRST NOTES"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime

from backchannel.domain.model import Item
from backchannel.store.base import Writer
from backchannel.store.postgres.store import PostgresStore


def write_notes(address: str, writer: int, notes: int) -> None:
    with closing(PostgresStore(address)) as store:
        for number in range(notes):
            store.write(lambda one, id=f"{writer}-{number}": add(one, id), "camp")  # type: ignore[misc]


def add(writer: Writer, id: str) -> int:
    note = Item(id=id, event="camp", origin="note", text=id, author="Ann", author_key="a")
    return writer.save_item(note, ["event"], do="put", by="a", at=datetime.now(UTC), new_text=True).seq


if __name__ == "__main__":
    address, first, notes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(write_notes, address, writer, notes) for writer in (first, first + 1)]:
            done.result()
