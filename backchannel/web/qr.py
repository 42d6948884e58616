"""QR codes as inline SVG."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr_code(url: str) -> Markup:
    """Return the picture of an address, black on white whatever the page's colours are."""
    code = segno.make(url, error="m", micro=False)
    return Markup(code.svg_inline(scale=4, border=2, svgclass="code", lineclass="dots", omitsize=True))  # noqa: S704  drawn here


def short_address(url: str) -> str:
    """Return the address as people type it."""
    return url.split("//", 1)[-1]
