"""A WebSub hub and the feed that names it, on one port of 127.0.0.1: small, real, and by the standard.

https://www.w3.org/TR/websub/: a subscription is asked for by POST, verified by GET with a challenge, and served by POST,
signed with the secret.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx2 as httpx

CHALLENGE = "say this back"


@dataclass
class Hub:
    """A hub with the requests it received (`asked`: mode, verification status, response) and the posts of its feed."""

    lease: int = 3600
    posts: list[str] = field(default_factory=list)
    asked: list[tuple[str, int, str]] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    fetched: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def feed(self) -> str:
        return f"{self.url}/feed"

    def rss(self) -> bytes:
        items = "".join(f"<item><guid>{post}</guid><title>{post}</title></item>" for post in self.posts)
        links = f"<atom:link rel='hub' href='{self.url}/hub'/><atom:link rel='self' href='{self.feed}?self'/>"
        space = "xmlns:atom='http://www.w3.org/2005/Atom'"
        return f"<rss version='2.0' {space}><channel><title>x</title>{links}{items}</channel></rss>".encode()

    def verify(self, **more: str) -> httpx.Response:
        """Verify the last subscription request. `more` overrides parameters with wrong values."""
        form = self.forms[-1]
        query = {name: form[name] for name in ("hub.mode", "hub.topic")} | {"hub.challenge": CHALLENGE}
        query |= {"hub.lease_seconds": str(self.lease)} | {f"hub.{name}": value for name, value in more.items()}
        return httpx.get(f"{form['hub.callback']}?{urlencode(query)}", timeout=20)

    def tell(self, method: str = "sha256", secret: str | None = None, body: bytes = b"<rss/>") -> int:
        """Push to the last subscriber."""
        form = next(form for form in reversed(self.forms) if "hub.secret" in form)
        signature = hmac.new((secret or form["hub.secret"]).encode(), body, getattr(hashlib, method)).hexdigest()
        headers = {"X-Hub-Signature": f"{method}={signature}"}
        return httpx.post(form["hub.callback"], content=body, headers=headers, timeout=20).status_code


@contextmanager
def hub(**settings: Any) -> Iterator[Hub]:
    made = Hub(**settings)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.fetched += 1
            self.answer(200, made.rss())

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            made.forms.append({name: values[0] for name, values in form.items()})
            self.answer(202, b"")
            said = made.verify()
            made.asked.append((made.forms[-1]["hub.mode"], said.status_code, said.text))

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: Any) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
