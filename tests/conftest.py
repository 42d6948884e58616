"""Shared fixtures: a real server in a separate process, with a real database and real sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import copied_database, running_server, template_database
from tests.stage import Camp, Server

settings.register_profile("busy machines", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machines")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Return the address of a PostgreSQL server for all tests that leave it running."""
    with running_server() as address:
        yield address


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """Return the name of a PostgreSQL database with the store's tables."""
    with template_database(postgres_server) as name:
        yield name


@pytest.fixture
def postgres(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """Return the address of a PostgreSQL database for one test."""
    with copied_database(postgres_server, postgres_template) as address:
        yield address


@pytest.fixture
def camp_on_postgres(tmp_path: Path, postgres: str) -> Iterator[Camp]:
    """Return an event on a server of its own, which keeps it in PostgreSQL."""
    server = Server(tmp_path / "unused.db", postgres=postgres)
    server.start()
    yield Camp.make(server)
    server.stop()


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a running server for all tests that do not harm it. Each test uses a separate event."""
    running = Server(tmp_path_factory.mktemp("shared") / "backchannel.db")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Return a running server on a fresh database, for tests that stop it, kill it or read its files."""
    running = Server(tmp_path / "backchannel.db")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def camp(shared_server: Server) -> Camp:
    """Return a running event of two rooms and three sessions, two of which are running."""
    return Camp.make(shared_server)


@pytest.fixture
def another_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Return a function that starts servers with other settings, which stop at the end of the test."""
    running: list[Server] = []

    def start(name: str = "other.db", **settings: str) -> Server:
        running.append(Server(tmp_path / name, **settings))
        running[-1].start()
        return running[-1]

    yield start
    for one in running:
        one.stop()
