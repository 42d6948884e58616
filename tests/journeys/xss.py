"""Payloads in every place where a stranger's words can stand, and a browser that looks whether one of them runs."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, Request, Route

DATA = Path(__file__).parent.parent / "data" / "xss"
PLACES = ("body", "title", "author", "tag", "link", "enclosure", "name")
EVIL = "evil.test"
_CHARACTERS = {"tab": "\t", "nl": "\n", "cr": "\r", "ff": "\f", "nul": "\0", "nbsp": "\xa0"}
_CODINGS: dict[str, Callable[[str], str]] = {
    "b64": lambda text: base64.b64encode(text.encode()).decode(),
    "hex": lambda text: "".join(f"&#x{ord(letter):x};" for letter in text),
    "dec": lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    "url": lambda text: "".join(f"%{ord(letter):02x}" for letter in text),
}

# What anybody may do on a page, and more: every element is pointed at, pressed and focused. An address that leads away
# is not followed (that is what links are for); one that is a script would run.
PROBE = """
(root) => {
    const leads = (address) => /^(https?|mailto|file):/.test(address);
    for (const name of ["click", "auxclick"]) addEventListener(name, (event) => {
        const link = event.composedPath().find((one) => one.localName === "a" || one.localName === "area");
        if (link && leads(String(link.href?.baseVal ?? link.href))) event.preventDefault();
    }, true);
    addEventListener("submit", (event) => {
        if (leads(event.submitter?.formAction || event.target.action)) event.preventDefault();
    }, true);
    let count = 0;
    for (const one of document.querySelectorAll(root)) {
        for (const name of ["pointerover", "pointerenter", "mouseover", "mouseenter", "pointermove", "mousemove", "wheel",
                            "pointerdown", "mousedown", "pointerup", "mouseup", "mouseout", "pointerout", "toggle"]) {
            const bubbles = !/enter|toggle/.test(name);
            one.dispatchEvent(new (name.startsWith("p") ? PointerEvent : MouseEvent)(name, { bubbles, cancelable: true }));
        }
        if (one.tabIndex >= 0) {
            one.focus();
            one.blur();
        }
        // Who leaves is taken elsewhere by the page itself. An element of SVG or MathML has no click() of its own.
        if (!one.closest("[data-edit], [data-agree], [data-leave]")) one.click ? one.click() : one.dispatchEvent(
            new MouseEvent("click", { bubbles: true, cancelable: true, composed: true }));
        count += 1;
    }
    return count;
}
"""
HIT = "window.hit = (number) => console.debug(`xss:${number}`);"


@dataclass(frozen=True, slots=True)
class Payload:
    """One line of tests/data/xss. In place p, payload n calls `hit(p * 1000 + n)`."""

    number: int
    family: str
    line: str

    def at(self, place: str, shape: int = 0) -> str:
        number = str(shape * 10_000 + PLACES.index(place) * 1000 + self.number)
        text = self.line.replace("HIT", f"hit({number})").replace("NUM", number)
        text = re.sub(r"\{(b64|hex|dec|url):(.*?)\}(?!\))", lambda found: _CODINGS[found[1]](found[2]), text)
        return re.sub(r"\{(tab|nl|cr|ff|nul|nbsp)\}", lambda found: _CHARACTERS[found[1]], text)


def payloads() -> list[Payload]:
    lines = [
        (path.stem, line)
        for path in sorted(DATA.glob("*.txt"))
        for line in path.read_text().split("\n")
        if line and not line.startswith("# ")
    ]
    return [Payload(number, family, line) for number, (family, line) in enumerate(lines, 1)]


# --- a feed, in three shapes, with a payload in each of its places


def _date(number: int) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=600 - number)


def _xml(text: str) -> str:
    return escape(re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text))


def rss(some: Sequence[Payload]) -> str:
    return f"<rss version='2.0'><channel><title>{_xml(some[0].at('title'))}</title>{''.join(map(_item, some))}</channel></rss>"


def _item(one: Payload) -> str:
    body = f"words of r{one.number} {one.at('body')}".replace("]]>", "]]]]><![CDATA[>").replace("\0", "")
    return (
        f"<item><guid isPermaLink='false'>r{one.number}</guid><pubDate>{_date(one.number):%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
        f"<description><![CDATA[{body}]]></description><title>{_xml(one.at('title'))} r{one.number}</title>"
        f"<author>{_xml(one.at('author'))}</author><category>{_xml(one.at('tag'))}</category>"
        f"<link>{_xml(one.at('link'))}</link><enclosure url='{_xml(one.at('enclosure'))}' type='image/png' length='1'/></item>"
    )


def atom(some: Sequence[Payload]) -> str:
    entries = "".join(map(_entry, some))
    title = _xml(some[0].at("title", 1))
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><id>urn:x</id><title>{title}</title>{entries}</feed>"


def _entry(one: Payload) -> str:
    place = {place: _xml(one.at(place, 1)) for place in PLACES}
    return (
        f"<entry><id>urn:a{one.number}</id><updated>{_date(one.number).isoformat()}</updated>"
        f"<content type='html'>words of a{one.number} {place['body']}</content>"
        f"<title type='html'>{place['title']} a{one.number}</title>"
        f"<author><name>{place['author']}</name><uri>{place['link']}</uri></author><category term='{place['tag']}'/>"
        f"<link href='{place['link']}'/><link rel='enclosure' type='video/mp4' href='{place['enclosure']}'/></entry>"
    )


def json_feed(some: Sequence[Payload]) -> str:
    items = [
        {
            "id": f"j{one.number}", "url": one.at("link", 2), "title": f"{one.at('title', 2)} j{one.number}",
            "content_html": f"words of j{one.number} {one.at('body', 2)}", "date_published": _date(one.number).isoformat(),
            "authors": [{"name": one.at("author", 2), "url": one.at("link", 2)}], "tags": [one.at("tag", 2)],
            "attachments": [{"url": one.at("enclosure", 2), "mime_type": "image/png", "title": one.at("title", 2)}],
        }
        for one in some
    ]  # fmt: skip
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": some[0].at("title", 2), "items": items})


def schedule(some: Sequence[Payload]) -> str:
    """A programme whose sessions, rooms, leaders, abstracts and links are payloads."""
    begun = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=10)
    rooms = {
        f"{one.at('tag')} {one.number}": [{
            "guid": guid_of(one), "id": one.number, "start": begun.strftime("%H:%M"),
            "date": (begun + timedelta(hours=one.number % 4)).isoformat(), "duration": "00:50",
            "room": f"{one.at('tag')} {one.number}", "title": f"{one.at('title')} {one.number}", "abstract": one.at("body"),
            "url": one.at("link"), "persons": [{"id": one.number, "public_name": one.at("author")}],
        }]
        for one in some
    }  # fmt: skip
    day = begun.date().isoformat()
    conference = {
        "acronym": "x", "title": "x", "start": day, "end": day, "daysCount": 1, "time_zone_name": "UTC",
        "days": [{"index": 1, "date": day, "rooms": rooms}],
    }  # fmt: skip
    return json.dumps({"schedule": {"version": "1", "conference": conference}})


def guid_of(one: Payload) -> str:
    """Of its session in the programme."""
    return f"00000000-0000-4000-9000-{one.number:012}"


@contextmanager
def serving(pages: dict[str, str]) -> Iterator[str]:
    """A server for feeds, or for the control: its address without the path."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path, "").encode("utf-8", "replace")
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


