"""The coverage board: who takes notes where, what waits, and the code that sends somebody."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx2 as httpx
import pytest

from backchannel.cli.common import Host
from backchannel.config import Settings
from backchannel.desk.triage import is_unsorted
from backchannel.web.coverage import age
from tests.stage import Camp

EVIL = '"><script>alert(1)</script>'


def board(camp: Camp, query: str = "", role: str = "organiser") -> httpx.Response:
    bearer = {"Authorization": f"Bearer {camp.passes[role]}"}
    return httpx.get(f"{camp.server.url}/e/{camp.slug}/coverage{query}", headers=bearer)


def rows(page: str) -> dict[str, tuple[bool, str]]:
    """Return title -> (whether somebody is missing, the words about note-takers)."""
    found = re.findall(r'<li class="coverage-row( is-missing)?">.*?<bdi>(.*?)</bdi>.*?coverage-state">(.*?)</p>', page, re.DOTALL)
    return {title: (bool(missing), " ".join(re.sub("<[^>]+>", "", said).split())) for missing, title, said in found}


def test_the_board_says_who_takes_notes_and_where_nobody_does(camp: Camp) -> None:
    camp.join("Ann").note("Worms eat it")
    camp.join("Bo").note("All of it")
    page = board(camp).text
    assert rows(page) == {
        "Compost for councillors": (False, "Ann and Bo are taking notes"),
        "Minutes nobody reads": (True, "No notes"),
        "The bus that never comes": (False, "Not started"),
    }
    assert "Last note just now" in page


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "just now"), (1, "1 minute ago"), (59, "59 minutes ago"), (60, "1 hour ago"), (150, "2 hours ago")],
)
def test_an_age_is_said_in_words(minutes: int, words: str) -> None:
    now = datetime(2026, 6, 13, 10, 5, tzinfo=UTC)
    assert (age(now - timedelta(minutes=minutes), now), age(None, now)) == (words, "")


def test_posts_to_check_are_counted_as_the_triage_board_counts_them(camp: Camp) -> None:
    now = datetime.now(UTC)
    posts = [
        {"id": "p1", "at": now.isoformat(), "author": "Zed", "text": "Worms #tc26s1"},
        {"id": "p2", "at": (now - timedelta(hours=9)).isoformat(), "author": "Una", "text": "On my way"},
        {"id": "p3", "at": (now - timedelta(hours=8)).isoformat(), "author": "Vic", "text": "Nearly there"},
    ]
    camp.server.run("import", "posts", camp.slug, "-", given="\n".join(map(json.dumps, posts)))
    host = Host(Settings.from_environment({}, db=camp.server.db))
    doubtful = [item.session for item in host.read().items(camp.slug, states=("visible", "held")) if is_unsorted(item)]
    assert doubtful
    assert host.read().posts_to_check(camp.slug) == {session: doubtful.count(session) for session in set(doubtful)}
    host.store.close()
    assert f"{len(doubtful)} post{'s' * (len(doubtful) != 1)} to check" in board(camp).text


def test_the_code_of_a_session_lets_somebody_take_notes_there(camp: Camp) -> None:
    slug = camp.sessions[1]["slug"]
    page = board(camp, f"?show={slug}").text
    (link,) = re.findall(r'href="([^"]*/join/[^"]*)"', page)
    assert page.count('class="code"') == 1
    joined = httpx.post(link, data={"name": "Cy"})
    assert joined.headers["Location"].startswith(f"/e/{camp.slug}/s/{slug}")


def test_the_board_without_scripts_reloads_itself_but_not_under_a_code(camp: Camp) -> None:
    refresh = '<noscript><meta http-equiv="refresh" content="15"></noscript>'
    assert refresh in board(camp).text
    assert refresh not in board(camp, f"?show={camp.sessions[0]['slug']}").text


def test_the_board_is_for_organisers(camp: Camp) -> None:
    assert httpx.get(f"{camp.server.url}/e/{camp.slug}/coverage").status_code == 401
    assert board(camp, role="scribe").status_code == 403
    assert board(camp, "?show=nowhere").status_code == 404


def test_markup_in_names_stays_text_on_the_board(camp: Camp) -> None:
    camp.join(EVIL).note("Worms")
    page = board(camp).text
    assert "<script>alert" not in page
    assert EVIL in unescape(page)
