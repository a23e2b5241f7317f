"""Measurements: parts of the gateway alone, and the whole of it beside its peers (bench/compare)."""
