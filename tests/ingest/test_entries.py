"""Bytes -> entries (F4 to F7): the corpus, the child that reads it, and what it does with what is meant to kill it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
from corpus import BASE, NOW, expectation, files, parsed_as_json

from backchannel.domain.errors import BackchannelError, NotAFeed, Unreadable
from backchannel.ingest.entries import Children, read_entries
from backchannel.ingest.parse import MAX_ENTRIES, FeedContents, parse
from backchannel.ingest.tidy import MAX_POST_BYTES
from backchannel.writeup.render import sanitise


def rss(inside: str, head: str = "") -> bytes:
    return f"<?xml version='1.0'?>{head}<rss version='2.0'><channel>{inside}</channel></rss>".encode()


def test_the_corpus_is_large() -> None:
    assert len(files()) >= 100


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_a_feed_is_parsed_as_expected(path: Path) -> None:
    assert parsed_as_json(path.read_bytes()) == json.loads(expectation(path).read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_the_child_process_parses_like_the_parent(path: Path) -> None:
    body = path.read_bytes()
    try:
        expected: object = parse(body, base_url=BASE, now=NOW)
    except NotAFeed as error:
        expected = (error.message, error.links)
    try:
        found: object = read_entries(body, base_url=BASE, now=NOW)
    except NotAFeed as error:
        found = (error.message, error.links)
    assert found == expected


def test_sanitising_an_entry_again_changes_nothing() -> None:
    entries = [entry for path in files() for entry in parsed_as_json(path.read_bytes()).get("entries", [])]
    unsteady = [entry for entry in entries if sanitise(entry.get("html", "")) != entry.get("html", "")]
    assert (len(entries) > 150, unsteady) == (True, [])


def test_no_entry_is_longer_than_64_kilobytes() -> None:
    body = rss(f"<item><guid>1</guid><description><![CDATA[{'<p>é &amp; ' * 40_000}]]></description></item>")
    (entry,) = parse(body, now=NOW).entries
    assert ("long" in entry.flags, len(entry.text.encode()) <= MAX_POST_BYTES, len(entry.html.encode()) <= MAX_POST_BYTES) == (
        True, True, True,
    )  # fmt: skip


def test_at_most_five_hundred_entries_are_kept_and_the_limit_is_reported() -> None:
    items = "".join(f"<item><guid>{number}</guid><title>{number}</title></item>" for number in range(10_000))
    contents = read_entries(rss(items), now=NOW)
    assert [entry.source_id for entry in contents.entries] == [str(number) for number in range(MAX_ENTRIES)]
    assert contents.flags == ("many",)


def test_exactly_five_hundred_entries_are_within_the_limit() -> None:
    items = "".join(f"<item><guid>{number}</guid><title>{number}</title></item>" for number in range(MAX_ENTRIES))
    contents = parse(rss(items), now=NOW)
    assert (len(contents.entries), contents.flags) == (MAX_ENTRIES, ())


LAUGHS = "<!DOCTYPE l [<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
ILL = {
    "a billion laughs": rss("<item><title>&a11;</title></item>", LAUGHS + "]>"),
    "quadratic growth": rss(
        f"<item><title>{'&a;' * 50_000}</title></item>", f"<!DOCTYPE l [<!ENTITY a '{'a' * 50_000}'>]>"
    ),
    "an outer entity": rss("<item><title>&x;</title></item>", "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"),
    "comments that never end": rss("<!--" * 50_000),
    "cdata that never ends": rss("<item><description>" + "<![CDATA[" * 50_000),
    "an author of a hundred thousand dots": rss(f"<item><author>{'a.' * 200_000}</author></item>"),
    "a title of a million signs": rss(f"<item><title>{'<' * 1_000_000}</title></item>"),
    "half a million ampersands": rss(f"<item><title>{'&' * 500_000}</title></item>"),
    "two hundred thousand open tags": rss(f"<item><description>{'<a>' * 200_000}</description></item>"),
    "two hundred thousand escaped tags": rss(f"<item><description>{'&lt;a&gt;' * 200_000}</description></item>"),
    "tags within tags": rss("<item>" * 20_000),
    "a hundred thousand attributes": rss(f"<item {' '.join(f'a{n}=1' for n in range(100_000))}></item>"),
    "a hundred thousand name spaces": rss(
        "<item " + " ".join(f"xmlns:a{n}='u{n}'" for n in range(20_000)) + "></item>"
    ),
    "a deep list in JSON": b"[" * 1_000_000,
    "a long number in JSON": b'{"version":"https://jsonfeed.org/version/1","items":[{"id":' + b"9" * 1_000_000 + b"}]}",
    "a date of a million digits": rss(f"<item><pubDate>{'9' * 1_000_000}</pubDate></item>"),
    "a page of links": b"<html>" + b"<link rel=alternate " * 100_000,
    "ten megabytes of nothing": b"\0" * 10 * 1024 * 1024,
    "ten megabytes of spaces": b" " * 10 * 1024 * 1024,
    "ten megabytes of noise": bytes(range(256)) * 40 * 1024,
    "ten megabytes of one line": rss(f"<item><description>{'word ' * 2_000_000}</description></item>"),
    "a million signs that open nothing": rss("<item><description>" + "&lt;" * 500_000 + "</description></item>"),
}


@pytest.mark.parametrize("name", ILL)
def test_a_malicious_body_is_abandoned_within_three_seconds(name: str) -> None:
    read_entries(rss(""), now=NOW)  # a child is there
    began = time.process_time(), time.monotonic()
    try:
        outcome: object = read_entries(ILL[name], now=NOW)
    except BackchannelError as error:
        outcome = error
    assert isinstance(outcome, FeedContents | NotAFeed) or str(outcome).startswith("The feed ")
    assert time.process_time() - began[0] < 0.5  # of ours; the child's is limited
    assert time.monotonic() - began[1] < 8  # by the wall, on a busy machine


def test_a_malicious_body_is_reported_and_the_next_one_is_parsed() -> None:
    children = Children()
    from backchannel.ingest import entries

    ask = json.dumps({"content_type": "", "base_url": "", "now": NOW.isoformat()}).encode()
    with pytest.raises(Unreadable) as ill:
        entries._contents(children.read(ask, ILL["an author of a hundred thousand dots"]))
    assert ill.value.message == (
        "The feed can't be read: parsing took over 2.5 seconds or too much memory. Nothing of it was saved."
    )
    assert "contents" in children.read(ask, rss("<item><title>well</title></item>"))
    children.end()


def test_a_malicious_feed_does_not_delay_others() -> None:
    ill = Thread(target=lambda: _quietly(ILL["an author of a hundred thousand dots"]))
    ill.start()
    sound = [len(read_entries(rss("<item><title>well</title></item>"), now=NOW).entries) for _ in range(5)]
    assert (sound, ill.is_alive()) == ([1] * 5, True)
    ill.join()


def _quietly(body: bytes) -> None:
    with contextlib.suppress(BackchannelError):
        read_entries(body, now=NOW)


def test_other_greenlets_run_while_a_child_process_parses() -> None:
    code = """
