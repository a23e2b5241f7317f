"""`comity verify --tsa` on receipts whose timestamp is missing or none: step 13 of docs/spec/verification.md."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from comity.cli.main import main
from comity.proof.inclusion import InclusionProof
from comity.terms import canon
from tests.proof.samples import SIGNER, sample


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("root") / "ca.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    subprocess.run(
        [*made, "-subj", "/CN=root", "-keyout", file.with_name("key"), "-out", file], check=True, capture_output=True
    )
    return file


@pytest.mark.parametrize(
    ("extra", "name"),
    [(None, "no-timestamp"), ({"timestamp": "AAAA"}, "bad-timestamp"), ({"timestamp": 1}, "bad-timestamp")],
)
def test_what_is_no_timestamp(
    tmp_path: Path, root: Path, extra: Any, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    document = sample().receipt(1, 4).to_json()
    if extra is not None:
        document["extra"] = extra
    file = tmp_path / "receipt.json"
    file.write_bytes(canon.encode(document))
    trust = ["--key", SIGNER.key.text]
    assert main(["verify", str(file), *trust]) == 0
    assert main(["verify", str(file), *trust, "--tsa", str(root)]) == 1
    assert f"Not valid: {name} (step 13)." in capsys.readouterr().out


def test_a_root_that_is_none_says_nothing_of_the_receipt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """1 would say that it is not valid."""
    file = tmp_path / "receipt.json"
    file.write_bytes(canon.encode({**sample().receipt(1, 4).to_json(), "extra": {"timestamp": "MAA="}}))
    assert main(["verify", str(file), "--key", SIGNER.key.text, "--tsa", str(file)]) == 2
    assert "holds no certificates in PEM" in capsys.readouterr().err


def test_what_it_carries_is_written_for_openssl(tmp_path: Path) -> None:
    receipt = sample().receipt(1, 4)
    file = tmp_path / "receipt.json"
    file.write_bytes(canon.encode({**receipt.to_json(), "extra": {"timestamp": "MAA="}}))
    command = ["receipt", "export", str(file), "--as", "timestamp", "--to", str(tmp_path)]
    assert main([*command, "--key", SIGNER.key.text]) == 0
    assert (tmp_path / "checkpoint.tsr").read_bytes() == b"0\0"
    stamped = InclusionProof.parse(receipt.entries["intent"].proof).checkpoint
    assert (tmp_path / "checkpoint").read_text("utf-8") == stamped
