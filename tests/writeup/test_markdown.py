"""Markdown out, and in again: the same items; and nothing in a note changes what stands around it (THREATS X7)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from backchannel.domain.markup import read
from backchannel.domain.model import KINDS, Edition, Item, Record, Session
from backchannel.domain.times import local_day
from backchannel.domain.wire import one_line, tidy
from backchannel.ingest.notes import read_notes
from backchannel.writeup import markdown
from backchannel.writeup.compose import compose_event, compose_session
from backchannel.writeup.dates import zone_of
from backchannel.writeup.mdtext import text_from_markdown, text_to_markdown
from tests.writeup.camp import A_DAY, CAMP, RAIN, at, item, record

ZONE = zone_of(CAMP.timezone)

SIGNS = """
    # x ~ --- ~ === ~ ``` ~ <!--  ~ --> ~ <b> ~ &lt; ~ &#10; ~ &amp ~ <https://e.org> ~ **Ann:**  ~ 10:05  ~ 9 June 2009  ~ 1. x
    ~ ([post](http://x)) ~ 2) x ~ `a` ~ `` ~ ` ~ \\ ~ > x ~ [x]: y ~ \n\n ~ \n ~ \t- x ~ `<b>` ~ [ ] x ~ | a | b | ~ |
    ~  <!-- action, depth 3 --> ~ <!-- Backchannel: note --> ~ ## Links ~ * * * ~ + ~ --  ~ : x ~ (updated 8 June 2009) ~
"""
PIECES = st.one_of(
    st.sampled_from([sign.removesuffix(" ") for sign in SIGNS.split("~ ")] + ["~~~", " "]), st.text(max_size=4)
)
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=8).map("".join)).map(tidy).filter(lambda text: text.strip())
NAMES = st.one_of(
    st.sampled_from(["", "Ann", "Bob", "(no name)", "10:05 Ann", "A, B"]),
    TEXTS.map(one_line).map(lambda name: name[:60].strip()),
)
TIMES = st.one_of(
    st.none(),
    st.dates(date(2009, 6, 7), date(2009, 6, 9)),
    st.builds(
        lambda minutes: datetime(2009, 6, 7, tzinfo=UTC) + timedelta(minutes=minutes), st.integers(0, 3 * 24 * 60)
    ),
)
URLS = st.one_of(st.none(), st.sampled_from(["https://example.org/1", "https://example.org/a_b?c=d&e=f#g"]))
ITEMS = st.builds(
    lambda text, author, when, url, speaker, **more: item(
        text, author, when, url=url, speaker=speaker or read(text).speaker, **more
    ),
    st.one_of(TEXTS, st.sampled_from(["so much rain on the roof", "RT @zed: so much rain on the roof", "same words"])),
    NAMES,
    TIMES,
    URLS,
    st.one_of(st.none(), NAMES),
    rev=st.integers(1, 2),
    kind=st.sampled_from(KINDS),
    origin=st.sampled_from(["note", "note", "post", "afterthought"]),
    depth=st.integers(0, 8),
)  # fmt: skip
TITLES = TEXTS.map(one_line).filter(bool)
SESSIONS = st.builds(
    Session,
    guid=st.just(RAIN.guid),
    slug=st.just("rain"),
    title=TITLES,
    room=st.one_of(st.none(), TITLES),
    starts=st.one_of(st.none(), st.just(at("10:00"))),
    ends=st.one_of(st.none(), st.just(at("10:45")), st.just(at("02:00", 10))),
    leaders=st.lists(TITLES, max_size=2).map(tuple),
    hashtags=st.lists(st.sampled_from(["lgc09", "lgc09_s3"]), max_size=2).map(tuple),
    headings=st.dictionaries(st.sampled_from(["note", "post", "afterthought"]), TITLES),
)


def every(line):
    return [line.item, *(other.item for other in line.others)]


def printed(written):
    """The items as far as they are printed, in the order in which they are printed."""
    thoughts = [line.item for group in written.thoughts for line in group.lines]
    for made in (*thoughts, *(one for line in (*written.notes, *written.posts) for one in every(line))):
        when = made.at
        if made.origin == "afterthought" and when is not None:
            when = local_day(when, ZONE)
        yield made.origin, made.text, made.kind, made.depth, made.author, made.speaker, when, made.url


def came_back(document):
    for draft in document.drafts:
        kind = draft.kind or read(draft.text).kind
        speaker = draft.speaker or read(draft.text).speaker
        yield draft.origin, draft.text, kind, draft.depth, draft.author, speaker, draft.at, draft.url


PARAGRAPHS = TEXTS.map(lambda text: "\n".join(line for line in text.split("\n") if line.strip())).filter(bool)


@given(SESSIONS, st.lists(ITEMS, min_size=1, max_size=6), st.lists(PARAGRAPHS, max_size=2).map("\n\n".join))
def test_any_session_survives_export_and_import(session, items, introduction):
    edition = Edition(introduction=introduction)
    kept = replace(record(*items, sessions=(session,)), editions={session.guid: edition})
    written = compose_session(kept, session)
    (document,) = read_notes(markdown.write_session(written).encode())
    assert list(came_back(document)) == list(printed(written))
    assert (document.title, document.room, document.leaders) == (session.title, session.room, session.leaders)
    assert (document.hashtags, document.starts) == (session.hashtags, session.starts)
    assert document.introduction == introduction
    assert document.ends == (session.ends if session.starts else None)


@given(st.lists(ITEMS, min_size=1, max_size=3), st.lists(ITEMS, min_size=1, max_size=3), TITLES)
def test_any_event_survives_export_and_import(first, second, title):
    other = Session(guid="other", slug="other", title=title)
    items = [*first, *(Item(**{**{f: getattr(i, f) for f in Item.__slots__}, "session": "other"}) for i in second)]
    written = compose_event(record(*items, sessions=(RAIN, other)))
    documents = read_notes(markdown.write_event(written).encode())
    assert [document.title for document in documents] == [RAIN.title, title]
    assert [list(came_back(document)) for document in documents] == [list(printed(part)) for part in written.sessions]


@given(TEXTS)
def test_any_text_survives_export_and_import_exactly(text):
    lines = text_to_markdown(text)
    assert text_from_markdown(lines) == text
    assert all(line and line[0] not in " \t" and "\n" not in line for line in lines)


STRUCTURE = MarkdownIt("commonmark").enable("table")


def structure(source):
    """The blocks of a Markdown file, and every piece of HTML in it."""
    found = []
    for token in STRUCTURE.parse(source):
        html = [child.content for child in token.children or () if child.type == "html_inline"]
        found += [token.type, *html] if token.type == "inline" else [(token.type, token.tag, token.content)]
    return found


@given(st.lists(TEXTS, min_size=1, max_size=4), st.lists(TEXTS, max_size=2))
def test_x7_no_note_changes_the_structure_around_it(notes, thoughts):
    def source(notes, thoughts):
        items = [item(text, kind="note", speaker=None, depth=min(at, 2)) for at, text in enumerate(notes)]
        items += [item(text, kind="note", speaker=None, origin="afterthought") for text in thoughts]
        written = markdown.write_session(compose_session(record(*items), RAIN))
        return written.split(markdown.DRAWN)[0]

    def plainly(texts):
        return [f"word{at}" if read(text).kind == "note" else f"word{at}?" for at, text in enumerate(texts)]

    assert [
        block for block in structure(source(notes, thoughts)) if block != " <!-- note -->" and block != "<!-- note -->"
    ] == [block for block in structure(source(plainly(notes), plainly(thoughts))) if block != "<!-- note -->"]


@pytest.mark.parametrize(
    "text", ["---", "# x", "```", "<!-- x", "> x", "1. x", "a\n---", "a\n\n# b", "| a |\n|---|", "[x]: /y"]
)
def test_x7_markdown_syntax_in_a_note_is_shown_as_text(text):
    shown = STRUCTURE.render("- " + "\n  ".join(text_to_markdown(text)))
    assert shown.count("<li>") == 1
    for tag in ("<h", "<pre", "<blockquote", "<ol", "<table", "<!--", "<hr"):
        assert tag not in shown


def test_a_write_up_reads_like_one():
    assert (
        markdown.write_session(compose_session(A_DAY, RAIN))
        == """\
<!-- Backchannel write-up 1 of a session; times in Europe/London -->

# Who owns the rain?

- **When:** 8 June 2009, 10:00–10:45
- **Where:** Main hall
- **Led by:** Carl, Dee&#44; of Devon
- **Hashtags:** #puddle\\_s1
- **Notes by:** Ann, Bob
- **Speakers:** Carl
- **Written:** 6 notes, 1 post, 1 afterthought

## Post-event thoughts

### Ann (updated 9 June 2009)

It was wetter than I thought.\\
Much wetter.

## What was written at the time

- 10:02 **Ann:** Q: who pays for the gutters?
  - 10:03 **Bob:** Carl: A: the street does
- 10:05 **Ann:** Hear hear!
- 10:06 **Ann:** ACTION: Bob to count the *gutters*
- 10:07 **Bob:** DECISION: buckets stay where they are
- 10:09 **Ann:** The map: https://example.org/map

## The backchannel

- 10:08 **@zed@example.social:** so much rain at #puddle ([post](https://example.social/6))

<!-- Backchannel: what follows is drawn from the above -->

## Questions

- who pays for the gutters?
  - the street does

## Actions and pledges

- Action: Bob to count the *gutters* – Bob

## Decisions

- buckets stay where they are

## Links

- [The map](https://example.org/map)

## People

- Carl
- Dee, of Devon
"""
    )


def test_notes_with_neither_time_nor_author_are_clean_bullets():
    written = compose_session(Record(event=CAMP, sessions=(RAIN,), items=(item("a – b", ""), item("c", ""))), RAIN)
    assert "\n## What was written at the time\n\n- a – b\n- c\n" in markdown.write_session(written)
