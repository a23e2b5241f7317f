"""`comity verify` and `comity log audit`, as a person runs them."""

from __future__ import annotations

import io
import json
import shutil
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from comity.adapters.ledger import ApplicationSalts, Ledger, build_receipt, shards
from comity.cli.main import main
from comity.proof.note import VerifierKey
from comity.terms import canon
from tests.adapters.ledger.writing import ask, deny, enter, run
from tests.proof.samples import ORIGIN, SALT, SIGNER, SampleLog, denial, intent, sample


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A gateway's folder with a `.comity` in it, and its one shard."""
    folder = tmp_path_factory.mktemp("gateway")
    state = folder / ".comity"
    ApplicationSalts(state, rng=lambda size: SALT[:size]).get_or_create("triage")

    async def work(ledger: Ledger) -> str:
        await ask(ledger)
        await enter(ledger, "denial", denial())
        await enter(ledger, "intent", intent())
        await deny(ledger, 300)
        return ledger.shard

    return folder, run(state, work)


@pytest.fixture
def gateway(made: tuple[Path, str], tmp_path: Path) -> tuple[Path, str]:
    """A copy of it, to be altered at will."""
    folder = tmp_path / "gateway"
    shutil.copytree(made[0], folder)
    return folder, made[1]


@pytest.fixture
def receipt(gateway: tuple[Path, str]) -> Path:
    """A receipt file beside the state folder."""
    folder, shard = gateway
    path = folder / "receipt.json"
    path.write_bytes(canon.encode(build_receipt(folder / ".comity", shard, 0)))
    return path


