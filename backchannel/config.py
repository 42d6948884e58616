"""Typed settings from environment variables: BACKCHANNEL_DB, BACKCHANNEL_PORT, ... (docs/configuration.md)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from backchannel.domain.errors import Invalid

PREFIX = "BACKCHANNEL_"
CREATE = ("nobody", "code", "anyone")
MIN_SECRET_LENGTH = 32  # characters


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """The address of a PostgreSQL database. As text it has no password, so it may be printed and logged."""

    url: str = field(repr=False)

    def __str__(self) -> str:
        """Return the address without the user, the password and the options."""
        return re.sub("://.*@", "://", self.url, flags=re.DOTALL).partition("?")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings. Each is read from `BACKCHANNEL_` followed by its name in capitals."""

    db: Path | PostgresAddress = Path("instance/backchannel.db")
    secret: str = ""  # signs passes; if empty, generated on first use and stored with the database
    public_url: str = ""  # where people reach the server; if empty, only the bound address and localhost are accepted
    host: str = "127.0.0.1"
    port: int = 8000
    limits: bool = True  # `off` lifts rate limits, for tests
    sockets: int = 200  # open connections from one address; this machine's own addresses have no limit
    proxies: int = 0  # trusted proxies in front of the server that append to X-Forwarded-For
    fetch_allow: tuple[str, ...] = ()  # addresses that the feed guard allows, for tests and the demo
    fetch_pace: float = 0.0  # seconds between two polls of a feed; 0 follows the host's cache headers and the feed's activity
    embed: tuple[str, ...] = ("*",)  # sites that may show sessions in a frame; `none` for no site
    create: str = "code"  # who may create events in the browser: nobody, code (who has the host code) or anyone
    contact: str = ""  # contact address for feed hosts, sent in the User-Agent

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None, **given: Any) -> Settings:
        """Return the settings of the environment, overridden by those of `given` that are not None."""
        environ = os.environ if environ is None else environ
        found = {field.name: environ[PREFIX + field.name.upper()] for field in fields(cls)
                 if environ.get(PREFIX + field.name.upper())}  # fmt: skip
        found |= {name: value for name, value in given.items() if value is not None}
        return cls(**{name: _READERS.get(name, str)(value) for name, value in found.items()})

    def signing_secret(self, stored: Callable[[], str]) -> str:
        """Return the secret that signs passes. `stored` returns the one that is kept with the database."""
        if not self.secret:
            return stored()
        if len(self.secret) < MIN_SECRET_LENGTH:
            raise Invalid(f"BACKCHANNEL_SECRET is too short. Use at least {MIN_SECRET_LENGTH} characters.")
        return self.secret

    def origin(self) -> str:
        """Return the address that links start with."""
        return self.public_url.rstrip("/") or f"http://{_url_host(self.host)}:{self.port}"


def _url_host(host: str) -> str:
    host = "127.0.0.1" if host in ("", "0.0.0.0", "::") else host  # noqa: S104  compared, not bound
    return f"[{host}]" if ":" in host else host


def _switch(value: object) -> bool:
    if str(value).lower() in ("off", "false", "0", "no"):
        return False
    if str(value).lower() in ("on", "true", "1", "yes"):
        return True
    raise Invalid(f"BACKCHANNEL_LIMITS must be on or off, not “{value}”.")


def _port(value: object) -> int:
    if str(value).isdigit() and int(str(value)) < 65536:
        return int(str(value))
    raise Invalid(f"BACKCHANNEL_PORT must be a number from 0 to 65535, not “{value}”.")


def _count(value: object) -> int:
    if str(value).isdigit():
        return int(str(value))
    raise Invalid(f"BACKCHANNEL_SOCKETS and BACKCHANNEL_PROXIES must be numbers, not “{value}”.")


def _seconds(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        raise Invalid(f"BACKCHANNEL_FETCH_PACE must be a number of seconds, not “{value}”.") from None


def _create(value: object) -> str:
    if str(value).lower() in CREATE:
        return str(value).lower()
    raise Invalid(f"BACKCHANNEL_CREATE must be one of {', '.join(CREATE)}, not “{value}”.")


def _database(value: object) -> Path | PostgresAddress:
    scheme = re.match(r"([a-z][a-z0-9+.-]+)://", str(value), re.IGNORECASE)
    if scheme is None:
        return Path(str(value))
    if scheme[1].lower() in ("postgresql", "postgres"):
        return PostgresAddress(str(value))
    raise Invalid(f"BACKCHANNEL_DB can't be a {scheme[1]} address. Use the path of an SQLite file, or a postgresql:// address.")


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return tuple(str(value).replace(",", " ").split())


def _sites(value: object) -> tuple[str, ...]:
    sites = _words(value)
    for site in sites:
        if not re.fullmatch(r"\*|none|(https?://)?(\*\.)?[a-z0-9.-]+(:\d+)?", site, re.IGNORECASE):
            raise Invalid(f"BACKCHANNEL_EMBED can't contain “{site}”. List sites (https://blog.example.org), * or none.")
    return sites


_READERS: Mapping[str, Any] = {
    "db": _database, "port": _port, "limits": _switch, "fetch_allow": _words, "embed": _sites, "fetch_pace": _seconds,
    "create": _create, "sockets": _count, "proxies": _count,
}  # fmt: skip
