"""The state folder that a user means by a log on disk."""

from __future__ import annotations

from pathlib import Path

from comity.terms.errors import UsageFault


def log_folder(given: Path) -> Path:
    """A state folder, the stack file's folder that has one, or the `log` in it: the state folder.

    Raises:
        UsageFault: it is none of these.
    """
    for state in (given, given.parent if given.name == "log" else given / ".comity"):
        if (state / "log").is_dir():
            return state
    raise UsageFault(f"{given} is no state folder: it has no log/ in it")
