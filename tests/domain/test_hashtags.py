"""Hashtags as people type them: the table in docs/hashtags.md, and what it cannot show."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backchannel.domain.hashtags import Hashtags, fold, hashtags_in
from backchannel.domain.model import Event, Room, Session

TABLE = Path(__file__).parents[2] / "docs" / "hashtags.md"
ROW = re.compile(r"^\| `(.+)`(?: \((.+)\))? \| (.+) \|$", re.MULTILINE)

EVENT = Event(slug="camp-2009", title="Camp", hashtags=("lgc09", "localgovcamp", "altLGC09"))
OWN = {4: ("OpenData",), 5: ("Müll",), 6: ("blogs",), 7: ("blogs",)}
SESSIONS = [Session(guid=f"g{n}", slug=f"s-{n}", title="", number=n, hashtags=OWN.get(n, ())) for n in range(1, 13)]
ROOMS = [Room(name="Main Hall"), Room(name="Room 2"), Room(name="Café")]
TAGS = Hashtags(EVENT, SESSIONS, ROOMS)


def rows() -> list[tuple[str, str]]:
    found = ROW.findall(TABLE.read_text("utf-8"))
    return [(unicodedata.normalize("NFD", typed) if "apart" in note else typed, means) for typed, note, means in found]


def in_words(text: str) -> str:
    """The meaning of a text, as the table writes it."""
    meaning = TAGS.meaning(hashtags_in(text))
    numbers = " and ".join(guid[1:] for guid in meaning.sessions)
    sessions = [f"session{'s' if len(meaning.sessions) > 1 else ''} {numbers}"] if numbers else []
    return ", ".join((*sessions, *(f"room {room}" for room in meaning.rooms))) or "nothing"


@pytest.mark.parametrize(("typed", "means"), rows())
def test_a_typed_hashtag_means_what_the_table_says(typed: str, means: str):
    assert in_words(typed) == means


def test_the_table_has_enough_rows():
    assert len(rows()) >= 40


def test_hashtags_of_two_sessions_name_neither():
    assert TAGS.session_of(("lgc09s3", "lgc09s4")) is None
    assert TAGS.session_of(("lgc09s3", "lgc09-3")) == "g3"


def test_the_matched_tag_is_reported_as_typed():
    assert TAGS.meaning(("LGC09_S3", "lgc09-MainHall")).tags == {"g3": "LGC09_S3", "Main Hall": "lgc09-MainHall"}


def test_an_event_without_a_hashtag_is_known_by_its_slug():
    tags = Hashtags(Event(slug="lgc-09", title="Camp"), SESSIONS)
    assert tags.session_of(hashtags_in("#lgc09s3")) == "g3"


def test_the_events_own_tag_names_no_session_that_lists_it_too():
    session = Session(guid="g", slug="s", title="", hashtags=("lgc09", "tea"))
    tags = Hashtags(EVENT, [session])
    assert (tags.session_of(("lgc09",)), tags.session_of(("tea",))) == (None, "g")


def test_tags_are_found_in_order_as_typed():
    assert hashtags_in("#LGC09 #s3 http://x.example/#top a#b #1 ##no #Café") == ("LGC09", "s3", "Café")


@given(st.text(alphabet="#lgc09sSLG345-_ é/", max_size=20))
def test_hashtags_ignore_case(text: str):
    assert TAGS.meaning(hashtags_in(text)).sessions == TAGS.meaning(hashtags_in(text.upper())).sessions


@given(st.text())
def test_any_text_has_a_meaning(text: str):
    assert set(TAGS.meaning(hashtags_in(text)).sessions) <= {session.guid for session in SESSIONS}


@given(st.text(alphabet="abcÄé-_#09", max_size=12))
def test_folding_twice_changes_nothing(tag: str):
    assert fold(fold(tag)) == fold(tag)
