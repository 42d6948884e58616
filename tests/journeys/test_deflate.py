"""Chromium negotiates compression of the socket, and shows the notes that come compressed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from backchannel.live.transport import deflate
from tests.stage import Camp, put


def test_a_browser_negotiates_compression_and_shows_a_note(camp: Camp, open_page: Callable[..., Page]) -> None:
    page = open_page()
    answers: list[dict[str, Any]] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.webSocketHandshakeResponseReceived", lambda event: answers.append(event["response"]["headers"]))
    with page.expect_websocket() as opened:
        page.goto(f"{camp.server.url}/e/{camp.slug}/s/{camp.sessions[0]['slug']}")
    opened.value.wait_for_event("framereceived", lambda payload: '"seq"' in str(payload))  # it follows
    camp.join("Priya").ops(put("Swales on the school side", session=camp.guid))
    expect(page.get_by_text("Swales on the school side")).to_be_visible()
    assert [answer.get("Sec-WebSocket-Extensions") for answer in answers] == [deflate.RESPONSE]
