"""`pip install comity` and nothing else: an environment in which only that is found, and what runs there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import venv
from collections.abc import Iterator
from functools import partial
from http.server import HTTPServer
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

from comity.adapters.ledger import Ledger, build_receipt
from comity.proof import mldsa
from comity.terms import canon
from tests.adapters.ledger.writing import ask, deny, run
from tests.cli.test_mirror import Public
from tests.proof.museum.forger import Log, altered, written
from tests.proof.museum.forger import policy as museum_policy
from tests.proof.test_receipt_size import SIGNED, receipt
from tests.tidy.tree import SOURCE

RUN = """
import contextlib, io, json, sys
from comity.cli.main import main
for command in json.load(sys.stdin):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try: status = main(command)
        except SystemExit as ended: status = ended.code
    print(json.dumps([status, out.getvalue(), err.getvalue()]))
"""

ABSENT = "import importlib.util as u, json, sys; print(json.dumps([n for n in sys.argv[1:] if u.find_spec(n)]))"


def needed(name: str) -> set[str]:
    """A distribution and all that it needs here, without any extra."""
    found, more = {name}, [name]
    while more:
        for line in distribution(more.pop()).requires or ():
            required = re.match(r"[A-Za-z0-9._-]+", line)
            assert required is not None
            if "extra ==" not in line and required[0] not in found and "python_full_version < " not in line:
                found.add(required[0])
                more.append(required[0])
    return found


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment, in which links to those distributions lie and no other."""
    folder = tmp_path_factory.mktemp("base")
    venv.create(folder, symlinks=True, with_pip=False)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "comity").symlink_to(SOURCE)
    for name in needed("comity") - {"comity"}:
        files = distribution(name).files
        assert files is not None
        for top in {file.parts[0] for file in files if file.parts[0] not in ("..", "__pycache__")}:
            there = Path(str(distribution(name).locate_file(top)))
            if there.exists():
                (site / top).symlink_to(there)
    return folder / "bin/python"


