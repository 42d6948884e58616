"""The golden files of every format: what the camp of the tests is written as.

    python -m tests.writeup.golden      writes them anew, to be looked at in the diff

A text format's is the file itself; of docx, odt and EPUB it is what pandoc reads from them, of the PDF its text, of the site
one page, the grid and the list of its files.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from backchannel.domain.model import Edition, Item
from backchannel.writeup.compose import compose_event, compose_session
from backchannel.writeup.formats import FORMATS
from tests.writeup.camp import A_DAY, RAIN, at, item
from tests.writeup.opened import by_pandoc, pdf_text, unzipped

FOLDER = Path(__file__).parent.parent / "data" / "writeup"


def _in_order(*items: Item) -> tuple[Item, ...]:
    return tuple(sorted(items, key=lambda made: made.at or datetime.min.replace(tzinfo=UTC)))


# The day, and what a plain day has not: an introduction, a pin, two who wrote the same, a correction, a reaction.
CAMP = replace(
    A_DAY,
    items=_in_order(
        *A_DAY.items,
        item("DECISION: the buckets stay where they are", "Ann", at("10:07"), id="i12"),
        item("Who has a map of the drains?", "Bob", at("10:20"), id="i13", reactions={"agree": 3}, rev=2),
        item("<b>so</b> =SUM(A1) #panic() `code` [x](javascript:y)", "@zed@example.social", at("10:21"), id="i14",
             origin="post", url="https://example.social/14", html="<p>so <strong>wet</strong></p><ul><li>one</li></ul>"),
    ),
    pins=("i4",),
    editions={RAIN.guid: Edition(introduction="It rained.\n\nThen we *talked*.", published=True)},
)  # fmt: skip


def files() -> dict[str, str]:
    """Every golden file, by name."""
    made: dict[str, str] = {}
    for name, kind in FORMATS.items():
        made |= _shown("event", name, kind.event(compose_event(CAMP)))
        if kind.write_session:
            made |= _shown("session", name, kind.session(compose_session(CAMP, RAIN)))
    return made


def _shown(stem: str, name: str, written: bytes) -> dict[str, str]:
    if name == "site":
        pages = unzipped(written)
        session = next(page for page in pages if page.startswith("sessions/01-"))
        shown = {
            "index.html": "index.html",
            "session.html": session,
            "files.txt": "files.txt",
            "search-index.js": "search-index.js",
        }
        return {f"site.{to}": pages[page].decode() for to, page in shown.items()}
    if name == "pdf":
        words = re.sub(r"(?: \.)+ ", " … ", " ".join(pdf_text(written).split()))
        return {f"{stem}.pdf.txt": textwrap.fill(words, 120) + "\n"}  # where its lines end is the fonts' business
    if name in ("docx", "odt", "epub"):
        return {f"{stem}.{name}.md": by_pandoc(name, written, "markdown")}
    return {f"{stem}.{name}": written.decode()}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    for name, text in files().items():
        (FOLDER / name).write_bytes(text.encode())
