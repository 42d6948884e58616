"""The errors, named as nouns. Each message is written for the person who caused it.

    BackchannelError
    ├── Unknown            404  not here, or not for this viewer: the answer is the same
    │   ├── UnknownEvent
    │   ├── UnknownSession
    │   ├── UnknownItem
    │   └── UnknownFeed
    ├── Invalid            400  unusable input; `field` names the part
    │   ├── OffTheRecord        a line that was meant to stay on the phone
    │   ├── Unreadable          a file or an answer in an unexpected format
    │   │   └── NotAFeed        for example a web page; `links` are the feeds it names
    │   └── FeedRefused         an address that may not be fetched
    ├── BadPass            401  no pass, or a revoked one
    ├── Forbidden          403  a pass without this permission
    ├── Clash              409  a contradiction to stored data
    │   ├── OpReused            the same op id with another body
    │   ├── Conflict            a correction of an old revision
    │   ├── GridConflict        an edit of something on the grid that changed meanwhile
    │   ├── ProgrammeChanged    a decision about a programme that changed meanwhile
    │   ├── AlreadyExists       a name that is in use
    │   └── EventClosed         the event accepts nothing more
    ├── SlowDown           429  too many requests; try again later
    └── Busy               503  temporarily unavailable; try again
        └── DiskFull            no space until something is deleted

`permanent` tells a client whether repeating the request can ever succeed.
"""

from __future__ import annotations


class BackchannelError(Exception):
    """The base class. `str(error)` can be shown to people; `code` is for programs."""

    code = "error"
    status = 400
    permanent = True

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field

    @property
    def message(self) -> str:
        """Return the message for people."""
        return str(self)


class Unknown(BackchannelError):
    """Something that does not exist, or that this viewer may not see."""

    code = "unknown"
    status = 404


class UnknownEvent(Unknown):
    """An event that does not exist."""

    code = "unknown_event"

    def __init__(self, slug: str) -> None:
        super().__init__(f"There is no event “{slug}” on this server.", field="event")
        self.slug = slug


class UnknownSession(Unknown):
    """A session that does not exist."""

    code = "unknown_session"

    def __init__(self, ref: str, event: str) -> None:
        super().__init__(f"There is no session “{ref}” in the event “{event}”.", field="session")
        self.ref = ref
        self.event = event


class UnknownItem(Unknown):
    """An item that does not exist."""

    code = "unknown_item"

    def __init__(self, id: str) -> None:
        super().__init__(f"There is no item {id} here.", field="id")
        self.id = id


class UnknownFeed(Unknown):
    """A feed that does not exist."""

    code = "unknown_feed"

    def __init__(self, ref: str, event: str) -> None:
        super().__init__(f"The event “{event}” has no feed “{ref}”.", field="feed")


class Invalid(BackchannelError):
    """Unusable input. `field` names the part."""

    code = "invalid"


class OffTheRecord(Invalid):
    """A line marked off the record, which must not leave the phone."""

    code = "off_the_record"

    def __init__(self) -> None:
        super().__init__("This line is off the record (OTR:), so it stays on your phone. Nothing was saved.", field="text")


class Unreadable(Invalid):
    """A file or an answer in an unexpected format."""

    code = "unreadable"


class NotAFeed(Unreadable):
    """An address that is no feed. `links` are the feeds it names."""

    code = "not_a_feed"

    def __init__(self, message: str, links: tuple[str, ...] = ()) -> None:
        super().__init__(message, field="url")
        self.links = links


class FeedRefused(Invalid):
    """An address that may not be fetched."""

    code = "feed_refused"


class BadPass(BackchannelError):
    """A missing, invalid or revoked pass."""

    code = "bad_pass"
    status = 401


class Forbidden(BackchannelError):
    """A pass without the needed permission."""

    code = "forbidden"
    status = 403


class Clash(BackchannelError):
    """A contradiction to stored data."""

    code = "clash"
    status = 409


class OpReused(Clash):
    """An op id that was used before with another body."""

    code = "op_reused"

    def __init__(self, op: str) -> None:
        super().__init__(f"The op {op} was used before with another body. Use a new op id for a new change.", field="op")


class Conflict(Clash):
    """A correction of an old revision. `text` is the current text, so that the phone can show both."""

    code = "conflict"

    def __init__(self, rev: int, text: str) -> None:
        super().__init__("Somebody else corrected this meanwhile. Both versions are kept.", field="base_rev")
        self.rev = rev
        self.text = text


class GridConflict(Clash):
    """An edit of something on the grid that somebody else changed meanwhile."""

    code = "conflict"

    def __init__(self, author: str, said: str) -> None:
        super().__init__(f"{author} {said} meanwhile. Look at the grid again, then decide.", field="base")


class ProgrammeChanged(Clash):
    """A decision about a programme that changed since it was shown."""

    code = "conflict"

    def __init__(self, said: str) -> None:
        super().__init__(f"The programme changed meanwhile: {said}. Nothing was taken. Check the changes again.", field="number")


class AlreadyExists(Clash):
    """A name or file that is in use."""

    code = "taken"


class EventClosed(Clash):
    """An event that accepts nothing more."""

    code = "event_closed"

    def __init__(self, slug: str) -> None:
        super().__init__(f"The event “{slug}” is closed, so it can't be changed any more.", field="event")


class SlowDown(BackchannelError):
    """Too many requests. `retry_after` is in seconds."""

    code = "slow_down"
    status = 429
    permanent = False

    def __init__(self, message: str, *, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Busy(BackchannelError):
    """A temporary failure."""

    code = "busy"
    status = 503
    permanent = False


class DiskFull(Busy):
    """A disk without space."""

    code = "disk_full"

    def __init__(self) -> None:
        super().__init__("The server's disk is full. Your notes stay on your phone and are sent when there is space again.")
