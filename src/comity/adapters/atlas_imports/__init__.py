"""Figures from files that a user has: Crunchbase, Tracxn, Epoch AI, TOP500. Importers, never data."""

from comity.adapters.atlas_imports.read import KINDS, read_imports

__all__ = ["KINDS", "read_imports"]
