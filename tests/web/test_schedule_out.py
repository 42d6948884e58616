"""The programme to subscribe to: it imports again as the same programme, and hides what pages hide."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx2 as httpx
import pytest

from backchannel.cli.common import Host
from backchannel.config import Settings
from backchannel.desk import events, programme
from backchannel.desk.grid import edit_grid
from backchannel.desk.redaction import withhold_names
from backchannel.domain.grid_wire import read_edit
from backchannel.domain.ids import uuid7
from backchannel.domain.programme import Changes
from backchannel.ingest.schedules import read_schedule
from tests.stage import Camp, Server

SCHEDULE = b"""[
 {"id": "00000000-0000-4000-8000-0000000000a1", "title": "Maps & <mud>", "day": "2026-06-13", "time": "23:30", "length": "60",
  "room": "Main Hall", "facilitators": ["Ida \\u201cI\\u201d Moss", "Wim"], "hashtags": "#maps #mud",
  "description": "About *maps*.\\n\\nHashtag: #maps", "url": "https://camp.example/maps"},
 {"id": "00000000-0000-4000-8000-0000000000a2", "title": "Tea", "day": "2026-06-14", "time": "10:00", "length": "45",
  "room": "Attic", "facilitators": []},
 {"id": "00000000-0000-4000-8000-0000000000a3", "title": "Walk", "day": "2026-06-14", "time": "10:00", "length": "45"}]"""


@pytest.fixture
def outside(shared_server: Server) -> Camp:
    """An event with a session over midnight, one that was cancelled and one without a room."""
    slug = f"out-{uuid7()[-6:]}"
    host = Host(Settings.from_environment({}, db=shared_server.db, port=shared_server.port))
    events.create_event(host.desk, slug, title="Out & About", timezone="Europe/London")
    programme.take_schedule(host.desk, slug, read_schedule(SCHEDULE, timezone="Europe/London"))
    camp = Camp(shared_server, dict(events.event_passes(host.desk, host.passes, slug)), {}, [], slug)
    olive = replace(host.passes.read(camp.passes["organiser"]), key=uuid7(), name="Olive")
    for edit in (
        {"do": "cancel", "session": "00000000-0000-4000-8000-0000000000a2"},
        {"do": "change_room", "room": host.read().rooms(slug)[0].guid, "title": "Main Hall", "seats": 40},
    ):
        edit_grid(host.desk, olive, read_edit({"op": uuid7(), **edit}))
    host.store.close()
    return camp


def get(camp: Camp, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{camp.server.url}/e/{camp.slug}/{path}", headers=headers)


def host_of(camp: Camp) -> Host:
    return Host(Settings.from_environment({}, db=camp.server.db, port=camp.server.port))


def sessions_of(host: Host, slug: str) -> list[dict[str, Any]]:
    kept = (replace(one, slug="", number=None) for one in host.read().sessions(slug))
    return sorted((asdict(one) for one in kept), key=lambda one: str(one["guid"]))


@pytest.mark.parametrize("path", ["schedule.json", "schedule.xml", "schedule.ics"])
def test_the_exported_file_is_the_same_programme_here_and_in_a_new_event(outside: Camp, path: str) -> None:
    host, data = host_of(outside), get(outside, path).content
    read = read_schedule(data, name=path, timezone="Europe/London")
    assert programme.take_schedule(host.desk, outside.slug, read) == Changes()
    fresh = f"again-{uuid7()[-6:]}"
    events.create_event(host.desk, fresh, title="Again", timezone="Europe/London")
    programme.take_schedule(host.desk, fresh, read)
    assert sessions_of(host, fresh) == sessions_of(host, outside.slug)
    if path == "schedule.json":  # the others have no place for seats
        assert [(room.name, room.seats) for room in host.read().rooms(fresh)] == [("Main Hall", 40), ("Attic", None)]
    host.store.close()


def test_the_json_has_what_the_published_schema_requires(outside: Camp) -> None:
    answer = get(outside, "schedule.json")
    assert answer.headers["Content-Type"] == "application/json"
    found = answer.json()
    assert (found["$schema"], set(found)) == ("https://c3voc.de/schedule/schema.json", {"$schema", "generator", "schedule"})
    conference = found["schedule"]["conference"]
    assert set(conference) == {
        "acronym", "title", "start", "end", "daysCount", "timeslot_duration", "time_zone_name", "url", "rooms", "days",
    }  # fmt: skip
    assert re.fullmatch(r"[a-z0-9_-][a-z0-9_]{3,}", conference["acronym"])
    assert (conference["start"], conference["end"], conference["daysCount"]) == ("2026-06-13", "2026-06-14", 2)
    assert [set(room) for room in conference["rooms"]] == [{"name", "guid", "capacity"}] * 2
    first, second = conference["days"]
    assert {name: first[name] for name in ("index", "date", "day_start", "day_end")} == {
        "index": 1, "date": "2026-06-13", "day_start": "2026-06-13T00:00:00+01:00", "day_end": "2026-06-13T23:59:59+01:00",
    }  # fmt: skip
    home = f"{outside.server.url}/e/{outside.slug}"
    (maps,) = first["rooms"]["Main Hall"]
    (wim,) = [person for person in maps.pop("persons") if person["public_name"] == "Wim"]
    assert isinstance(wim["id"], int)
    assert maps == {
        "id": 1, "guid": "00000000-0000-4000-8000-0000000000a1", "date": "2026-06-13T23:30:00+01:00", "start": "23:30",
        "duration": "01:00", "room": "Main Hall", "slug": f"{outside.slug}-maps-mud", "url": "https://camp.example/maps",
        "title": "Maps & <mud>", "subtitle": "", "track": "", "type": "discussion", "language": "en",
        "abstract": "About *maps*.\n\nHashtag: #maps", "description": "Hashtag: #maps #mud",
        "links": [{"url": f"{home}/s/maps-mud", "title": "Notes"}], "attachments": [],
    }  # fmt: skip
    (tea,) = second["rooms"]["Attic"]
    assert (tea["subtitle"], tea["url"]) == ("Cancelled", f"{home}/s/tea")


def test_a_calendar_holds_the_event_a_room_or_a_session(outside: Camp) -> None:
    def titles(path: str) -> list[str]:
        answer = get(outside, path)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
        return [one.title for one in read_schedule(answer.content).sessions]

    assert titles("schedule.ics") == ["Maps & <mud>", "Walk", "Tea"]
    assert titles(f"schedule.ics?room={quote('Main Hall')}") == ["Maps & <mud>"]
    assert titles("s/tea/session.ics") == ["Tea"]
    assert "STATUS:CANCELLED" in get(outside, "s/tea/session.ics").text
    assert get(outside, "schedule.ics?room=Cellar").status_code == 404
    assert get(outside, "schedule.doc").status_code == 404


@pytest.mark.parametrize("path", ["schedule.json", "schedule.xml", "schedule.ics", "s/tea/session.ics"])
def test_an_unchanged_programme_answers_304_and_a_changed_one_does_not(outside: Camp, path: str) -> None:
    tag = get(outside, path).headers["ETag"]
    assert get(outside, path, **{"If-None-Match": tag}).status_code == 304
    outside.person("organiser").post("grid", {"op": uuid7(), "do": "restore", "session": "00000000-0000-4000-8000-0000000000a2"})
    answer = get(outside, path, **{"If-None-Match": tag})
    assert (answer.status_code, "ancelled" in answer.text, "CANCELLED" in answer.text) == (200, False, False)


@pytest.mark.parametrize("path", ["schedule.json", "schedule.xml", "schedule.ics", "s/maps-mud/session.ics"])
def test_a_session_without_names_is_exported_without_its_leaders(outside: Camp, path: str) -> None:
    host = host_of(outside)
    assert "Wim" in get(outside, path).text
    withhold_names(host.desk, outside.slug, "maps-mud", True)
    host.store.close()
    assert "Wim" not in get(outside, path).text


@pytest.mark.parametrize("path", ["schedule.json", "schedule.xml", "schedule.ics", "s/tea/session.ics"])
@pytest.mark.parametrize(("role", "status"), [("", 404), ("follower", 200), ("scribe", 200), ("organiser", 200)])
def test_a_restricted_event_shows_its_programme_to_those_with_a_link(
    outside: Camp, path: str, role: str, status: int
) -> None:
    host = host_of(outside)
    host.desk.write(outside.slug, lambda writer: writer.save_event(replace(writer.event(outside.slug), public=False)))
    host.store.close()
    shown = {"Authorization": f"Bearer {outside.passes[role]}"} if role else {}
    assert get(outside, path, **shown).status_code == status


def test_the_event_s_page_names_its_schedules(outside: Camp) -> None:
    page = httpx.get(f"{outside.server.url}/e/{outside.slug}").text
    links = re.findall(r'<link rel="alternate" type="([^"]+)"[^>]* href="([^"]+)"', page)
    home = f"/e/{outside.slug}"
    assert {("text/calendar", f"{home}/schedule.ics"), ("application/json", f"{home}/schedule.json"),
            ("application/xml", f"{home}/schedule.xml")} <= set(links)  # fmt: skip


def test_an_event_without_sessions_has_an_empty_schedule(outside: Camp) -> None:
    host, slug = host_of(outside), f"none-{uuid7()[-6:]}"
    events.create_event(host.desk, slug, title="None", starts=date(2026, 6, 13))
    host.store.close()
    found = httpx.get(f"{outside.server.url}/e/{slug}/schedule.json").json()["schedule"]["conference"]
    assert (found["days"], found["start"], found["end"]) == ([], "2026-06-13", "2026-06-13")


def test_a_session_without_an_end_stays_without_one(outside: Camp) -> None:
    host, noon = host_of(outside), datetime(2026, 6, 14, 12, 0, tzinfo=UTC)
    maps = next(one for one in host.read().sessions(outside.slug) if one.slug == "maps-mud")
    for ends, duration in ((None, "00:00"), (noon + timedelta(hours=30), "30:00")):
        host.desk.write(
            outside.slug, lambda writer, ends=ends: writer.save_session(outside.slug, replace(maps, starts=noon, ends=ends))
        )
        host.desk.write(outside.slug, lambda writer: writer.save_event(writer.event(outside.slug)))
        data = get(outside, "schedule.json").content
        assert f'"duration": "{duration}"'.encode() in data
        (again,) = [one for one in read_schedule(data).sessions if one.guid == maps.guid]
        assert (again.starts, again.ends) == (noon, ends)
    host.store.close()
