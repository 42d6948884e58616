"""The form of an event's properties: title, days, time zone, hashtags. Shared by /new and the settings page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from backchannel.domain.errors import Invalid
from backchannel.domain.hashtag_check import collisions
from backchannel.domain.model import Event
from backchannel.store.base import Reader

OTHER_REGIONS = ("Etc", "SystemV", "US")


def read_event_form(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return the properties of an event from a form. Raises `Invalid`, which names the field."""
    return {
        "title": fields.get("title", ""),
        "timezone": fields.get("timezone", "") or "UTC",
        "starts": _day(fields, "starts"),
        "ends": _day(fields, "ends") or _day(fields, "starts"),
        "hashtags": read_hashtags(fields.get("hashtags", "")),
        "public": fields.get("access") != "restricted",
    }


def event_fields(event: Event) -> dict[str, str]:
    """Return an event's properties as they are typed in the form."""
    return {
        "title": event.title, "timezone": event.timezone, "starts": str(event.starts or ""), "ends": str(event.ends or ""),
        "hashtags": " ".join(f"#{tag}" for tag in event.hashtags), "access": "open" if event.public else "restricted",
    }  # fmt: skip


def read_hashtags(text: str) -> tuple[str, ...]:
    """Parse hashtags separated by spaces or commas, with or without '#'."""
    words = text.replace(",", " ").replace("#", " ").split()
    return tuple(dict.fromkeys(word[:60] for word in words))[:10]


def hashtag_warnings(reader: Reader, tags: Iterable[str], slug: str = "") -> list[str]:
    """Return what the hashtags of the event `slug` collide with."""
    others = [event for event in reader.events() if event.slug != slug]
    return [sentence for tag in tags for sentence in collisions(tag, others)]


def _day(fields: Mapping[str, str], name: str) -> date | None:
    text = fields.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"“{text[:40]}” isn't a date. Use the form 2026-06-13.", field=name) from None


@cache
def zones() -> dict[str, list[str]]:
    """Return the time zones by region, for a list to choose from."""
    regions: dict[str, list[str]] = {"": ["UTC"]}
    for name in sorted(available_timezones()):
        region, _, place = name.partition("/")
        if place and region not in OTHER_REGIONS:
            regions.setdefault(region, []).append(name)
    return regions
