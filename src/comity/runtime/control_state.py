"""Where a gateway's control state is: the database that its stack file names, or none but `keys.db`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from comity.law.plain_yaml import load
from comity.runtime.secrets import secret_of
from comity.terms.problems import Problem, Problems


def database_url(stack_file: Path, environ: Mapping[str, str]) -> str:
    """The URL that the key `database` names, or nothing for the `keys.db` of the state folder.

    Nothing else of the file is looked at: a key must be revocable while the file is being mended.

    Raises:
        Problems: the file is no YAML, or the secret is not there.
    """
    try:
        document = load(stack_file.read_text(encoding="utf-8"))
        name = document.get("database") if isinstance(document, dict) else None
        return secret_of(name, stack_file.absolute().parent, environ, "database") if isinstance(name, str) else ""
    except (OSError, ValueError) as error:
        raise Problems([Problem(str(stack_file), 0, 0, "database", str(error))]) from error
