"""The log's key in a PKCS#11 token: SoftHSM (Debian package softhsm2)."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from comity.adapters.ledger import shards
from comity.adapters.signer.hsm import read_uri
from comity.terms.errors import Fault
from tests.adapters.ledger.writing import ask, audited, opened, verified

LIBRARY = Path("/usr/lib/softhsm/libsofthsm2.so")

MAKE = """
import sys, pkcs11
from pkcs11 import Attribute, KeyType, Mechanism
token = pkcs11.lib(sys.argv[1]).get_token(token_label="comity")
with token.open(user_pin="1234", rw=True) as session:
    curve = session.create_domain_parameters(
        KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: bytes.fromhex("06032b6570")}, local=True
    )
    curve.generate_keypair(mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label="log", id=b"7")
"""


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URI of a new key in a new token."""
    if not LIBRARY.exists():
        pytest.skip(f"{LIBRARY} is not there: apt-get install softhsm2")
    pytest.importorskip("pkcs11")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "conf").write_text(f"directories.tokendir = {tmp_path}/tokens\nobjectstore.backend = file\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "conf"))
    monkeypatch.setenv("LOG_PIN", "1234")
    init = ["softhsm2-util", "--init-token", "--free", "--label", "comity", "--pin", "1234", "--so-pin", "5678"]
    subprocess.run(init, check=True, capture_output=True)
    subprocess.run([sys.executable, "-c", MAKE, str(LIBRARY)], check=True)
    return f"pkcs11:token=comity;object=log?module-path={LIBRARY}&pin-source=env:LOG_PIN"


def test_a_log_that_a_token_signs(tmp_path: Path, token: str) -> None:
    """In a process of its own: a PKCS#11 library is loaded once, with the tokens that it finds then."""
    script = (
        "import sys; from pathlib import Path; from tests.adapters.signer import test_hsm as t; "
        "t.signs(Path(sys.argv[1]), sys.argv[2])"
    )
    for uri in (token, token.replace("object=log", "id=7")):
        subprocess.run([sys.executable, "-c", script, str(tmp_path / "state"), uri], check=True, timeout=60)
    (shard,) = shards(tmp_path / "state")
    audit = audited(tmp_path / "state", shard)
    assert (audit.findings, audit.signed) == ([], 4)
    assert not (tmp_path / "state" / "log.key").exists()


def signs(state: Path, uri: str) -> None:
    """A request whose receipt verifies."""
    ledger = opened(state, signer=uri)

    async def work() -> None:
        index = await ask(ledger)
        assert verified(state, await ledger.receipt(ledger.receipt_id(index))).valid

    asyncio.run(work())
    ledger.close()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("token=comity", "token=other"), "cannot be opened in the token: NoSuchToken"),
        (("object=log", "object=other"), "cannot be opened in the token: NoSuchKey"),
        (("env:LOG_PIN", "env:NO_PIN"), "the environment has no NO_PIN"),
        (("env:LOG_PIN", "file:/nonexistent"), "the file that pin-source names cannot be read"),
        (("libsofthsm2", "nosuch"), "cannot be opened in the token"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, token: str, change: tuple[str, str], says: str) -> None:
    script = (
        "import sys; from comity.adapters.signer import open_signing; from comity.terms.errors import Fault\n"
        "try: open_signing(sys.argv[1], 'example.org/gw')\n"
        "except Fault as error: print(error)"
    )
    command = [sys.executable, "-c", script, token.replace(*change)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert says in ended.stdout
    assert "1234" not in ended.stdout


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("pkcs11:token=a;object=b?module-path=/x&pin-value=1234", "does not belong into a stack file"),
        ("pkcs11:token=a;colour=b?module-path=/x", "'colour'"),
        ("pkcs11:token=a;token=b?module-path=/x", "'token'"),
        ("pkcs11:object=b?module-path=/x", "names a token"),
        ("pkcs11:token=a?module-path=/x", "names an object"),
        ("pkcs11:token=a;object=b", "module-path"),
    ],
)
def test_uris_that_are_refused(uri: str, says: str) -> None:
    with pytest.raises(Fault, match=says) as raised:
        read_uri(uri)
    assert "1234" not in str(raised.value)


def test_a_uri_is_read() -> None:
    assert read_uri("pkcs11:token=my%20log;id=%01?module-path=/lib/x.so&pin-source=file:/run/pin") == {
        "token": "my log",
        "id": "\x01",
        "module-path": "/lib/x.so",
        "pin-source": "file:/run/pin",
    }
