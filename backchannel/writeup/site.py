"""The whole event as a static site, with search, for any host or a local disk.

    index.html                                  the grid: every session by day and slot
    sessions/07-who-owns-the-rain-4ead56.html   one page a session; hallway.html
    ledger.html  links.html  people.html  everything.html  search.html
    style.css  search.js  search-index.js       all that the pages load; only the search page has scripts
    data/                                       for programs: JSON, Markdown, CSV, the calendar
    README.txt  files.txt

Addresses are relative and nothing is fetched from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

from backchannel.domain.ids import slugify
from backchannel.domain.wire import one_line
from backchannel.writeup import csv, ics, json, ledger, markdown
from backchannel.writeup.deterministic import session_id, updated
from backchannel.writeup.document import parts_of
from backchannel.writeup.html import (
    event_body,
    facts,
    item_anchor,
    link_html,
    plain,
    section,
    session_body,
    statistics_html,
    words_html,
)
from backchannel.writeup.ledger import kind_of
from backchannel.writeup.mdtext import printable
from backchannel.writeup.model import Due, EventWriteUp, SessionWriteUp
from backchannel.writeup.site_grid import grid
from backchannel.writeup.site_search import SEARCH, search_body, search_index
from backchannel.writeup.site_style import SITE_STYLE
from backchannel.writeup.style import STYLE
from backchannel.writeup.zipped import zipped

# 'self' is the host that serves the site, file: the local disk.
_POLICY = (
    "default-src 'none'; style-src 'self' file:; script-src 'self' file:; img-src data:; form-action 'self' file:; "
    "base-uri 'none'"
)
_MENU = (
    ("index.html", "Sessions"),
    ("ledger.html", "Ledger"),
    ("links.html", "Links"),
    ("people.html", "People"),
    ("everything.html", "Everything"),
)
FILES = "files.txt"  # lists the other files, which a later export may delete

Names = Mapping[int, str]  # id of a part -> file name of its page


def write_event(writeup: EventWriteUp) -> bytes:
    """Return the site as a zip file."""
    return zipped(pages(writeup), updated(writeup.items, None, writeup.event))


def pages(writeup: EventWriteUp) -> dict[str, bytes]:
    """Return the site's files by relative path."""
    files = {name: printable(text).encode() for name, text in _texts(writeup)}
    return files | {FILES: "".join(f"{name}\n" for name in sorted([*files, FILES])).encode()}


def _texts(writeup: EventWriteUp) -> Iterator[tuple[str, str]]:
    parts = parts_of(writeup)
    names = _names(writeup, parts)
    yield "index.html", _page(writeup, writeup.title, _index(writeup, names))
    for at, part in enumerate(parts):
        around = [parts[near] for near in (at - 1, at + 1) if 0 <= near < len(parts)]
        up = "../" * names[id(part)].count("/")
        yield names[id(part)], _page(writeup, part.title, _session(part, around, names, up), up)
    yield "ledger.html", _page(writeup, "Ledger", _ledger(writeup.ledger, names))
    yield "links.html", _page(writeup, "Links", _listed("Links", map(link_html, writeup.links)))
    yield "people.html", _page(writeup, "People", _listed("People", map(plain, writeup.people)))
    yield "everything.html", _page(writeup, "Everything", event_body(writeup))
    yield "search.html", _page(writeup, "Search", search_body())
    yield from (
        ("style.css", STYLE + SITE_STYLE),
        ("search.js", SEARCH),
        ("search-index.js", search_index(parts, names)),
    )
    yield from (("data/event.json", json.write_event(writeup)), ("data/event.md", markdown.write_event(writeup)))
    yield from (("data/items.csv", csv.write_event(writeup)), ("data/ledger.csv", ledger.write_event(writeup)))
    yield from (("data/programme.ics", ics.write_event(writeup)), ("README.txt", _readme(writeup)))


def _names(writeup: EventWriteUp, parts: Sequence[SessionWriteUp]) -> Names:
    """Return `NN-slug-id6.html` for each part: characters that every file system accepts, and no name twice."""
    made = {}
    for at, part in enumerate(parts, 1):
        slug = slugify(part.title) or "session"
        id6 = session_id(writeup.event, part.session).replace("-", "")[-6:]
        made[id(part)] = f"sessions/{at:02}-{slug}-{id6}.html" if part.session else "hallway.html"
    return made


def _page(writeup: EventWriteUp, title: str, body: Iterable[str], up: str = "") -> str:
    """Return a page around `body`. `up` leads to the index's folder."""
    title = title if title == writeup.title else f"{title} · {writeup.title}"
    lines = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{escape(one_line(title))}</title>",
        f'<link rel="stylesheet" href="{up}style.css">',
        "</head>",
        "<body>",
        *_bar(writeup, up),
        "<main>",
        *body,
        "</main>",
        "</body>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def _bar(writeup: EventWriteUp, up: str) -> Iterator[str]:
    """Return the top of every page: title, navigation and search."""
    yield f'<nav class="bar"><a class="home" href="{up}index.html">{plain(writeup.title)}</a>'
    yield from (f'<a href="{up}{name}">{word}</a>' for name, word in _MENU)
    yield f'<form action="{up}search.html" role="search"><input type="search" name="q" aria-label="Search the event"'
    yield ' placeholder="Search"> <button>Search</button></form></nav>'


def _index(writeup: EventWriteUp, names: Names) -> Iterator[str]:
    taken = f"Notes by {', '.join(writeup.note_takers)}" if writeup.note_takers else ""
    yield from ("<header>", f"<h1>{plain(writeup.title)}</h1>", *facts([writeup.when, taken]), "</header>")
    yield from grid(writeup, names)
    if writeup.hallway:
        yield f'<p><a href="hallway.html">{plain(writeup.hallway.title)}</a>: what belongs to no session.</p>'
    yield from statistics_html(writeup.statistics)


def _session(part: SessionWriteUp, around: Sequence[SessionWriteUp], names: Names, up: str) -> Iterator[str]:
    yield from session_body(part)
    if around:
        leads = (f'<a href="{up}{names[id(near)]}">{plain(near.title)}</a>' for near in around)
        yield f'<nav class="around">Beside it: {" · ".join(leads)}</nav>'


def _ledger(due: Sequence[Due], names: Names) -> Iterator[str]:
    yield "<header><h1>Actions, pledges and open questions</h1></header>"
    if not due:
        yield "<p>Nobody promised anything, and no question was left open.</p>"
        return
    yield "<table><thead><tr><th>What</th><th>Who</th><th>Session</th></tr></thead><tbody>"
    for one in due:
        page = names[id(one.part)]
        source = f'<a class="source" href="{page}#{item_anchor(one.line)}" title="Where it was said">¶</a>'
        said = f'<span class="kind">{kind_of(one)}</span> {words_html(one.line)} {source}'
        yield f'<tr><td>{said}</td><td>{plain(one.owner)}</td><td><a href="{page}">{plain(one.part.title)}</a></td></tr>'
    yield "</tbody></table>"


def _listed(heading: str, entries: Iterable[str]) -> list[str]:
    return section(heading, entries) or [f"<h2>{heading}</h2>", "<p>There are none.</p>"]


def _readme(writeup: EventWriteUp) -> str:
    return (
        f"{one_line(writeup.title)}\n\n"
        "Open index.html in any browser. Nothing needs to be installed, and nothing is loaded from anywhere else.\n"
        "To put it on the web, copy everything to any host as it is.\n\n"
        "data/ holds the same for programs. `backchannel import notes EVENT data/event.md` reads it in again.\n"
    )
