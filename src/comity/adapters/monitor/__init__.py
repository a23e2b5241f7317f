"""Watching a log that somebody else runs: what was seen is kept, and whatever contradicts it is an alarm."""
