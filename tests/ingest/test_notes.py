"""Documents of notes. A new case is two files in tests/data/notes: the document, and what is in it as JSON."""

import json
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backchannel.domain.errors import Unreadable
from backchannel.domain.markup import read
from backchannel.domain.times import write_when
from backchannel.ingest.notes import read_notes
from backchannel.ingest.notes.credits import credit_of
from backchannel.ingest.notes.layers import Layer, date_in, layer_of

CASES = sorted(path for path in (Path(__file__).parents[1] / "data" / "notes").iterdir() if path.suffix != ".json")


def as_data(documents):
    """Documents in the shape of the JSON beside each case."""
    return [
        {
            "title": document.title,
            "headings": dict(document.headings),
            "leaders": list(document.leaders),
            "drafts": [_as_data(draft) for draft in document.drafts],
        }
        for document in documents
    ]


def _as_data(d):
    """[origin, depth, author, at, text], and the speaker if the document names them better than the text does."""
    return [d.origin, d.depth, d.author, write_when(d.at), d.text, *([d.speaker] if d.speaker else [])]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_a_document_is_parsed_as_expected(path):
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert as_data(read_notes(path.read_bytes(), name=path.name)) == [
        {"headings": {}, "leaders": []} | document for document in expected
    ]


def test_live_notes_keep_their_pledge_their_agreement_and_the_action_in_the_thoughts():
    path = next(path for path in CASES if path.name == "allotment-live-notes.txt")
    (document,) = read_notes(path.read_bytes(), name=path.name)
    kinds = {
        origin: [read(d.text).kind for d in document.drafts if d.origin == origin]
        for origin in ("afterthought", "note")
    }
    assert kinds == {
        "afterthought": ["note", "action", "note"],
        "note": ["note", "note", "question", "agreement", "note", "pledge", "note", "question"],
    }


def drafts(text, **more):
    return [(d.depth, d.text) for document in read_notes(text.encode(), **more) for d in document.drafts]


@pytest.mark.parametrize(
    ("line", "notes"),
    [
        ("– one – still one", ["one – still one"]),
        ("– one! – Two", ["one!", "Two"]),
        ("– one? – two", ["one? – two"]),
        ("– “one.” – Two. — Three", ["“one.”", "Two.", "Three"]),
        ("- one! – Two", ["one! – Two"]),
        ("– JFDI – Really", ["JFDI – Really"]),
    ],
)
def test_a_dash_starts_a_bullet_only_after_a_sentence(line, notes):
    assert [text for _, text in drafts(line)] == notes


def test_a_document_without_author_and_title_gets_the_given_ones():
    (document,) = read_notes(b"- a\n- b\n", name="notes/2011_live-notes.v2.md", author="Ann", date=date(2011, 5, 14))
    assert (document.title, document.date) == ("2011 live notes.v2", date(2011, 5, 14))
    assert [draft.author for draft in document.drafts] == ["Ann", "Ann"]
    assert read_notes(b"- a")[0].title == "Notes"


def test_parts_of_a_session_do_not_become_sessions():
    text = "# Rain\n\n## Notes\n\n- wet\n\n## Actions\n\n- ACTION: Ann to buy hats\n"
    assert [document.title for document in read_notes(text.encode())] == ["Rain"]
    assert drafts(text) == [(0, "Notes"), (1, "wet"), (0, "Actions"), (1, "ACTION: Ann to buy hats")]


def test_every_session_may_have_its_layers():
    text = "# Rain\n- wet\n## Reflections (added 2 May 2011)\nstill wet\n# Sun\n- dry\n"
    documents = read_notes(text.encode())
    assert [(d.title, [(x.origin, x.text, x.at) for x in d.drafts]) for d in documents] == [
        ("Rain", [("note", "wet", None), ("afterthought", "still wet", date(2011, 5, 2))]),
        ("Sun", [("note", "dry", None)]),
    ]


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b" \n", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"PK\x03\x04abc", b"a\0b", bytes(range(1, 32)) * 10),
        *(b"# Only a title\n", b"---\n"),
    ],
)
def test_a_document_without_notes_is_refused_with_an_explanation(data):
    with pytest.raises(Unreadable) as refused:
        read_notes(data, name="notes.md")
    assert refused.value.message.startswith("“notes.md” ")
    assert refused.value.message.endswith(("Nothing was imported.", "try again."))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_documents_in_any_encoding_are_read(encoding):
    (document,) = read_notes("– start early, at the café\r\n– don’t be naïve about rain\r\n".encode(encoding))
    assert [draft.text for draft in document.drafts] == ["start early, at the café", "don’t be naïve about rain"]


