"""What was written as JSON or HTML comes back as it was, to the letter and the second."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backchannel.domain.ids import derived
from backchannel.domain.model import Edition
from backchannel.ingest.notes import read_notes
from backchannel.writeup import html, json, markdown
from backchannel.writeup.compose import HALLWAY, compose_event, compose_session
from backchannel.writeup.mdtext import printable
from tests.writeup.camp import A_DAY, RAIN, SHEDS, item, record
from tests.writeup.test_markdown import ITEMS, SESSIONS

FORMATS = pytest.mark.parametrize("made", [html, json], ids=["html", "json"])


def kept(item):
    """An item as far as a file can hold it; ids that are none are not kept."""
    return (
        item.id, item.origin, printable(item.text), printable(item.author), item.kind, item.depth,
        printable(item.speaker or ""), item.at, item.url, dict(item.reactions), item.source_id,
    )  # fmt: skip


def came_back(draft):
    return (
        draft.id, draft.origin, draft.text, draft.author, draft.kind, draft.depth, draft.speaker or "", draft.at,
        draft.url, dict(draft.reactions), draft.source_id,
    )  # fmt: skip


@FORMATS
@given(SESSIONS, st.lists(ITEMS, min_size=1, max_size=5))
def test_any_session_comes_back(made, session, items):
    items = [
        replace(one, id=derived(str(at)), reactions={"agree": at}, source_id=f"s{at}") for at, one in enumerate(items)
    ]
    edition = Edition(introduction="So it <was>.\n\n-- really --")
    written = compose_session(replace(record(*items, sessions=(session,)), editions={session.guid: edition}), session)
    (document,) = read_notes(made.write_session(written).encode())
    assert [came_back(draft) for draft in document.drafts] == [kept(item) for item in written.items]
    assert (document.title, document.room, document.leaders, document.hashtags, document.starts, document.ends) == (
        session.title, session.room, session.leaders, session.hashtags, session.starts, session.ends,
    )  # fmt: skip
    assert (document.headings, document.guid, document.introduction) == (
        session.headings,
        session.guid,
        edition.introduction,
    )


@FORMATS
def test_an_event_survives_export_and_import_with_its_sessions_and_hallway(made):
    written = compose_event(A_DAY)
    documents = read_notes(made.write_event(written).encode())
    assert [(d.title, d.guid, d.hallway, len(d.drafts)) for d in documents] == [
        (RAIN.title, RAIN.guid, False, 8), (SHEDS.title, SHEDS.guid, False, 2), (HALLWAY, "", True, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("made", [html, json, markdown], ids=["html", "json", "markdown"])
def test_a_cancelled_session_says_so_and_keeps_its_time(made):
    text = made.write_session(compose_session(record(item("a")), replace(RAIN, cancelled=True)))
    (document,) = read_notes(text.encode())
    assert "cancelled" in text
    assert (document.starts, document.ends) == (RAIN.starts, RAIN.ends)


@FORMATS
def test_seconds_are_kept(made):
    when = item("a").at or RAIN.starts + timedelta(seconds=7)
    written = compose_session(record(item("a", when=when)), RAIN)
    (document,) = read_notes(made.write_session(written).encode())
    assert document.drafts[0].at == when


@pytest.mark.parametrize(
    "text", ["-->", "--!>", "<!--", "<script>", "\u2028", "]]>", "--", "-->{}<!-- Backchannel data 1: {}"]
)
def test_no_text_ends_the_comment_that_holds_the_data(text):
    written = compose_session(record(item(text, text)), RAIN)
    source = html.write_session(written)
    head, _, data = source.rpartition("<!-- Backchannel data 1: ")
    assert head.endswith("</html>\n")
    assert data.count("-->") == 1
    assert data.endswith(" -->\n")
    assert [draft.text for draft in read_notes(source.encode())[0].drafts] == [text]