@pytest.fixture
def elsewhere(tmp_path: Path, receipt: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the receipt in a folder from which no `.comity` is seen."""
    path = tmp_path / "elsewhere" / "receipt.json"
    path.parent.mkdir()
    path.write_bytes(receipt.read_bytes())
    monkeypatch.chdir(path.parent)
    return path


def key(gateway: tuple[Path, str]) -> str:
    return (gateway[0] / ".comity" / "log.vkey").read_text().strip()


def test_trust_is_the_nearest_log(receipt: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(receipt)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Valid.\n")
    for said in ("triage of chu-lyon", "infer for healthcare", "on data that is health, about people in FR", "Answered by paris, after lyon",
                 "paris or lyon, then local", "stop, the answer is complete", "it never says that something was lawful"):  # fmt: skip
        assert said in out


def test_trust_is_seen_from_the_working_folder(
    gateway: tuple[Path, str], elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = gateway[0] / "below"
    below.mkdir()
    monkeypatch.chdir(below)
    assert main(["verify", str(elsewhere)]) == 0


def test_without_trust_nothing_is_valid(
    gateway: tuple[Path, str], elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(elsewhere)]) == 1
    out = capsys.readouterr().out
    shard_key = VerifierKey.parse(key(gateway)).named(f"{ORIGIN}/{gateway[1]}")
    assert "unknown-signer" in out
    assert f"{shard_key.name}+{shard_key.id.hex()}+" in out


def test_a_key_is_a_text_or_a_file(gateway: tuple[Path, str], elsewhere: Path) -> None:
    assert main(["verify", str(elsewhere), "--key", key(gateway)]) == 0
    assert main(["verify", str(elsewhere), "--key", str(gateway[0] / ".comity" / "log.vkey")]) == 0
    shard_vkey = gateway[0] / ".comity" / "log" / gateway[1] / "vkey"
    assert main(["verify", str(elsewhere), "--key", str(shard_vkey)]) == 0


def test_a_policy(gateway: tuple[Path, str], elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = elsewhere.parent / "policy"
    policy.write_text(f"log {key(gateway)}\nquorum none\n")
    assert main(["verify", str(elsewhere), "--policy", str(policy)]) == 0
    policy.write_text("quorum nobody\n")
    assert main(["verify", str(elsewhere), "--policy", str(policy)]) == 2
    assert "line 1: nobody is not defined" in capsys.readouterr().err


def test_a_key_that_is_none(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(elsewhere), "--key", "nonsense"]) == 2
    assert "a vkey has the form" in capsys.readouterr().err


def test_bytes(receipt: Path, capsys: pytest.CaptureFixture[str]) -> None:
    request, response = receipt.parent / "request", receipt.parent / "response"
    request.write_bytes(b"question")
    response.write_bytes(b"answer")
    assert main(["verify", str(receipt), "--request", str(request), "--response", str(response)]) == 0
    assert capsys.readouterr().out.count("is the one that was committed") == 2
    response.write_bytes(b"another answer")
    assert main(["verify", str(receipt), "--response", str(response)]) == 1
    assert "response-differs" in capsys.readouterr().out


def test_an_altered_receipt(receipt: Path, capsys: pytest.CaptureFixture[str]) -> None:
    receipt.write_bytes(receipt.read_bytes().replace(b'"purpose":"healthcare"', b'"purpose":"marketing1"'))
    assert main(["verify", str(receipt)]) == 1
    assert "not-included (step 6)" in capsys.readouterr().out


@pytest.mark.parametrize("data", [b"", b"nonsense", b"{}", b'{"comity":1}', b"\xff" * 400_000])
def test_what_is_no_receipt(receipt: Path, data: bytes) -> None:
    receipt.write_bytes(data)
    assert main(["verify", str(receipt)]) == 2


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(tmp_path / "no.json")]) == 2
    assert "No such file" in capsys.readouterr().err


def test_a_receipt_from_standard_input(
    gateway: tuple[Path, str], receipt: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.TextIOWrapper(io.BytesIO(receipt.read_bytes()))
    monkeypatch.setattr(sys, "stdin", stream)
    assert main(["verify", "-", "--key", key(gateway)]) == 0


def test_json(gateway: tuple[Path, str], receipt: Path, elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(receipt), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["valid"], document["complete"], document["receipt"]) == (True, True, f"{gateway[1]}.0")
    assert document["entries"]["outcome"]["blocks"]["decision"]["deployment"] == "paris"
    assert main(["verify", str(elsewhere), "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["failure"]["name"] == "unknown-signer"
    assert document["pin"].startswith(f"{ORIGIN}/{gateway[1]}+")


def test_a_denial_and_an_open_intent(gateway: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    folder, shard = gateway
    for index, said in ((2, "forbidden by eu.gdpr/art44"), (3, "outcome is not part of this receipt")):
        path = folder / "one.json"
        path.write_bytes(canon.encode(build_receipt(folder / ".comity", shard, index)))
        assert main(["verify", str(path)]) == 0
        assert said in capsys.readouterr().out


def test_a_hostile_receipt_moves_no_cursor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = SampleLog()
    log.append("intent", intent(model="m\x1b[2J\r\nValid."))
    path = tmp_path / "receipt.json"
    path.write_bytes(log.receipt(0).encode())
    assert main(["verify", str(path), "--key", SIGNER.key.text]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert out.count("\nValid.") == 0


@pytest.mark.parametrize("closed", ["party", "decision", "content"])
def test_closed_blocks_are_said_to_be_closed(tmp_path: Path, closed: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = sample().receipt(1, 4, openings=False)
    entries = {"intent": shown.entries["intent"].close(closed), "outcome": shown.entries["outcome"]}
    if closed != "party":
        entries["outcome"] = entries["outcome"].close(closed)
    path = tmp_path / "receipt.json"
    path.write_bytes(type(shown)(entries, {}).encode())
    assert main(["verify", str(path), "--key", SIGNER.key.text]) == 0
    assert "closed in this receipt" in capsys.readouterr().out or closed == "content"


# log audit


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def test_audit_of_a_folder(gateway: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    folder, shard = gateway
    for given in (folder, folder / ".comity", folder / ".comity" / "log"):
        assert main(["log", "audit", str(given)]) == 0
    out = capsys.readouterr().out
    assert f"shard {shard}: 304 entries signed" in out
    assert "open intents: 1: 3" in out
    assert "1 shard: holds" in out


def test_audit_names_what_was_altered(gateway: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    folder, shard = gateway
    tile = folder / ".comity" / "log" / shard / "tile" / "0" / "000"
    flip(tile, 0)
    assert main(["log", "audit", str(folder)]) == 1
    assert "FAILS altered-tile at tile/0/000: Its entry 0" in capsys.readouterr().out
    assert main(["log", "audit", str(folder), "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["holds"] is False
    assert document["shards"][0]["findings"][0]["place"] == "tile/0/000"


def test_audit_of_what_is_no_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["log", "audit", str(tmp_path)]) == 2
    assert "no state folder" in capsys.readouterr().err
    assert main(["log", "audit", "ftp://example.org/"]) == 2
    assert main(["log", "audit", "http://127.0.0.1:1/"]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_audit_with_an_older_checkpoint(
    gateway: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, shard = gateway
    kept = tmp_path / "checkpoint"
    shutil.copy(folder / ".comity" / "log" / shard / "checkpoint", kept)

    async def more(ledger: Ledger) -> None:
        await deny(ledger, 5)

    run(folder / ".comity", more)
    assert main(["log", "audit", str(folder), "--since", str(kept)]) == 0
    capsys.readouterr()
    # what an operator who restores a backup shows: a log that is smaller than it was
    (log,) = (folder / ".comity" / "log").iterdir()
    later = tmp_path / "later"
    shutil.copy(log / "checkpoint", later)
    shutil.copy(kept, log / "checkpoint")
    assert main(["log", "audit", str(folder), "--since", str(later)]) == 1
    assert "FAILS shrunk" in capsys.readouterr().out
    kept.write_text("nonsense")
    assert main(["log", "audit", str(folder), "--since", str(kept)]) == 2


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder as `/log/`, with a listing of shards, and writes nothing."""

    def do_GET(self) -> None:
        if self.path == "/log/":
            names = "".join(f"{name}\n" for name in shards(Path(self.directory)))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(names.encode())
        elif self.path.startswith("/moved/"):
            self.send_response(302)
            self.send_header("Location", self.path.replace("/moved/", "/log/"))
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def url(gateway: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The log, served over HTTP."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    server = HTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(gateway[0] / ".comity")))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_audit_of_a_url(
    gateway: tuple[Path, str], url: str, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, shard = gateway
    for given in (url, f"{url}/log", f"{url}/log/", f"{url}/log/{shard}"):
        assert main(["log", "audit", given, "--key", key(gateway)]) == 0
    assert f"shard {shard}: 304 entries signed" in capsys.readouterr().out
    assert main(["log", "audit", url]) == 1
    out = capsys.readouterr().out
    assert "unknown-signer" in out
    assert VerifierKey.parse(key(gateway)).named(f"{ORIGIN}/{shard}").text in out


def test_audit_of_a_url_names_what_was_altered(
    gateway: tuple[Path, str], url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, shard = gateway
    bundle = folder / ".comity" / "log" / shard / "tile" / "entries" / "000"
    flip(bundle, -1)
    assert main(["log", "audit", url, "--key", key(gateway)]) == 1
    assert "FAILS altered-bundle at tile/entries/000: Its entry 255" in capsys.readouterr().out


def test_redirects_are_refused(gateway: tuple[Path, str], url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["log", "audit", f"{url}/moved/{gateway[1]}", "--key", key(gateway)]) == 2
    assert "gives status" in capsys.readouterr().err
