"""Stack files from disk, read against the day, the words, the packs and the environment."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from comity.adapters.attestations import with_attestations
from comity.adapters.packs import pack_folders, vocabulary
from comity.stack.read import Reading, read_stack
from comity.stack.surroundings import Surroundings, Words
from comity.stack.types import Stack
from comity.terms.problems import Problem, Problems

MAX_STACK_BYTES = 1 << 20  # a stack of a thousand deployments is a tenth of this
GIT_SECONDS = 5  # version control is asked for one date; past this the disk's date serves


@dataclass(frozen=True, slots=True)
class StackFile:
    """A stack file as it was read: the stack if it can be used, and everything that was found wrong or passed."""

    path: Path
    reading: Reading
    date: date

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Errors and warnings, in the file's order."""
        return self.reading.problems

    @property
    def stack(self) -> Stack:
        """The stack; raises Problems if the file has errors."""
        errors = [problem for problem in self.problems if problem.severity == "error"]
        if self.reading.stack is None or errors:
            raise Problems(errors or self.problems)
        return self.reading.stack


def read_stack_file(
    path: Path,
    environ: Mapping[str, str] | None = os.environ,
    today: date | None = None,
    embedded: frozenset[str] | None = None,
) -> StackFile:
    """Reads and checks the stack file at `path`.

    With `environ` None neither keys nor the files that it names are looked for: who only explains a stack needs no
    key of it. `embedded` are the models that the embedded node has; None leaves their names unchecked.

    Raises:
        Problems: if there is no such file, or it cannot be opened.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_STACK_BYTES + 1)
    except OSError as error:
        hint = "write one, or start from a file in examples/" if isinstance(error, FileNotFoundError) else ""
        raise Problems([Problem(str(path), 0, 0, "", f"cannot be read: {error.strerror}", "", hint)]) from error
    dated = file_date(path)
    return StackFile(path, _reading(path, data, environ, today, embedded, dated), dated)


def reread(file: StackFile, text: str) -> StackFile:
    """The file as it would be read if it held `text`; keys and files that it names are not looked for."""
    data = text.encode()[: MAX_STACK_BYTES + 1]
    return StackFile(file.path, _reading(file.path, data, None, None, None, file.date), file.date)


def _reading(
    path: Path,
    data: bytes,
    environ: Mapping[str, str] | None,
    today: date | None,
    embedded: frozenset[str] | None,
    dated: date,
) -> Reading:
    folder = path.resolve().parent
    words = vocabulary()
    surroundings = Surroundings(
        today=today or datetime.now(UTC).date(),
        words=Words(
            data=frozenset(words.data),
            purposes=frozenset(words.purposes),
            grounds=frozenset(words.grounds),
            roles=frozenset(words.roles),
            kinds=frozenset(words.kinds),
            certificates=frozenset(words.certificates),
            sectors=frozenset(words.sectors),
            risks=frozenset(words.risks),
            hops=frozenset(words.hops),
            uses=frozenset(words.uses),
            families=frozenset(words.families),
        ),
        packs=frozenset(pack_folders(folder)),
        environment=environ,
        file_exists=None if environ is None else lambda name: (folder / name).is_file(),
        file_date=dated,
        embedded=embedded,
    )
    return with_attestations(read_stack(data, str(path), surroundings), path, surroundings.today)


def file_date(path: Path) -> date:
    """The day on which the file last changed, in version control where it is kept there, else on disk."""
    resolved = path.resolve()
    if any((folder / ".git").exists() for folder in resolved.parents):
        asked = ["git", "-C", str(resolved.parent), "log", "-1", "--no-show-signature", "--format=%cs"]
        quiet = {**os.environ, "GIT_NO_LAZY_FETCH": "1"}  # a partial clone must not be asked to fetch what it lacks
        try:
            answer = subprocess.run(
                [*asked, "--", resolved.name],
                capture_output=True,
                text=True,
                timeout=GIT_SECONDS,
                check=False,
                env=quiet,
            )
            if answer.returncode == 0:
                return date.fromisoformat(answer.stdout.strip())
        except (OSError, ValueError, subprocess.TimeoutExpired):
            return _on_disk(resolved)
    return _on_disk(resolved)


def _on_disk(path: Path) -> date:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
