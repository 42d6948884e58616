"""The demo's social network: the tag feed of a Mastodon server, in which posts appear over time.

Posts look as in Mastodon's feeds: without title and author (both are in the link), in HTML with marked-up hashtags.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import urlsplit

TAG = "puddlecamp"
_FIRST_ID = 114_000_000_000_000_000
_HASHTAG = re.compile(r"#(\w+)")
_LINK_OR_HASHTAG = re.compile(r"https?://\S+|#\w+")


@dataclass(frozen=True, slots=True)
class Toot:
    """A post: its author (@name@host), its text, and when it appears."""

    author: str
    text: str
    at: datetime


def feed_xml(toots: Sequence[Toot]) -> str:
    """Return the tag feed, newest first. `toots` are the published ones, oldest first; positions become ids."""
    items = "\n".join(_item(number, toot) for number, toot in reversed(list(enumerate(toots))))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:webfeeds="http://webfeeds.org/rss/1.0" xmlns:media="http://search.yahoo.com/mrss/">\n'
        f"<channel><title>#{TAG}</title><description>Public posts tagged #{TAG}</description>"
        f"<link>https://oldbaths.example/tags/{TAG}</link><generator>Mastodon v4.3.0</generator>\n"
        f"{items}\n</channel></rss>\n"
    )


def _item(number: int, toot: Toot) -> str:
    name, host = toot.author.removeprefix("@").split("@")
    link = f"https://{host}/@{name}/{_FIRST_ID + number}"
    tags = "".join(f"<category>{tag.lower()}</category>" for tag in _HASHTAG.findall(toot.text))
    return (
        f'<item><guid isPermaLink="true">{link}</guid><link>{link}</link><pubDate>{format_datetime(toot.at)}</pubDate>'
        f"<description>{escape(html_of(toot.text, host))}</description>{tags}</item>"
    )


def html_of(text: str, host: str) -> str:
    """Return typed text as Mastodon publishes it: " ¶ " separates paragraphs, "CW: " starts a content warning.

    "CW: drains ¶ Look #puddlecamp"  ->  "<p><strong>Content warning:</strong> drains</p><hr /><p>Look <a
    …>#…</a></p>"
    """
    warning, _, rest = text.partition(" ¶ ")
    if warning.startswith("CW: "):
        head = f"<p><strong>Content warning:</strong> {escape(warning.removeprefix('CW: '))}</p><hr />"
        return head + html_of(rest, host)
    return "".join(f"<p>{_marked_up(paragraph, host)}</p>" for paragraph in text.split(" ¶ "))


def _marked_up(text: str, host: str) -> str:
    pieces, end = [], 0
    for found in _LINK_OR_HASHTAG.finditer(text):
        pieces += [escape(text[end : found.start()], quote=False), _anchor(found[0], host)]
        end = found.end()
    return "".join([*pieces, escape(text[end:], quote=False)])


def _anchor(word: str, host: str) -> str:
    if word.startswith("#"):
        tag = word[1:]
        return f'<a href="https://{host}/tags/{tag.lower()}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'
    scheme, shown = word.split("://")
    return (
        f'<a href="{word}" rel="nofollow noopener noreferrer" target="_blank">'
        f'<span class="invisible">{scheme}://</span><span>{shown}</span></a>'
    )


class TagFeed:
    """The feed's answers over time. `all_kept` is set once somebody who has the last post asks again.

    The poller saves a feed's validators together with its posts.
    """

    path = f"/tags/{TAG}.rss"

    def __init__(self, toots: Sequence[Toot]) -> None:
        self.toots = sorted(toots, key=lambda toot: toot.at)
        self.all_kept = Event()

    def answer(self, path: str, etag: str | None, now: datetime) -> tuple[int, bytes, dict[str, str]]:
        """Return status, body and headers for a request."""
        if urlsplit(path).path != self.path:
            return 404, b"There is only one feed here. Check the address.\n", {"Content-Type": "text/plain"}
        toots = [toot for toot in self.toots if toot.at <= now]
        body = feed_xml(toots).encode()
        headers = {
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"',
            "Content-Type": "application/rss+xml; charset=utf-8",
        }
        if etag != headers["ETag"]:
            return 200, body, headers
        if len(toots) == len(self.toots):
            self.all_kept.set()
        return 304, b"", headers


class FeedServer:
    """Serves the feed on a free port of 127.0.0.1."""

    def __init__(self, feed: TagFeed) -> None:
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(feed))
        self.url = f"http://127.0.0.1:{self._http.server_port}{feed.path}"

    def start(self) -> None:
        """Start serving in a thread."""
        Thread(target=self._http.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Stop serving."""
        self._http.shutdown()
        self._http.server_close()


def _handler(feed: TagFeed) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body, headers = feed.answer(self.path, self.headers.get("If-None-Match"), datetime.now(UTC))
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing: the demo's terminal belongs to its visitor."""

    return Handler