from gevent import monkey; monkey.patch_all()
import gevent, sys
sys.path.insert(0, sys.argv[1])
from test_entries import ILL, _quietly
ticks = []
def watch():
    while True:
        gevent.sleep(0.01)
        ticks.append(1)
gevent.spawn(watch)
gevent.joinall([gevent.spawn(_quietly, ILL["an author of a hundred thousand dots"]) for _ in range(2)])
print(len(ticks))
"""
    run = subprocess.run([sys.executable, "-c", code, str(Path(__file__).parent)], capture_output=True, text=True)
    assert (run.stderr, int(run.stdout or 0) > 50) == ("", True)


def test_a_child_process_has_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKCHANNEL_SECRET", "s" * 32)
    from backchannel.ingest.entries import _environment

    assert set(_environment()) <= {"PATH", "LANG", "LC_ALL", "TZ"}


def test_a_date_is_judged_by_the_time_of_the_poll() -> None:
    body = rss("<item><title>t</title><pubDate>Sat, 13 Jun 2009 10:05:00 GMT</pubDate></item>")
    at = datetime(2009, 6, 13, 10, 5, tzinfo=UTC)
    early = datetime(2009, 6, 13, 9, 49, tzinfo=UTC)
    flags = [parse(body, now=now).entries[0].flags for now in (at, early)]
    assert flags == [("no-guid",), ("future-date", "no-guid")]


@pytest.mark.parametrize("content_type", ["text/xml; charset=koi8-r", "application/rss+xml;charset='KOI8-R'"])
def test_the_content_type_counts_if_the_document_declares_no_encoding(content_type: str) -> None:
    body = "<rss version='2.0'><channel><title>Погода</title></channel></rss>".encode("koi8-r")
    contents = parse(body, content_type=content_type, now=NOW)
    assert (contents.title, contents.flags) == ("Погода", ())
