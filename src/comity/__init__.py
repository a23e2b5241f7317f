"""Comity: the layer that places AI requests where the law allows, and proves it."""

__version__ = "0.1.0"
