"""Group commit: whatever queued while the last commit ran goes into ONE transaction.

Commits run in a native thread that owns the writing connection, so that the hub goes on answering during an fsync. There is
no artificial delay: a fixed time of gathering only loses (measured; docs/decisions/).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import gevent
from gevent.event import AsyncResult, Event
from gevent.threadpool import ThreadPool

from backchannel.store.base import Reader, Writer
from backchannel.store.sqlite.store import Job, SqliteStore

T = TypeVar("T")

MOST = 500  # jobs a commit: keeps the longest wait short


class GroupCommit:
    """A `Store` for a process under gevent: the same contract, with commits shared."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self._queue: list[tuple[Job, AsyncResult]] = []
        self._wanted = Event()
        self._thread = ThreadPool(1)
        self._committer = gevent.spawn(self._commit_for_ever)

    def reader(self) -> Reader:
        return self._store.reader()

    def write(self, job: Callable[[Writer], T]) -> T:
        result = AsyncResult()
        self._queue.append((job, result))
        self._wanted.set()
        return result.get()  # type: ignore[no-any-return]

    def _commit_for_ever(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            while self._queue:
                batch, self._queue[:MOST] = self._queue[:MOST], []
                self._commit(batch)

    def _commit(self, batch: list[tuple[Job, AsyncResult]]) -> None:
        try:
            outcomes: list[tuple[bool, Any]] = self._thread.apply(self._store.commit, ([job for job, _ in batch],))
        except Exception as fault:  # whatever broke, everybody gets an answer
            outcomes = [(False, fault)] * len(batch)
        for (_, result), (good, what) in zip(batch, outcomes, strict=True):
            if good:
                result.set(what)
            else:
                result.set_exception(what)

    def close(self) -> None:
        while self._queue:
            gevent.sleep(0.005)
        self._committer.kill()
        self._thread.kill()
        self._store.close()
