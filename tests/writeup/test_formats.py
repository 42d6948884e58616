import json
import re
import time
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from backchannel.domain.model import Item, Session
from backchannel.domain.wire_json import item_on_wire
from backchannel.writeup import ndjson
from backchannel.writeup.compose import compose_event, compose_session
from backchannel.writeup.formats import FORMATS
from backchannel.writeup.render import render
from tests.writeup.camp import A_DAY, CAMP, EMPTY, RAIN, SHEDS, item, record
from tests.writeup.nasty import nasty_record

PAGE = (
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "main",
    "header",
    "section",
    "article",
    "h1",
    "h2",
    "h3",
    "small",
)
PAGE += ("table", "thead", "tbody", "tr", "th", "td", "p", "ul", "li", "div", "span", "bdi", "b", "a")
PAGE += ("figure", "figcaption", "svg", "g", "rect", "line", "text", "details", "summary")
WORDS = ("br", "em", "strong", "code")


class Tags(HTMLParser):
    """What a browser would make of a page: every tag with its attributes."""

    def __init__(self, source):
        super().__init__()
        self.found = []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@settings(deadline=None)
@given(st.text(st.one_of(st.characters(), st.sampled_from(list("<>&\"'/!-[]()#")))).filter(str.strip))
def test_x2_no_text_runs_in_the_html(text):
    nasty, session = nasty_record(text)
    for written in (
        FORMATS["html"].write_event(compose_event(nasty)),
        FORMATS["html"].write_session(compose_session(nasty, session)),
    ):
        for tag, attributes in Tags(written).found:
            assert tag in PAGE + WORDS
            assert not any(name.startswith("on") or name in ("style", "src") for name in attributes)
            assert re.match(r"https?://|mailto:|#", attributes.get("href", "#"))


