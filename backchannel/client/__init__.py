"""A client for programs that write notes without losing any, and follow channels without gaps (docs/protocol.md).

    client = Client("https://notes.example.org", "puddlecamp", outbox=Path("outbox.jsonl"))
    client.join(scribe_pass, "Priya")
    client.write("Q: who pays?", session=guid)
    view = client.follow("event")
    client.start()

It was written from the protocol's documentation and imports nothing else of Backchannel, so it shows what any other
client can rely on.
"""

from backchannel.client.client import Client
from backchannel.client.errors import Refused, Unreachable
from backchannel.client.outbox import Outbox
from backchannel.client.view import View, digest_of

__all__ = ["Client", "Outbox", "Refused", "Unreachable", "View", "digest_of"]
