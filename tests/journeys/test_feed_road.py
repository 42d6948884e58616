"""A post polled from a local feed appears in the right session, on an open page, and in the export."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from playwright.sync_api import Page, expect

from backchannel.demo.feed_server import Toot, feed_xml
from tests.stage import Camp, Server


def serve(toots: list[Toot]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = feed_xml(toots).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def test_a_post_polled_from_a_feed_appears_in_its_session(
    another_server: Callable[..., Server], open_page: Callable[..., Page]
) -> None:
    camp = Camp.make(another_server(fetch_allow="127.0.0.1", fetch_pace="0.5"))
    toots = [Toot("@tide@example.social", "Worms everywhere #tc26s1", datetime.now(UTC))]
    feed = serve(toots)
    page = open_page()
    page.goto(f"{camp.server.url}/e/{camp.slug}/s/compost-for-councillors")
    expect(page.locator(".state-word")).to_contain_text("live")
    camp.server.run("feed", "add", camp.slug, f"http://127.0.0.1:{feed.server_port}/tags/tc26.rss")
    row = page.locator("#timeline > .is-post")
    expect(row).to_contain_text("Worms everywhere", timeout=20000)
    expect(row).to_contain_text("@tide@example.social")
    expect(row).to_contain_text("Placed here: tagged #tc26s1")
    toots.append(Toot("@tide@example.social", "And more worms #tc26s1", datetime.now(UTC)))
    expect(row).to_have_count(2, timeout=20000)
    exported = [json.loads(line) for line in camp.export("--format", "ndjson").splitlines()]
    assert [item["text"] for item in exported] == ["Worms everywhere #tc26s1", "And more worms #tc26s1"]
    feed.shutdown()
