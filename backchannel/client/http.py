"""The protocol over plain HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx2

from backchannel.client.errors import Refused, Unreachable

TIMEOUT_S = 10.0  # seconds for an answer that is not held on purpose

Answer = dict[str, Any]


class Http:
    """One thread's requests to one event. `pass_` may change at any time. Raises `Refused` and `Unreachable`."""

    def __init__(self, server: str, event: str, pass_: str = "", timeout: float = TIMEOUT_S) -> None:
        self.pass_ = pass_
        self.event = event
        self._base = f"{server.rstrip('/')}/api/v1/events/{event}"
        self._timeout = timeout
        self._client = httpx2.Client(follow_redirects=True)

    def ops(self, batch: Mapping[str, Any]) -> Answer:
        """Send a batch of ops."""
        return self._ask("POST", "/ops", json=batch)

    def join(self, name: str) -> Answer:
        """Exchange a shared pass and a name for a personal pass."""
        return self._ask("POST", "/join", json={"name": name})

    def changes(self, channel: str, after: int, *, wait: float = 0, limit: int = 5000) -> Answer:
        """Return a page of a channel after a seq, waiting up to `wait` seconds for news."""
        query = {"channel": channel, "after": after, "limit": limit} | ({"wait": wait} if wait else {})
        return self._ask("GET", "/changes", held=wait, params=query)

    def _ask(self, method: str, path: str, *, held: float = 0, **what: Any) -> Answer:
        headers = {"Authorization": f"Bearer {self.pass_}"} if self.pass_ else {}
        timeout = httpx2.Timeout(self._timeout, read=self._timeout + held)
        try:
            response = self._client.request(method, self._base + path, headers=headers, timeout=timeout, **what)
            answer = response.json()
        except (httpx2.HTTPError, ValueError) as fault:  # a ValueError: a proxy answered, or the answer was cut off
            raise Unreachable(f"{method} {path}: {fault!r}") from fault
        if not isinstance(answer, dict):
            raise Unreachable(f"{method} {path}: the answer is no object")
        if "error" in answer:
            raise Refused(answer["error"], _seconds(response.headers.get("Retry-After")))
        if response.status_code != 200:
            raise Unreachable(f"{method} {path}: status {response.status_code}")
        return answer

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _seconds(text: str | None) -> float:
    return float(text) if text and text.isdigit() else 0.0
