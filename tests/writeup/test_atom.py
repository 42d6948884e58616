"""Atom: a valid feed with stable ids."""

from __future__ import annotations

import io
from dataclasses import replace
from xml.etree import ElementTree

import feedparser
from hypothesis import given, settings
from hypothesis import strategies as st

from backchannel.writeup.compose import compose_event, compose_session
from backchannel.writeup.formats import FORMATS
from tests.writeup.camp import A_DAY, CAMP, RAIN, at, item, record
from tests.writeup.nasty import NASTY_SIGNS, nasty_record

ATOM = FORMATS["atom"]
SPACE = "{http://www.w3.org/2005/Atom}"


def read(written: bytes) -> feedparser.FeedParserDict:
    return feedparser.parse(io.BytesIO(written))


def test_the_event_s_feed_has_an_entry_a_session_with_its_write_up() -> None:
    feed = read(ATOM.event(compose_event(A_DAY)))
    assert (feed.bozo, feed.version, feed.feed.title, feed.feed.updated) == (
        False, "atom10", "Puddlecamp", "2009-06-09T19:00:00Z",
    )  # fmt: skip
    assert [(entry.title, entry.updated) for entry in feed.entries] == [
        ("Who owns the rain?", "2009-06-09T19:00:00Z"),
        ("Sheds", "2009-06-08T10:06:00Z"),
        ("In the hallway", "2009-06-08T08:30:00Z"),
    ]
    assert "the street does" in feed.entries[0].content[0].value


def test_a_session_s_feed_has_an_entry_an_item() -> None:
    feed = read(ATOM.session(compose_session(A_DAY, RAIN)))
    found = [(entry.title, entry.author, entry.published) for entry in feed.entries]
    assert found[1] == ("who pays for the gutters?", "Ann", "2009-06-08T09:02:00Z")
    assert found[-1] == ("so much rain at #puddle", "@zed@example.social", "2009-06-08T09:08:00Z")
    assert feed.entries[-1].link == "https://example.social/6"


def test_every_entry_has_the_elements_required_by_rfc_4287() -> None:
    for written in (ATOM.event(compose_event(A_DAY)), ATOM.session(compose_session(A_DAY, RAIN))):
        feed = ElementTree.fromstring(written)
        for part in (feed, *feed.iter(f"{SPACE}entry")):
            names = [child.tag.removeprefix(SPACE) for child in part]
            assert [names.count(name) for name in ("id", "title", "updated")] == [1, 1, 1]
            assert "author" in names
        ids = [found.text for found in feed.iter(f"{SPACE}id")]
        assert len(set(ids)) == len(ids)
        assert all(id and id.startswith("urn:uuid:") for id in ids)


def test_an_entry_keeps_its_id_when_its_title_changes_and_more_is_written() -> None:
    later = replace(RAIN, title="Whose rain is it?")
    more = record(*A_DAY.items, item("one more", "Ann", at("10:44")), sessions=(later,))
    before, after = read(ATOM.event(compose_event(A_DAY))), read(ATOM.event(compose_event(more)))
    assert (before.feed.id, before.entries[0].id) == (after.feed.id, after.entries[0].id)
    assert before.entries[0].title != after.entries[0].title


def test_a_correction_updates_its_entry() -> None:
    notes = [item("wet", "Ann", at("10:02")), item("wetter", "Bob", at("10:03"))]
    first, *rest = notes
    corrected = record(replace(first, text="put otherwise", revised_at=at("19:00")), *rest)
    before, after = (read(ATOM.session(compose_session(made, RAIN))) for made in (record(*notes), corrected))
    news = [new.title for old, new in zip(before.entries, after.entries, strict=True) if old.updated != new.updated]
    assert (news, after.feed.updated) == (["put otherwise"], "2009-06-08T18:00:00Z")


def test_another_event_of_the_same_sessions_has_other_ids() -> None:
    other = replace(A_DAY, event=replace(CAMP, slug="other"))
    ids = [{entry.id for entry in read(ATOM.event(compose_event(made))).entries} for made in (A_DAY, other)]
    assert ids[0] & ids[1] == set()


@settings(deadline=None)
@given(st.text(st.one_of(st.characters(), st.sampled_from(NASTY_SIGNS))).filter(str.strip))
def test_x2_no_text_becomes_markup(text: str) -> None:
    nasty, session = nasty_record(text)
    for written in (ATOM.event(compose_event(nasty)), ATOM.session(compose_session(nasty, session))):
        tags = {element.tag.removeprefix(SPACE) for element in ElementTree.fromstring(written).iter()}
        assert tags <= {
            "feed", "id", "title", "updated", "generator", "author", "name", "entry", "published", "category", "link",
            "content",
        }  # fmt: skip
