from datetime import date

from backchannel.domain.links import Link
from backchannel.domain.model import Session
from backchannel.writeup.compose import compose_event, compose_session
from tests.writeup.camp import A_DAY, CAMP, EMPTY, RAIN, SHEDS, at, item, record

RAINY = compose_session(A_DAY, RAIN)


def said(lines):
    return [(line.time, line.author, line.level, line.item.text) for line in lines]


def test_the_head_has_the_time_the_place_and_the_people():
    assert (RAINY.title, RAINY.when, RAINY.room, RAINY.leaders, RAINY.hashtags, RAINY.note_takers) == (
        "Who owns the rain?",
        "8 June 2009, 10:00–10:45",
        "Main hall",
        ("Carl", "Dee, of Devon"),
        ("puddle_s1",),
        ("Ann", "Bob"),
    )


def test_notes_keep_their_authors_times_and_order():
    assert said(RAINY.notes) == [
        ("10:02", "Ann", 0, "Q: who pays for the gutters?"),
        ("10:03", "Bob", 1, "Carl: A: the street does"),
        ("10:05", "Ann", 0, "Hear hear!"),
        ("10:06", "Ann", 0, "ACTION: Bob to count the *gutters*"),
        ("10:07", "Bob", 0, "DECISION: buckets stay where they are"),
        ("10:09", "Ann", 0, "The map: https://example.org/map"),
    ]


def test_posts_and_afterthoughts_are_separate():
    assert said(RAINY.posts) == [("10:08", "@zed@example.social", 0, "so much rain at #puddle")]
    (group,) = RAINY.thoughts
    assert (group.author, group.updated, said(group.lines)) == (
        "Ann",
        date(2009, 6, 9),
        [("9 June 2009 20:00", "Ann", 0, "It was wetter than I thought.\nMuch wetter.")],
    )


def test_questions_have_answers_and_commitments_have_owners():
    assert [(q.line.body, [a.body for a in q.answers]) for q in RAINY.questions] == [
        ("who pays for the gutters?", ["the street does"])
    ]
    assert [(c.kind, c.owner, c.line.body) for c in RAINY.commitments] == [
        ("action", "Bob", "Bob to count the *gutters*")
    ]
    assert [line.body for line in RAINY.decisions] == ["buckets stay where they are"]


def test_words_such_as_here_do_not_become_link_titles():
    written = compose_session(record(item("See: https://example.org/a"), item("slides https://example.org/b")), RAIN)
    assert written.links == (Link("https://example.org/a"), Link("https://example.org/b", "slides"))


def test_links_are_titled_by_their_line_and_people_are_named_once():
    assert RAINY.links == (Link("https://example.org/map", "The map"),)
    assert RAINY.people == ("Carl", "Dee, of Devon")


def test_a_link_is_listed_once_with_the_first_title_it_was_given():
    written = compose_session(
        record(
            item("look at https://example.org/a/ if you have an hour to spare tonight"),
            item("[A](https://example.org/a)"),
        ),
        RAIN,
    )
    assert written.links == (Link("https://example.org/a", "A"),)


def test_only_visible_items_are_in_a_write_up():
    held = record(item("a", state="held"), item("b", state="withdrawn"), item("c", state="hidden"), item("d"))
    assert [line.item.text for line in compose_session(held, RAIN).notes] == ["d"]
    assert [i.text for i in compose_event(held).items] == ["d"]


def test_one_author_is_named_once_for_all():
    written = compose_session(record(item("a"), item("b", when=at("10:05")), item("c", origin="afterthought")), RAIN)
    assert (written.sole_author, said(written.notes)) == ("Ann", [("", "", 0, "a"), ("10:05", "", 0, "b")])
    assert [group.author for group in written.thoughts] == [""]


def test_a_day_shared_by_all_notes_is_omitted():
    anywhen = Session(guid=RAIN.guid, slug="rain", title="Rain")
    written = compose_session(record(item("a", when=date(2009, 6, 8)), item("b", when=date(2009, 6, 8))), anywhen)
    assert (written.when, said(written.notes)) == ("8 June 2009", [("", "", 0, "a"), ("", "", 0, "b")])


def test_afterthoughts_are_grouped_by_author_and_day():
    thoughts = [
        item(text, author, at(clock, day), origin="afterthought")
        for text, author, clock, day in (
            ("a", "Ann", "9:00", 9),
            ("b", "Bob", "9:01", 9),
            ("c", "Ann", "9:02", 9),
            ("d", "Ann", "9:00", 10),
        )
    ]
    groups = compose_session(record(*thoughts), RAIN).thoughts
    assert [(g.author, g.updated, [line.item.text for line in g.lines]) for g in groups] == [
        ("Ann", date(2009, 6, 9), ["a", "c"]),
        ("Bob", date(2009, 6, 9), ["b"]),
        ("Ann", date(2009, 6, 10), ["d"]),
    ]


def test_no_line_is_two_levels_deeper_than_the_one_above():
    depths = [3, 0, 2, 5, 1]
    written = compose_session(record(*(item(f"n{at}", depth=depth) for at, depth in enumerate(depths))), RAIN)
    assert [line.level for line in written.notes] == [0, 0, 1, 2, 1]


def test_own_headings_replace_the_usual_ones():
    written = compose_session(A_DAY, SHEDS)
    assert (written.thoughts_heading, written.notes_heading) == ("Post-event thoughts", "Live from the shed")


def test_the_event_has_its_sessions_by_slot_the_hallway_and_those_without_notes():
    written = compose_event(A_DAY)
    assert [part.title for part in written.sessions] == ["Who owns the rain?", "Sheds"]
    assert written.hallway is not None
    assert said(written.hallway.notes) == [("09:30", "", 0, "welcome, mind the puddles")]
    assert written.without_notes == (EMPTY,)
    assert (written.title, written.note_takers) == (CAMP.title, ("Ann", "Bob"))


def test_a_session_with_only_posts_counts_as_without_notes():
    written = compose_event(record(item("so much rain", origin="post"), sessions=(RAIN,)))
    assert ([part.title for part in written.sessions], written.without_notes) == (["Who owns the rain?"], (RAIN,))


def test_the_ledger_has_every_commitment_and_every_open_question():
    ledger = [
        (
            due.part.title,
            due.commitment.kind if due.commitment else "question",
            due.commitment.owner if due.commitment else "",
        )
        for due in compose_event(A_DAY).ledger
    ]
    assert ledger == [
        ("Who owns the rain?", "action", "Bob"),
        ("Sheds", "pledge", "Ann"),
        ("Sheds", "question", ""),
    ]


def test_an_item_of_a_removed_session_is_in_the_hallway():
    written = compose_event(record(item("lost", session="gone")))
    assert written.hallway is not None
    assert [line.item.text for line in written.hallway.notes] == ["lost"]
