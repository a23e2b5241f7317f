"""No core dumps: what a process that crashes would leave on the disk holds prompts, keys and salts."""

from __future__ import annotations

import resource


def forbid() -> None:
    """For this process and all that it starts from now on."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
