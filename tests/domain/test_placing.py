"""Posts are placed in sessions with a method, a confidence and a reason that people can check."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backchannel.domain.model import Event, Item, Placement, Room, Session
from backchannel.domain.placing import Candidate, Placed, Placer, Unplaced
from backchannel.domain.placing.reasons import METHODS
from backchannel.domain.placing.weights import NAMING, NOT_NAMING, WEIGHTS

TEN = datetime(2026, 6, 6, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
EVENT = Event(slug="camp", title="Camp", timezone="Europe/London", hashtags=("camp26",))


def session(guid: str, number: int, starts: datetime, room: str, title: str, **more: object) -> Session:
    times = {"starts": starts, "ends": starts + HOUR}
    return Session(guid=guid, slug=guid, number=number, room=room, title=title, **times, **more)  # type: ignore[arg-type]


MAPS = session("maps", 1, TEN, "Barn", "Maps for parish councils", leaders=("Dot Dale", "@ed"))
BINS = session("bins", 2, TEN, "Loft", "Bin collections as open data", url="https://grid.example/bins")
TEA = session("tea", 3, TEN + 2 * HOUR, "Barn", "Tea and cake")
SESSIONS = (MAPS, BINS, TEA)


def at(minutes: float) -> datetime:
    """Minutes after the first sessions began."""
    return TEN + timedelta(minutes=minutes)


def placer() -> Placer:
    return Placer(EVENT, SESSIONS, (Room(name="Barn"), Room(name="Loft")))


def post(text: str, minutes: float | None = 20, author: str = "ann", **more: object) -> Unplaced:
    when = None if minutes is None else at(minutes)
    return Unplaced(author=author, text=text, at=when, **more)  # type: ignore[arg-type]


def put(placer: Placer, unplaced: Unplaced) -> Placed:
    placed = placer.place(unplaced)
    placer.learn_placed(unplaced, placed)
    return placed


def told(placed: Placed) -> tuple[str | None, str, str]:
    return placed.session, placed.placement.method, placed.placement.reason


# what settles it


def test_a_post_with_a_given_session_is_placed_there():
    placed = placer().place(post("#camp26s1", session="tea"))
    assert told(placed) == ("tea", "explicit", "its author chose this session")
    assert placed.placement.confidence == 1.0


def test_an_unknown_session_is_ignored():
    assert placer().place(post("#camp26s1", session="gone")).session == "maps"


def test_a_session_hashtag_wins_over_the_clock_and_the_authors_session():
    knows = placer()
    put(knows, post("off we go #camp26s1"))
    assert told(knows.place(post("so true #camp26 #S3", 21)))[:2] == ("tea", "hashtag")


def test_the_reason_shows_the_hashtag_as_it_was_typed():
    assert placer().place(post("#Camp26_S2", None)).placement.reason == "tagged #Camp26_S2"


def test_hashtags_in_the_feeds_metadata_count():
    assert told(placer().place(post("so true", None, hashtags=("camp26", "s2")))) == ("bins", "hashtag", "tagged #s2")


def test_a_reply_is_placed_with_the_post_it_answers():
    knows = placer()
    put(knows, post("#camp26s2", source_id="one", url="https://social.example/1"))
    for reply_to in ("one", "https://social.example/1"):
        placed = knows.place(post("yes!", 200, author="bob", reply_to=reply_to))
        assert (placed.session, placed.placement.method) == ("bins", "reply")
        assert placed.placement.reason.startswith("replies to a post in this session")


@pytest.mark.parametrize(
    "link", ["https://grid.example/bins/?utm=x", "http://www.grid.example/bins", "https://our.example/camp/bins"]
)
def test_a_link_to_the_sessions_page_names_it(link: str):
    placed = placer().place(post(f"notes at {link}.", None))
    assert told(placed) == ("bins", "link", "links to this session's page")


def test_a_rooms_hashtag_means_the_current_session_there():
    assert told(placer().place(post("#camp26 #barn", 30)))[0] == "maps"
    placed = placer().place(post("#camp26 #barn", 115))
    assert (placed.session, placed.placement.method) == ("tea", "room")


# what makes it likely


def test_an_authors_later_posts_follow_their_current_session():
    knows = placer()
    put(knows, post("here we go #camp26s2", 10))
    placed = knows.place(post("hear hear!", 14))
    assert (placed.session, placed.placement.method) == ("bins", "author")
    assert placed.placement.reason.startswith("follows the author's post of 11:10 in this session")


def test_a_newer_session_replaces_an_authors_earlier_one():
    knows = placer()
    for minute in range(10, 40, 5):
        put(knows, post("and another thing", minute, author="bob"))
        knows.learn_author("bob", "maps", at(minute))
    assert knows.place(post("hear hear!", 41, author="bob")).session == "maps"
    assert knows.place(post("lovely tea and cake", 140, author="bob")).session == "tea"


def test_words_of_the_title_are_evidence_for_a_session():
    placed = placer().place(post("parish councils love it"))
    assert (placed.session, placed.placement.method) == ("maps", "words")
    assert placed.placement.reason.startswith("mentions “")


def test_a_hashtag_that_is_a_topic_counts_as_words():
    assert placer().place(post("more of this #OpenData")).session == "bins"


def test_words_used_in_a_session_are_evidence_for_it():
    knows = placer()
    for text in ("a blanket ban on wheelie lids", "the blanket ban again", "nobody wants a blanket ban"):
        knows.learn_note("maps", text, "carol", at(5))
    placed = knows.place(post("that blanket ban!", 20, author="dan"))
    assert placed.session == "maps"
    assert "“blanket”" in placed.placement.reason
    assert "“ban”" in placed.placement.reason


@pytest.mark.parametrize("text", ["@ed is on form", "Dot Dale is on form"])
def test_naming_a_leader_is_evidence_for_their_session(text: str):
    placed = placer().place(post(text))
    assert placed.session == "maps"
    assert "mentions one of this session's leaders" in placed.placement.reason


def test_a_note_taker_in_the_room_is_in_that_session():
    knows = placer()
    knows.learn_note("bins", "lids", "Carol", at(5))
    assert knows.place(post("hear hear!", 8, author="@carol")).session == "bins"


def test_the_only_current_session_gets_posts_without_other_evidence():
    assert told(placer().place(post("hello", 125))) == ("tea", "time", "running at the time, the most recent session to start")


def test_posts_shortly_after_a_session_still_belong_to_it():
    assert placer().place(post("what a cake", 190)).session == "tea"


def test_a_late_blog_post_is_placed_by_its_words():
    text = "Looking back at open data about bin collections: which bins, which collections, which data"
    assert placer().place(post(text, 600, author="", title="Bins!")).session == "bins"


# when nothing does


def test_with_two_current_sessions_the_time_alone_decides_nothing():
    placed = placer().place(post("hello"))
    assert placed.session is None
    assert placed.placement.method == "hallway"
    assert placed.placement.reason == "several sessions were running"
    assert {candidate.session for candidate in placed.candidates[:2]} == {"maps", "bins"}


def test_a_post_from_the_day_before_stays_in_the_hallway():
    placed = placer().place(post("packing my bag", -1200))
    assert (placed.session, placed.placement.method) == (None, "hallway")


def test_posts_of_an_event_without_sessions_stay_in_the_hallway():
    placed = Placer(EVENT, ()).place(post("hello"))
    reason = Placement(method="hallway", confidence=1.0, reason="there are no sessions yet")
    assert placed == Placed(session=None, placement=reason, candidates=())


@pytest.mark.parametrize("when", [None, date(2026, 6, 6)])
def test_a_post_without_a_time_is_placed_by_its_words(when: date | None):
    knows = placer()
    assert knows.place(Unplaced(text="hello", at=when)).session is None
    assert knows.place(Unplaced(text="#camp26s3", at=when)).session == "tea"


def test_three_candidates_are_returned_best_first_with_at_most_full_confidence():
    placed = placer().place(post("parish councils"))
    confidences = [candidate.confidence for candidate in placed.candidates]
    assert placed.candidates[0].session == placed.session
    assert confidences == sorted(confidences, reverse=True)
    assert len(confidences) == 3
    assert sum(confidences) <= 1


# what people do teaches


def test_moving_a_post_moves_the_authors_running_session_at_once():
    knows = placer()
    first = post("parish maps", 10)
    was = put(knows, first)
    assert was.session == "maps"
    knows.learn_moved(first, "bins", was)
    assert knows.place(post("hear hear!", 12)).session == "bins"


def test_moving_a_post_teaches_its_words():
    knows = placer()
    for minute, author in enumerate(("ann", "bob", "cat")):
        lids = post("wheelie lids again", minute, author=author)
        knows.learn_moved(lids, "maps", put(knows, lids))
    placed = knows.place(post("those wheelie lids", 10, author="dan"))
    assert placed.session == "maps"


def test_moving_a_post_to_the_hallway_takes_its_author_out_of_the_session():
    knows = placer()
    first = post("parish maps", 10)
    knows.learn_moved(first, None, put(knows, first))
    assert knows.place(post("hear hear!", 12)).session is None


def test_undoing_a_move_restores_what_was_known():
    knows, other = placer(), placer()
    first = post("parish maps", 10)
    was = put(knows, first)
    put(other, first)
    knows.learn_moved(first, "bins", was)
    moved = replace(was, session="bins", placement=Placement(method="person", confidence=1.0, reason=""))
    knows.learn_moved(first, "maps", moved)
    assert knows.place(post("hear hear!", 12)).session == other.place(post("hear hear!", 12)).session == "maps"


def test_seating_an_author_places_their_later_posts():
    knows = placer()
    knows.learn_author("ann", "bins", at(5))
    placed = knows.place(post("hear hear!", 8))
    assert (placed.session, placed.placement.method) == ("bins", "author")


# rebuilt from the record


def item(number: int, unplaced: Unplaced, placed: Placed) -> Item:
    return Item(
        id=f"i{number}", seq=number, event="camp", origin="post", text=unplaced.text, author=unplaced.author,
        session=placed.session, at=unplaced.at, placed=placed.placement, source_id=unplaced.source_id,
    )  # fmt: skip


STORY = [
    post("here we go #camp26s2", 2, "ann", source_id="1"),
    post("parish councils first", 4, "bob", source_id="2"),
    post("lids!", 6, "ann", source_id="3"),
    post("hello all", 7, "cat", source_id="4"),
    post("councils and lids", 9, "bob", source_id="5"),
]


def test_a_placer_rebuilt_from_the_items_gives_the_same_answers():
    first, second = placer(), placer()
    for number, unplaced in enumerate(STORY, 1):
        second.learn_item(item(number, unplaced, put(first, unplaced)))
    asked = [
        post(text, 12, author) for author in ("ann", "bob", "cat", "dan") for text in ("hear hear", "lids, councils")
    ]
    assert [second.place(each) for each in asked] == [first.place(each) for each in asked]


def test_stored_feed_hashtags_count_after_a_rebuild():
    sources = ({"feed": "https://feed.example", "hashtags": "camp26 s2"},)
    kept = Item(id="i", event="camp", origin="post", text="so true", author="ann", at=at(5), sources=sources)
    assert told(placer().place(Unplaced.of_item(kept)))[:2] == ("bins", "hashtag")


def test_a_withdrawn_post_is_not_evidence():
    knows = placer()
    unplaced = post("#camp26s2", 2)
    knows.learn_item(replace(item(1, unplaced, knows.place(unplaced)), state="withdrawn"))
    assert knows.place(post("hear hear!", 4)) == placer().place(post("hear hear!", 4))


def test_placing_without_saving_changes_nothing():
    knows = placer()
    put(knows, STORY[0])
    assert knows.place(STORY[1]) == knows.place(STORY[1])


# what holds always


def test_every_kind_of_evidence_has_a_method():
    assert set(METHODS) == WEIGHTS.keys() | NAMING.keys() | NOT_NAMING.keys()


@given(st.lists(st.tuples(st.text(max_size=80), st.text(max_size=5), st.integers(-(10**6), 10**6)), max_size=8))
def test_any_posts_at_all_are_placed_or_left_in_the_hallway(posts: list[tuple[str, str, int]]):
    knows = placer()
    for text, author, minutes in posts:
        placed = put(knows, post(text, minutes, author))
        assert placed.session in (None, "maps", "bins", "tea")
        assert 0 <= placed.placement.confidence <= 1
        assert placed.placement.reason
        assert all(isinstance(candidate, Candidate) and candidate.reason for candidate in placed.candidates)


def test_a_post_takes_the_same_steps_however_many_came_before():
    sessions = [
        session(f"g{n}", n, TEN + n % 9 * HOUR, f"R{n % 20}", f"Topic {n} of {n % 7} things") for n in range(178)
    ]
    knows = Placer(EVENT, sessions)
    words = [f"word{n % 97} thing{n % 13} topic{n % 31}" for n in range(1200)]
    steps = [
        calls_in(lambda: put(knows, post(f"{text} said here", n / 7, author=f"a{n % 40}", source_id=str(n))))  # noqa: B023
        for n, text in enumerate(words)
    ]
    assert median(steps[-300:]) < 1.5 * median(steps[300:600])


def calls_in(act: Callable[[], object]) -> int:
    """Return the number of function calls made by `act`, which unlike time does not depend on the machine's load."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(None)
    return calls
