"""A7: held, hidden and blocked text is in no answer to anybody but organisers. Walks every GET route of the server."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx2 as httpx
import pytest

from backchannel.writeup.formats import FORMATS
from tests.stage import ROOT, Camp
from tests.threats.wire import GONE, Wire
from tests.web.test_moderate import browser, ids, moderate, post, settings

CANARY = "quokkafeather"
LIST_ROUTES = """
from gevent import monkey; monkey.patch_all()
import json, os, sys
from pathlib import Path
from backchannel.config import Settings
from backchannel.factory import create_app
app = create_app(Settings.from_environment({}, db=Path(sys.argv[1])))
print(json.dumps([rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods]), flush=True)
os._exit(0)
"""


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the rule of every route that answers GET, but those of static files and of joining."""
    db = tmp_path_factory.mktemp("routes") / "routes.db"
    done = subprocess.run(
        [sys.executable, "-c", LIST_ROUTES, str(db)], capture_output=True, text=True, timeout=60, check=True, cwd=ROOT
    )
    found: list[str] = json.loads(done.stdout)
    return [rule for rule in found if not rule.startswith(("/static/", "/join/"))]


def withhold(camp: Camp, olive: httpx.Client) -> list[str]:
    """Fill the event with lines that hold the canary in their text or their author, and withhold them all."""
    ann = camp.join("Ann")
    shown = [ann.note(f"{CANARY} one")["id"], ann.note(f"Q: {CANARY} two?", session=None)["id"]]
    ann.note(f"ACTION: Wim to find the {CANARY}")
    olive.post(moderate(camp), data={"item": shown, "do": "hide"})
    olive.post(f"/e/{camp.slug}/moderate/blocks", data={"kind": "word", "value": CANARY, "do": "block"})
    ann.note(f"{CANARY} blocked")
    settings(camp, olive, hold="all")
    post(camp, ("1", f"@{CANARY}@a.example", "innocent #tc26s1"), ("2", "@x@a.example", f"{CANARY} #tc26s1"))
    return ids(olive.get(moderate(camp, "hidden")).text) + ids(olive.get(moderate(camp)).text)


def addresses(camp: Camp, rule: str, items: list[str]) -> list[str]:
    """Return the addresses of a route, with every withheld item and every format in place of the parameters."""
    rule = rule.replace("<event>", camp.slug).replace("<slug>", camp.sessions[0]["slug"]).replace("<session>", camp.guid)
    made = [rule.replace("<id>", id).replace("<item>", id) for id in items] if "<i" in rule else [rule]
    formats = (*FORMATS, "xml", "atom", "ics") if "<format>" in rule else ("",)
    made = [address.replace("<format>", format) for address in made for format in formats]
    if rule.endswith("/changes"):
        made = [f"{rule}?channel={channel}" for channel in ("event", f"session/{camp.guid}", "staff")]
    return [f"{address}?url={camp.server.url}/e/{camp.slug}" if "oembed" in address else address for address in made]


def test_withheld_text_is_on_no_road_out(camp: Camp, routes: list[str], tmp_path: Path) -> None:
    olive = browser(camp)
    with Wire(camp.server).hello() as wire:
        wire.call("follow", {"event": camp.slug, "channel": "event"})
        items = withhold(camp, olive)
        assert len(items) == 6
        readers = [httpx.Client(base_url=camp.server.url, follow_redirects=True, timeout=60)]
        readers += [browser(camp, role, "Fred") for role in ("follower", "scribe")]
        walked = {address for rule in routes for address in addresses(camp, rule, items)}
        assert len(walked) > 50
        asked = [(address, reader) for address in sorted(walked) for reader in readers[: 1 if "write-up." in address else 3]]
        leaks = [
            f"{address} {answer.status_code}" for address, reader in asked
            if CANARY in (answer := reader.get(address)).text or answer.status_code >= 500
        ]  # fmt: skip
        assert leaks == []
        camp.join("Bo").note("the last line")
        frames = []
        while (said := wire.heard()) is not GONE and "the last line" not in str(said):
            frames.append(str(said))
    texts = [item.get("text", "") for frame in frames for item in json.loads(frame[2:])[1].get("items", [])]
    # Only what was published before it was hidden was ever sent; what was blocked or held on arrival was not.
    assert not [text for text in texts if "blocked" in text or "#tc26s1" in text]
    for format in ("md", "json", "ndjson", "csv", "txt", "html", "atom"):
        assert CANARY not in camp.export("--format", format)
