"""`backchannel serve`: where it listens, and how it ends."""

from __future__ import annotations

import time

from tests.stage import Camp, Person, Server


def test_a_port_in_use_is_told_in_one_sentence(server: Server) -> None:
    done = server.command("serve", "--port", str(server.port))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == (
        f"Cannot listen on 127.0.0.1:{server.port}: address already in use. Give another with --port."
    )


def test_sigterm_ends_it_within_its_grace_and_what_was_acked_is_there(server: Server) -> None:
    camp = Camp.make(server)
    acked = Person(camp, camp.passes["scribe"]).note("just in time")
    begun = time.monotonic()
    server.stop()
    assert time.monotonic() - begun < 10  # a hang is a fault; the three seconds of grace are measured in bench/
    server.start()
    assert [item["id"] for item in camp.changes()["items"]] == [acked["id"]]
