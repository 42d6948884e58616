from datetime import UTC, date, datetime

from backchannel.domain.model import Item, Placement, Tombstone
from backchannel.domain.wire_json import item_on_wire, tombstone_on_wire


def test_an_item_is_serialised_with_exactly_these_keys():
    item = Item(
        id="i1",
        event="lgc09",
        origin="post",
        text="Hello *all*",
        author="Ann",
        kind="question",
        session="s1",
        depth=1,
        speaker="Bob",
        html="<p>Hello</p>",
        at=datetime(2009, 6, 8, 10, 5, tzinfo=UTC),
        written_at=date(2009, 6, 8),
        received_at=None,
        url="https://example.org/1",
        sources=({"feed": "f", "guid": "g", "url": "https://example.org/1"},),
        placed=Placement(method="hashtag", confidence=0.9, reason="tagged #lgc09s1"),
        reactions={"+1": 2},
        seq=7,
        rev=2,
        author_key="secret",
        source_id="x",
    )
    assert item_on_wire(item) == {
        "id": "i1",
        "seq": 7,
        "rev": 2,
        "event": "lgc09",
        "session": "s1",
        "origin": "post",
        "kind": "question",
        "depth": 1,
        "author": "Ann",
        "speaker": "Bob",
        "text": "Hello *all*",
        "html": "<p>Hello</p>",
        "at": "2009-06-08T10:05:00+00:00",
        "written_at": "2009-06-08",
        "received_at": None,
        "url": "https://example.org/1",
        "sources": [{"feed": "f", "guid": "g", "url": "https://example.org/1"}],
        "placed": {"method": "hashtag", "confidence": 0.9, "reason": "tagged #lgc09s1"},
        "reactions": {"+1": 2},
        "state": "visible",
    }


def test_a_note_has_no_placement():
    assert item_on_wire(Item(id="i", event="e", origin="note", text="x", author="Ann"))["placed"] is None


def test_a_tombstone_carries_no_text():
    assert tombstone_on_wire(Tombstone(id="i1", seq=9)) == {"id": "i1", "seq": 9, "gone": True}
