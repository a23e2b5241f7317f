"""Scenarios: dated documents that change stack and law, read whole, and made into a world to decide in."""
