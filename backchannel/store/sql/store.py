"""The part of a store that all databases share: running jobs in one transaction."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from typing import ClassVar, TypeVar

from backchannel.store.base import Events, Job, JobResult, Reader, Repeatable, Writer
from backchannel.store.sql import counters
from backchannel.store.sql.connection import Connection
from backchannel.store.sql.writer import NeedsSavepoints, SqlWriter

T = TypeVar("T")


class SqlStore(ABC):
    """A store that commits. `write` commits each job on its own; `store.group` shares commits."""

    FAULTS: ClassVar[tuple[type[Exception], ...]]  # what the driver raises when a whole transaction is in doubt

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @abstractmethod
    def transaction(self, events: Events, *, savepoints: bool) -> AbstractContextManager[Connection]:
        """Return a writing transaction that commits at the end of its `with` block, or rolls back after an error.

        No other transaction about one of the `events` runs at the same time, or none at all if they are `None`.
        """

    @abstractmethod
    def translate(self, fault: Exception) -> Exception:
        """Return the error for the callers of a transaction that failed with `fault`."""

    @abstractmethod
    def reader(self) -> Reader:
        """Return a reader for the calling thread."""

    @abstractmethod
    def free_bytes(self) -> int:
        """Return the free disk space in bytes, or a large number if the database is on another machine."""

    @abstractmethod
    def close(self) -> None:
        """Close the connections."""

    def miscounts(self) -> list[str]:
        """Return the names of the tables of counts that differ from the items."""
        with self.transaction(None, savepoints=True) as connection:
            return counters.miscounted(connection)

    @abstractmethod
    def secret(self) -> str:
        """Return the secret that signs passes and is kept with the database, creating it on first use."""

    def write(self, job: Callable[[Writer], T], event: str | None = None) -> T:
        ((ok, result),) = self.commit([job], None if event is None else {event})
        if not ok:
            raise result
        return result  # type: ignore[no-any-return]

    def commit(self, jobs: Sequence[Job], events: Events = None) -> list[JobResult]:
        """Run the jobs in one transaction. A failing job is undone alone; a failing commit fails them all."""
        with self._lock:
            try:
                if all(isinstance(job, Repeatable) for job in jobs):
                    with suppress(NeedsSavepoints):
                        return self._transact(jobs, events, savepoints=False)
                return self._transact(jobs, events, savepoints=True)
            except self.FAULTS as fault:
                return [(False, self.translate(fault))] * len(jobs)

    def _transact(self, jobs: Sequence[Job], events: Events, *, savepoints: bool) -> list[JobResult]:
        with self.transaction(events, savepoints=savepoints) as connection:
            writer = SqlWriter(connection, savepoints=savepoints)
            return [self._attempt(writer, job) for job in jobs]

    def _attempt(self, writer: SqlWriter, job: Job) -> JobResult:
        try:
            return True, writer.attempt(lambda: job(writer))
        except NeedsSavepoints:
            raise
        except self.FAULTS:  # a full disk or a lock leaves the whole transaction in doubt
            raise
        except Exception as fault:
            return False, fault
