"""The outbox: ops wait here on disk until each is answered. The last 1,000 acknowledged ones are kept for a restored
server.

The file is a journal of JSON lines, each synced before the call returns. An incomplete last line is ignored.

    {"put": {op}}             an op was added
    {"answer": {result}}      it was acknowledged, or refused for good
    {"epoch": "..."}          the database's id; when it changes, acknowledged ops are sent again
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

MAX_KEPT_ACKED = 1000  # acknowledged ops that are sent again to a restored database
MAX_BATCH_OPS = 50  # in a batch
MAX_BATCH_BYTES = 48 * 1024 - 200  # in a batch, less the JSON around the ops
MAX_JOURNAL_LINES = 4000  # lines of the journal before it is rewritten


class Outbox:
    """Ops in the order they were added. Every method may be called from any thread."""

    def __init__(self, path: Path | None = None) -> None:
        self.refused: dict[str, tuple[Op, Result]] = {}  # by op id, with the text, so that the writer can get it back
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

    # --- operations

    def put(self, op: Op) -> None:
        """Add an op. It is on disk when this returns."""
        with self._lock:
            self._remember({"put": op})

    def batch(self, most: int = MAX_BATCH_OPS) -> list[Op]:
        """Return the oldest ops that fit into one batch."""
        with self._lock:
            ops: list[Op] = []
            size = 0
            for op in self._waiting.values():
                size += len(json.dumps(op)) + 2
                if len(ops) == most or (ops and size > MAX_BATCH_BYTES):
                    break
                ops.append(op)
            return ops

    def settle(self, results: Iterable[Result]) -> bool:
        """Remove ops that were acknowledged or refused for good, and return whether there were any."""
        with self._lock:
            final = [result for result in results if result.get("ok") or result["error"]["permanent"]]
            final = [result for result in final if result["op"] in self._waiting]
            self._remember(*({"answer": result} for result in final))
            return bool(final)

    def meet(self, epoch: str) -> None:
        """Note the database's epoch. If it is new, acknowledged ops wait again, before newer ones."""
        with self._lock:
            if epoch != self.epoch:
                self._remember({"epoch": epoch})

    @property
    def keeps(self) -> bool:
        """Return whether a restored database would be sent anything again."""
        return bool(self._acked)

    def __len__(self) -> int:
        return len(self._waiting)

    def close(self) -> None:
        """Close the file."""
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
        if self._path and self._lines > MAX_JOURNAL_LINES:
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
            while len(self._acked) > MAX_KEPT_ACKED:
                self._acked.pop(next(iter(self._acked)))
        else:
            self.refused[op["op"]] = (op, result)

    def _read(self, path: Path) -> None:
        if not path.exists():
            return
        *lines, _ = path.read_text(encoding="utf-8").split("\n")  # after the last newline: nothing, or half a line
        for line in lines:
            self._replay(json.loads(line))

    def _compact(self, path: Path) -> None:
        """Replace the file by one with only the current entries."""
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
