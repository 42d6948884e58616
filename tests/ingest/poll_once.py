"""Run one round of polling on a database, in a process that a test can kill."""

import sys
from pathlib import Path

from backchannel.config import Settings
from backchannel.desk.desk import Desk
from backchannel.ingest.poller import Poller
from backchannel.store.sqlite.store import SqliteStore

store = SqliteStore(Path(sys.argv[1]))
print("begun", flush=True)
Poller(store, Desk(store), Settings(fetch_allow=("127.0.0.1",))).run_once()
