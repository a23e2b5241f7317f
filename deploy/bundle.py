"""Makes the bundle for machines without a network: `python deploy/bundle.py`, after `make sbom`.

Equal sources, an equal lock file and an equal Python give equal bytes. The time in the bundle is SOURCE_DATE_EPOCH,
else that of the last commit.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
SBOM = DIST / "comity.cdx.json"

# What goes in as it is kept, and where to. Executables are scripts alone.
COPIED = {
    "src/comity/law/packs": "packs",
    "docs": "docs",
    "examples": "examples",
    "deploy/systemd": "deploy/systemd",
    "deploy/helm": "deploy/helm",
    "deploy/grafana": "deploy/grafana",
    "Dockerfile": "deploy/Dockerfile",
    "README.md": "README.md",
    "LICENSE": "LICENSE",
    "NOTICE": "NOTICE",
    "deploy/bundle/install.sh": "install.sh",
    "deploy/bundle/verify.sh": "verify.sh",
}
EARLIEST = 315_532_800
"""1980-01-01: an archive of wheels cannot hold an earlier time."""


def main() -> int:
    """Builds, gathers, lists, packs; prints where the bundle is and what its list digests to. `--name`: only where."""
    target = DIST / f"comity-{_version()}-{_platform()}.tar"
    if "--name" in sys.argv[1:]:
        print(target.relative_to(ROOT))
        return 0
    if not SBOM.is_file():
        print("comity: the list of parts is not there; run `make bundle`, which makes it first", file=sys.stderr)
        return 1
    epoch = _epoch()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / f"comity-{_version()}"
        gather(folder, epoch)
        listed = list_files(folder)
        target.write_bytes(pack(folder, epoch))
    print(f"{target.relative_to(ROOT)}\nsha256 of its SHA256SUMS: {hashlib.sha256(listed).hexdigest()}")
    return 0


def gather(folder: Path, epoch: int) -> None:
    """Everything that the bundle holds but the list of it."""
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)]
    _run(build, {"SOURCE_DATE_EPOCH": str(epoch)})
    (own,) = wheels.glob("comity-*.whl")
    lock = ROOT / "requirements" / "all.txt"
    download = ["download", "--quiet", "--only-binary", ":all:", "--require-hashes", "--no-deps", "-r", str(lock)]
    _run([sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *download, "-d", str(wheels)])
    pin = f"comity=={_version()} --hash=sha256:{hashlib.sha256(own.read_bytes()).hexdigest()}\n"
    (folder / "requirements.txt").write_text(lock.read_text("utf-8") + pin)
    (folder / "PYTHON").write_text(f"{_python()} {platform.system()} {platform.machine()}\n")
    shutil.copyfile(SBOM, folder / SBOM.name)
    for source, target in COPIED.items():
        for file in _kept(source):
            place = folder / target / file.relative_to(ROOT / source) if (ROOT / source).is_dir() else folder / target
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)


def list_files(folder: Path) -> bytes:
    """Writes SHA256SUMS, by name in the order of bytes, as `sha256sum --check` reads it; returns it."""
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n" for name, path in _files(folder)]
    listed = "".join(lines).encode()
    (folder / "SHA256SUMS").write_bytes(listed)
    return listed


def pack(folder: Path, epoch: int) -> bytes:
    """The folder as a tar archive whose bytes depend on its files alone: no order, owner, time or mode of a disk."""
    out = BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, path in _files(folder):
            entry = tarfile.TarInfo(f"{folder.name}/{name}")
            data = path.read_bytes()
            entry.size, entry.mtime = len(data), epoch
            entry.mode = 0o755 if name.endswith(".sh") else 0o644
            archive.addfile(entry, BytesIO(data))
    return out.getvalue()


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    named = ((path.relative_to(folder).as_posix(), path) for path in folder.rglob("*") if path.is_file())
    yield from sorted(named, key=lambda each: each[0].encode())


def _kept(source: str) -> list[Path]:
    """Files under `source` that version control keeps; all of them where there is none."""
    asked = subprocess.run(["git", "ls-files", "-z", "--", source], cwd=ROOT, capture_output=True, check=False)
    names = [name for name in asked.stdout.decode().split("\0") if name]
    if asked.returncode == 0 and names:
        return [ROOT / name for name in names if (ROOT / name).is_file()]
    path = ROOT / source
    found = path.rglob("*") if path.is_dir() else [path]
    return [each for each in found if each.is_file() and "__pycache__" not in each.parts]


def _epoch() -> int:
    if told := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(told)
    asked = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False)
    return int(asked.stdout) if asked.returncode == 0 and asked.stdout.strip() else EARLIEST


def _version() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return str(project["version"])


def _python() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _platform() -> str:
    return f"py{_python()}-{platform.system().lower()}-{platform.machine()}"


def _run(command: list[str], extra: dict[str, str] | None = None) -> None:
    subprocess.run(command, cwd=ROOT, env={**os.environ, **(extra or {})}, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    raise SystemExit(main())
