"""Settings, typed, from the environment: BACKCHANNEL_DB, BACKCHANNEL_PORT, ... (docs/configuration.md)."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from backchannel.domain.errors import Invalid

PREFIX = "BACKCHANNEL_"
SHORTEST_SECRET = 32  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set, each by the environment variable of its name in capitals behind `BACKCHANNEL_`."""

    db: Path = Path("instance/backchannel.db")
    secret: str = ""  # signs passes; empty: made on first use and kept beside the database
    public_url: str = ""  # where people reach the server; empty: only the address bound and localhost
    host: str = "127.0.0.1"
    port: int = 8000
    queue: str = ""  # redis:// address, once several processes serve
    limits: bool = True  # `off` lifts rate limits, for tests
    sockets: int = 200  # open connections from one address; of this machine itself as many as it can hold
    proxies: int = 0  # how many stand before the server, each of which says in X-Forwarded-For whom it speaks for
    fetch_allow: tuple[str, ...] = ()  # addresses the feed guard lets through, for tests and the demo
    fetch_pace: float = 0.0  # seconds between two looks at a feed; 0: as its host and its posts suggest
    contact: str = ""  # an address that feed hosts find in the User-Agent

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None, **given: Any) -> Settings:
        """The environment's settings, overridden by those `given` that are not None."""
        environ = os.environ if environ is None else environ
        found = {field.name: environ[PREFIX + field.name.upper()] for field in fields(cls)
                 if environ.get(PREFIX + field.name.upper())}  # fmt: skip
        found |= {name: value for name, value in given.items() if value is not None}
        return cls(**{name: _READERS.get(name, str)(value) for name, value in found.items()})

    def signing_secret(self) -> str:
        """The secret that signs passes. Made on first use and kept beside the database, readable by its owner only."""
        if self.secret:
            if len(self.secret) < SHORTEST_SECRET:
                raise Invalid(f"BACKCHANNEL_SECRET is too short: it takes {SHORTEST_SECRET} characters or more.")
            return self.secret
        return _kept_secret(self.db.with_name(self.db.name + ".secret"))

    def origin(self) -> str:
        """The address that links are made from."""
        return self.public_url.rstrip("/") or f"http://{_literal(self.host)}:{self.port}"


def _kept_secret(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_once(path, secrets.token_urlsafe(48))
    secret = path.read_text().strip()
    if len(secret) < SHORTEST_SECRET:
        raise Invalid(f"The secret in {path.name} is too short; remove the file and a new one is made.")
    return secret


def _write_once(path: Path, text: str) -> None:
    """Readable by its owner only, and whole from the first moment: of several processes that start together one wins."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
        with suppress(FileExistsError):  # another process was quicker
            os.link(draft, path)
    finally:
        Path(draft).unlink()


def _literal(host: str) -> str:
    host = "127.0.0.1" if host in ("", "0.0.0.0", "::") else host
    return f"[{host}]" if ":" in host else host


def _switch(value: object) -> bool:
    if str(value).lower() in ("off", "false", "0", "no"):
        return False
    if str(value).lower() in ("on", "true", "1", "yes"):
        return True
    raise Invalid(f"“{value}” is neither on nor off.")


def _port(value: object) -> int:
    if str(value).isdigit() and int(str(value)) < 65536:
        return int(str(value))
    raise Invalid(f"BACKCHANNEL_PORT is a number from 0 to 65535, not “{value}”.")


def _count(value: object) -> int:
    if str(value).isdigit():
        return int(str(value))
    raise Invalid(f"BACKCHANNEL_SOCKETS and BACKCHANNEL_PROXIES are numbers, not “{value}”.")


def _seconds(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        raise Invalid(f"BACKCHANNEL_FETCH_PACE is a number of seconds, not “{value}”.") from None


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return tuple(str(value).replace(",", " ").split())


_READERS: Mapping[str, Any] = {
    "db": Path, "port": _port, "limits": _switch, "fetch_allow": _words, "fetch_pace": _seconds,
    "sockets": _count, "proxies": _count,
}  # fmt: skip
