"""The site: plain files whose links all have targets inside the site."""

from __future__ import annotations

import io
import json
import posixpath
import re
import zipfile
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from backchannel.domain.model import Session
from backchannel.ingest.notes import read_notes
from backchannel.writeup.compose import compose_event
from backchannel.writeup.deterministic import session_id
from backchannel.writeup.formats import FORMATS
from backchannel.writeup.site import pages
from tests.writeup.camp import A_DAY, CAMP, RAIN, SHEDS, at, item, record
from tests.writeup.nasty import NASTY_SIGNS, nasty_record
from tests.writeup.opened import unzipped

NAME = re.compile(
    r"(?:[a-z]+/)?(?:\d\d-[a-z0-9-]{1,60}-[0-9a-f]{6}\.html|[a-z-]+\.(?:html|css|js|json|md|csv|ics|txt)|README\.txt)"
)


class Addresses(HTMLParser):
    """Everything in a page that names an address, and every place that can be led to."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.places: set[str] = set()
        self.tags: set[str] = set()
        self.handlers: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in ("src", "srcset", "data", "action", "poster") or (name == "href" and tag != "a"):
                self.loaded.append(value or "")
            elif name == "href":
                self.links.append(value or "")
            elif name == "id":
                self.places.add(value or "")
            elif name.startswith("on") or name == "style":
                self.handlers.append(name)


def read(files: dict[str, bytes]) -> dict[str, Addresses]:
    return {name: Addresses(data.decode()) for name, data in files.items() if name.endswith(".html")}


def test_the_site_has_a_page_for_each_session_and_the_events_pages() -> None:
    sessions = [f"sessions/{stem}-{session_id(CAMP, session)[-6:]}.html" for stem, session in (
        ("01-who-owns-the-rain", RAIN), ("02-sheds", SHEDS),
    )]  # fmt: skip
    assert sorted(pages(compose_event(A_DAY))) == sorted([
        *sessions, "index.html", "hallway.html", "ledger.html", "links.html", "people.html", "everything.html",
        "search.html", "style.css", "search.js", "search-index.js", "data/event.json", "data/event.md", "data/items.csv",
        "data/ledger.csv", "data/programme.ics", "README.txt", "files.txt",
    ])  # fmt: skip


def test_every_link_has_an_existing_target() -> None:
    files = pages(compose_event(A_DAY))
    found = read(files)
    wrong = []
    for name, page in found.items():
        for link in [*page.links, *page.loaded]:
            if re.match(r"https?://|mailto:", link):
                continue
            path, _, place = link.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
            if target not in files or (place and place not in found[target].places):
                wrong.append((name, link))
    assert wrong == []


def test_pages_load_only_the_sites_own_files() -> None:
    found = read(pages(compose_event(A_DAY)))
    loaded = {re.sub(r"^\.\./", "", address) for page in found.values() for address in page.loaded}
    assert loaded == {"style.css", "search.html", "search.js", "search-index.js"}
    assert {name for name, page in found.items() if "script" in page.tags} == {"search.html"}
    style = pages(compose_event(A_DAY))["style.css"].decode()
    assert "url(" not in style
    assert "@import" not in style


def test_the_search_index_has_every_line() -> None:
    script = pages(compose_event(A_DAY))["search-index.js"].decode()
    index = json.loads(script.removeprefix("var backchannelIndex = ").removesuffix(";\n"))
    assert [title for _, title in index["pages"]] == ["Who owns the rain?", "Sheds", "In the hallway"]
    texts = {" ".join(made.text.split()) for made in A_DAY.items if made.state == "visible"}
    assert {entry[5] for entry in index["items"] if entry[1]} == texts


def test_the_grid_names_every_session_by_day_and_slot() -> None:
    index = pages(compose_event(A_DAY))["index.html"].decode()
    words = re.sub(r"<[^>]+>", "|", index)
    grid = [word for word in re.sub(r"[|\s]*\|[|\s]*", "|", words).split("|") if word]
    begin = grid.index("8 June 2009")
    assert grid[begin : begin + 3] == ["8 June 2009", "09:00", "Silence"]
    assert [grid.index(said) > begin for said in ("10:00–10:45", "Main hall", "Carl, Dee, of Devon", "11:00")] == [
        True
    ] * 4


def test_x9_names_in_the_zip_are_harmless_whatever_the_titles() -> None:
    titles = ["../../x", "CON", "x" * 300, "🌧" * 20, "Rain", "Rain", "C:\\windows", "/etc/passwd", "a\0b", ".", "日本"]
    sessions = tuple(Session(guid=f"s{n}", slug=f"s{n}", title=title) for n, title in enumerate(titles))
    items = [item("note", "Ann", at("10:00"), id=f"i{n}", session=f"s{n}") for n in range(len(titles))]
    written = FORMATS["site"].event(compose_event(record(*items, sessions=sessions)))
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        entries = archive.infolist()
    assert [entry.filename for entry in entries if not NAME.fullmatch(entry.filename)] == []
    assert len({entry.filename.casefold() for entry in entries}) == len(entries)
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}  # files; no links
    assert len([entry for entry in entries if entry.filename.startswith("sessions/")]) == len(titles)


def test_the_zip_has_the_date_of_its_latest_item() -> None:
    written = FORMATS["site"].event(compose_event(A_DAY))
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2009, 6, 9, 19, 0, 0)}


def test_the_list_of_files_is_all_of_them() -> None:
    files = unzipped(FORMATS["site"].event(compose_event(A_DAY)))
    assert files["files.txt"].decode().split() == sorted(files)


def test_the_sites_data_files_can_be_imported_again() -> None:
    documents = read_notes(pages(compose_event(A_DAY))["data/event.md"], name="event.md")
    assert {found.title for found in documents} >= {"Who owns the rain?", "Sheds"}
    drafts = [draft.text for found in documents for draft in found.drafts if draft.origin != "post"]
    assert "It was wetter than I thought.\nMuch wetter." in drafts


@settings(deadline=None, max_examples=60)
@given(st.text(st.one_of(st.characters(), st.sampled_from(NASTY_SIGNS))).filter(str.strip))
def test_x2_no_text_becomes_a_script_or_a_dangerous_link(text: str) -> None:
    nasty, _ = nasty_record(text)
    files = pages(compose_event(replace(nasty, event=replace(CAMP, title=text))))
    for name, page in read(files).items():
        assert ("script" in page.tags, page.handlers) == (name == "search.html", [])
        assert {re.sub(r"^\.\./", "", found) for found in page.loaded} <= {
            "style.css", "search.html", "search.js", "search-index.js",
        }  # fmt: skip
        assert [link for link in page.links if ":" in link and not re.match(r"https?://|mailto:", link)] == []
    assert "<" not in files["search-index.js"].decode()
    assert json.loads(files["search-index.js"].decode().partition("= ")[2].removesuffix(";\n"))["pages"]
