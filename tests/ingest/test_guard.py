"""Which addresses are asked for a feed (F1, F2). Names and connections are stubs: no byte leaves this machine."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field

import pytest

from backchannel.domain.errors import FeedRefused
from backchannel.ingest.connection import Budget, FixedNames, GuardedBackend
from backchannel.ingest.guard import REFUSED, check_url, is_public

PUBLIC = ["8.8.8.8", "93.184.216.34", "1.1.1.1", "2606:4700::1111", "2a01:4f8::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]

PRIVATE = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254", "100.100.100.200", "127.0.0.1",
    "127.8.8.8", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.9", "192.0.0.192", "192.0.2.1",
    "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "3fff::1", "100::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:808:808::1",
    "2001::1", "2001:0:53aa:64c:0:7bff:80ff:fffe", "2001:20::1", "5f00::1", "4000::1",
    "2a01:4f8::5efe:a00:1", "2a01:4f8::200:5efe:a00:1",
    "", "localhost", "127.1", "0x7f.1", "2130706433", "8.8.8.8/32", "no address",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address: str) -> None:
    assert is_public(address) is True


@pytest.mark.parametrize("address", PRIVATE)
def test_any_other_address_is_refused_in_every_notation(address: str) -> None:
    assert is_public(address) is False


REFUSED_URLS = [
    "file:///etc/passwd", "ftp://camp.example/feed", "gopher://camp.example/", "javascript:alert(1)", "data:,rss",
    "//camp.example/feed", "camp.example/feed", "http:", "http:///feed", "http://", "", " http://camp.example/",
    "http://camp.example:22/", "http://camp.example:25/", "http://camp.example:6379/", "http://camp.example:0/",
    "https://camp.example:99999/", "http://camp.example:-80/", "http://camp.example:x/",
    "http://me:secret@camp.example/", "http://me@camp.example/", "http://camp.example@evil.example/",
    "http://camp.example\\@evil.example/", "http:\\\\camp.example/", "http://camp.example/\r\nX: 1", "http://camp.example/\0",
    "http://camp.example/a b", "http://[::1", "http://" + "a" * 3000 + "/", "http://１２７.0.0.1/",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED_URLS)
def test_a_url_that_cannot_be_a_public_web_server_is_refused(url: str) -> None:
    with pytest.raises(FeedRefused) as refused:
        check_url(url)
    assert (refused.value.message, refused.value.field) == (REFUSED, "url")


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("http://camp.example/feed?a=1#top", "http://camp.example/feed?a=1"),
        ("HTTPS://Camp.Example/", "https://camp.example/"),
        ("https://camp.example:8443/f", "https://camp.example:8443/f"),
        ("http://exämple.org/ü", "http://xn--exmple-cua.org/%C3%BC"),
    ],
)
def test_a_valid_url_is_normalised(url: str, asked: str) -> None:
    checked = check_url(url)
    assert f"{checked.scheme}://{checked.netloc.decode()}{checked.raw_path.decode()}" == asked


@dataclass
class Recorder:
    """Stands where sockets are opened: notes where to, and opens none."""

    asked: list[tuple[str, int]] = field(default_factory=list)

    def __call__(self, address: tuple[str, int], timeout: float) -> socket.socket:
        self.asked.append(address)
        raise ConnectionRefusedError


def connected(addresses: list[str], port: int = 443, allow: frozenset[str] = frozenset()) -> list[tuple[str, int]]:
    """Where a connection was tried to, for a name that stands for `addresses`; they all end as refused."""
    recorder = Recorder()
    names = FixedNames({"camp.example": [addresses]})
    backend = GuardedBackend(Budget(), allow=allow, resolve=names, connect=recorder)
    with pytest.raises(FeedRefused) as refused:
        backend.connect_tcp("camp.example", port)
    assert refused.value.message == REFUSED
    return recorder.asked


def test_the_checked_addresses_are_tried_in_turn() -> None:
    assert connected(["8.8.8.8", "2606:4700::1111"]) == [("8.8.8.8", 443), ("2606:4700::1111", 443)]


@pytest.mark.parametrize("address", PRIVATE)
def test_one_private_address_among_public_ones_refuses_the_host(address: str) -> None:
    assert connected(["8.8.8.8", address, "1.1.1.1"]) == []


def test_an_unresolvable_name_is_not_connected_to() -> None:
    assert connected([]) == []


def test_a_port_other_than_the_webs_is_not_connected_to() -> None:
    assert connected(["8.8.8.8"], port=22) == []


def test_an_address_allowed_by_a_setting_may_use_any_port() -> None:
    allow = frozenset({"127.0.0.1"})
    assert connected(["127.0.0.1"], 5000, allow) == [("127.0.0.1", 5000)]
    assert connected(["127.0.0.2"], 443, allow) == []
    assert connected(["127.0.0.1", "8.8.8.8"], 5000, allow) == []
    assert connected(["127.0.0.1", "8.8.8.8"], 443, allow) == [("127.0.0.1", 443), ("8.8.8.8", 443)]


def test_an_invalid_host_name_is_refused() -> None:
    backend = GuardedBackend(Budget(), connect=Recorder())
    for name in ("a..b", "x" * 300, "\udcff"):
        with pytest.raises(FeedRefused):
            backend.connect_tcp(name, 80)
