"""Ledgers that are made: real arrivals and token counts, cases assigned (examples/trace/README.md)."""