# --- the browser


@dataclass
class Watch:
    """What ran, and who was asked, on the pages of a context. `own` are the hosts that may be asked."""

    context: BrowserContext
    own: frozenset[str]
    ran: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.add_init_script(HIT)
        self.context.on("console", self._console)
        self.context.on("dialog", self._dialog)
        self.context.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.text.startswith("xss:"):
            self.ran.append(message.text.removeprefix("xss:"))

    def _dialog(self, dialog: Dialog) -> None:
        if dialog.type == "beforeunload":  # our own: something typed is not saved yet
            dialog.accept()
            return
        self.ran.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        found = re.match(r"(?:https?|wss?)://([^/:]+)", request.url)
        if found and found[1] not in self.own:
            self.foreign.append(request.url)


def probe(page: Page, root: str) -> int:
    """Point at, press and focus all that `root` finds; how many elements that were."""
    count: int = page.evaluate(PROBE, root)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
    return count


def point_and_press(page: Page, root: str) -> int:
    """The mouse itself, on each element that `root` finds; `probe` has seen to it that links are not followed."""
    places = page.evaluate(
        "(root) => [...document.querySelectorAll(root)].map((one) => one.getBoundingClientRect())"
        ".filter((box) => box.width && box.height).map((box) => [box.x + Math.min(box.width / 2, 40), box.y + box.height / 2])",
        root,
    )
    for x, y in places:
        page.mouse.click(x, y)
    return len(places)


# --- the control: the same payloads, raw

_AGAIN = (
    "<div id=a></div><div id=b></div><script>a.innerHTML = {json}; b.innerHTML = a.innerHTML; "
    "for (let n = 0; n < 2; n++) b.innerHTML = b.textContent</script>"
)
_SCRIPTS = "".join(f"<script>x = {quote}{{raw}}{quote}</script>" for quote in "\"'`")
_RAW: dict[str, tuple[str, ...]] = {
    "handlers": ("{raw}",),
    "scripts": ("{raw}",),
    "addresses": ('<a href="{raw}">press</a><a href=\'{raw}\'>press</a>{raw}',),
    "mutations": (_AGAIN + "{raw}",),
    "typed": (),
    "breakouts": (_SCRIPTS + "{raw}", "<p title=\"{raw}\">x</p><p title='{raw}'>x</p><p title=`{raw}`>x</p><title>{raw}</title>"),
}


def raw_pages(one: Payload) -> list[str]:
    text = one.at("body")
    inside = json.dumps(text).replace("<", "\\u003c")
    return ["<!doctype html>" + page.replace("{json}", inside).replace("{raw}", text) for page in _RAW[one.family]]


def answer_evil(route: Route) -> None:
    """Any page of the stranger's calls `hit` with the number in its address."""
    found = re.search(r"/(\d+)(\.js|/x\.js|$)", route.request.url)
    call = f"hit({found[1]})" if found else ""
    as_script = bool(found and found[2])
    route.fulfill(
        body=call if as_script else f"<script>{call}</script>",
        content_type="text/javascript" if as_script else "text/html",
        headers={"Access-Control-Allow-Origin": "*"},
    )
