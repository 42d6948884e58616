"""A small event with a few sessions and fixed people, for the tests of write-ups."""

from __future__ import annotations

from datetime import UTC, datetime

from backchannel.domain.ids import derived
from backchannel.domain.markup import read
from backchannel.domain.model import Event, Item, Record, Session, When
from backchannel.writeup.render import render

CAMP = Event(slug="puddle", title="Puddlecamp", timezone="Europe/London", hashtags=("puddle",))


def at(clock: str, day: int = 8) -> datetime:
    """Return a time on the day of the event in June 2009, in London."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2009, 6, day, hour - 1, minute, tzinfo=UTC)


RAIN = Session(
    guid="s-rain",
    slug="rain",
    title="Who owns the rain?",
    room="Main hall",
    starts=at("10:00"),
    ends=at("10:45"),
    leaders=("Carl", "Dee, of Devon"),
    hashtags=("puddle_s1",),
)
SHEDS = Session(
    guid="s-sheds", slug="sheds", title="Sheds", starts=at("11:00"), headings={"note": "Live from the shed"}
)
EMPTY = Session(guid="s-empty", slug="empty", title="Silence", starts=at("09:00"))


def item(text: str, author: str = "Ann", when: When = None, **more: object) -> Item:
    """Return an item as the desk would save it."""
    reading = read(text)
    made = {
        "id": derived("test", ascii(text), ascii(author), str(when)),
        "event": CAMP.slug,
        "origin": "note",
        "session": RAIN.guid,
        "kind": reading.kind,
        "speaker": reading.speaker,
        "html": render(reading.body),
    }
    return Item(text=text, author=author, at=when, **(made | more))  # type: ignore[arg-type]


def record(*items: Item, sessions: tuple[Session, ...] = (RAIN, SHEDS, EMPTY)) -> Record:
    return Record(event=CAMP, sessions=sessions, items=items)


A_DAY = record(
    item("welcome, mind the puddles", "Bob", at("09:30"), id="i0", session=None),
    item("Q: who pays for the gutters?", "Ann", at("10:02"), id="i1"),
    item("Carl: A: the street does", "Bob", at("10:03"), id="i2", depth=1),
    item("Hear hear!", "Ann", at("10:05"), id="i3"),
    item("ACTION: Bob to count the *gutters*", "Ann", at("10:06"), id="i4"),
    item("DECISION: buckets stay where they are", "Bob", at("10:07"), id="i5"),
    item("so much rain at #puddle", "@zed@example.social", at("10:08"), id="i6", origin="post", url="https://example.social/6"),
    item("The map: https://example.org/map", "Ann", at("10:09"), id="i7"),
    item("hidden", "Ann", at("10:10"), id="i8", state="hidden"),
    item("I will paint mine green, that is my pledge", "Ann", at("11:05"), id="i9", session=SHEDS.guid),
    item("what about roofs?", "Ann", at("11:06"), id="i10", session=SHEDS.guid),
    item("It was wetter than I thought.\nMuch wetter.", "Ann", at("20:00", 9), id="i11", origin="afterthought"),
)  # fmt: skip