@pytest.fixture
def comity(python: Path, tmp_path: Path) -> Any:
    """Runs commands there, all in one process; what each came to."""

    def ran(*commands: list[str]) -> list[tuple[int, str, str]]:
        done = subprocess.run(
            [python, "-I", "-B", "-c", RUN],
            input=json.dumps(commands),
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return [(status, out, err) for status, out, err in map(json.loads, done.stdout.splitlines())]

    return ran


def test_nothing_else_is_there(python: Path) -> None:
    assert needed("comity") >= {"comity", "cryptography"}
    gateways = (
        "msgspec",
        "yaml",
        "cedarpy",
        "uvloop",
        "starlette",
        "cbor2",
        "rfc3161_client",
        "numpy",
        "duckdb",
        "pip",
    )
    for names, found in ((gateways, []), (("comity", "cryptography"), ["comity", "cryptography"])):
        said = subprocess.run([python, "-I", "-c", ABSENT, *names], capture_output=True, text=True, check=True)
        assert json.loads(said.stdout) == found
    assert sys.prefix not in subprocess.run(
        [python, "-I", "-c", "import sys; print(sys.path)"], capture_output=True, text=True, check=True
    ).stdout  # fmt: skip


@pytest.fixture
def museum(tmp_path: Path) -> Path:
    (tmp_path / "policy").write_text(museum_policy())
    (tmp_path / "answered.json").write_text(written(Log().answered()))
    (tmp_path / "denied.json").write_text(written(Log().denied()))
    lie = altered(Log().answered(), "intent", "blocks", "decision", "mode", to="observe")
    (tmp_path / "lie.json").write_text(written(lie))
    (tmp_path / "request").write_bytes(b"not what was asked")
    return tmp_path


def test_receipts_with_a_witness_verify_and_lies_do_not(museum: Path, comity: Any) -> None:
    trust = ["--policy", "policy"]
    answered, denied, lie, other, as_json, closed, again, proofs = comity(
        ["verify", "answered.json", *trust],
        ["verify", "denied.json", *trust],
        ["verify", "lie.json", *trust],
        ["verify", "answered.json", *trust, "--request", "request"],
        ["verify", "answered.json", *trust, "--json"],
        ["receipt", "close", "answered.json", "--block", "content", "--block", "intent.party", "--out", "closed.json"],
        ["verify", "closed.json", *trust],
        ["receipt", "export", "answered.json", "--as", "tlog-proof", *trust],
    )
    assert (answered[0], denied[0]) == (0, 0)
    assert "Witness w saw it at 2026-11-23" in answered[1]
    assert (lie[0], "not-included" in lie[1]) == (1, True)
    assert (other[0], "request-differs" in other[1]) == (1, True)
    assert json.loads(as_json[1])["entries"]["intent"]["witnesses"]
    assert (closed[0], again[0]) == (0, 0)
    assert "party" not in json.loads((museum / "closed.json").read_text())["intent"]["blocks"]
    assert proofs[0] == 0
    assert (museum / "intent.tlog-proof").read_text().startswith("c2sp.org/tlog-proof@v1\n")


@pytest.mark.parametrize("signed", SIGNED)
def test_every_kind_of_signature_is_read(signed: str, tmp_path: Path, comity: Any) -> None:
    witnesses, quantum = SIGNED[signed]
    if quantum and not mldsa.available():
        pytest.skip("this cryptography has no ML-DSA-44")
    made, policy = receipt(20, witnesses, quantum=quantum)
    (tmp_path / "receipt.json").write_bytes(made.encode())
    lines = [f"log {key.text}" for key in policy.logs[-1:]]  # where there are two, the ML-DSA-44 key alone
    lines += [f"witness {name} {key.text}" for name, key in policy.witnesses.items()]
    names = " ".join(policy.witnesses)
    lines += [f"group all all {names}", "quorum all"] if names else ["quorum none"]
    (tmp_path / "policy").write_text("\n".join(lines) + "\n")
    ((status, out, err),) = comity(["verify", "receipt.json", "--policy", "policy"])
    assert (status, out.splitlines()[:1], err) == (0, ["Valid."], "")


def test_what_needs_an_extra_says_which(museum: Path, comity: Any) -> None:
    trust = ["--policy", "policy"]
    document = {**Log().answered(), "extra": {"timestamp": "MAA="}}
    (museum / "stamped.json").write_text(written(document))
    root = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    subprocess.run(
        [*root, "-subj", "/CN=r", "-keyout", "k", "-out", "ca.pem"], check=True, capture_output=True, cwd=museum
    )
    replay, tsa, cose, serve, stamp, none = comity(
        ["verify", "answered.json", *trust, "--replay", "bundle.json"],
        ["verify", "stamped.json", *trust, "--tsa", "ca.pem"],
        ["receipt", "export", "answered.json", "--as", "scitt", *trust],
        ["serve", "-c", "comity.yaml"],
        ["receipt", "export", "stamped.json", "--as", "timestamp", *trust],
        ["receipt", "export", "answered.json", "--as", "timestamp", *trust],
    )
    for (status, _, err), extra in ((replay, "serve"), (tsa, "timestamps"), (cose, "cose"), (serve, "serve")):
        assert (status, f"pip install 'comity[{extra}" in err, "Traceback" in err) == (2, True, False), err
    assert "openssl ts -verify" in tsa[2]
    assert stamp[0] == 0
    assert (museum / "checkpoint.tsr").read_bytes() == b"0\0"
    assert (museum / "checkpoint").read_text() == Log().note()
    assert (none[0], "carries no timestamp" in none[2]) == (2, True)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The URL of a log with a receipt of it in `own.json`, and its state folder beside."""

    async def work(ledger: Ledger) -> str:
        await ask(ledger)
        await deny(ledger, 300)
        return ledger.shard

    shard = run(tmp_path / ".comity", work)
    (tmp_path / "own.json").write_bytes(canon.encode(build_receipt(tmp_path / ".comity", shard, 0)))
    server = HTTPServer(("127.0.0.1", 0), partial(Public, tmp_path / ".comity"))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/log/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_logs_are_audited_mirrored_and_watched(served: str, tmp_path: Path, comity: Any) -> None:
    key = ["--key", ".comity/log.vkey"]
    own, folder, url, mirror = comity(
        ["verify", "own.json"],
        ["log", "audit", ".comity"],
        ["log", "audit", served, *key],
        ["log", "audit", served, *key, "--keep", "mirror"],
    )
    for status, out, err in (own, folder, url, mirror):
        assert (status, err) == (0, ""), out
    assert "1 shard: holds" in folder[1]
    (bundle,) = (tmp_path / ".comity/log").glob("*/tile/entries/000")
    bundle.unlink()
    broken, watched = comity(
        ["log", "audit", served, *key],
        ["log", "audit", served, *key, "--follow", "--until-alarm", "--every", "0.1", "--keeps", "P1Y"],
    )
    assert (broken[0], "missing-file" in broken[1]) == (1, True)
    assert (watched[0], "ALARM missing-file" in watched[1]) == (1, True)
