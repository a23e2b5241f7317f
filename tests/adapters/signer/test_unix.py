"""A ledger whose key is in another process."""

from __future__ import annotations

import asyncio
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from comity.adapters.ledger import Ledger, LedgerBroken, LedgerCorrupt, NotYetCovered, publisher, shards
from comity.adapters.signer import SignerDown, SignerRefused, open_signing
from comity.adapters.signer.serving import listening
from comity.proof.checkpoint import Checkpoint
from comity.terms.errors import Fault
from tests.adapters.ledger.writing import ask, audited, deny, opened, verified
from tests.adapters.signer.processes import signer
from tests.proof.samples import ORIGIN


def test_receipts_verify_and_no_key_is_in_the_state_folder(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with signer(tmp_path, ORIGIN):
        assert stat.S_IMODE((tmp_path / "socket").stat().st_mode) == 0o660
        for _ in range(3):
            ledger = opened(state, signer=f"unix:{tmp_path}/socket")

            async def work(ledger: Ledger = ledger) -> None:
                index = await ask(ledger)
                await deny(ledger, 300)
                assert verified(state, await ledger.receipt(ledger.receipt_id(index))).valid

            asyncio.run(work())
            ledger.close()
    assert not (tmp_path / "socket").exists()
    assert not (state / "log.key").exists()
    (shard,) = shards(state)
    audit = audited(state, shard)
    assert (audit.findings, audit.signed) == ([], 906)


def test_a_signer_that_dies_and_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries are durable meanwhile, receipts wait, readiness says so, and all is signed in the end."""
    monkeypatch.setattr(publisher, "UNSIGNED_S", 0.0)
    with signer(tmp_path, ORIGIN) as process:
        ledger = opened(tmp_path / "state", signer=f"unix:{tmp_path}/socket")

        async def alone() -> int:
            process.send_signal(signal.SIGKILL)
            process.wait()
            index = await ask(ledger)
            with pytest.raises(NotYetCovered, match="does not answer"):
                await ledger.receipt(ledger.receipt_id(index))
            assert ledger.healthy
            assert "receipts wait" in ledger.trouble
            await ask(ledger)
            return index

        index = asyncio.run(alone())
    with signer(tmp_path, ORIGIN):

        async def again() -> None:
            receipt = await ledger.receipt(ledger.receipt_id(index))
            assert verified(tmp_path / "state", receipt).valid
            assert ledger.trouble == ""

        asyncio.run(again())
        ledger.close()
    assert ledger.published == 4


def test_a_state_folder_that_was_set_back_is_refused(tmp_path: Path) -> None:
    """An older copy of the disk is a smaller tree than the signer signed: it is not signed, and nothing is served."""
    where = f"unix:{tmp_path}/socket"
    with signer(tmp_path, ORIGIN):
        ledger = opened(tmp_path / "state", signer=where)
        asyncio.run(deny(ledger, 5))
        ledger.close()
        subprocess.run(["cp", "-a", str(tmp_path / "state"), str(tmp_path / "older")], check=True)
        ledger = opened(tmp_path / "state", signer=where)
        asyncio.run(deny(ledger, 5))
        ledger.close()
        older = opened(tmp_path / "older", signer=where)

        async def fork() -> None:
            await deny(older, 2)
            with pytest.raises(LedgerBroken, match="refuses: it has signed 10 entries"):
                await older.publish()

        asyncio.run(fork())
        older.close()


def test_a_log_keeps_its_key(tmp_path: Path) -> None:
    opened(tmp_path / "state").close()
    with signer(tmp_path, ORIGIN):
        with pytest.raises(LedgerCorrupt, match="the signer holds another key"):
            opened(tmp_path / "state", signer=f"unix:{tmp_path}/socket")
        with pytest.raises(Fault, match="holds the key of"):
            Ledger.open(tmp_path / "other", "example.org/x", clock=lambda: 0, signer=f"unix:{tmp_path}/socket")
        with pytest.raises(Fault, match="another process answers"):
            listening(tmp_path / "socket")


def test_a_key_moves_from_the_state_folder_into_a_signer(tmp_path: Path) -> None:
    state = tmp_path / "state"
    ledger = opened(state)
    asyncio.run(deny(ledger, 3))
    ledger.close()
    (state / "log.key").rename(tmp_path / "log.key")
    with signer(tmp_path, ORIGIN):
        ledger = opened(state, signer=f"unix:{tmp_path}/socket")
        asyncio.run(deny(ledger, 3))
        ledger.close()
    (shard,) = shards(state)
    assert audited(state, shard).signed == 6


@pytest.mark.parametrize("name", ["unix:relative", "file", "pkcs11", "http://x", "unix:"])
def test_names_that_name_no_signer(tmp_path: Path, name: str) -> None:
    with pytest.raises(Fault, match="neither unix"):
        opened(tmp_path, signer=name)


def test_nobody_answers(tmp_path: Path) -> None:
    with pytest.raises(SignerDown, match="does not answer"):
        open_signing(f"unix:{tmp_path}/none", ORIGIN)


def test_a_file_that_is_no_socket_stays(tmp_path: Path) -> None:
    (tmp_path / "socket").write_text("kept")
    with pytest.raises(Fault, match="is no socket"):
        listening(tmp_path / "socket")
    assert (tmp_path / "socket").read_text() == "kept"


def test_what_a_signer_will_not_sign(tmp_path: Path) -> None:
    with signer(tmp_path, ORIGIN):
        signing = open_signing(f"unix:{tmp_path}/socket", ORIGIN)
        with pytest.raises(SignerRefused, match="refuses: it signs for the shards"):
            signing.sign(Checkpoint("example.org/elsewhere/shard0001", 1, bytes(32)), lambda _: ())
        signing.close()


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "comity", "signer", "--socket", str(tmp_path / "s"), "--key", str(tmp_path / "no")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "cannot be used" in ended.stderr
    assert "Traceback" not in ended.stderr
