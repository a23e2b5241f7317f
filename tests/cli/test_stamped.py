"""`comity verify --tsa` on receipts whose timestamp is missing or none: step 13 of docs/spec/verification.md."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from comity.cli.main import main
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