def test_x8_the_html_runs_nothing_and_loads_nothing():
    source = FORMATS["html"].write_event(compose_event(A_DAY))
    tags = Tags(source).found
    policy = next(attrs["content"] for tag, attrs in tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    assert [tag for tag, _ in tags if tag in ("script", "link", "img", "iframe", "object", "form")] == []
    assert "url(" not in source
    assert "@import" not in source


def test_the_html_has_authors_texts_and_anchors():
    source = FORMATS["html"].write_session(compose_session(A_DAY, RAIN))
    assert (
        '<li id="i-i2" class="answer"><span class="time">10:03</span> <span class="author">Bob</span> '
        '<span class="kind">answer</span> <b>Carl:</b> the street does\n' in source
    )
    assert '<a class="source" href="#i-i4">' in source
    assert "<title>Who owns the rain? · Puddlecamp</title>" in source


def test_the_html_nests_lists_as_the_notes_are_nested():
    notes = [item(f"n{at}", depth=depth, id=f"n{at}") for at, depth in enumerate([0, 1, 2, 0, 1])]
    source = FORMATS["html"].write_session(compose_session(record(*notes), RAIN))
    shape = "".join(
        re.findall(r"</?ul>|</?li|n\d(?=\n)", source.split('<section class="notes">')[1].split("</section>")[0])
    )
    assert shape == "<ul><lin0<ul><lin1<ul><lin2</li</ul></li</ul></li<lin3<ul><lin4</li</ul></li</ul>"


def test_every_anchor_that_is_linked_exists():
    source = FORMATS["html"].write_event(compose_event(A_DAY))
    tags = Tags(source).found
    anchors = {attrs["id"] for _, attrs in tags if "id" in attrs}
    assert {attrs["href"][1:] for _, attrs in tags if attrs.get("href", "").startswith("#")} <= anchors


def test_the_text_has_the_shape_of_live_notes():
    assert (
        FORMATS["txt"].write_session(compose_session(A_DAY, RAIN))
        == """\
Who owns the rain?
==================
8 June 2009, 10:00–10:45 · Main hall · led by Carl, Dee, of Devon · #puddle_s1 · notes by Ann, Bob · speakers Carl · \
6 notes, 1 post, 1 afterthought

Post-event thoughts – Ann (updated 9 June 2009):
It was wetter than I thought.
Much wetter.

What was written at the time:
– 10:02 Ann: Q: who pays for the gutters?
  – 10:03 Bob: Carl: A: the street does
– 10:05 Ann: Hear hear!
– 10:06 Ann: ACTION: Bob to count the *gutters*
– 10:07 Bob: DECISION: buckets stay where they are
– 10:09 Ann: The map: https://example.org/map

The backchannel:
– 10:08 @zed@example.social: so much rain at #puddle (https://example.social/6)

Questions:
– who pays for the gutters?
  – the street does

Actions and pledges:
– Action: Bob to count the *gutters* – Bob

Decisions:
– buckets stay where they are

Links:
– The map https://example.org/map

People:
– Carl
– Dee, of Devon
"""
    )


def test_ndjson_is_a_line_an_item_in_reading_order():
    lines = FORMATS["ndjson"].write_event(compose_event(A_DAY)).splitlines()
    visible = [made for made in A_DAY.items if made.state == "visible"]
    slugs = {RAIN.guid: "rain", SHEDS.guid: "sheds", None: None}
    expected = []
    for made in visible:
        shape = item_on_wire(made)
        del shape["html"]
        expected.append(shape | {"source_id": None, "session_slug": slugs[made.session]})
    assert [json.loads(line) for line in lines] == expected


def test_ndjson_has_one_line_an_item_for_any_text():
    written = FORMATS["ndjson"].write_session(compose_session(record(item("a\u2028b\u0085c\nd")), RAIN))
    assert len(written.splitlines()) == 1
    assert json.loads(written)["text"] == "a\u2028b\u0085c\nd"


def test_an_organiser_gets_items_in_every_state():
    states = [json.loads(line)["state"] for line in ndjson.write_record(A_DAY)]
    assert states == [made.state for made in A_DAY.items]


def test_json_holds_the_whole_write_up():
    written = json.loads(FORMATS["json"].write_event(compose_event(A_DAY)))
    assert written["event"] == {
        "slug": CAMP.slug,
        "title": "Puddlecamp",
        "timezone": "Europe/London",
        "starts": None,
        "ends": None,
        "hashtags": ["puddle"],
    }
    rain = written["sessions"][0]
    assert [made["id"] for made in rain["items"]] == ["i1", "i2", "i3", "i4", "i5", "i6", "i7", "i11"]
    assert rain["questions"] == [{"id": "i1", "text": "who pays for the gutters?", "answers": ["i2"]}]
    assert rain["links"] == [{"url": "https://example.org/map", "title": "The map"}]
    assert [session["guid"] for session in written["without_notes"]] == [EMPTY.guid]
    assert written["ledger"] == [
        {"session": RAIN.guid, "kind": "action", "owner": "Bob", "id": "i4", "text": "Bob to count the *gutters*"},
        {
            "session": SHEDS.guid,
            "kind": "pledge",
            "owner": "Ann",
            "id": "i9",
            "text": "I will paint mine green, that is my pledge",
        },
        {"session": SHEDS.guid, "kind": "question", "owner": None, "id": "i10", "text": "what about roofs?"},
    ]


def test_a_large_event_is_written_quickly():
    sessions = tuple(Session(guid=f"s{n}", slug=f"s{n}", title=f"Session {n}") for n in range(60))
    texts = [f"Ann: what about *thing* {n % 97}, see https://example.org/{n % 97}? #puddle" for n in range(10_000)]
    shown = {text: render(text) for text in set(texts)}
    items = tuple(
        Item(
            id=f"i{n}", event=CAMP.slug, origin="note", text=text, author="Ann", html=shown[text], session=f"s{n % 60}"
        )
        for n, text in enumerate(texts)
    )
    begun = time.process_time()
    written = compose_event(record(*items, sessions=sessions))
    for name in ("md", "html", "txt", "json", "ndjson", "csv", "ledger.csv", "atom", "ics"):
        FORMATS[name].write_event(written)
    assert time.process_time() - begun < 10.0
