"""The JSON Schemas of the API's requests and responses, for the OpenAPI description (docs/protocol.md).

Schemas that are used more than once have a name in `SHAPES`, and others refer to them with `ref`.
"""

from __future__ import annotations

from typing import Any

from backchannel.domain.grid_edits import GRID_DOS
from backchannel.domain.model import KINDS, ORIGINS, TEXT_LIMIT
from backchannel.domain.wire import DEEPEST, DOS, MAX_BATCH_OPS

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
WHOLE: Schema = {"type": "integer"}
WHOLE_OR_NULL: Schema = {"type": ["integer", "null"]}
YES_OR_NO: Schema = {"type": "boolean"}
UUID: Schema = {"type": "string", "format": "uuid"}
NOW: Schema = {"type": "string", "format": "date-time", "description": "The server's time."}
TIME: Schema = {
    "type": ["string", "null"],
    "description": "ISO 8601 with an offset. A bare date: only the day is known. Null: nothing is known.",
}
DEPTH: Schema = {"type": "integer", "minimum": 0, "maximum": DEEPEST}
COUNTS: Schema = {"type": "object", "additionalProperties": WHOLE}


def ref(name: str) -> Schema:
    """Return a reference to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def shape(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """Return the schema of an object. Unknown keys are allowed, because later versions may add some."""
    return {"type": "object", "required": list(required), "properties": required | (optional or {})}


def answer(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """Return the schema of a successful response: these keys, and those that every response carries."""
    return shape(required | {"epoch": TEXT, "now": NOW}, optional)


def several(of: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": of}


ITEM = shape({
    "id": UUID, "seq": WHOLE, "rev": WHOLE, "event": TEXT, "session": TEXT_OR_NULL,
    "origin": {"enum": list(ORIGINS)}, "kind": {"enum": list(KINDS)}, "depth": DEPTH,
    "author": TEXT, "speaker": TEXT_OR_NULL, "text": TEXT, "html": TEXT,
    "at": TIME, "written_at": TIME, "received_at": TIME, "url": TEXT_OR_NULL,
    "sources": several(shape({}, {"feed": TEXT, "guid": TEXT, "url": TEXT_OR_NULL})),
    "placed": {"anyOf": [shape({"method": TEXT, "confidence": {"type": "number"}, "reason": TEXT}), {"type": "null"}]},
    "reactions": COUNTS, "state": {"enum": ["visible", "held", "hidden"]},
})  # fmt: skip

TOMBSTONE = shape({"id": UUID, "seq": WHOLE, "gone": {"const": True}})

SESSION = shape(
    {
        "guid": TEXT, "slug": TEXT, "number": WHOLE_OR_NULL, "title": TEXT, "abstract": TEXT, "room": TEXT_OR_NULL,
        "starts": TIME, "ends": TIME, "leaders": several(TEXT), "hashtags": several(TEXT), "url": TEXT_OR_NULL,
        "note_takers": several(TEXT), "counts": COUNTS,
    },
    {"cancelled": {"const": True}},
)  # fmt: skip

PLACED_SESSION = shape({
    "guid": TEXT, "slug": TEXT, "title": TEXT, "room": TEXT_OR_NULL, "starts": TIME, "ends": TIME,
    "cancelled": YES_OR_NO, "merged_into": TEXT_OR_NULL,
})  # fmt: skip

OP = shape(
    {"op": UUID, "id": UUID, "do": {"enum": list(DOS)}},
    {
        "origin": {"enum": ["note", "afterthought"]},
        "session": TEXT_OR_NULL,
        "text": {"type": "string", "maxLength": TEXT_LIMIT},
        "depth": DEPTH,
        "base_rev": WHOLE_OR_NULL,
        "written_at": TIME,
        "sent_at": TIME,
        "reaction": {"const": "agree"},
        "on": YES_OR_NO,
    },
)

EDIT = shape(
    {"op": UUID, "do": {"enum": list(GRID_DOS)}},
    {
        "base": WHOLE_OR_NULL, "session": TEXT, "other": TEXT, "room": TEXT, "slot": TEXT, "title": TEXT,
        "leaders": several(TEXT), "seats": WHOLE_OR_NULL, "starts": TIME, "ends": TIME, "since": TIME,
        "by": {"enum": [-1, 1]}, "edit": TEXT,
    },
)  # fmt: skip

FAULT = shape(
    {"code": TEXT, "message": TEXT, "permanent": YES_OR_NO},
    {"field": TEXT_OR_NULL, "retry_after": {"type": "number"}, "rev": WHOLE, "text": TEXT},
)

SHAPES: dict[str, Schema] = {
    "Item": ITEM,
    "Tombstone": TOMBSTONE,
    "Op": OP,
    "Batch": shape({"ops": several(ref("Op")) | {"maxItems": MAX_BATCH_OPS}}, {"sent_at": TIME}),
    "Result": {
        "oneOf": [
            shape({"op": TEXT, "ok": {"const": True}, "id": UUID, "seq": WHOLE, "rev": WHOLE}),
            shape({"op": TEXT_OR_NULL, "error": ref("Fault")}),
        ]
    },
    "Results": answer({"results": several(ref("Result"))}),
    "Changes": answer(
        {
            "event": TEXT, "channel": TEXT, "prev": WHOLE, "seq": WHOLE,
            "items": several({"oneOf": [ref("Item"), ref("Tombstone")]}), "more": YES_OR_NO,
        },
        {"digest": TEXT, "programme": WHOLE, "pitches": WHOLE},
    ),
    "Window": answer({"event": TEXT, "channel": TEXT, "seq": WHOLE, "items": several(ref("Item")), "earlier": YES_OR_NO}),
    "OneItem": answer({"item": ref("Item")}),
    "Session": SESSION,
    "Event": answer({
        "slug": TEXT, "title": TEXT, "timezone": TEXT, "starts": TIME, "ends": TIME, "hashtags": several(TEXT),
        "public": YES_OR_NO, "closed": YES_OR_NO, "seq": WHOLE, "rooms": several(TEXT),
        "sessions": several(ref("Session")), "hallway": COUNTS, "programme": WHOLE, "pitches": WHOLE,
    }),
    "PlacedSession": PLACED_SESSION,
    "Programme": answer(
        {"event": TEXT, "programme": WHOLE, "pitches": WHOLE, "sessions": several(ref("PlacedSession"))},
        {
            "rooms": several(shape({"guid": TEXT, "name": TEXT, "seats": WHOLE_OR_NULL})),
            "slots": several(shape({"guid": TEXT, "starts": TIME, "ends": TIME})),
        },
    ),
    "Edit": EDIT,
    "Edited": answer({"op": UUID, "ok": {"const": True}, "programme": WHOLE, "said": TEXT}),
    "Name": shape({"name": TEXT}),
    "Joined": answer({"pass": TEXT}),
    "Fault": FAULT,
    "Error": shape({"error": ref("Fault")}),
}  # fmt: skip
