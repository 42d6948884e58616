"""Rules for the addresses that feeds may be fetched from. Pure; nothing is sent here.

A stranger's address, or a name whose answer changes between lookups, must never make this server talk to itself, its
neighbours or a cloud's metadata service. A feed needs a public http(s) address on a web port without a password, and
**every** address of its name must be public.

A refusal and a missing answer have the same message (`REFUSED`), so that nobody can probe what is behind the firewall.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpx2

from backchannel.domain.errors import FeedRefused

REFUSED = (
    "The feed was refused. It needs a public http or https address, on a web port and without a password, "
    "where a server answers."
)
MAX_LENGTH = 2_000  # characters in an address
WEB_PORTS = frozenset({80, 443, 8000, 8008, 8080, 8081, 8443, 8888})

IPAddress = IPv4Address | IPv6Address

# `is_global` on Python 3.11 accepts multicast, NAT64, 6to4 and 192.0.0.9. The public addresses at which clouds serve
# metadata to their tenants are on no other list.
_DENIED_4 = tuple(
    ip_network(net)
    for net in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
        "168.63.129.16/32",  # Azure
    )
)  # fmt: skip
_UNICAST_6 = ip_network("2000::/3")  # all addresses assigned to the public internet
_DENIED_6 = tuple(
    ip_network(net)
    for net in (
        "2001::/23",  # Teredo, ORCHID, benchmarking and other IETF assignments
        "2001:db8::/32", "3fff::/20",  # documentation
        "2002::/16",  # 6to4, which can wrap any IPv4 address
        "2620:4f:8000::/48",  # AS112
    )
)  # fmt: skip
_NAT64 = ip_network("64:ff9b::/96")


def check_url(text: str, allow: Collection[str] = ()) -> httpx2.URL:
    """Return the address to fetch. Raises `FeedRefused`. With `allow`, the port is checked once the name is resolved.
    """
    if len(text) > MAX_LENGTH or any(ord(character) <= 32 or ord(character) == 127 for character in text):
        raise FeedRefused(REFUSED, field="url")
    try:
        url = httpx2.URL(text)
        port = web_port(url)
    except (httpx2.InvalidURL, ValueError, TypeError):
        raise FeedRefused(REFUSED, field="url") from None
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or "\\" in text:
        raise FeedRefused(REFUSED, field="url")
    if port not in WEB_PORTS and not (allow and port < 65536):
        raise FeedRefused(REFUSED, field="url")
    return url.copy_with(fragment=None)


def check_feed(text: str, allow: Collection[str] = ()) -> str:
    """Return the address of a feed to poll. Raises `FeedRefused` for what can be refused before resolving the name."""
    url = check_url(text, allow)
    try:
        ip_address(url.host.strip("[]"))
    except ValueError:
        return text
    check_addresses([url.host.strip("[]")], web_port(url), allow)
    return text


def web_port(url: httpx2.URL) -> int:
    """Return the explicit or default port."""
    return (443 if url.scheme == "https" else 80) if url.port is None else url.port


def check_addresses(addresses: Iterable[str], port: int, allow: Collection[str] = ()) -> list[str]:
    """Return the addresses of a name if all may be connected to. Raises `FeedRefused`.

    A single private address spoils them all, because that is how rebinding begins.
    """
    checked = list(dict.fromkeys(addresses))
    if not checked or not all(address in allow or (port in WEB_PORTS and is_public(address)) for address in checked):
        raise FeedRefused(REFUSED, field="url")
    return checked


def is_public(address: str) -> bool:
    """Return whether the address is on the public internet, also when wrapped in IPv6.

    >>> is_public("8.8.8.8"), is_public("::ffff:10.0.0.1"), is_public("64:ff9b::7f00:1"), is_public("224.0.0.9")
    (True, False, False, False)
    """
    try:
        ip = _unwrap(ip_address(address))
    except ValueError:
        return False
    if ip.is_multicast or not ip.is_global:
        return False
    if isinstance(ip, IPv4Address):
        return not any(ip in net for net in _DENIED_4)
    return ip in _UNICAST_6 and not any(ip in net for net in _DENIED_6) and not _is_isatap(ip)


def _unwrap(ip: IPAddress) -> IPAddress:
    """Return the IPv4 address in a mapped or NAT64 one. (A network without IPv4 uses those for every name.)"""
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if isinstance(ip, IPv6Address) and ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip


def _is_isatap(ip: IPv6Address) -> bool:
    """Return whether the interface id 0000:5efe or 0200:5efe carries an IPv4 address (RFC 5214), usually a private one.
    """
    return (int(ip) >> 32 & 0xFDFFFFFF) == 0x5EFE
