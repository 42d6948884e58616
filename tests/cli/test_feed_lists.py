"""Importing a list of feeds (OPML) adds the feeds and reports refused ones."""

from __future__ import annotations

import json

import pytest

from tests.stage import ROOT, Camp

REFUSED = (
    "The feed was refused. It needs a public http or https address, on a web port and without a password, "
    "where a server answers."
)


def polled(camp: Camp) -> list[tuple[str, str | None]]:
    found = json.loads(camp.server.run("feed", "list", camp.slug, "--json"))
    return sorted((feed["url"], feed["session"]) for feed in found)


def test_every_feed_of_a_list_is_polled(camp: Camp) -> None:
    said = camp.server.run("feed", "import", camp.slug, str(ROOT / "tests/data/feeds/opml.xml"))
    assert said == (
        "https://a.example/feed will be polled from now on.\nhttps://b.example/feed?x=1&y=2 will be polled from now on.\n"
    )
    assert polled(camp) == [("https://a.example/feed", None), ("https://b.example/feed?x=1&y=2", None)]


def test_refused_feeds_are_reported_and_the_others_added(camp: Camp) -> None:
    listed = ("https://a.example/feed", "http://10.0.0.1/feed", "javascript:alert(1)", "https://b.example/")
    opml = "<opml><body>" + "".join(f"<outline xmlUrl='{url}'/>" for url in listed) + "</body></opml>"
    done = camp.server.command("feed", "import", camp.slug, "-", "--session", camp.guid, given=opml)
    assert (done.returncode, done.stderr) == (1, f"http://10.0.0.1/feed: {REFUSED}\njavascript:alert(1): {REFUSED}\n")
    assert polled(camp) == [("https://a.example/feed", camp.guid), ("https://b.example/", camp.guid)]


@pytest.mark.parametrize("given", [b"", b"<rss version='2.0'></rss>", b"\x00\xff<outline", b"<opml><outline text='x'/></opml>"])
def test_a_file_without_feeds_is_refused_with_an_explanation(camp: Camp, given: bytes) -> None:
    done = camp.server.command("feed", "import", camp.slug, "-", given=given)
    said = "- lists no feeds. An OPML file names each feed in an outline's xmlUrl.\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)
    assert polled(camp) == []
