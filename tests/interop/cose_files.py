"""Receipts of the log as COSE files, for verifiers that read RFC 9942 and RFC 9943."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from comity.adapters.cose.keys import CoseKey, of_log, of_pem
from comity.adapters.cose.statement import receipt, statement
from comity.proof.note import Signer
from comity.proof.policy import Policy
from comity.proof.verify import verify_file
from comity.terms.digests import to_base64
from tests.interop.written import Written, trusted


def log_key(log: Written) -> CoseKey:
    """The log's own: Ed25519."""
    return of_log(Signer.parse((log.state / "log.key").read_text("utf-8")))


def p256_key() -> CoseKey:
    """One of the operator's, in the algorithm that most readers of COSE know."""
    private = generate_private_key(SECP256R1())
    return of_pem(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), "key.pem")


def written(log: Written, key: CoseKey, folder: Path) -> list[str]:
    """Write `<name>.receipt`, `.leaf` and `.scitt` of every receipt's entries; their names."""
    folder.mkdir(parents=True)
    names = []
    for shard in log.shards:
        for data in log.receipts[shard.name]:
            result = verify_file(data, Policy((trusted(shard),)))
            for kind, entry in result.entries.items():
                name = f"{result.receipt_id}-{kind}"
                (folder / f"{name}.receipt").write_bytes(receipt(key, entry, str(result.receipt_id)))
                (folder / f"{name}.leaf").write_bytes(entry.shown.leaf_value)
                (folder / f"{name}.scitt").write_bytes(statement(key, entry, str(result.receipt_id)))
                names.append(name)
    (folder / "key.cbor").write_bytes(key.encoded)
    return names


def alter(folder: Path, name: str, suffix: str) -> str:
    """A copy under another name, with one bit of the file of that suffix turned; its name."""
    other = f"altered-{suffix}"
    for each in ("receipt", "leaf", "scitt"):
        data = bytearray((folder / f"{name}.{each}").read_bytes())
        if each == suffix:
            data[-1] ^= 1
        (folder / f"{other}.{each}").write_bytes(bytes(data))
    return other


def jwk(key: CoseKey) -> dict[str, str]:
    """A P-256 key for JavaScript."""
    x, y = (to_base64(key.public[label]).replace("+", "-").replace("/", "_").rstrip("=") for label in (-2, -3))
    return {"kty": "EC", "crv": "P-256", "alg": "ES256", "x": x, "y": y}
