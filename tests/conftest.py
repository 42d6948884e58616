"""The cast and the stage: a real server in a process of its own, a real database, real sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.stage import Camp, Server


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One running server for all tests that do it no harm; each has an event of its own on it."""
    running = Server(tmp_path_factory.mktemp("shared") / "backchannel.db")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A running server on a fresh database, for tests that stop it, kill it or look into its files."""
    running = Server(tmp_path / "backchannel.db")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def camp(shared_server: Server) -> Camp:
    """A running event of two rooms and three sessions, two of them on now."""
    return Camp.make(shared_server)


@pytest.fixture
def another_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Servers with settings of their own, stopped at the end."""
    running: list[Server] = []

    def start(name: str = "other.db", **settings: str) -> Server:
        running.append(Server(tmp_path / name, **settings))
        running[-1].start()
        return running[-1]

    yield start
    for one in running:
        one.stop()
