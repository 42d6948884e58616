"""Restore backups under a running event. Notes acked since the backup must come back from the phones."""

from __future__ import annotations

from typing import ClassVar

from tests.chaos.trouble import Trouble
from tests.stage import Camp

BETWEEN = 1.0  # most seconds between a backup and its restore: phones keep the last 1,000 ops


class Restores(Trouble):
    typical: ClassVar[float] = 3.0
    by_time: ClassVar[bool] = True

    def happen(self, n: int, camp: Camp | None) -> str:
        copy = self.server.db.with_name(f"copy-{n}.db")
        self.stopping.wait(self.random.uniform(0.1, 0.5))
        self.server.run("backup", str(copy))
        self.stopping.wait(self.random.uniform(0.1, BETWEEN))
        self.server.run("restore", str(copy))
        return "restored"
