"""The hall's wifi: a line that can go and come back, between Chromium and the server."""

from __future__ import annotations

from playwright.sync_api import BrowserContext

from tests.chaos.proxy import Proxy
from tests.chaos.weather import FAIR, Weather


class Wifi:
    """Gone for the browser, which says so to its pages, and gone in fact: the browser's own switch lets some things through."""

    def __init__(self, port: int, weather: Weather = FAIR) -> None:
        self.proxy = Proxy(port, weather=weather)

    @property
    def url(self) -> str:
        return self.proxy.url

    def goes(self, context: BrowserContext) -> None:
        self.proxy.weather(Weather(offline=True))
        context.set_offline(True)

    def is_back(self, context: BrowserContext) -> None:
        self.proxy.weather(FAIR)
        context.set_offline(False)
