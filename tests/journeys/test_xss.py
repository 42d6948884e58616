"""No payload runs, wherever a stranger's words can stand; raw, the same payloads do.

The pages are looked at with their Content-Security-Policy switched off: it stands behind the sanitiser and must not be
what the sanitiser leans on. Every element is pointed at, pressed and focused.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from backchannel.cli.common import Host
from backchannel.config import Settings
from backchannel.desk import people, programme
from backchannel.desk.feeds import add_feed
from backchannel.desk.ops import take_ops
from backchannel.domain.errors import Invalid
from backchannel.ingest.poller import Poller
from backchannel.ingest.schedules import read_schedule
from tests.journeys.acts import SESSION
from tests.journeys.xss import (
    PROBE,
    Payload,
    Watch,
    answer_evil,
    atom,
    guid_of,
    json_feed,
    payloads,
    point_and_press,
    probe,
    raw_pages,
    rss,
    schedule,
    serving,
)  # fmt: skip
from tests.stage import Camp, Server, put

ALL = payloads()
ON_BOARD = 60  # posts that the triage board shows at once
TIMEOUT_MS = 90_000  # ms, for pages of a thousand items on a busy machine
FRAMES = 100  # of the control, on one page


@pytest.fixture
def watch(browser: Browser) -> Iterator[Watch]:
    context = browser.new_context(bypass_csp=True, viewport={"width": 1280, "height": 2000})
    context.set_default_timeout(TIMEOUT_MS)
    yield Watch(context, frozenset({"127.0.0.1"}))
    context.close()


def host_of(server: Server) -> Host:
    return Host(Settings.from_environment({}, db=server.db, port=server.port, fetch_allow=("127.0.0.1",)))


def alive(watch: Watch, url: str) -> bool:
    """Whether a payload that does get into this very page would be seen."""
    page = watch.context.new_page()
    page.goto(url)
    with page.expect_console_message(lambda message: message.text == "xss:1"):
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=hit(1)>')")
    page.close()
    return watch.ran == ["1"]


def polled(camp: Camp, *feeds: str, session: str | None = None) -> int:
    """Serve the feeds, and look at each once, over the whole road; how many posts came of it."""
    host = host_of(camp.server)
    with serving({f"/{number}": feed for number, feed in enumerate(feeds)}) as origin:
        for number in range(len(feeds)):
            add_feed(host.desk, camp.slug, f"{origin}/{number}", session=session)
        Poller(host.store, host.desk, host.settings).run_once(camp.slug)
    posts = len(host.read().items(camp.slug))
    host.store.close()
    return posts


def organise(watch: Watch, camp: Camp) -> None:
    page = watch.context.new_page()
    page.goto(camp.links["organiser"])
    page.get_by_label("Your name").fill("Olive")
    page.get_by_role("button", name="Join").click()
    page.wait_for_url(f"**/e/{camp.slug}")
    page.close()


def look(watch: Watch, *urls: str, root: str = "main *") -> list[int]:
    """Open each page, and do all that can be done on it; how many elements there were."""
    counts = []
    for url in urls:
        page = watch.context.new_page()  # of its own: what is pressed on one may lead away from it
        page.goto(url, wait_until="load")
        counts.append(probe(page, root))
        page.goto("about:blank")  # what was pressed may be leading away still, and a page that is on its way does not close
        page.close()
    return counts


def exported(camp: Camp, folder: Path) -> list[str]:
    """The event and its first session as files."""
    for name, words in {"event.html": (), "session.html": ("--session", SESSION)}.items():
        camp.server.run("export", camp.slug, "--format", "html", *words, "-o", str(folder / name))
    return [(folder / "event.html").as_uri(), (folder / "session.html").as_uri()]


def test_there_are_enough_of_them() -> None:
    assert len({one.line for one in ALL}) >= 250


def test_raw_they_run(browser: Browser) -> None:
    context = browser.new_context()
    watch = Watch(context, frozenset())
    context.add_init_script(f"addEventListener('load', () => top !== self && setTimeout(() => ({PROBE})('body *'), 20))")
    frames = {f"/{one.number}-{n}": body for one in ALL for n, body in enumerate(raw_pages(one))}
    heaps = [list(frames)[start : start + FRAMES] for start in range(0, len(frames), FRAMES)]
    heaped = {f"/{n}": "".join(f"<iframe src='{path}'></iframe>" for path in heap) for n, heap in enumerate(heaps)}
    context.route("http://evil.test/**", answer_evil)
    with serving(frames | heaped) as origin:
        page = context.new_page()
        for path in heaped:
            page.goto(origin + path, wait_until="load")
            page.wait_for_timeout(300)
    context.close()
    alive = {int(number) for number in watch.ran if number.isdecimal()}
    raw = [one for one in ALL if one.family != "typed"]
    dead = [one.line for one in raw if one.number not in alive]
    print(len(dead), *dead, sep="\n")
    assert len(dead) < len(raw) / 10, dead


def test_in_posts_they_do_not_run(server: Server, watch: Watch, tmp_path: Path) -> None:
    camp = Camp.make(server)
    organise(watch, camp)
    url = f"{server.url}/e/{camp.slug}"
    live = watch.context.new_page()
    live.goto(f"{url}/s/{SESSION}")
    expect(live.locator(".state-word")).to_contain_text("live", timeout=TIMEOUT_MS)
    posts = polled(camp, rss(ALL), atom(ALL), json_feed(ALL), session=camp.guid)
    assert posts > 2.9 * len(ALL)  # a few have one and the same link, and so are one post
    expect(live.locator("#timeline > .is-post")).to_have_count(posts, timeout=TIMEOUT_MS)
    assert probe(live, "main *") > posts
    live.close()
    assert min(look(watch, f"{url}/organise")) > 50
    places = ("all", f"s/{SESSION}", f"s/{SESSION}/write-up", "write-up", f"s/{SESSION}/write-up/edit", f"s/{SESSION}/write")
    pages = [f"{url}/{place}" for place in places]  # the last two change what they are pressed on
    counts = look(watch, *exported(camp, tmp_path), *pages, root=".item *, main *")
    assert min(counts) > posts, counts
    assert (watch.ran, watch.foreign) == ([], [])
    assert alive(watch, f"{url}/s/{SESSION}")


def test_in_notes_and_names_they_do_not_run(server: Server, watch: Watch, tmp_path: Path) -> None:
    camp = Camp.make(server)
    url = f"{server.url}/e/{camp.slug}"
    live = watch.context.new_page()
    live.goto(f"{url}/s/{SESSION}")
    expect(live.locator(".state-word")).to_contain_text("live", timeout=TIMEOUT_MS)
    host = host_of(server)
    named = sum(take_notes(host, camp, one) for one in ALL)
    host.store.close()
    assert named > 0.75 * len(ALL)  # the others are longer than a name may be
    expect(live.locator("#timeline > .item")).to_have_count(2 * len(ALL), timeout=TIMEOUT_MS)
    assert probe(live, "main *") > 2 * len(ALL)
    live.close()
    places = ("all", f"s/{SESSION}", f"s/{SESSION}/write-up", "write-up")
    counts = look(watch, *(f"{url}/{place}" for place in places), *exported(camp, tmp_path), root=".item *, main *")
    assert min(counts) > 2 * len(ALL), counts
    assert (watch.ran, watch.foreign) == ([], [])


def take_notes(host: Host, camp: Camp, one: Payload) -> bool:
    """Two lines, one of them for the ledger, by somebody of that name; whether it may be a name."""
    shown = host.passes.read(camp.passes["scribe"])
    try:
        shown = host.passes.read(people.join(host.desk, host.passes, shown, one.at("name")))
    except Invalid:
        shown = host.passes.read(people.join(host.desk, host.passes, shown, "Ann"))
    texts = (one.at("body"), f"Action: {one.at('title')}: {one.at('author')} by Friday")
    answers = take_ops(host.desk, shown, camp.slug, {"ops": [put(text, session=camp.guid) for text in texts]})
    assert all("seq" in answer for answer in answers), answers
    return shown.author != "Ann"


@pytest.mark.parametrize("start", range(0, len(ALL), ON_BOARD))
def test_in_programmes_and_on_the_board_they_do_not_run(
    shared_server: Server, watch: Watch, tmp_path: Path, start: int
) -> None:
    some = ALL[start : start + ON_BOARD]
    camp = Camp.make(shared_server)
    host = host_of(shared_server)
    others = ALL[start - ON_BOARD :][:ON_BOARD]  # titles of the same words would place the posts
    programme.take_schedule(host.desk, camp.slug, read_schedule(schedule(others).encode()))
    slugs = {session.guid: session.slug for session in host.read().sessions(camp.slug)}
    host.store.close()
    polled(camp, rss(some))
    organise(watch, camp)
    url = f"{shared_server.url}/e/{camp.slug}"
    outbreaks = [slugs[guid_of(one)] for one in others if one.family == "breakouts"]
    look(watch, url, f"{url}/all", f"{url}/organise", f"{url}/write-up", *(f"{url}/s/{slug}" for slug in outbreaks[::4]))
    board = watch.context.new_page()
    board.goto(f"{url}/triage")
    expect(board.locator(".state-word")).to_contain_text("live", timeout=TIMEOUT_MS)
    assert board.locator(".unsorted").count() > len(some) / 2
    probe(board, ".post-words *")
    assert point_and_press(board, ".post-words .text, .post-words .text a, .post-words .author") > len(some)
    board.keyboard.press("1")
    expect(board.locator("[data-undo-line]")).to_be_visible(timeout=TIMEOUT_MS)
    probe(board, "[data-undo-line] *")
    assert (watch.ran, watch.foreign) == ([], [])
