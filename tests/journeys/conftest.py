"""Fixtures for real Chromium: one browser for all tests, with a phone and a desktop profile."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.journeys.wifi import Wifi
from tests.stage import Server

PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 860}}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
FLAGS.append("--host-resolver-rules=MAP camp.test 127.0.0.1")  # an address that is not a secure context


def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "No Chromium was found; `make test` installs Debian's."
    return found


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with playwright.chromium.launch(executable_path=chromium(), args=FLAGS) as launched:
        yield launched


@pytest.fixture
def wifi(shared_server: Server) -> Iterator[Wifi]:
    """Return the network connection that all pages share."""
    line = Wifi(shared_server.port)
    yield line
    line.proxy.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page in a new context with separate cookies. Script errors fail the test."""
    contexts = []
    faults: list[str] = []

    def make(view: dict[str, Any] = DESK, **options: Any) -> Page:
        contexts.append(browser.new_context(**view, **options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert faults == []
