"""The sending path: frames made once an emit, partial writes finished, each follower's queue capped."""
