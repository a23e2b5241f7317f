"""Erasure salts: one file per application, destroyed to make its byte commitments unlinkable."""

from __future__ import annotations

from pathlib import Path


class ApplicationSalts:
    """The erasure salts under `state/salts/`, 32 random bytes each, files 0600.

    Made once per application, whichever worker comes first; read from disk once per process.
    """

    def __init__(self, state: Path) -> None:
        raise NotImplementedError

    def get_or_create(self, application: str) -> bytes:
        """The application's salt, made and fsynced first if there is none. Cached: cheap on the hot path."""
        raise NotImplementedError

    def get(self, application: str) -> bytes | None:
        """The application's salt, or None if there is none (never made, or erased)."""
        raise NotImplementedError
