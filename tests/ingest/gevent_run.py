"""Fetch from every hostile server at once with greenlets in one process, as `serve` does.

Print JSON: each name with its outcome and duration, and the longest time for which no other greenlet could run.

"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402

import gevent  # noqa: E402
from gevent.pool import Pool  # noqa: E402
from hostile_scripts import SECONDS  # noqa: E402

from backchannel.domain.errors import BackchannelError  # noqa: E402
from backchannel.ingest.connection import Budget  # noqa: E402
from backchannel.ingest.fetch import Fetching, fetch  # noqa: E402

pauses: list[float] = []


def watch() -> None:
    last = time.monotonic()
    while True:
        gevent.sleep(0.01)
        pauses.append(time.monotonic() - last - 0.01)
        last = time.monotonic()


def visit(name: str, port: int) -> tuple[str, object]:
    settings = Fetching(allow={"127.0.0.1"}, budget=lambda: Budget(total=SECONDS))
    try:
        return name, fetch(f"http://127.0.0.1:{port}/feed", settings=settings).status
    except BackchannelError as error:
        return name, error.message


def main() -> None:
    import subprocess
    from pathlib import Path

    servers = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("serve_all.py")], stdout=subprocess.PIPE, stdin=subprocess.PIPE
    )
    ports = json.loads(servers.stdout.readline())
    gevent.spawn(watch)
    began = time.monotonic()
    told = dict(Pool(20).imap_unordered(lambda pair: visit(*pair), ports.items()))
    told["seconds"] = time.monotonic() - began
    told["longest pause of the hub"] = max(pauses)
    servers.kill()
    print(json.dumps(told))


if __name__ == "__main__":
    main()
