"""Conversions between rows and the domain's values. Lists and mappings are stored as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from backchannel.domain.model import Edition, Event, Feed, Gap, Item, Placement, Policy, Room, Session
from backchannel.domain.outcomes import outcome_of
from backchannel.domain.times import parse_when, write_when
from backchannel.store.base import Change, Source
from backchannel.store.sql.connection import Row

ITEM = """
    item.event, item.id, item.seq, item.rev, item.origin, item.session, item.author, item.author_key, item.at,
    item.written_at, item.received_at, item.url, item.sources, item.method, item.confidence, item.reason,
    item.reactions, item.state, item.source_id, revision.text, revision.html, revision.kind, revision.depth, revision.speaker,
    revision.at AS revised_at
"""
ITEM_FROM = "item JOIN revision ON revision.event = item.event AND revision.id = item.id AND revision.rev = item.rev"
TO_CHECK = """origin = 'post' AND state IN ('visible', 'held') AND (method IS NULL OR method NOT IN ('person', 'explicit'))
    AND (state = 'held' OR session IS NULL OR confidence < 0.5)"""  # as desk/triage.py. A step of the schema uses it
BY_CLOCK = "origin = 'post' AND method IN ('time', 'room')"  # as in the index item_by_clock
READING_ORDER = "item.at NULLS FIRST, item.seq"  # items without a time come first
ALL = 1 << 62  # a limit above any number of rows, and a seq above all others


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def dumps(value: Any) -> str:
    return _JSON.encode(value)


def all_if_negative(limit: int) -> int:
    return limit if limit >= 0 else ALL


def moment(text: str | None) -> datetime | None:
    when = parse_when(text)
    return when if isinstance(when, datetime) else None


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def event(row: Row) -> Event:
    return Event(
        slug=row["slug"], uid=row["uid"], title=row["title"], timezone=row["timezone"], starts=day(row["starts"]),
        ends=day(row["ends"]), hashtags=tuple(json.loads(row["hashtags"])), public=bool(row["public"]),
        closed=bool(row["closed"]), head=row["head"], withheld=tuple(json.loads(row["withheld"])),
        version=row["version"],
        programme=row["programme"], pitches=row["pitches"], policy=Policy(**json.loads(row["policy"])),
    )  # fmt: skip


def event_row(event: Event) -> dict[str, Any]:
    return {
        "slug": event.slug, "uid": event.uid, "title": event.title, "timezone": event.timezone,
        "starts": write_when(event.starts), "ends": write_when(event.ends), "hashtags": dumps(event.hashtags),
        "public": int(event.public), "closed": int(event.closed), "withheld": dumps(event.withheld),
        "policy": dumps(asdict(event.policy)),
    }  # fmt: skip


def room(row: Row) -> Room:
    return Room(name=row["name"], guid=row["guid"], seats=row["seats"], position=row["position"])


def session(row: Row) -> Session:
    return Session(
        guid=row["guid"], slug=row["slug"], number=row["number"], title=row["title"], abstract=row["abstract"],
        room=row["room"], starts=moment(row["starts"]), ends=moment(row["ends"]),
        leaders=tuple(json.loads(row["leaders"])), hashtags=tuple(json.loads(row["hashtags"])), url=row["url"],
        headings=json.loads(row["headings"]), no_names=bool(row["no_names"]),
        merged_into=row["merged_into"], cancelled=bool(row["cancelled"]),
    )  # fmt: skip


def session_row(event: str, session: Session) -> dict[str, Any]:
    return {
        "event": event, "guid": session.guid, "slug": session.slug, "number": session.number,
        "title": session.title, "abstract": session.abstract, "room": session.room,
        "starts": write_when(session.starts), "ends": write_when(session.ends), "leaders": dumps(session.leaders),
        "hashtags": dumps(session.hashtags), "url": session.url, "headings": dumps(dict(session.headings)),
        "no_names": int(session.no_names), "merged_into": session.merged_into,
        "cancelled": int(session.cancelled),
    }  # fmt: skip


def item(row: Row) -> Item:
    return Item(
        id=row["id"], event=row["event"], origin=row["origin"], text=row["text"], author=row["author"],
        kind=row["kind"], session=row["session"], depth=row["depth"], speaker=row["speaker"], html=row["html"],
        at=parse_when(row["at"]), written_at=parse_when(row["written_at"]), received_at=moment(row["received_at"]),
        url=row["url"], sources=tuple(json.loads(row["sources"])), placed=placement(row),
        reactions=json.loads(row["reactions"]), state=row["state"], seq=row["seq"], rev=row["rev"],
        author_key=row["author_key"], source_id=row["source_id"],
        revised_at=moment(row["revised_at"]) if row["rev"] > 1 else None,
    )  # fmt: skip


def placement(row: Row) -> Placement | None:
    if row["method"] is None:
        return None
    return Placement(method=row["method"], confidence=row["confidence"], reason=row["reason"])


def placement_columns(placed: Placement | None) -> tuple[str | None, float | None, str | None]:
    return (placed.method, placed.confidence, placed.reason) if placed else (None, None, None)


def change(row: Row) -> Change:
    return Change(
        seq=row["seq"], id=row["id"], do=row["do"], by=row["by"], at=datetime.fromisoformat(row["at"]),
        session=row["session"], state=row["state"], rev=row["rev"], placed=placement(row),
    )  # fmt: skip


def change_row(item: Item, do: str, by: str, at: datetime) -> tuple[Any, ...]:
    return (
        item.event, item.seq, item.id, do, by, write_when(at), item.session, item.state, item.rev,
        *placement_columns(item.placed),
    )  # fmt: skip


def revision_row(item: Item, by: str, at: datetime) -> tuple[Any, ...]:
    return (
        item.event, item.id, item.rev, item.text, item.html, item.kind, item.depth, item.speaker, by, write_when(at),
    )  # fmt: skip


def item_row(item: Item) -> dict[str, Any]:
    method, confidence, reason = placement_columns(item.placed)
    return {
        "event": item.event, "id": item.id, "seq": item.seq, "rev": item.rev, "origin": item.origin,
        "session": item.session, "author": item.author, "author_key": item.author_key, "at": write_when(item.at),
        "written_at": write_when(item.written_at), "received_at": write_when(item.received_at), "url": item.url,
        "sources": dumps([dict(source) for source in item.sources]), "method": method, "confidence": confidence, "reason": reason,
        "reactions": dumps(dict(item.reactions)), "state": item.state, "source_id": item.source_id,
        "outcome": outcome_of(item),
    }  # fmt: skip


def feed(row: Row) -> Feed:
    return Feed(
        id=row["id"], event=row["event"], url=row["url"], session=row["session"], title=row["title"],
        etag=row["etag"], modified=row["modified"], fingerprint=row["fingerprint"],
        polled_at=moment(row["polled_at"]), due_at=moment(row["due_at"]), failures=row["failures"],
        health=row["health"], off=bool(row["off"]), newest_at=moment(row["newest_at"]), moved_to=row["moved_to"],
        hub=row["hub"], hub_topic=row["hub_topic"], hub_secret=row["hub_secret"], hub_due_at=moment(row["hub_due_at"]),
        hub_until=moment(row["hub_until"]), nudged=bool(row["nudged"]), hold=row["hold"],
    )  # fmt: skip


def source(row: Row) -> Source:
    return Source(id=row["id"], feed=row["feed"], fingerprint=row["fingerprint"])


def gap(row: Row) -> Gap:
    return Gap(
        begins=datetime.fromisoformat(row["begins"]), ends=datetime.fromisoformat(row["ends"]), feed=row["feed"]
    )


def edition(row: Row) -> Edition:
    body = json.loads(row["body"])
    lists = {name: tuple(body.get(name, ())) for name in ("pins", "left_out", "order")}
    return Edition(
        title=body.get("title", ""), introduction=body.get("introduction", ""),
        published=body.get("published", True), rev=row["rev"], **lists,
    )  # fmt: skip


def edition_body(edition: Edition) -> str:
    kept = ("title", "introduction", "pins", "left_out", "order", "published")
    return dumps({name: getattr(edition, name) for name in kept})


def feed_row(feed: Feed) -> dict[str, Any]:
    return {
        "event": feed.event, "id": feed.id, "url": feed.url, "session": feed.session, "title": feed.title,
        "etag": feed.etag, "modified": feed.modified, "fingerprint": feed.fingerprint,
        "polled_at": write_when(feed.polled_at), "due_at": write_when(feed.due_at), "failures": feed.failures,
        "health": feed.health, "off": int(feed.off), "newest_at": write_when(feed.newest_at),
        "moved_to": feed.moved_to, "hub": feed.hub, "hub_topic": feed.hub_topic, "hub_secret": feed.hub_secret,
        "hub_due_at": write_when(feed.hub_due_at), "hub_until": write_when(feed.hub_until), "nudged": int(feed.nudged),
        "hold": feed.hold,
    }  # fmt: skip