@pytest.mark.parametrize(
    ("line", "layer"),
    [
        ("Post-event thoughts (updated 8 June 2009):", Layer("afterthought", "Post-event thoughts", date(2009, 6, 8))),
        ("**Afterthoughts**", Layer("afterthought", "Afterthoughts", None)),
        ("What I wrote at the time:", Layer("note", "What I wrote at the time", None)),
        ("What was written at the time", Layer("note", "What was written at the time", None)),
        ("What I wrote at the time was mostly about something else entirely", None),
        ("Thoughts", None),
    ],
)
def test_the_headings_of_layers_are_known_by_their_words(line, layer):
    assert layer_of(line) == layer


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("updated 8 June 2009", date(2009, 6, 8)),
        ("8th of Sept. 2009", date(2009, 9, 8)),
        ("June 8, 2009", date(2009, 6, 8)),
        ("on 2009-06-08, at noon", date(2009, 6, 8)),
        ("31 June 2009", None),
        ("last week", None),
    ],
)
def test_days_are_read_in_words(text, day):
    assert date_in(text) == day


@pytest.mark.parametrize(
    ("line", "credit"),
    [
        ("**Notes by Chris and Nils**", ("takers", ("Chris", "Nils"))),
        ("Note Taker(s): Aaron Crick", ("takers", ("Aaron Crick",))),
        ("Notes by @jb", ("takers", ("@jb",))),
        ("Scribe: Ann, Bob & Carl", ("takers", ("Ann", "Bob", "Carl"))),
        ("*By Jelle*", ("takers", ("Jelle",))),
        ("Led by: Ann Lee", ("leaders", ("Ann Lee",))),
        ("By now it was late", None),
        ("By the way: lunch", None),
        ("Notes from the second day of the camp", None),
        ("Notes by hand are the ones people really keep and read again", None),
    ],
)
def test_the_note_takers_are_found_in_many_wordings(line, credit):
    assert credit_of(line) == credit


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    try:
        documents = read_notes(data)
    except Unreadable:
        return
    assert all(draft.text.strip() for document in documents for draft in document.drafts)


LINES = ["# a", "## b", "### c", "- d", "  - e", "– f! – G", "1. h", "words", "  more", "Notes by Ann", "", "[[TOC]]"]
LINES += ["What I wrote at the time:", "***"]


@given(st.lists(st.sampled_from(LINES)))
def test_no_line_is_lost_in_any_context(lines):
    text = "\n".join(lines)
    try:
        documents = read_notes(text.encode())
    except Unreadable:
        return
    kept = " ".join(draft.text for document in documents for draft in document.drafts).split()
    for word in ("d", "e", "f!", "G", "h", "words", "more"):
        assert kept.count(word) >= min(1, text.split().count(word))


@pytest.mark.parametrize(
    "line",
    [
        "- a",
        "a",
        "# a",
        "> a",
        "– a! – B",
        "=",
        "---",
        "```",
        "(",
        "* " * 30,
        "   - a",
        "15:00 <a> b: c",
        "15:00 <a> s/x/y/",
        "<li><a href=x>a",
        "<p>a",
        "<!-- Backchannel data 1: {",
    ],
)
def test_a_long_document_takes_no_longer_a_line(line):
    text = "\n".join([line] * (100_000 // len(line)) + ["- end"]).encode()
    begun = time.process_time()
    read_notes(text)
    assert time.process_time() - begun < 5.0


def test_a_very_long_line_is_read_quickly():
    begun = time.process_time()
    for piece in ("– a! ", "by ", "[a](", "Notes by a, ", "- ", "**", "# ", "x: ", "(updated "):
        read_notes(("- end\n" + piece * (200_000 // len(piece))).encode())
    assert time.process_time() - begun < 5.0
