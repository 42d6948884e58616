"""`backchannel serve` with a build that browsers treat as newer: python -m tests.journeys.next_build serve --port 0."""

from gevent import monkey

monkey.patch_all()

from pathlib import Path  # noqa: E402

from backchannel.cli.main import main  # noqa: E402
from backchannel.web import offline  # noqa: E402

this_build = offline.build


def next_build(folder: Path) -> str:
    return f"{this_build(folder)}-next"


if __name__ == "__main__":
    offline.build = next_build
    main()
