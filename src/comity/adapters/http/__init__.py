"""HTTP in both directions on asyncio protocols; the only place that knows httptools and uvloop."""
