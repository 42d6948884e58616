"""Queries and changes of spoken codes and of the holders of personal passes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backchannel.domain.joining import Holder, JoinCode
from backchannel.domain.times import write_when
from backchannel.store.sql.connection import Row
from backchannel.store.sql.programme import ProgrammeChanges, ProgrammeQueries
from backchannel.store.sql.rows import moment


class JoiningQueries(ProgrammeQueries):
    """Queries over one connection."""

    def join_codes(self, event: str) -> dict[str, JoinCode]:
        found = self._all("SELECT * FROM join_code WHERE event = ? ORDER BY scope", event)
        return {row["scope"]: _code(row) for row in found}

    def join_code(self, finder: str) -> JoinCode | None:
        row = self._one("SELECT * FROM join_code WHERE finder = ?", finder)
        return _code(row) if row else None

    def holders(self, event: str) -> list[Holder]:
        found = self._all(
            "SELECT * FROM holder WHERE event = ? ORDER BY coalesce(joined_at, invited_at) DESC NULLS LAST, key DESC", event
        )
        return [_holder(row) for row in found]

    def holder(self, event: str, key: str) -> Holder | None:
        row = self._one("SELECT * FROM holder WHERE event = ? AND key = ?", event, key)
        return _holder(row) if row else None

    def revoked_keys(self, event: str) -> frozenset[str]:
        found = self._all("SELECT key FROM holder WHERE event = ? AND revoked_at IS NOT NULL", event)
        return frozenset(row["key"] for row in found)


class JoiningChanges(JoiningQueries, ProgrammeChanges):
    """Writes over the writing connection."""

    def save_join_code(self, code: JoinCode) -> None:
        self._upsert("join_code", _code_row(code), ("event", "scope"))

    def count_failure(self, finder: str) -> int:
        found = self._all("UPDATE join_code SET failures = failures + 1 WHERE finder = ? RETURNING failures", finder)
        return int(found[0]["failures"]) if found else 0

    def save_holder(self, holder: Holder) -> None:
        self._upsert("holder", _holder_row(holder), ("event", "key"))

    def save_seen(self, event: str, seen: Mapping[str, datetime]) -> None:
        for key, at in seen.items():
            self._run("UPDATE holder SET seen_at = ? WHERE event = ? AND key = ?", write_when(at), event, key)


def _code(row: Row) -> JoinCode:
    return JoinCode(
        event=row["event"], scope=row["scope"], rotation=row["rotation"], finder=row["finder"], proof=row["proof"],
        expires_at=datetime.fromisoformat(row["expires_at"]), limits_passes=bool(row["limits_passes"]),
        failures=row["failures"],
    )  # fmt: skip


def _code_row(code: JoinCode) -> dict[str, Any]:
    return {
        "event": code.event, "scope": code.scope, "rotation": code.rotation, "finder": code.finder, "proof": code.proof,
        "expires_at": write_when(code.expires_at), "limits_passes": int(code.limits_passes), "failures": code.failures,
    }  # fmt: skip


def _holder(row: Row) -> Holder:
    return Holder(
        event=row["event"], key=row["key"], role=row["role"], name=row["name"], via=row["via"],
        generation=row["generation"], session=row["session"], room=row["room"],
        invited_at=moment(row["invited_at"]), joined_at=moment(row["joined_at"]),
        seen_at=moment(row["seen_at"]), expires_at=moment(row["expires_at"]), revoked_at=moment(row["revoked_at"]),
    )  # fmt: skip


def _holder_row(holder: Holder) -> dict[str, Any]:
    return {
        "event": holder.event, "key": holder.key, "role": holder.role, "name": holder.name, "via": holder.via,
        "generation": holder.generation, "session": holder.session, "room": holder.room,
        "invited_at": write_when(holder.invited_at),
        "joined_at": write_when(holder.joined_at), "seen_at": write_when(holder.seen_at),
        "expires_at": write_when(holder.expires_at), "revoked_at": write_when(holder.revoked_at),
    }  # fmt: skip
