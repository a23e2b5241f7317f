"""What `pip install comity` alone can do, in an environment that holds cryptography and nothing else."""

from __future__ import annotations

import subprocess
import sysconfig
import threading
import venv
from functools import partial
from http.server import HTTPServer
from pathlib import Path

import pytest

from comity.adapters.ledger import ApplicationSalts, Ledger, build_receipt
from comity.terms import canon
from tests.adapters.ledger.writing import ask, deny, run
from tests.cli.test_mirror import Public
from tests.proof.samples import SALT
from tests.tidy.tree import SOURCE

OURS = ("cryptography", "cffi", "_cffi_backend", "pycparser")
"""cryptography and what it stands on."""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that has these, and this source tree."""
    folder = tmp_path_factory.mktemp("base")
    venv.create(folder, with_pip=False)
    packages = next(folder.glob("lib/python3*/site-packages"))
    for path in Path(sysconfig.get_path("platlib")).iterdir():
        if path.name.split(".")[0].split("-")[0] in OURS:
            (packages / path.name).symlink_to(path)
    (packages / "comity.pth").write_text(f"{SOURCE.parent}\n")
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with a receipt beside it."""
    folder = tmp_path_factory.mktemp("gateway")
    state = folder / ".comity"
    ApplicationSalts(state, rng=lambda size: SALT[:size]).get_or_create("triage")

    async def work(ledger: Ledger) -> str:
        await ask(ledger)
        await deny(ledger, 300)
        return ledger.shard

    shard = run(state, work)
    (folder / "receipt.json").write_bytes(canon.encode(build_receipt(state, shard, 0)))
    return folder


def test_it_has_nothing_else(python: Path) -> None:
    for module in ("msgspec", "starlette", "yaml"):
        assert subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode != 0


def comity(python: Path, gateway: Path, *arguments: str) -> tuple[int, str]:
    ran = subprocess.run(
        [python, "-P", "-m", "comity", *arguments], cwd=gateway, capture_output=True, text=True, timeout=60
    )
    assert "Traceback" not in ran.stderr
    return ran.returncode, ran.stdout + ran.stderr


def test_receipts_are_verified_closed_and_taken_apart(python: Path, gateway: Path) -> None:
    (gateway / "question").write_bytes(b"question")
    status, said = comity(python, gateway, "verify", "receipt.json", "--request", "question")
    assert (status, said.startswith("Valid.")) == (0, True), said
    assert comity(python, gateway, "receipt", "close", "receipt.json", "--block", "party", "--out", "closed")[0] == 0
    status, said = comity(python, gateway, "verify", "closed")
    assert status == 0
    assert "who asked is closed in this receipt" in said
    assert comity(python, gateway, "receipt", "export", "receipt.json", "--as", "tlog-proof")[0] == 0


def test_logs_are_audited_mirrored_and_watched(python: Path, gateway: Path) -> None:
    assert comity(python, gateway, "log", "audit", ".comity")[0] == 0
    server = HTTPServer(("127.0.0.1", 0), partial(Public, gateway / ".comity"))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/log/"
        status, said = comity(python, gateway, "log", "audit", url, "--keep", "mirror")
        assert status == 0, said
        (bundle,) = (gateway / ".comity" / "log").glob("*/tile/entries/000")
        bundle.write_bytes(bytes(len(bundle.read_bytes())))
        watching = ("log", "audit", url, "--follow", "--until-alarm", "--every", "0.1", "--cursor", "seen/cursor.json")
        status, said = comity(python, gateway, *watching)
        assert status == 1
        assert f"ALARM altered-bundle, shard {bundle.parents[2].name}" in said
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
