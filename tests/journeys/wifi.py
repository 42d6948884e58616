"""A network connection between Chromium and the server that tests can switch off and on."""

from __future__ import annotations

from playwright.sync_api import BrowserContext

from tests.chaos.proxy import Proxy
from tests.chaos.weather import FAIR, Weather


class Wifi:
    """A connection that goes offline in the browser and on the wire, as the browser's switch lets some requests through."""

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
