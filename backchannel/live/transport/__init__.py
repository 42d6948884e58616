"""The sending path: one frame per broadcast, complete partial writes, and a capped queue for each follower."""
