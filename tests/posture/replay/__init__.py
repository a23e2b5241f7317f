"""Replay: past requests in a changed world."""
