"""docx, odt, EPUB and PDF: one tree, opened again."""

from __future__ import annotations

import io
import re
import zipfile
from html import escape
from xml.etree import ElementTree

import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backchannel.domain.model import Item
from backchannel.writeup.compose import compose_event, compose_session
from backchannel.writeup.formats import FORMATS
from backchannel.writeup.render import sanitise
from tests.writeup.camp import A_DAY, CAMP, RAIN, at, item, record
from tests.writeup.nasty import NASTY_SIGNS, nasty_record
from tests.writeup.opened import by_pandoc, pdf_text, unzipped

BY_PANDOC = ("docx", "odt", "epub")
ENGINES = (*BY_PANDOC, "pdf")


@pytest.mark.parametrize("name", BY_PANDOC)
def test_pandoc_reads_the_session_again(name: str) -> None:
    read = by_pandoc(name, FORMATS[name].session(compose_session(A_DAY, RAIN)), "markdown-raw_html-raw_attribute")
    said = re.sub(r"[\[\]\\]|\{[^}]*\}|\(https?:[^)]*\)", "", read)
    for line in (
        "10:02 **Ann** Question: who pays for the gutters?",
        "10:03 **Bob** Answer: **Carl:** the street does",
        "10:06 **Ann** Action: Bob to count the *gutters*",
        "10:08 **@zed@example.social** so much rain at #puddle post",
    ):
        assert line in " ".join(said.split())
    assert "https://example.social/6" in read


def test_the_pdf_contains_the_sessions_text() -> None:
    told = " ".join(pdf_text(FORMATS["pdf"].session(compose_session(A_DAY, RAIN))).split())
    for line in (
        "10:02 Ann Question: who pays for the gutters?",
        "10:03 Bob Answer: Carl: the street does",
        "10:06 Ann Action: Bob to count the gutters",
        "10:08 @zed@example.social so much rain at #puddle post",
        "8 June 2009, 10:00–10:45 · Main hall · Led by Carl, Dee, of Devon",
    ):
        assert line in told


def test_the_pdfs_links_have_the_right_targets() -> None:
    pages = pypdf.PdfReader(io.BytesIO(FORMATS["pdf"].session(compose_session(A_DAY, RAIN)))).pages
    actions = [note.get_object()["/A"] for page in pages for note in page.get("/Annots", [])]
    assert {action["/URI"] for action in actions} == {"https://example.org/map", "https://example.social/6"}


def test_the_pdf_has_a_title_and_is_tagged_for_screen_readers() -> None:
    read = pypdf.PdfReader(io.BytesIO(FORMATS["pdf"].event(compose_event(A_DAY))))
    assert read.metadata
    assert read.metadata.title == "Puddlecamp"
    assert read.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert read.trailer["/Root"]["/Lang"] == "en"


def test_an_epub_has_its_type_first_and_uncompressed() -> None:
    written = FORMATS["epub"].event(compose_event(A_DAY))
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type, archive.read(first)) == (
            "mimetype", zipfile.ZIP_STORED, b"application/epub+zip",
        )  # fmt: skip
    assert written[30:58] == b"mimetypeapplication/epub+zip"


def test_every_page_of_an_epub_is_well_formed_and_in_its_list() -> None:
    files = unzipped(FORMATS["epub"].event(compose_event(A_DAY)))
    package = ElementTree.fromstring(files["EPUB/content.opf"])
    listed = {found.attrib["href"] for found in package.iter("{http://www.idpf.org/2007/opf}item")}
    assert {name.removeprefix("EPUB/") for name in files if name.startswith("EPUB/")} - {"content.opf"} == listed
    for name, data in files.items():
        if name.endswith((".xhtml", ".xml", ".opf", ".ncx")):
            ElementTree.fromstring(data)
    assert b"urn:uuid:" in files["EPUB/content.opf"]
    assert b">2009-06-09T19:00:00Z</meta>" in files["EPUB/content.opf"]


