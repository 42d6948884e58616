"""Simulate power loss: copy the database and its write-ahead log at any moment after an ack, and open the copy.

The server is stopped (SIGSTOP) during a copy, so that both files show the same moment. It can be in the middle of a
transaction, a sync or a checkpoint. This cannot detect a disk that reports a sync it did not perform;
tests/store/test_contract.py asserts that `synchronous` is FULL.

"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.deadline import Deadline
from tests.chaos.scene import Tell, quiet
from tests.stage import Camp, Server, put

WRITERS = 4


@dataclass(slots=True)
class Copies:
    """The number of copies checked, and the problems found, one sentence each."""

    opened: int = 0
    acked: int = 0  # acked ops at the last copy
    lost: list[str] = field(default_factory=list)
    unsound: list[str] = field(default_factory=list)


def cut_the_power(folder: Path, times: int, seconds: float, *, with_log: bool = True, tell: Tell = quiet) -> Copies:
    """Copy the database after every few acks while writers go on. Copies without the log are the control."""
    server = Server(folder / "camp.db")
    server.start()
    acked, found = _write(Camp.make(server)), Copies()
    try:
        with Deadline(seconds, server) as deadline:
            for n in range(times):
                deadline.wait(lambda: len(acked) > found.acked, "an ack")
                known = list(acked)
                with _standing_still(server):
                    copy = _copied(server.db, folder / f"copy-{n}", with_log)
                _look_at(copy, known, found)
                shutil.rmtree(copy.parent)
                tell((n + 1) / times, f"{len(known)} acked")
    finally:
        server.stop()
    return found


def _write(camp: Camp) -> list[str]:
    """Write for as long as the server runs. Return the list to which acked ops are added."""
    acked: list[str] = []

    def write(number: int) -> None:
        writer = camp.person("organiser")
        for n in range(10**9):
            try:
                (result,) = writer.ops(put(f"{number} {n} " + "x" * 500))
            except Exception:
                return  # the server has ended, so the run is over
            acked.append(result["op"])

    for number in range(WRITERS):
        threading.Thread(target=write, args=(number,), daemon=True).start()
    return acked


@contextmanager
def _standing_still(server: Server) -> Iterator[None]:
    assert server.process
    pid = server.process.pid
    os.kill(pid, signal.SIGSTOP)
    os.waitpid(pid, os.WUNTRACED)  # wait until all its threads have stopped
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _copied(db: Path, folder: Path, with_log: bool) -> Path:
    folder.mkdir()
    for name in (db.name, db.name + "-wal") if with_log else (db.name,):
        shutil.copyfile(db.with_name(name), folder / name)
    return folder / db.name


def _look_at(copy: Path, known: list[str], found: Copies) -> None:
    found.opened += 1
    found.acked = len(known)
    with closing(sqlite3.connect(copy)) as connection:
        try:
            kept = {op for (op,) in connection.execute("SELECT op FROM op")}
        except sqlite3.DatabaseError as fault:
            kept = set()
            found.unsound.append(f"{copy.parent.name}: {fault}")
        found.unsound += [
            f"{copy.parent.name}: {text}" for (text,) in connection.execute("PRAGMA integrity_check") if text != "ok"
        ]
    found.lost += [f"{copy.parent.name} lacks {op}" for op in known if op not in kept]
