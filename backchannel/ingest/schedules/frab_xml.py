"""schedule.xml of frab and pretalx: the structure of schedule.json v1 as elements.

    <schedule><conference><title>…</title></conference>
      <day date="2026-06-08"><room name="Main Hall"><event guid="…"><title>…</title>…</event></room></day></schedule>

Document types are refused, so no entity is expanded and nothing is fetched.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from ...domain.errors import Unreadable
from ...domain.model import Schedule
from .frab_json import read_tables
from .gather import Given


def is_mine(text: str) -> bool:
    head = text.lstrip()[:4000]
    return head.startswith("<") and "<html" not in head.casefold() and "<!doctype html" not in head.casefold()


def read(text: str, name: str, given: Given) -> Schedule:
    called = f"“{name}”" if name else "The file"
    root = _parse(text, called)
    if root.tag != "schedule":
        raise Unreadable(f"{called} is XML, but not a schedule: it begins with <{root.tag[:40]}>. Nothing was imported.")
    conference, generator = _conference(root), root.find("generator")
    maker = generator.get("name", "") if generator is not None else ""
    schedule = {"base_url": conference.get("base_url"), "conference": conference}
    return read_tables({"generator": {"name": maker}, "schedule": schedule}, name, given)


def _parse(text: str, called: str) -> Element:
    builder = TreeBuilder()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data

    def refuse(*_: object) -> None:
        raise Unreadable(f"{called} declares a document type, which isn't allowed. Nothing was imported.")

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        cut = error.code in _UNFINISHED
        wrong = "is incomplete" if cut else f"is broken XML ({expat.ErrorString(error.code)})"
        raise Unreadable(
            f"{called} {wrong} at line {error.lineno}, column {error.offset + 1}. Nothing was imported."
        ) from None
    return builder.close()


_UNFINISHED = {
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
    expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
}


def _conference(root: Element) -> dict[str, Any]:
    conference: dict[str, Any] = dict(_texts(root.find("conference")))
    days = root.findall("day")
    rooms = [room for day in days for room in day.findall("room")]
    guids = {room.get("name", ""): room.get("guid", "") for room in rooms}
    conference["rooms"] = [{"name": name, "guid": guid} for name, guid in guids.items()]
    conference["days"] = [{"date": day.get("date"), "rooms": _rooms(day)} for day in days]
    return conference


def _rooms(day: Element) -> dict[str, list[dict[str, Any]]]:
    return {room.get("name", ""): [_event(event) for event in room.findall("event")] for room in day.findall("room")}


def _event(element: Element) -> dict[str, Any]:
    """Return an event's elements as a table, together with its attributes `id`, `guid` and `code`."""
    people = [{"public_name": (p.text or "").strip()} for p in element.findall("persons/person")]
    number = element.get("id", "")
    identity = {"id": int(number) if number.isascii() and number.isdigit() and len(number) < 20 else number or None}
    names = {"guid": element.get("guid"), "code": element.get("code")}
    return dict(_texts(element)) | identity | names | {"persons": people}


def _texts(element: Element | None) -> list[tuple[str, str]]:
    return [(child.tag, (child.text or "").strip()) for child in element or () if not len(child)]
