"""Second thoughts place a post with what came before and after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from backchannel.domain.model import Event, Item, Placement, Session
from backchannel.domain.placing import Hindsight
from backchannel.domain.placing.revision import revise

TEN = datetime(2026, 6, 6, 10, 0, tzinfo=UTC)
EVENT = Event(slug="camp", title="Camp", timezone="UTC", hashtags=("camp26",))


def session(guid: str, number: int, title: str) -> Session:
    return Session(guid=guid, slug=guid, number=number, title=title, room=guid, starts=TEN, ends=TEN + timedelta(hours=1))


SESSIONS = (session("maps", 1, "Maps for parish councils"), session("bins", 2, "Bin collections as open data"))


def post(id: str, text: str, minutes: float, where: str | None, sure: float, author: str = "ann", how: str = "words") -> Item:
    placed = Placement(method=how if where else "hallway", confidence=sure, reason="a first guess")
    return Item(
        id=id, event="camp", origin="post", text=text, author=author, session=where, at=TEN + timedelta(minutes=minutes),
        placed=placed,
    )  # fmt: skip


GUESSED = post("1", "so true", 10, "maps", 0.55)
LATER = [post(str(n), f"bin lorries, part {n}", 10 + n, "bins", 0.95) for n in (2, 3, 4)]


def knowing(*items: Item) -> Hindsight:
    hindsight = Hindsight(EVENT, SESSIONS)
    for item in items:
        hindsight.learn(item)
    return hindsight


def test_later_posts_of_the_author_move_a_first_guess():
    (revision,) = revise(knowing(GUESSED, *LATER), [GUESSED, *LATER])[:1]
    assert (revision.item, revision.to.session, revision.to.placement.method) == (GUESSED, "bins", "author")
    assert revision.to.placement.reason.startswith("written before the author's post of 10:12 in this session")


def test_posts_between_two_others_name_both():
    before = post("0", "bins ahead", 8, "bins", 0.95)
    placed = knowing(before, GUESSED, *LATER).look("1")
    assert placed is not None
    assert placed.placement.reason.startswith("written between the author's posts of 10:08 and 10:12 in this session")


def test_what_a_person_or_a_hashtag_decided_is_never_looked_at():
    for how in ("person", "explicit", "hashtag"):
        assert knowing(post("1", "so true", 10, "maps", 1.0, how=how), *LATER).look("1") is None


def test_looking_changes_nothing():
    hindsight = knowing(GUESSED, *LATER)
    assert hindsight.look("1") == hindsight.look("1")


def test_learning_an_item_again_replaces_what_was_known_of_it():
    elsewhere = replace(LATER[0], session="maps")
    once, twice = knowing(GUESSED, *LATER), knowing(GUESSED, elsewhere, *LATER)
    assert once.look("1") == twice.look("1")


def test_a_withdrawn_post_is_no_evidence():
    hindsight = knowing(GUESSED, *LATER)
    for item in LATER:
        hindsight.learn(replace(item, state="withdrawn"))
    assert hindsight.look("1") == knowing(GUESSED).look("1")


def test_the_neighbours_of_a_post_are_the_doubtful_posts_of_its_author_close_by():
    close, far = post("7", "bins?", 20, "bins", 0.6), post("5", "bins again", 90, "bins", 0.6)
    other, sure = post("6", "bins!", 12, "bins", 0.6, author="bob"), LATER
    hindsight = knowing(GUESSED, *sure, close, far, other)
    assert sorted(hindsight.neighbours("4")) == ["1", "7"]


def test_a_small_advantage_moves_nothing():
    first = post("1", "so true", 10, "maps", 0.55)
    assert [one for one in revise(knowing(first), [first]) if one.moves] == []
