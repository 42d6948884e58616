"""WebSub (https://www.w3.org/TR/websub/): hubs that announce new posts, for feeds that name one, if we have a public
address.

    a feed names a hub -> POST to the hub: mode, topic, callback, secret -> it verifies the callback (web/websub)
    a new post         -> signed POST to the callback                    -> the feed is polled at once

A push is only a nudge: posts are fetched from the feed's own address through the guard, like all others
(docs/decisions/0016). Polling continues; a hub only makes it faster.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from dataclasses import replace
from urllib.parse import urlencode

import httpcore2

from backchannel.config import Settings
from backchannel.desk.desk import Desk
from backchannel.desk.subscriptions import begin_subscribing
from backchannel.domain.errors import BackchannelError, FeedRefused
from backchannel.domain.model import Feed

from .connection import GuardedBackend
from .fetch import Fetching, certificates, core_url, readable_errors
from .guard import REFUSED, check_url

LEASE = 5 * 24 * 3600  # seconds requested; the hub may grant another time
SIGNATURES = ("sha256", "sha384", "sha512", "sha1")  # YouTube's and Blogger's hubs use sha1, which is still safe as an HMAC

log = logging.getLogger(__name__)


def with_hub(feed: Feed, hub: str | None, topic: str | None) -> Feed:
    """Return the feed with the hub named in its answer. A changed hub starts without a lease."""
    topic = (topic or feed.url) if hub else None
    if (hub, topic) == (feed.hub, feed.hub_topic):
        return feed
    return replace(feed, hub=hub, hub_topic=topic, hub_due_at=None, hub_until=None)


def callback_token(feed: Feed) -> str:
    """Return the unguessable part of the callback's address. It is derived from the secret."""
    return hmac.new((feed.hub_secret or "").encode(), b"callback", hashlib.sha256).hexdigest()[:40]


def is_callback(feed: Feed, token: str) -> bool:
    """Return whether this is the unguessable part of the feed's callback."""
    return feed.hub_secret is not None and hmac.compare_digest(callback_token(feed).encode(), token.encode())


def is_signed(feed: Feed, header: str, body: bytes) -> bool:
    """Return whether the hub signed this: `X-Hub-Signature: sha256=...`, an HMAC of the body with the secret."""
    method, _, signature = header.partition("=")
    if feed.hub_secret is None or method not in SIGNATURES:
        return False
    right = hmac.new(feed.hub_secret.encode(), body, method).hexdigest()
    return hmac.compare_digest(right.encode(), signature.strip().lower().encode())


class Hubs:
    """Subscribes to hubs. Does nothing without a public address."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        self._desk = desk
        self._public_url = settings.public_url.rstrip("/")
        self._fetching = Fetching.of(settings)

    def subscribe(self, feed: Feed) -> None:
        """Subscribe to the feed's hub if it is time. Failures are only logged."""
        if not self._public_url or feed.hub is None or feed.off:
            return
        asking = begin_subscribing(self._desk, feed)
        if asking is not None:
            self._ask(asking, "subscribe")

    def unsubscribe(self, feed: Feed) -> None:
        """Unsubscribe from a removed feed's hub."""
        if self._public_url and feed.hub and feed.hub_secret:
            self._ask(feed, "unsubscribe")

    def _ask(self, feed: Feed, mode: str) -> None:
        fields = {"hub.mode": mode, "hub.topic": feed.hub_topic or feed.url, "hub.callback": self._callback(feed)}
        if mode == "subscribe":
            fields |= {"hub.secret": feed.hub_secret or "", "hub.lease_seconds": str(LEASE)}
        try:
            status = send_form(feed.hub or "", fields, self._fetching)
        except BackchannelError as fault:
            log.info("Could not reach the hub of %s: %s", feed.url, fault.message)
            return
        if status >= 300:
            log.info("The hub of %s answered %s", feed.url, status)

    def _callback(self, feed: Feed) -> str:
        return f"{self._public_url}/websub/{feed.event}/{feed.id}/{callback_token(feed)}"


def send_form(address: str, fields: dict[str, str], settings: Fetching) -> int:
    """POST a form through the guard within a fetch's budget and return the status. Redirects are not followed.

    The form contains a secret, so it needs https or a host that a setting allows.
    """
    url = check_url(address, settings.allow)
    if url.scheme != "https" and url.host not in settings.allow:
        raise FeedRefused(REFUSED, field="hub")
    budget = settings.budget()
    body = urlencode(fields).encode()
    headers = [
        (b"Host", url.netloc), (b"User-Agent", settings.user_agent.encode("latin-1", "replace")), (b"Connection", b"close"),
        (b"Content-Type", b"application/x-www-form-urlencoded"), (b"Content-Length", str(len(body)).encode()),
    ]  # fmt: skip
    backend = GuardedBackend(budget, allow=settings.allow, resolve=settings.resolve)
    budget.expect_head()
    with (
        readable_errors(),
        httpcore2.ConnectionPool(ssl_context=certificates(), network_backend=backend) as pool,
        pool.stream("POST", core_url(url), headers=headers, content=body) as response,
    ):
        return response.status