@pytest.mark.parametrize("name", ENGINES)
def test_the_html_of_a_post_keeps_its_formatting(name: str) -> None:
    markup = sanitise("<p>one<br>two</p><ol><li>three</li></ol><blockquote>four</blockquote><pre>five\n six</pre>")
    post = Item(id="p", event=CAMP.slug, origin="post", text="x", author="Zed", html=markup, session=RAIN.guid)
    written = FORMATS[name].session(compose_session(record(post), RAIN))
    told = pdf_text(written) if name == "pdf" else by_pandoc(name, written, "plain")
    assert re.search(r"Zed one\W+two\W+1\W+three\W+four\W+five\W+six\W+People", told)


@pytest.mark.parametrize("name", ENGINES)
def test_deeply_nested_text_is_laid_out(name: str) -> None:
    markup = "<ul><li>" * 300 + "deep" + "</li></ul>" * 300 + "<blockquote>" * 300 + "down" + "</blockquote>" * 300
    notes = [item(f"level {depth}", depth=depth, id=f"d{depth}") for depth in range(40)]
    post = Item(id="p", event=CAMP.slug, origin="post", text="x", author="Zed", html=markup, session=RAIN.guid)
    written = FORMATS[name].session(compose_session(record(*notes, post), RAIN))
    told = pdf_text(written) if name == "pdf" else by_pandoc(name, written, "plain")
    assert {"deep", "down", "39"} <= set(re.findall(r"\w+", told))


def test_a_soft_hyphen_leaves_the_pdf_s_hyphens_alone() -> None:
    """Fonts draw both with one glyph, which can be copied as one of the two only."""
    notes = [item("rain\xadbow", "Ann", at("10:00")), item("a well-kept gutter", "Ann", at("10:01"), id="2")]
    told = pdf_text(FORMATS["pdf"].session(compose_session(record(*notes), RAIN)))
    assert "rainbow" in told
    assert "well-kept" in told


def test_a_word_longer_than_the_page_stays_on_the_page() -> None:
    long = "https://example.org/" + "a-very-long-address/" * 20
    written = FORMATS["pdf"].session(compose_session(record(item(f"see {long}", "Ann", at("10:00"))), RAIN))
    lines = pdf_text(written).splitlines()
    assert long in "".join(lines).replace(" ", "")
    assert max(map(len, lines)) < 120


@settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
@given(st.lists(st.text(st.one_of(st.characters(), st.sampled_from(NASTY_SIGNS)), min_size=1), min_size=1, max_size=8))
@pytest.mark.parametrize("name", ENGINES)
def test_no_text_at_all_breaks_a_document(name: str, texts: list[str]) -> None:
    """Many texts a document: it is the engine's start that takes the time."""
    records = [nasty_record(text) for text in texts if text.strip()]
    items = tuple(found for nasty, _ in records for found in nasty.items)
    session = records[0][1] if records else RAIN
    written = FORMATS[name].session(compose_session(record(*items, sessions=(session,)), session))
    told = pdf_text(written) if name == "pdf" else by_pandoc(name, written, "plain")
    assert session.slug
    assert ("Post-event thoughts" in told or not records)


MARKUP = r'#panic() $x$ \input{/etc/passwd} {{x}} `r` [a](javascript:x) <b>b</b> "#sys.inputs" *s* _e_ = h'


@pytest.mark.parametrize("name", ENGINES)
def test_code_for_any_engine_is_printed_as_text(name: str) -> None:
    note = Item(id="n", event=CAMP.slug, origin="note", text="x", author=MARKUP, html=escape(MARKUP), session=RAIN.guid)
    written = FORMATS[name].session(compose_session(record(note), RAIN))
    told = pdf_text(written) if name == "pdf" else by_pandoc(name, written, "plain")
    assert "".join(told.split()).count("".join(MARKUP.split())) >= 2
