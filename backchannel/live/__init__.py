"""Real-time delivery: the dispatcher reads the log of changes and sends frames to followers."""
