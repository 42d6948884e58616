"""The room where everything changes: authorise, read, decide, keep, nudge."""
