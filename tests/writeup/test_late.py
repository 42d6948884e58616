"""Notes written at the time and afterthoughts, key points, gaps and statistics."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from backchannel.domain.model import Gap
from backchannel.writeup.compose import compose_event, compose_session
from backchannel.writeup.model import Bar
from tests.writeup.camp import A_DAY, RAIN, SHEDS, at, item, record


def test_a_note_written_after_the_end_is_an_afterthought() -> None:
    notes = [
        item("before", when=at("10:44"), received_at=at("20:00")), item("at the end", when=at("10:45")),
        item("after", when=at("10:46")), item("that day", when=date(2009, 6, 9)), item("some time"),
    ]  # fmt: skip
    made = compose_session(record(*notes), RAIN)
    assert [line.item.text for line in made.notes] == ["before", "at the end", "that day", "some time"]
    assert [(group.updated, line.item.text) for group in made.thoughts for line in group.lines] == [
        (date(2009, 6, 8), "after")
    ]


def test_a_session_without_an_end_is_never_over() -> None:
    made = compose_session(record(item("late", when=at("22:00"), session=SHEDS.guid)), SHEDS)
    assert (len(made.notes), made.thoughts) == (1, ())


def test_posts_after_the_end_stay_in_the_backchannel() -> None:
    made = compose_session(record(item("late", when=at("22:00"), origin="post")), RAIN)
    assert (len(made.posts), made.thoughts) == (1, ())


LINES = [
    "Gutters belong to the council and nobody there knows it",
    "Lunch is in the small hall, there is soup",
    "The council should map its gutters before the rain comes",
    "A map of gutters costs less than one flood of the council's archive",
    *(f"Gutters, council, rain and maps came up again and again, part {part}" for part in "abcdefgh"),
]


def test_key_points_are_pinned_then_most_agreed_with_then_chosen_automatically() -> None:
    notes = [item(text, id=f"i{at}", reactions={"agree": {1: 1, 2: 4}.get(at, 0)}) for at, text in enumerate(LINES)]
    made = compose_session(replace(record(*notes), pins=("i3", "gone")), RAIN)
    points = [(point.line.item.id, point.why) for point in made.key_points]
    assert points[:3] == [("i3", "pinned"), ("i2", "agreed"), ("i1", "agreed")]
    assert {why for _, why in points[3:]} == {"picked"}
    assert 1 <= len(points[3:]) <= 2


def test_automatic_key_points_are_whole_lines_and_always_the_same() -> None:
    notes = [item(text, id=f"i{at}") for at, text in enumerate(LINES)]
    made = compose_session(record(*notes), RAIN)
    assert made.key_points
    assert {point.line.item.text for point in made.key_points} <= set(LINES)
    assert made.key_points == compose_session(record(*notes), RAIN).key_points


def test_a_short_session_has_no_automatic_key_points() -> None:
    assert compose_session(record(*(item(text) for text in LINES[:4])), RAIN).key_points == ()


def test_a_gap_is_reported_in_the_affected_sessions() -> None:
    gap = Gap(begins=at("10:12"), ends=at("10:31"), feed="https://example.social/tags/puddle.rss")
    told = "The feed from example.social may be missing posts between 10:12 and 10:31."
    made = compose_event(replace(A_DAY, gaps=(gap,)))
    assert [part.gaps for part in made.sessions] == [(told,), ()]
    assert made.gaps == (
        "The feed from example.social may be missing posts between 8 June 2009 10:12 and 8 June 2009 10:31.",
    )


def test_the_figures_count_notes_over_the_day_and_by_session() -> None:
    figures = compose_event(A_DAY).statistics
    assert figures.day[0] == Bar(label="09:30", notes=1, posts=0)
    assert [bar for bar in figures.day if bar.notes] == [
        Bar(label="09:30", notes=1, posts=0), Bar(label="10:00", notes=6, posts=1), Bar(label="11:00", notes=2, posts=0),
    ]  # fmt: skip
    assert figures.sessions == (
        Bar(label="Who owns the rain?", notes=6, posts=1), Bar(label="Sheds", notes=2, posts=0),
    )  # fmt: skip


def test_a_session_without_notes_links_to_the_server_if_there_is_one() -> None:
    made = compose_event(A_DAY, "https://example.org/e/puddle")
    assert [made.door(session) for session in made.without_notes] == ["https://example.org/e/puddle/s/empty"]
    assert compose_event(A_DAY).door(made.without_notes[0]) == ""
