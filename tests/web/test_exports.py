"""Downloads of write-ups: every format over HTTP, with slow formats built in the background, once, and never stale."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2 as httpx
import pytest

from backchannel.cli.common import Host
from backchannel.config import Settings
from backchannel.desk import events
from backchannel.domain.errors import Busy
from backchannel.domain.ids import uuid7
from backchannel.store.base import Reader
from backchannel.web.exports import MAX_WAITING, Exports, Wanted, tag_of
from backchannel.writeup.formats import FORMATS
from tests.stage import Camp, eventually
from tests.writeup.opened import text_of

SLUG = "compost-for-councillors"


def get(camp: Camp, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{camp.server.url}/e/{camp.slug}/{path}", headers=headers, timeout=60)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_of_the_event_can_be_downloaded(name: str, camp: Camp) -> None:
    camp.join("Ann").note("DECISION: five villages in the room")
    found = get(camp, f"write-up.{name}")
    assert (found.status_code, found.headers["Content-Type"].split(";")[0]) == (200, FORMATS[name].media_type)
    assert f'filename="{FORMATS[name].file_name(camp.slug)}"' in found.headers["Content-Disposition"]
    told = text_of(name, found.content)
    assert {"ledger.csv": '"kind"', "ics": "Compost for councillors"}.get(name, "five villages in the room") in told


@pytest.mark.parametrize("name", [name for name, made in FORMATS.items() if made.write_session])
def test_every_format_of_a_session_can_be_downloaded(name: str, camp: Camp) -> None:
    camp.join("Ann").note("five villages in the room")
    found = get(camp, f"s/{SLUG}/write-up.{name}")
    assert (found.status_code, bool(found.content)) == (200, True)


def test_the_pages_offer_the_formats_that_are_installed(camp: Camp) -> None:
    camp.join("Ann").note("here")
    event, session = get(camp, "write-up").text, get(camp, f"s/{SLUG}/write-up").text
    assert [name for name in FORMATS if f'/write-up.{name}"' not in event] == []
    assert [name for name in FORMATS if f'/s/{SLUG}/write-up.{name}"' not in session] == ["site"]


def test_the_event_s_page_is_never_stale(camp: Camp) -> None:
    ann = camp.join("Ann")
    kept = ann.note("DECISION: Ida mends the roof")
    assert "Ida mends the roof" in get(camp, "write-up").text
    ann.note("DECISION: and nobody the fence")
    assert set(re.findall("mends the roof|nobody the fence", get(camp, "write-up").text)) == {
        "mends the roof", "nobody the fence",
    }  # fmt: skip
    ann.do({"op": uuid7(), "id": kept["id"], "do": "retract"})
    assert "Ida mends the roof" not in get(camp, "write-up").text
    camp.server.run("event", "session", camp.slug, camp.guid, "--no-names")
    assert "Ann" not in get(camp, "write-up").text


def test_a_site_of_a_session_is_refused(camp: Camp) -> None:
    found = get(camp, f"s/{SLUG}/write-up.site")
    assert (found.status_code, "leave the session out" in found.text) == (400, True)


def test_an_unchanged_file_gets_a_304(camp: Camp) -> None:
    ann = camp.join("Ann")
    ann.note("one")
    first = get(camp, "write-up.docx")
    tag = first.headers["ETag"]
    assert get(camp, "write-up.docx", **{"If-None-Match": tag}).status_code == 304
    ann.note("two")
    again = get(camp, "write-up.docx", **{"If-None-Match": tag})
    assert again.status_code == 200
    assert "two" in text_of("docx", again.content)


def test_a_hidden_item_is_in_no_download(camp: Camp) -> None:
    made = camp.join("Ann").note("the secret plan")
    assert "secret plan" in text_of("odt", get(camp, "write-up.odt").content)
    (item,) = camp.changes()["items"]
    assert made["ok"]
    assert camp.person("organiser").do({"op": uuid7(), "id": item["id"], "do": "hide"})["ok"]
    assert "secret plan" not in text_of("odt", get(camp, "write-up.odt").content)


def test_the_server_goes_on_serving_while_a_file_is_made(camp: Camp) -> None:
    ann = camp.join("Ann")
    for n in range(4):
        ann.ops(*({"op": uuid7(), "id": uuid7(), "do": "put", "session": camp.guid, "text": f"note {n} {m} " * 20}
                  for m in range(50)))  # fmt: skip
    with ThreadPoolExecutor(1) as pool:
        making = pool.submit(get, camp, "write-up.pdf")
        answered = 0
        while not making.done():
            assert get(camp, f"s/{SLUG}").status_code == 200
            answered += 1
    assert making.result().status_code == 200
    assert answered >= 2


# --- the turns and the shelf, with a maker that counts


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    host = Host(Settings.from_environment({}, db=tmp_path / "backchannel.db"), make=True)
    events.create_event(host.desk, "puddle", title="Puddle")
    yield host.read()
    host.store.close()


PDF = Wanted("puddle", None, "pdf", published=True)


def test_l6_concurrent_requests_share_one_build(reader: Reader) -> None:
    made: list[Wanted] = []
    begun, go_on = threading.Event(), threading.Event()

    def make(wanted: Wanted) -> bytes:
        begun.set()
        assert go_on.wait(10)
        made.append(wanted)
        return b"made"

    exports = Exports(make)
    with ThreadPoolExecutor(MAX_WAITING) as pool:
        asked = [pool.submit(exports.file, reader, PDF) for _ in range(MAX_WAITING)]
        assert begun.wait(10)
        go_on.set()
        assert [one.result(10) for one in asked] == [b"made"] * MAX_WAITING
    assert made == [PDF]


def test_l6_requests_beyond_the_queue_are_asked_to_retry(reader: Reader) -> None:
    go_on = threading.Event()

    def make(wanted: Wanted) -> bytes:
        assert go_on.wait(10)
        return b"made"

    exports = Exports(make)
    formats = ["pdf", "docx", "odt", "epub", "site", "md", "html", "json", "csv", "atom"]
    with ThreadPoolExecutor(len(formats)) as pool:
        asked = [pool.submit(exports.file, reader, Wanted("puddle", None, name, published=True)) for name in formats]
        eventually(lambda: len([one for one in asked if one.done()]) == len(formats) - MAX_WAITING)
        go_on.set()
        faults = [one.exception(10) for one in asked]
    assert [type(fault) for fault in faults if fault] == [Busy] * (len(formats) - MAX_WAITING)


def test_a_failed_build_is_tried_again_for_the_next_request(reader: Reader) -> None:
    answers: list[object] = [Busy("not now"), b"made"]

    def make(wanted: Wanted) -> bytes:
        answer = answers.pop(0)
        if isinstance(answer, Busy):
            raise answer
        assert isinstance(answer, bytes)
        return answer

    exports = Exports(make)
    with pytest.raises(Busy):
        exports.file(reader, PDF)
    assert exports.file(reader, PDF) == b"made"


def test_editors_and_readers_get_different_files(reader: Reader) -> None:
    drafts = Wanted("puddle", None, "pdf", published=False)
    assert tag_of(reader, PDF) != tag_of(reader, drafts)
    assert "--published" in PDF.command()
    assert "--published" not in drafts.command()
