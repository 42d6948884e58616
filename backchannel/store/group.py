"""Group commit: all jobs that queue up while one commit runs share the next transaction.

Commits run in a native thread that owns the writing connection, so the event loop keeps answering during an fsync.
There is no artificial delay, because waiting for more jobs only adds latency (measured; see docs/decisions/).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol, TypeVar

import gevent
from gevent.event import AsyncResult, Event
from gevent.threadpool import ThreadPool
from gevent.timeout import Timeout

from backchannel.domain.errors import Busy
from backchannel.store.base import Events, Job, JobResult, Reader, Store, Writer

T = TypeVar("T")

MAX_JOBS_PER_COMMIT = 500  # limits how long the first job of a commit waits for the last
WRITE_TIMEOUT_S = 6.0  # a little longer than a commit waits for another process


class Committing(Store, Protocol):
    """A store that can commit several jobs at once."""

    def commit(self, jobs: Sequence[Job], events: Events = None) -> list[JobResult]:
        """Run the jobs in one transaction and return their outcomes in order."""


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """A job that waits for the next commit."""

    job: Job
    event: str | None
    answer: AsyncResult


class GroupCommit:
    """A `Store` for a gevent process that commits many jobs at once."""

    def __init__(self, store: Committing) -> None:
        self._store = store
        self._queue: list[Waiting] = []
        self._wanted = Event()
        self._thread = ThreadPool(1)
        self._committer = gevent.spawn(self._commit_for_ever)

    def reader(self) -> Reader:
        return self._store.reader()

    def write(self, job: Callable[[Writer], T], event: str | None = None) -> T:
        """Run the job as `Store.write` does. Raises `Busy` after `WRITE_TIMEOUT_S`.

        A job that had already started by then may still be stored, so repeatable requests must carry an id.
        """
        waiting = Waiting(job, event, AsyncResult())
        self._queue.append(waiting)
        self._wanted.set()
        try:
            return waiting.answer.get(timeout=WRITE_TIMEOUT_S)  # type: ignore[no-any-return]
        except Timeout:
            with suppress(ValueError):  # the job has started
                self._queue.remove(waiting)
            raise Busy("The server is busy. Nothing was lost; try again in a moment.") from None

    def free_bytes(self) -> int:
        return self._store.free_bytes()

    def _commit_for_ever(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            while self._queue:
                batch, self._queue[:MAX_JOBS_PER_COMMIT] = self._queue[:MAX_JOBS_PER_COMMIT], []
                self._commit(batch)

    def _commit(self, batch: list[Waiting]) -> None:
        named = {waiting.event for waiting in batch if waiting.event is not None}
        events = named if all(waiting.event is not None for waiting in batch) else None
        try:
            outcomes: list[JobResult] = self._thread.apply(self._store.commit, ([waiting.job for waiting in batch], events))
        except Exception as fault:  # every caller must get an answer
            outcomes = [(False, fault)] * len(batch)
        for waiting, (ok, result) in zip(batch, outcomes, strict=True):
            if ok:
                waiting.answer.set(result)
            else:
                waiting.answer.set_exception(result)

    def close(self) -> None:
        while self._queue:
            gevent.sleep(0.005)
        self._committer.kill()
        self._thread.kill()
        self._store.close()
