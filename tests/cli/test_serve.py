"""`backchannel serve`: its port, its shutdown and its checks at startup."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.stage import Camp, Person, Server


def test_a_port_in_use_is_reported_in_one_sentence(server: Server) -> None:
    done = server.command("serve", "--port", str(server.port))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == (
        f"Can't listen on 127.0.0.1:{server.port}: address already in use. Choose another port with --port."
    )


def test_sigterm_stops_the_server_in_time_and_keeps_acked_notes(server: Server) -> None:
    camp = Camp.make(server)
    acked = Person(camp, camp.passes["scribe"]).note("just in time")
    begun = time.monotonic()
    server.stop()
    assert time.monotonic() - begun < 10  # a hang is a fault; the three seconds of grace are measured in bench/
    server.start()
    assert [item["id"] for item in camp.changes()["items"]] == [acked["id"]]


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"FLASK_DEBUG": "1"}, "Debug mode would show the server's internals"),
        ({"FLASK_RUN_FROM_CLI": "true"}, "`flask run` is for development only"),
    ],
)
def test_a14_a_public_server_does_not_start_with_unsafe_settings(tmp_path: Path, environ: dict[str, str], said: str) -> None:
    public = Server(tmp_path / "a.db", public_url="https://notes.example.org")
    done = public.command("serve", "--port", "0", **environ)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert said in done.stderr
