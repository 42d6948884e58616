"""A client of docs/protocol.md, for programs: it writes notes that are not lost, and follows channels without a gap.

    client = Client("https://notes.example.org", "puddlecamp", outbox=Path("outbox.jsonl"))
    client.join(scribe_pass, "Priya")
    client.write("Q: who pays?", session=guid)
    view = client.follow("event")
    client.start()

It was written from that page alone and imports nothing else of Backchannel: what holds for it holds for any other client.
"""

from backchannel.client.client import Client
from backchannel.client.errors import Refused, Unreachable
from backchannel.client.outbox import Outbox
from backchannel.client.view import View, digest_of

__all__ = ["Client", "Outbox", "Refused", "Unreachable", "View", "digest_of"]
