"""The moderation pages: approve, hide and restore; blocks with a preview; settings; reports; the log with undo."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx2 as httpx
import pytest

from backchannel.domain.ids import uuid7
from tests.stage import Camp, put


def browser(camp: Camp, role: str = "organiser", name: str = "Olive") -> httpx.Client:
    made = httpx.Client(base_url=camp.server.url, follow_redirects=True, timeout=20)
    made.post(camp.links[role], data={"name": name})
    return made


def post(camp: Camp, *posts: tuple[str, str, str]) -> None:
    """Import posts as (id, author, text)."""
    lines = [json.dumps({"id": id, "author": author, "text": text, "at": "2026-06-13T10:05:00Z"}) for id, author, text in posts]
    camp.server.run("import", "posts", camp.slug, "-", given="\n".join(lines))


def settings(camp: Camp, olive: httpx.Client, **typed: Any) -> httpx.Response:
    return olive.post(f"/e/{camp.slug}/moderate/settings", data=typed)


def moderate(camp: Camp, show: str = "held") -> str:
    return f"/e/{camp.slug}/moderate?show={show}"


def ids(page: str) -> list[str]:
    return re.findall(r'name="item" value="([^"]+)"', page)


def log_lines(camp: Camp, olive: httpx.Client) -> list[tuple[str, str]]:
    """Return (seq, words) of the log, newest first."""
    page = olive.get(f"/e/{camp.slug}/moderate/log").text
    found = re.findall(r'<li id="l-(\d+)"><div>(.*?)</div>', page, re.DOTALL)
    return [(seq, " ".join(re.sub(r"<[^>]+>", " ", words).split())[6:]) for seq, words in found]


def undo(camp: Camp, olive: httpx.Client, seq: str) -> httpx.Response:
    return olive.post(f"/e/{camp.slug}/moderate/log", data={"seq": seq})


def waiting(camp: Camp, olive: httpx.Client) -> dict[str, int]:
    found: dict[str, int] = olive.get(f"/e/{camp.slug}/moderate/waiting").json()
    return found


def test_strangers_wait_until_one_of_their_posts_is_approved(camp: Camp) -> None:
    olive = browser(camp)
    post(camp, ("1", "@known@a.example", "seen before"))
    assert "Saved." in settings(camp, olive, hold="strangers").text
    post(camp, ("2", "@known@a.example", "again"), ("3", "@new@a.example", "first words"), ("4", "", "nobody's"))
    assert sorted(camp.texts("event")) == ["again", "seen before"]
    assert waiting(camp, olive) == {"held": 2, "reported": 0, "waiting": 2}
    page = olive.get(moderate(camp)).text
    (id,) = re.findall(r'name="show_one" value="([^"]+)"[^>]*>Approve<span[^>]*> the line of @new', page)
    assert olive.post(moderate(camp), data={"show_one": id}).status_code == 200
    post(camp, ("5", "@new@a.example", "second words"))
    assert sorted(camp.texts("event")) == ["again", "first words", "second words", "seen before"]
    assert waiting(camp, olive)["held"] == 1


def test_all_selected_posts_are_approved_or_hidden_at_once_and_restored(camp: Camp) -> None:
    olive = browser(camp)
    settings(camp, olive, hold="all")
    post(camp, *((str(n), f"@p{n}@a.example", f"post {n}") for n in range(60)))
    page = olive.get(f"{moderate(camp)}&select=all").text
    assert page.count(" checked>") == len(ids(page)) == 60
    assert "60 shown" in olive.post(moderate(camp), data={"item": ids(page), "do": "show"}).text
    assert len(camp.texts("event")) == 60
    two = [item["id"] for item in camp.changes("event")["items"][:2]]
    olive.post(moderate(camp), data={"item": two, "do": "hide"})
    assert len(camp.texts("event")) == 58
    assert sorted(ids(olive.get(moderate(camp, "hidden")).text)) == sorted(two)
    olive.post(moderate(camp, "hidden"), data={"item": two, "do": "show"})
    assert len(camp.texts("event")) == 60


def test_a_decision_without_lines_is_explained(camp: Camp) -> None:
    answer = browser(camp).post(moderate(camp), data={"do": "show"})
    assert (answer.status_code, "Select at least one line first." in answer.text) == (400, True)


def test_a_feed_holds_its_posts_by_a_setting_of_its_own(camp: Camp) -> None:
    olive = browser(camp)
    olive.post(f"/e/{camp.slug}/organise/feeds", data={"url": "https://social.example/tags/tc26.rss"})
    page = olive.get(f"/e/{camp.slug}/moderate/settings").text
    (feed,) = re.findall(r'name="feed" value="([^"]+)"', page)
    saved = olive.post(f"/e/{camp.slug}/moderate/settings/feeds", data={"feed": feed, "hold": "all"}).text
    assert '<option value="all" selected>' in saved
    refused = olive.post(f"/e/{camp.slug}/moderate/settings/feeds", data={"feed": feed, "hold": "perhaps"})
    assert refused.status_code == 400
    assert [words for _, words in log_lines(camp, olive)] == [
        "Olive changed the feed https://social.example/tags/tc26.rss: all posts wait for approval"
    ]
    undo(camp, olive, log_lines(camp, olive)[0][0])
    assert '<option value="all" selected>' not in olive.get(f"/e/{camp.slug}/moderate/settings").text


def test_bad_settings_are_explained_beside_the_field_and_kept(camp: Camp) -> None:
    answer = settings(camp, browser(camp), hold="all", slow_s="soon", trusted_after="3")
    assert answer.status_code == 400
    assert re.search(r'id="slow_s-refused" role="alert">Enter a whole number of seconds from 0 to 3600\.<', answer.text)
    assert re.search(r'name="slow_s"[^>]*value="soon" aria-invalid="true" aria-describedby="slow_s-refused"', answer.text)
    assert re.search(r'name="trusted_after"[^>]*value="3"', answer.text)
    assert re.search(r'value="all" checked', answer.text)


def test_a_block_shows_what_it_would_catch_then_hides_past_and_future_lines_until_it_is_lifted(camp: Camp) -> None:
    olive, ann = browser(camp), camp.join("Ann")
    ann.note("Cheap PILLS here")
    ann.note("A pillar of the community")
    post(camp, ("1", "@x@bad.example", "pills, pills"))
    blocks = f"/e/{camp.slug}/moderate/blocks"
    preview = olive.post(blocks, data={"kind": "word", "value": "Pills", "effect": "hidden", "do": "preview"}).text
    assert "It would withhold 2 lines so far" in preview
    assert "Block “Pills”" in preview
    assert len(camp.texts("event")) == 3
    applied = olive.post(blocks, data={"kind": "word", "value": "Pills", "effect": "hidden", "do": "block"}).text
    assert "2 lines were withheld" in applied
    assert ann.note("more pills")["ok"] is True
    post(camp, ("2", "@y@good.example", "no PILLS please"))
    assert camp.texts("event") == ["A pillar of the community"]
    again = olive.post(blocks, data={"kind": "word", "value": "PILLS", "do": "block"})
    assert (again.status_code, "“PILLS” is blocked already." in again.text) == (409, True)
    (block,) = re.findall(r'name="block" value="([^"]+)"', applied)
    assert "No blocks." in olive.post(f"{blocks}/lift", data={"block": block}).text
    assert sorted(camp.texts("event")) == sorted([
        "A pillar of the community", "Cheap PILLS here", "pills, pills", "more pills", "no PILLS please"
    ])  # fmt: skip
    assert olive.post(f"{blocks}/lift", data={"block": block}).status_code == 404


def test_a_block_leaves_alone_what_an_organiser_decided_since(camp: Camp) -> None:
    olive = browser(camp)
    post(camp, ("1", "@x@bad.example", "one"), ("2", "@x@bad.example", "two"))
    blocks = f"/e/{camp.slug}/moderate/blocks"
    applied = olive.post(blocks, data={"kind": "instance", "value": "bad.example", "do": "block"}).text
    (block,) = re.findall(r'name="block" value="([^"]+)"', applied)
    hidden = ids(olive.get(moderate(camp, "hidden")).text)
    olive.post(moderate(camp, "hidden"), data={"show_one": hidden[0]})
    olive.post(moderate(camp), data={"hide_one": hidden[0]})
    olive.post(f"{blocks}/lift", data={"block": block})
    assert ids(olive.get(moderate(camp, "hidden")).text) == [hidden[0]]


@pytest.mark.parametrize(("kind", "value"), [("word", "a"), ("instance", "here"), ("author", "@")])
def test_a_useless_block_is_explained_beside_the_field_and_kept(camp: Camp, kind: str, value: str) -> None:
    answer = browser(camp).post(f"/e/{camp.slug}/moderate/blocks", data={"kind": kind, "value": value, "do": "block"})
    assert answer.status_code == 400
    assert 'id="value-refused" role="alert">Enter ' in answer.text
    assert f'value="{value}" aria-invalid="true"' in answer.text
    assert f'value="{kind}" checked' in answer.text


def test_what_was_hidden_stays_hidden_when_its_author_withdraws_and_corrects_it(camp: Camp) -> None:
    olive, ann = browser(camp), camp.join("Ann")
    id = ann.note("xyzzy")["id"]
    olive.post(moderate(camp), data={"hide_one": id})
    ann.do({"op": uuid7(), "id": id, "do": "retract"})
    assert ann.do(put("plugh", id=id, session=camp.guid))["ok"] is True
    assert camp.texts("event") == []
    assert ids(olive.get(moderate(camp, "hidden")).text) == [id]


def report(camp: Camp, who: httpx.Client, id: str, **typed: str) -> httpx.Response:
    return who.post(f"/e/{camp.slug}/i/{id}/report", data={"reason": "abuse", **typed})


def test_a_report_reaches_the_organisers_and_nobody_else(camp: Camp) -> None:
    olive, ann = browser(camp), camp.join("Ann")
    id = ann.note("xyzzy")["id"]
    public, staff = camp.changes("event"), olive.get(f"/api/v1/events/{camp.slug}/changes?channel=staff").json()
    reader = httpx.Client(base_url=camp.server.url, follow_redirects=True)
    assert "Only the organisers see your report." in reader.get(f"/e/{camp.slug}/i/{id}/report").text
    assert "The organisers have your report." in report(camp, reader, id, words="that is me").text
    after = camp.changes("event")
    assert (after["items"], after["digest"]) == (public["items"], public["digest"])
    news = olive.get(f"/api/v1/events/{camp.slug}/changes?channel=staff&after={staff['seq']}").json()
    assert [item["id"] for item in news["items"]] == [id]
    assert waiting(camp, olive) == {"held": 0, "reported": 1, "waiting": 1}
    page = olive.get(moderate(camp, "reported")).text
    assert "It insults or threatens somebody" in page
    assert "that is me" in page
    olive.post(moderate(camp, "reported"), data={"show_one": id})
    assert waiting(camp, olive)["waiting"] == 0
    assert camp.texts("event") == ["xyzzy"]


def test_reports_by_different_people_hold_a_line(camp: Camp) -> None:
    olive, ann, bob = browser(camp), browser(camp, "scribe", "Ann"), browser(camp, "scribe", "Bob")
    settings(camp, olive, reports_to_hold="2")
    id = camp.join("Cy").note("xyzzy")["id"]
    for _ in range(2):
        assert report(camp, ann, id).status_code == 200
    assert camp.texts("event") == ["xyzzy"]
    assert "The organisers have your report." in report(camp, bob, id).text
    assert camp.texts("event") == []
    assert ids(olive.get(moderate(camp)).text) == [id]
    assert report(camp, ann, id).status_code == 404
    olive.post(moderate(camp), data={"show_one": id})
    for who in (ann, bob):
        report(camp, who, id)
    assert camp.texts("event") == ["xyzzy"]


def test_a_bad_report_is_explained_and_kept(camp: Camp) -> None:
    id = camp.join("Cy").note("xyzzy")["id"]
    answer = report(camp, httpx.Client(base_url=camp.server.url), id, reason="", words="see <me>")
    assert answer.status_code == 400
    assert 'id="reason-refused" role="alert">Choose what is wrong with this line.' in answer.text
    assert 'value="see &lt;me&gt;"' in answer.text


def test_slow_mode_answers_when_to_try_again_and_the_note_is_kept_then(camp: Camp) -> None:
    olive, ann, bob = browser(camp), camp.join("Ann"), camp.join("Bob")
    settings(camp, olive, slow_s="600")
    first = put("one", session=camp.guid)
    answer = ann.post("ops", {"ops": [first, put("two", session=camp.guid)]})
    one, two = answer.json()["results"]
    assert one["ok"] is True
    assert (two["error"]["code"], two["error"]["permanent"]) == ("slow_down", False)
    assert 590 < two["error"]["retry_after"] <= 600
    assert answer.headers["Retry-After"] == str(two["error"]["retry_after"])
    assert bob.note("three")["ok"] is True
    assert ann.do(put("one, corrected", id=first["id"], session=camp.guid))["ok"] is True
    assert camp.person("organiser").note("four")["ok"] is True
    assert camp.person("organiser").note("five")["ok"] is True
    settings(camp, olive, slow_s="0")
    assert ann.do(put("two", op=two["op"], session=camp.guid))["ok"] is True


def test_the_log_says_who_did_what_and_undoes_each_line(camp: Camp) -> None:
    olive, oscar = browser(camp), browser(camp, name="Oscar")
    id = camp.join("Ann").note("xyzzy")["id"]
    olive.post(moderate(camp), data={"hide_one": id})
    settings(camp, oscar, hold="all", slow_s="20")
    oscar.post(f"/e/{camp.slug}/moderate/blocks", data={"kind": "word", "value": "spam", "do": "block"})
    lines = log_lines(camp, olive)
    assert [words for _, words in lines] == [
        "Oscar blocked the word “spam”",
        "Oscar changed the settings: all posts wait for approval; slow mode: 20 s between notes",
        "Olive hid Ann : xyzzy",
    ]
    for seq, _ in lines:
        assert undo(camp, olive, seq).status_code == 200
    assert camp.texts("event") == ["xyzzy"]
    page = olive.get(f"/e/{camp.slug}/moderate/settings").text
    assert re.search(r'value="none" checked', page)
    assert "No blocks." in olive.get(f"/e/{camp.slug}/moderate/blocks").text
    assert undo(camp, olive, lines[2][0]).status_code == 409
    assert undo(camp, olive, "999999").status_code == 400
    assert undo(camp, olive, "x").status_code == 400


def test_lifting_a_block_can_be_undone(camp: Camp) -> None:
    olive = browser(camp)
    camp.join("Ann").note("spam")
    applied = olive.post(f"/e/{camp.slug}/moderate/blocks", data={"kind": "word", "value": "spam", "do": "block"}).text
    (block,) = re.findall(r'name="block" value="([^"]+)"', applied)
    olive.post(f"/e/{camp.slug}/moderate/blocks/lift", data={"block": block})
    assert camp.texts("event") == ["spam"]
    assert undo(camp, olive, log_lines(camp, olive)[0][0]).status_code == 200
    assert camp.texts("event") == []


PAGES = ("moderate", "moderate/blocks", "moderate/settings", "moderate/log", "moderate/waiting")
FORMS = ("moderate", "moderate/blocks", "moderate/blocks/lift", "moderate/settings", "moderate/settings/feeds", "moderate/log")


def test_only_this_events_organisers_are_let_in(camp: Camp) -> None:
    scribe, stranger = browser(camp, "scribe", "Ann"), httpx.Client(base_url=camp.server.url)
    for method, paths in (("GET", PAGES), ("POST", FORMS)):
        for path in paths:
            answers = [who.request(method, f"/e/{camp.slug}/{path}").status_code for who in (scribe, stranger)]
            assert answers == [403, 401], path
