"""The outbox: ops wait here, on disk, until each has an answer; the last 1,000 that were acked stay, for a restored server.

The file is a journal of JSON lines, each synced before anything is said of it; a line that a crash cut short is left out.

    {"put": {op}}             an op was entered
    {"answer": {result}}      it was acked, or refused for good
    {"epoch": "..."}          the database's id; when it changes, what was acked is offered again
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

Op = dict[str, Any]
Result = Mapping[str, Any]

KEPT = 1000  # acked ops that are offered again when the database was restored
MOST_OPS = 50  # a batch
MOST_BYTES = 48 * 1024 - 200  # a batch, leaving room for what is around the ops
COMPACT = 4000  # lines of the journal before it is written anew


class Outbox:
    """Ops in the order they were entered. Every method may be called from any thread."""

    def __init__(self, path: Path | None = None) -> None:
        self.refused: dict[str, tuple[Op, Result]] = {}  # by op id, with the text: the writer must get at it
        self.epoch = ""
        self._path = path
        self._waiting: dict[str, Op] = {}
        self._acked: dict[str, Op] = {}
        self._lock = threading.RLock()
        self._lines = 0
        self._journal: IO[str] | None = None
        if path is not None:
            self._read(path)
            self._compact(path)

    # --- what is asked of it

    def put(self, op: Op) -> None:
        """On return the op is on disk."""
        with self._lock:
            self._remember({"put": op})

    def batch(self, most: int = MOST_OPS) -> list[Op]:
        """The oldest ops, at most so many, that fit into one batch."""
        with self._lock:
            ops: list[Op] = []
            size = 0
            for op in self._waiting.values():
                size += len(json.dumps(op)) + 2
                if len(ops) == most or (ops and size > MOST_BYTES):
                    break
                ops.append(op)
            return ops

    def settle(self, results: Iterable[Result]) -> bool:
        """Cross off what was acked or refused for good; whether anything was. What may be offered again stays."""
        with self._lock:
            final = [result for result in results if result.get("ok") or result["error"]["permanent"]]
            final = [result for result in final if result["op"] in self._waiting]
            self._remember(*({"answer": result} for result in final))
            return bool(final)

    def meet(self, epoch: str) -> None:
        """The database says who it is. Another one than before: what was acked waits again, before what is new."""
        with self._lock:
            if epoch != self.epoch:
                self._remember({"epoch": epoch})

    @property
    def keeps(self) -> bool:
        """Whether there is anything that would be offered again, were the database another one."""
        return bool(self._acked)

    def __len__(self) -> int:
        return len(self._waiting)

    def close(self) -> None:
        with self._lock:
            if self._journal:
                self._journal.close()
                self._journal = None

    # --- the journal

    def _remember(self, *entries: Mapping[str, Any]) -> None:
        if self._journal and entries:
            self._journal.writelines(json.dumps(entry) + "\n" for entry in entries)
            self._journal.flush()
            os.fsync(self._journal.fileno())
        for entry in entries:
            self._replay(entry)
        self._lines += len(entries)
        if self._path and self._lines > COMPACT:
            self._compact(self._path)

    def _replay(self, entry: Mapping[str, Any]) -> None:
        if "put" in entry:
            self._waiting[entry["put"]["op"]] = entry["put"]
        elif "answer" in entry:
            self._settle(entry["answer"])
        elif "epoch" in entry:
            if self.epoch and entry["epoch"] != self.epoch:
                self._waiting = {**self._acked, **self._waiting}
                self._acked = {}
            self.epoch = entry["epoch"]

    def _settle(self, result: Result) -> None:
        op = self._waiting.pop(result["op"])
        if result.get("ok"):
            self._acked[op["op"]] = op
            while len(self._acked) > KEPT:
                self._acked.pop(next(iter(self._acked)))
        else:
            self.refused[op["op"]] = (op, result)

    def _read(self, path: Path) -> None:
        if not path.exists():
            return
        *lines, _ = path.read_text(encoding="utf-8").split("\n")  # behind the last newline: nothing, or half a line
        for line in lines:
            self._replay(json.loads(line))

    def _compact(self, path: Path) -> None:
        """Write what still counts into a new file, and put that in the old one's place."""
        if self._journal:
            self._journal.close()
        answers: list[Result] = [{"op": op, "ok": True} for op in self._acked]
        answers += [result for _, result in self.refused.values()]
        ops = [*self._acked.values(), *(op for op, _ in self.refused.values()), *self._waiting.values()]
        entries: list[Mapping[str, Any]] = [{"epoch": self.epoch}] if self.epoch else []
        entries += [{"put": op} for op in ops] + [{"answer": answer} for answer in answers]
        fresh = path.with_name(path.name + ".new")
        with fresh.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(entry) + "\n" for entry in entries)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        self._journal = path.open("a", encoding="utf-8")
        self._lines = len(entries)
