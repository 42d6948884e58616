"""The tables with an `event` column. Deleting an event empties them, and copying one copies them."""

TABLES = (
    "room", "session", "item", "revision", "channel_item", "change", "op", "reaction", "source", "edition", "gap", "feed",
    "slot", "pitch", "pitch_vote", "grid_edit",
    "tally", "note_taker", "activity", "block", "report", "moderation_log", "moderator", "last_note",
    "join_code", "holder", "watched_schedule",
)  # fmt: skip
