"""Hubs that tell of new posts (WebSub, https://www.w3.org/TR/websub/), where a feed names one and we have an address.

    feed names a hub -> POST hub: mode, topic, callback, secret -> the hub asks the callback whether that is so (web/websub)
    a new post       -> the hub POSTs the callback, signed      -> the feed is looked at, at once

What is pushed is a nudge and nothing more: the posts are asked for at the feed's own address, over the guarded road,
like all others (docs/decisions/0016). Polling goes on as ever; a hub only makes it sooner.
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
from backchannel.desk.subscriptions import begin_asking
from backchannel.domain.errors import BackchannelError, FeedRefused
from backchannel.domain.model import Feed

from .connection import GuardedBackend
from .fetch import Fetching, certificates, core_url, plainly
from .guard import REFUSED, check_url

LEASE = 5 * 24 * 3600  # seconds that a hub is asked to go on telling; it may promise another time
SIGNATURES = ("sha256", "sha384", "sha512", "sha1")  # sha1 is what the hub of YouTube and Blogger knows; as an HMAC it holds

log = logging.getLogger(__name__)


def with_hub(feed: Feed, hub: str | None, topic: str | None) -> Feed:
    """The feed with the hub that its answer named; of another hub than before nothing is known yet."""
    topic = (topic or feed.url) if hub else None
    if (hub, topic) == (feed.hub, feed.hub_topic):
        return feed
    return replace(feed, hub=hub, hub_topic=topic, hub_due_at=None, hub_until=None)


def callback_token(feed: Feed) -> str:
    """What makes the callback's address one that nobody guesses; it is the secret's, so that one is kept and not two."""
    return hmac.new((feed.hub_secret or "").encode(), b"callback", hashlib.sha256).hexdigest()[:40]


def is_callback(feed: Feed, token: str) -> bool:
    return feed.hub_secret is not None and hmac.compare_digest(callback_token(feed).encode(), token.encode())


def is_signed(feed: Feed, header: str, body: bytes) -> bool:
    """Whether the hub itself sent this: `X-Hub-Signature: sha256=...`, an HMAC of the body under the secret."""
    method, _, signature = header.partition("=")
    if feed.hub_secret is None or method not in SIGNATURES:
        return False
    right = hmac.new(feed.hub_secret.encode(), body, method).hexdigest()
    return hmac.compare_digest(right.encode(), signature.strip().lower().encode())


class Hubs:
    """Asks hubs to tell, and to tell no more. Nothing is asked where no public address is set."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        self._desk = desk
        self._public_url = settings.public_url.rstrip("/")
        self._fetching = Fetching.of(settings)

    def subscribe(self, feed: Feed) -> None:
        """Ask the feed's hub, if it has one and it is time; a hub that cannot be asked is told in the log only."""
        if not self._public_url or feed.hub is None or feed.off:
            return
        asking = begin_asking(self._desk, feed)
        if asking is not None:
            self._ask(asking, "subscribe")

    def leave(self, feed: Feed) -> None:
        """The feed was taken away: its hub need not tell any more."""
        if self._public_url and feed.hub and feed.hub_secret:
            self._ask(feed, "unsubscribe")

    def _ask(self, feed: Feed, mode: str) -> None:
        fields = {"hub.mode": mode, "hub.topic": feed.hub_topic or feed.url, "hub.callback": self._callback(feed)}
        if mode == "subscribe":
            fields |= {"hub.secret": feed.hub_secret or "", "hub.lease_seconds": str(LEASE)}
        try:
            status = send_form(feed.hub or "", fields, self._fetching)
        except BackchannelError as fault:
            log.info("The hub of %s could not be asked: %s", feed.url, fault.message)
            return
        if status >= 300:
            log.info("The hub of %s answers %s.", feed.url, status)

    def _callback(self, feed: Feed) -> str:
        return f"{self._public_url}/websub/{feed.event}/{feed.id}/{callback_token(feed)}"


def send_form(address: str, fields: dict[str, str], settings: Fetching) -> int:
    """POST a form through the guard, within the budget of a fetch; the status. No redirect is followed.

    The form has a secret in it, so it takes https, or a host that a setting lets through.
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
        plainly(),
        httpcore2.ConnectionPool(ssl_context=certificates(), network_backend=backend) as pool,
        pool.stream("POST", core_url(url), headers=headers, content=body) as response,
    ):
        return response.status
