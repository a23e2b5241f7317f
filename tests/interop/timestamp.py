"""`openssl ts`: RFC 3161 timestamps of a witnessed checkpoint, by an authority made for the occasion."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.interop.result import CannotRun, Result, must, ran
from tests.interop.written import Written

CONFIG = """\
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/tsa.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
[req]
distinguished_name = name
[name]
[usage]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
"""


def verify(result: Result, log: Written) -> None:
    """A timestamp of the checkpoint's bytes verifies; for a checkpoint with one byte altered it does not."""
    if shutil.which("openssl") is None:
        raise CannotRun("no openssl")
    result.version = ran(["openssl", "version"])[1].split(" (")[0]
    folder = log.folder / "timestamp"
    folder.mkdir()
    _authority(folder)
    for shard in log.shards:
        checkpoint = shard.folder / "checkpoint"
        _ok(folder, "ts", "-query", "-data", checkpoint, "-sha256", "-cert", "-out", folder / "query")
        reply = folder / f"{shard.name}.tsr"
        _ok(folder, "ts", "-reply", "-config", folder / "conf", "-queryfile", folder / "query", "-out", reply)
        must(_verifies(folder, checkpoint, reply), f"the timestamp of {shard.name} does not verify")
        other = folder / "altered"
        other.write_bytes(checkpoint.read_bytes().replace(b"\n\n", b"\nextension\n\n", 1))
        must(not _verifies(folder, other, reply), "the timestamp of another checkpoint verifies")
    result.saw(f"{len(log.shards)} witnessed checkpoints")
    result.saw("refuses an altered checkpoint")


def _authority(folder: Path) -> None:
    (folder / "conf").write_text(CONFIG.format(folder=folder), "utf-8")
    (folder / "serial").write_text("01\n", "utf-8")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    conf = ("-config", folder / "conf")
    _ok(folder, "req", "-x509", *key, *conf, "-subj", "/CN=root", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2")
    _ok(folder, "req", *key, *conf, "-subj", "/CN=tsa", "-keyout", "tsa.key", "-out", "tsa.csr")
    signing = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "1")
    extension = ("-extfile", folder / "conf", "-extensions", "usage")
    _ok(folder, "x509", "-req", "-in", "tsa.csr", *signing, *extension, "-out", "tsa.pem")


def _verifies(folder: Path, data: Path, reply: Path) -> bool:
    status, said = ran(
        [
            "openssl",
            "ts",
            "-verify",
            "-data",
            data,
            "-in",
            reply,
            "-CAfile",
            folder / "ca.pem",
            "-untrusted",
            folder / "tsa.pem",
        ]
    )
    return status == 0 and "Verification: OK" in said


def _ok(folder: Path, *arguments: str | Path) -> None:
    status, said = ran(["openssl", *arguments], cwd=folder)
    must(status == 0, f"openssl {arguments[0]} {arguments[1]}: {said[-300:]}")
