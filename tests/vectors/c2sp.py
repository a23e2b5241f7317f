"""Vectors of cosignatures (C2SP tlog-cosignature); see generate.py.

An ML-DSA-44 signature is made anew with chance each time, so the one that lies in the file is kept for as long as it
verifies: the check is that it does.
"""

from __future__ import annotations

import base64
import json
import struct
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from tests.vectors.generate import ORIGIN, SEED, SHARD, WITNESS_SEED, b64, key_id, public, sha256, signed, vkey

FILE = Path(__file__).parent / "cosignature.json"
NAME = "witness.example"
TIMES = (0, 1, 1_795_406_401, 2**63 - 1)


def cosignature() -> dict[str, Any]:
    """Checkpoints, and lines under them by one seed in both types."""
    quantum = MLDSA44PrivateKey.from_seed_bytes(WITNESS_SEED).public_key().public_bytes_raw()
    origin = f"{ORIGIN}/{SHARD}"
    texts = [f"{origin}\n{size}\n{b64(sha256(b'root %d' % size))}\n" for size in (1, 5, 2**63 - 1)]
    texts.append(texts[1] + "an extension line\n")
    return {
        "seed": WITNESS_SEED.hex(),
        "name": NAME,
        "log_vkey": vkey(origin, 1, public(SEED)),
        "ed25519": {
            "vkey": vkey(NAME, 4, public(WITNESS_SEED)),
            "signing_key": _private(4, public(WITNESS_SEED)),
            "lines": [
                {"note": signed(text, origin), "time": t, "line": _ed25519(text, t)} for text in texts for t in TIMES
            ],
        },
        "ml_dsa_44": {
            "vkey": vkey(NAME, 6, quantum),
            "signing_key": _private(6, quantum),
            "lines": [
                {"note": signed(text, origin), "time": t, "message": _message(text, t).hex(), "line": line}
                for text, t in zip(texts, TIMES, strict=True)
                for line in [_ml_dsa(text, t, quantum)]
            ],
        },
    }


def _private(kind: int, key: bytes) -> str:
    return f"PRIVATE+KEY+{NAME}+{key_id(NAME, kind, key).hex()}+{b64(bytes([kind]) + WITNESS_SEED)}"


def _ed25519(text: str, time: int) -> str:
    signature = Ed25519PrivateKey.from_private_bytes(WITNESS_SEED).sign(f"cosignature/v1\ntime {time}\n{text}".encode())
    return f"— {NAME} {b64(key_id(NAME, 4, public(WITNESS_SEED)) + struct.pack('>Q', time) + signature)}\n"


def _message(text: str, time: int) -> bytes:
    origin, size, root = text.split("\n")[:3]
    names = [bytes([len(name)]) + name for name in (NAME.encode(), origin.encode())]
    tree = struct.pack(">QQ", 0, int(size)) + base64.b64decode(root)
    return b"subtree/v1\n\0" + names[0] + struct.pack(">Q", time) + names[1] + tree


def _ml_dsa(text: str, time: int, key: bytes) -> str:
    kept = json.loads(FILE.read_text("utf-8"))["ml_dsa_44"]["lines"] if FILE.is_file() else []
    begun = key_id(NAME, 6, key) + struct.pack(">Q", time)
    for each in kept:
        data = base64.b64decode(each["line"].split(" ")[2])
        if data.startswith(begun) and _verifies(data[12:], _message(text, time)):
            return str(each["line"])
    signature = MLDSA44PrivateKey.from_seed_bytes(WITNESS_SEED).sign(_message(text, time))
    return f"— {NAME} {b64(begun + signature)}\n"


def _verifies(signature: bytes, message: bytes) -> bool:
    try:
        MLDSA44PrivateKey.from_seed_bytes(WITNESS_SEED).public_key().verify(signature, message)
    except InvalidSignature:
        return False
    return True
