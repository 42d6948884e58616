"""Fetch a feed politely and within a budget (THREATS F1 to F9; docs/feeds.md).

    fetch(url, etag=..., modified=...)  ->  Answer(status=200, body=b"...", etag=..., ...)
                                        ->  Answer(status=304) and any other status, without a body

Raises `FeedRefused` for a forbidden address or one where nothing answers, with the same message for both, so that
nobody can probe the network. Raises `Unreadable` for answers that break the budget or HTTP. Nothing else.
"""

from __future__ import annotations

import re
import ssl
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import lru_cache

import httpcore2
import httpx2

from backchannel import __version__
from backchannel.config import Settings
from backchannel.domain.errors import FeedRefused, Unreadable

from .connection import BROKEN_OFF, SLOW, Budget, GuardedBackend, Resolve, look_up
from .guard import REFUSED, check_url

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/json;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, */*;q=0.5"
)
NO_CERTIFICATE = "The feed's server has no valid certificate."
NOT_ASKED_FOR = "The feed uses a compression that wasn't requested."
PACKED_TWICE = "The feed is compressed twice."
NOT_TO_BE_UNPACKED = "The feed's compression is broken."
LEADS_ON = "The feed's address redirects more than {times} times."
LARGE_UNPACKED = "The feed is larger than {megabytes:g} MB when decompressed."
MAX_CHUNKS = 20_000  # chunks in a body: each costs the same for one byte as for a thousand
MOVED = {301: True, 302: False, 303: False, 307: False, 308: True}  # status -> whether the redirect is permanent


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A server's answer. `body` is decompressed, and empty unless the status is 200.

    `moved_to` is the target of a permanent redirect (301 or 308). `retry_after` and `max_age` are in seconds.
    """

    status: int
    url: str
    body: bytes = b""
    etag: str | None = None
    modified: str | None = None
    content_type: str = ""
    retry_after: float | None = None
    max_age: float | None = None
    moved_to: str | None = None
    next_url: str | None = None  # Link: rel="next"
    hub: str | None = None  # Link: rel="hub"
    self_url: str | None = None  # Link: rel="self"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetching:
    """The settings of fetching: what the guard allows, and the User-Agent."""

    allow: Collection[str] = frozenset()  # addresses that the guard allows on any port, for tests and the demo
    contact: str = ""  # where a feed's host can complain
    resolve: Resolve = look_up
    budget: Callable[[], Budget] = Budget

    @classmethod
    def of(cls, settings: Settings) -> Fetching:
        """Return the settings of fetching from those of the server."""
        return cls(allow=frozenset(settings.fetch_allow), contact=settings.contact or settings.public_url)

    @property
    def user_agent(self) -> str:
        """Return the User-Agent header."""
        contact = f" (+{self.contact})" if self.contact else ""
        return f"Backchannel/{__version__}{contact} feed reader"


def fetch(
    url: str, *, etag: str | None = None, modified: str | None = None, settings: Fetching | Settings | None = None
) -> Answer:
    """Fetch a feed, following at most three redirects, each checked by the guard."""
    settings = Fetching.of(settings) if isinstance(settings, Settings) else settings or Fetching()
    journey = _Fetch(check_url(url, settings.allow), settings, _ask(settings, etag, modified))
    return journey.go()


def _ask(settings: Fetching, etag: str | None, modified: str | None) -> list[tuple[bytes, bytes]]:
    headers = {
        "User-Agent": settings.user_agent,
        "Accept": ACCEPT,
        "Accept-Encoding": "gzip, deflate",
        "Connection": "close",
        "If-None-Match": etag,
        "If-Modified-Since": modified,
    }
    return [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items() if value]


@dataclass
class _Fetch:
    """One fetch across its redirects."""

    url: httpx2.URL
    settings: Fetching
    headers: list[tuple[bytes, bytes]]
    budget: Budget = field(init=False)
    moved_to: str | None = None
    for_good: bool = True  # all redirects so far were permanent

    def __post_init__(self) -> None:
        self.budget = self.settings.budget()

    def go(self) -> Answer:
        backend = GuardedBackend(self.budget, allow=self.settings.allow, resolve=self.settings.resolve)
        with httpcore2.ConnectionPool(ssl_context=certificates(), network_backend=backend) as pool:
            for _ in range(self.budget.redirects + 1):
                if answer := self._hop(pool):
                    return answer
        raise Unreadable(LEADS_ON.format(times=self.budget.redirects))

    def _hop(self, pool: httpcore2.ConnectionPool) -> Answer | None:
        host = self.url.netloc
        self.budget.expect_head()
        with readable_errors(), pool.stream("GET", core_url(self.url), headers=[(b"Host", host), *self.headers]) as response:
            self.budget.expect_body()
            headers = httpx2.Headers(response.headers)
            if response.status in MOVED and "location" in headers:
                self._follow(response.status, headers["location"])
                return None
            body = b""
            if response.status == 200:
                body = unpack(response.iter_stream(), headers.get("content-encoding", ""), self.budget)
            return self._answer(response.status, headers, body)

    def _follow(self, status: int, location: str) -> None:
        try:
            self.url = check_url(str(self.url.join(location)), self.settings.allow)
        except (httpx2.InvalidURL, ValueError, TypeError):
            raise FeedRefused(REFUSED, field="url") from None
        self.for_good = self.for_good and MOVED[status]
        if self.for_good:
            self.moved_to = str(self.url)

    def _answer(self, status: int, headers: httpx2.Headers, body: bytes) -> Answer:
        return Answer(
            status=status,
            url=str(self.url),
            body=body,
            etag=_validator(headers.get("etag")),
            modified=_validator(headers.get("last-modified")),
            content_type=headers.get("content-type", "")[:200],
            retry_after=retry_after(headers),
            max_age=max_age(headers),
            moved_to=self.moved_to,
            next_url=link(headers, "next", self.url),
            hub=link(headers, "hub", self.url),
            self_url=link(headers, "self", self.url),
        )


def core_url(url: httpx2.URL) -> httpcore2.URL:
    """Return an address in the form of httpcore."""
    return httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


@lru_cache(maxsize=1)
def certificates() -> ssl.SSLContext:
    """Return the TLS context. Created at the first fetch, after gevent's patching; takes 20 ms."""
    return httpx2.create_ssl_context(trust_env=False)


@contextmanager
def readable_errors() -> Iterator[None]:
    """Translate connection errors into messages."""
    """Translate connection errors into messages."""
    try:
        yield
    except httpcore2.ConnectError as error:
        raise Unreadable(NO_CERTIFICATE) from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.UnsupportedProtocol) as error:
        raise Unreadable(BROKEN_OFF) from error
    except httpcore2.TimeoutException as error:
        raise Unreadable(SLOW.format(seconds=Budget.total)) from error


def unpack(chunks: Iterable[bytes], coding: str, budget: Budget) -> bytes:
    """Return the decompressed body: gzip, deflate or uncompressed, once and within the budget."""
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        return _within(chunks, budget)
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise Unreadable(NOT_ASKED_FOR)
    body = _within(_inflated(chunks, coding), budget)
    if body.startswith(b"\x1f\x8b\x08"):
        raise Unreadable(PACKED_TWICE)
    return body


def _within(chunks: Iterable[bytes], budget: Budget) -> bytes:
    body = bytearray()
    for number, chunk in enumerate(chunks):
        budget.left()
        if number > MAX_CHUNKS:
            raise Unreadable(BROKEN_OFF)
        body += chunk
        if len(body) > budget.inflated:
            raise Unreadable(LARGE_UNPACKED.format(megabytes=budget.inflated / 1024 / 1024))
    return bytes(body)


def _inflated(chunks: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """Decompress piece by piece, so that a small bomb never expands at once."""
    unpacker = None
    try:
        for chunk in chunks:
            unpacker = unpacker or zlib.decompressobj(_window(chunk, coding))
            while chunk and not unpacker.eof:
                yield unpacker.decompress(chunk, 256 * 1024)
                chunk = unpacker.unconsumed_tail
    except zlib.error as error:
        raise Unreadable(NOT_TO_BE_UNPACKED) from error
    if unpacker is not None and not unpacker.eof:
        raise Unreadable(NOT_TO_BE_UNPACKED)


def _window(chunk: bytes, coding: str) -> int:
    """Return zlib's window parameter. Many servers send `deflate` without the zlib wrapper (RFC 1951 instead of 1950).
    """
    if coding != "deflate":
        return zlib.MAX_WBITS | 16
    wrapped = len(chunk) >= 2 and chunk[0] & 0x0F == 8 and int.from_bytes(chunk[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS


def _validator(value: str | None) -> str | None:
    """Return an ETag or Last-Modified that can be sent back, or None."""
    return value if value and len(value) <= 300 and value.isprintable() and value.isascii() else None


def retry_after(headers: httpx2.Headers) -> float | None:
    """Return the seconds of a Retry-After in either form (RFC 9110, section 10.2.3), never negative."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal() and value.isascii():
        return float(value[:9])
    return _seconds_until(value, headers)


def max_age(headers: httpx2.Headers) -> float | None:
    """Return how many seconds the answer is fresh (RFC 9111, section 4.2), or None."""
    control = headers.get("cache-control", "").lower()
    if re.search(r"\bno-(cache|store)\b", control):
        return 0.0
    if said := re.search(r'\bmax-age\s*=\s*"?(\d{1,9})', control):
        age = headers.get("age", "")
        return max(float(said[1]) - (float(age[:9]) if age.isdecimal() and age.isascii() else 0), 0.0)
    return _seconds_until(headers.get("expires", ""), headers)


def _seconds_until(date: str, headers: httpx2.Headers) -> float | None:
    """Return the seconds until a date by the server's own clock, in case it is wrong."""
    then = _moment(date)
    now = _moment(headers.get("date", "")) or time.time()
    return None if then is None else max(then - now, 0.0)


def _moment(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date[:60]).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def link(headers: httpx2.Headers, rel: str, base: httpx2.URL) -> str | None:
    """Return the absolute address of a Link header's relation (RFC 8288)."""
    for part in headers.get("link", "")[:4000].split(","):
        found = re.match(r"\s*<([^<>]*)>(.*)", part)
        if found and re.search(rf';\s*rel\s*=\s*"?[^"]*\b{rel}\b', found[2]):
            try:
                return str(base.join(found[1]))
            except (httpx2.InvalidURL, ValueError):
                return None
    return None
