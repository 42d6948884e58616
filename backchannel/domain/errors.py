"""What can go wrong, as nouns. Each message is a sentence for the person who caused it.

    BackchannelError
    ├── Unknown            404  what was asked for is not here (or not for you: the answer is the same)
    │   ├── UnknownEvent
    │   ├── UnknownSession
    │   ├── UnknownItem
    │   └── UnknownFeed
    ├── Invalid            400  what came in cannot be taken as it is; `field` says where
    │   ├── OffTheRecord        a line that was meant to stay on the phone
    │   ├── Unreadable          a file or an answer that is not what it should be
    │   │   └── NotAFeed        a web page, say; `links` are the feeds it names
    │   └── FeedRefused         an address that will not be fetched
    ├── BadPass            401  no pass, or one that does not hold any more
    ├── Forbidden          403  a pass that does not reach this far
    ├── Clash              409  it contradicts what is kept
    │   ├── OpReused            the same op id with another body
    │   ├── Conflict            a correction of a revision that is not the last
    │   ├── Taken               a slug that is in use
    │   └── EventClosed         nothing more is taken
    ├── SlowDown           429  too much at once; try again
    └── Busy               503  not now; try again
        └── DiskFull            nothing can be kept until there is room again

`permanent` tells a phone whether trying the same again can ever help.
"""

from __future__ import annotations


class BackchannelError(Exception):
    """The root. `str(error)` is fit to be shown; `code` is for programs."""

    code = "error"
    status = 400
    permanent = True

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field

    @property
    def message(self) -> str:
        return str(self)


class Unknown(BackchannelError):
    code = "unknown"
    status = 404


class UnknownEvent(Unknown):
    code = "unknown_event"

    def __init__(self, slug: str) -> None:
        super().__init__(f"There is no event “{slug}” here.", field="event")
        self.slug = slug


class UnknownSession(Unknown):
    code = "unknown_session"

    def __init__(self, ref: str, event: str) -> None:
        super().__init__(f"There is no session “{ref}” in the event “{event}”.", field="session")
        self.ref = ref
        self.event = event


class UnknownItem(Unknown):
    code = "unknown_item"

    def __init__(self, id: str) -> None:
        super().__init__(f"There is no item {id} here.", field="id")
        self.id = id


class UnknownFeed(Unknown):
    code = "unknown_feed"

    def __init__(self, ref: str, event: str) -> None:
        super().__init__(f"The event “{event}” has no feed “{ref}”.", field="feed")


class Invalid(BackchannelError):
    code = "invalid"


class OffTheRecord(Invalid):
    code = "off_the_record"

    def __init__(self) -> None:
        super().__init__("This line is off the record (OTR:): it stays on your phone, and nothing was kept.", field="text")


class Unreadable(Invalid):
    code = "unreadable"


class NotAFeed(Unreadable):
    code = "not_a_feed"

    def __init__(self, message: str, links: tuple[str, ...] = ()) -> None:
        super().__init__(message, field="url")
        self.links = links


class FeedRefused(Invalid):
    code = "feed_refused"


class BadPass(BackchannelError):
    code = "bad_pass"
    status = 401


class Forbidden(BackchannelError):
    code = "forbidden"
    status = 403


class Clash(BackchannelError):
    code = "clash"
    status = 409


class OpReused(Clash):
    code = "op_reused"

    def __init__(self, op: str) -> None:
        super().__init__(f"The op {op} was taken before with another body; make a new op id for a new change.", field="op")


class Conflict(Clash):
    """The other text stands beside the error: the phone shows both."""

    code = "conflict"

    def __init__(self, rev: int, text: str) -> None:
        super().__init__("Somebody corrected this in the meantime; both texts are kept.", field="base_rev")
        self.rev = rev
        self.text = text


class AlreadyExists(Clash):
    code = "taken"


class EventClosed(Clash):
    code = "event_closed"

    def __init__(self, slug: str) -> None:
        super().__init__(f"The event “{slug}” is closed; nothing more is taken.", field="event")


class SlowDown(BackchannelError):
    code = "slow_down"
    status = 429
    permanent = False


class Busy(BackchannelError):
    code = "busy"
    status = 503
    permanent = False


class DiskFull(Busy):
    code = "disk_full"

    def __init__(self) -> None:
        super().__init__("The server's disk is full; your notes stay with you and go when there is room again.")
