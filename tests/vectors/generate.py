"""Golden vectors of docs/spec, from fixed keys: `python -m tests.vectors.generate [--check]`.

This is a second implementation of the formats, in plain standard library and in the words of the pages; it imports
nothing from `comity`. What it writes never changes: a difference is a break of the formats.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HERE = Path(__file__).parent
BLOCKS = ("party", "decision", "content")
ORIGIN = "example.org/comity"
SHARD = "vector001"
SEED = bytes(range(32))
WITNESS_SEED = bytes(range(32, 64))
APPLICATION_SALT = bytes(range(64, 96))
NONCE = bytes(range(96, 112))
REQUEST = b'{"model":"mistral-small","messages":[{"role":"user","content":"\xc3\x87a va ?"}]}'
RESPONSE = b'data: {"choices":[]}\n\ndata: [DONE]\n\n'


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def mac(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, "sha256").digest()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


# canonical-json.md


def canonical_json() -> dict[str, Any]:
    good = [
        '{"b":1,"a":[true,false,null]}',
        ' { "a" : { "z" : -9007199254740991 , "B" : 9007199254740991 } } ',
        '"\\u0041\\u00e9\\u20ac\\ud83d\\ude00"',
        '"\\u0000\\u001f\\u007f\\b\\f\\n\\r\\t\\"\\\\\\/"',
        '{"a.b-c_d":0}',
        "[]",
        "0",
        "[" * 32 + "]" * 32,
    ]
    bad = {
        "fraction": "1.5",
        "fraction that is whole": "1.0",
        "exponent": "1e3",
        "minus zero": "-0",
        "not a number": "NaN",
        "too large": "9007199254740992",
        "too small": "-9007199254740992",
        "duplicate key": '{"a":1,"b":2,"a":1}',
        "duplicate key by escape": '{"a":1,"\\u0061":1}',
        "key not ASCII": '{"é":1}',
        "empty key": '{"":1}',
        "lone surrogate": '"\\ud800"',
        "lone low surrogate": '"\\udc00x"',
        "too deep": "[" * 33 + "]" * 33,
        "two values": "1 2",
        "trailing comma": "[1,]",
        "byte order mark": "\ufeff1",
        "raw control character": '"\n"',
        "leading zero": "01",
        "nothing": "",
    }
    return {
        "good": [{"text": text, "canonical": canonical(json.loads(text)).decode()} for text in good],
        "bad": [{"name": name, "text": text} for name, text in bad.items()],
    }


# leaf.md


def leaf(kind: str, salt: bytes, blocks: dict[str, Any]) -> dict[str, Any]:
    keys = {name: mac(salt, name.encode()) for name in BLOCKS}
    hashes = {name: sha256(keys[name] + canonical(blocks[name])) for name in BLOCKS}
    value = sha256(f"comity/leaf/v1/{kind}\n".encode() + b"".join(hashes[name] for name in BLOCKS))
    return {
        "kind": kind,
        "salt": salt.hex(),
        "blocks": blocks,
        "block_salts": {name: keys[name].hex() for name in BLOCKS},
        "block_hashes": {name: hashes[name].hex() for name in BLOCKS},
        "value": value.hex(),
        "leaf_hash": sha256(b"\0" + value).hex(),
    }


def digest(name: str) -> str:
    return sha256(name.encode()).hex()


ASKER = {
    "application": "triage",
    "controller": "chu-lyon",
    "case": {
        "operation": "infer",
        "controller": "chu-lyon",
        "subjects": ["FR"],
        "data": ["health", "personal", "special"],
        "purpose": "healthcare",
        "grounds": ["eu.art6.public", "eu.art9.health-care"],
        "roles": ["eu.aia.deployer"],
        "output_used_in": ["FR"],
    },
}


def entries() -> list[dict[str, Any]]:
    asked = {
        "nonce": NONCE.hex(),
        "request": committed("request", REQUEST),
        "bytes": len(REQUEST),
        "times": {"received": 1795406400000},
    }
    intent = {
        "party": {**ASKER, "added": {"data": ["health"]}},
        "decision": {
            "durability": "strict",
            "realm": digest("realm"),
            "conditions": digest("conditions"),
            "ruling": digest("ruling"),
            "placement": digest("placement"),
            "model": "mistral-small",
            "tiers": [["paris-mistral"], ["frankfurt-mistral", "lyon-mistral"]],
            "mode": "enforce",
            "assumptions": ["chu-lyon.controlled_by=chu-lyon"],
        },
        "content": asked,
    }
    outcome = {
        "party": {"intent": 2},
        "decision": {
            "durability": "strict",
            "deployment": "paris-mistral",
            "attempts": [{"deployment": "paris-mistral", "result": "ok", "status": 200}],
        },
        "content": {
            "finish": "stop",
            "status": 200,
            "response": committed("response", RESPONSE),
            "usage": {"prompt_tokens": 12, "completion_tokens": 3},
            "bytes": len(RESPONSE),
            "times": {"started": 1795406400003, "first_byte": 1795406400020, "finished": 1795406400100},
        },
    }
    denial = {
        "party": ASKER,
        "decision": {
            "durability": "strict",
            "realm": digest("realm"),
            "model": "gpt-9",
            "mode": "enforce",
            "rules": ["eu.gdpr/art44"],
        },
        "content": {**asked, "status": 451, "times": {"received": 1795406400000, "finished": 1795406400001}},
    }
    realm = {
        "party": {},
        "decision": {"durability": "strict", "realm": digest("realm"), "valid_until": 1798761600000},
        "content": {"times": {"started": 1795406399000}},
    }
    conditions = {
        "party": {},
        "decision": {"durability": "strict", "conditions": digest("conditions")},
        "content": {"times": {"started": 1795406399001}},
    }
    kinds = [("realm", realm), ("conditions", conditions), ("intent", intent), ("denial", denial), ("outcome", outcome)]
    return [leaf(kind, sha256(b"salt %d" % index), blocks) for index, (kind, blocks) in enumerate(kinds)]


# commitment.md


def opening(role: str) -> bytes:
    return mac(APPLICATION_SALT, b"comity/commitment/v1/" + role.encode() + b"\n" + NONCE)


def committed(role: str, data: bytes) -> str:
    return mac(opening(role), data).hex()


def commitment() -> dict[str, Any]:
    bodies = {"request": REQUEST, "response": RESPONSE, "upstream-request": b"", "upstream-response": b"{}"}
    return {
        "application_salt": APPLICATION_SALT.hex(),
        "nonce": NONCE.hex(),
        "roles": [
            {"role": role, "bytes": b64(data), "opening": opening(role).hex(), "commitment": committed(role, data)}
            for role, data in bodies.items()
        ],
    }


# RFC 6962, C2SP


def root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\1" + root(leaves[:split]) + root(leaves[split:]))


def path(leaves: list[bytes], index: int) -> list[bytes]:
    if len(leaves) == 1:
        return []
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    if index < split:
        return [*path(leaves[:split], index), root(leaves[split:])]
    return [*path(leaves[split:], index - split), root(leaves[:split])]


def subproof(old: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    if old <= split:
        return [*subproof(old, leaves[:split], whole), root(leaves[split:])]
    return [*subproof(old - split, leaves[split:], False), root(leaves[:split])]


def tree() -> dict[str, Any]:
    values = [sha256(b"value %d" % index) for index in range(300)]
    leaves = [sha256(b"\0" + value) for value in values]
    sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 255, 256, 257, 300]
    pairs = [(size, index) for size in sizes for index in {0, size // 2, size - 1} if 0 <= index < size]
    olds = [(size, old) for size in sizes for old in sizes if 0 < old < size]
    return {
        "values": "SHA-256 of 'value <index>' for index from 0 to 299",
        "roots": [{"size": size, "root": root(leaves[:size]).hex()} for size in sizes],
        "inclusion": [
            {"size": s, "index": i, "path": [n.hex() for n in path(leaves[:s], i)]} for s, i in sorted(pairs)
        ],
        "consistency": [
            {"old": o, "size": s, "path": [n.hex() for n in subproof(o, leaves[:s], True)]} for s, o in olds
        ],
    }


def public(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(name: str, kind: int, key: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + bytes([kind]) + key)[:4]


def vkey(name: str, kind: int, key: bytes) -> str:
    return f"{name}+{key_id(name, kind, key).hex()}+{b64(bytes([kind]) + key)}"


def signed(text: str, name: str) -> str:
    signature = Ed25519PrivateKey.from_private_bytes(SEED).sign(text.encode())
    return f"{text}\n— {name} {b64(key_id(name, 1, public(SEED)) + signature)}\n"


def cosigned(note: str, name: str, time: int) -> str:
    text = note[: note.rindex("\n\n") + 1]
    message = f"cosignature/v1\ntime {time}\n{text}".encode()
    signature = Ed25519PrivateKey.from_private_bytes(WITNESS_SEED).sign(message)
    line = key_id(name, 4, public(WITNESS_SEED)) + struct.pack(">Q", time) + signature
    return f"{note}— {name} {b64(line)}\n"


def checkpoint() -> str:
    leaves = [bytes.fromhex(entry["leaf_hash"]) for entry in entries()]
    text = f"{ORIGIN}/{SHARD}\n{len(leaves)}\n{b64(root(leaves))}\n"
    return cosigned(signed(text, f"{ORIGIN}/{SHARD}"), "witness.example", 1795406401)


def note() -> dict[str, Any]:
    key = public(SEED)
    return {
        "seed": SEED.hex(),
        "log_key": f"PRIVATE+KEY+{ORIGIN}+{key_id(ORIGIN, 1, key).hex()}+{b64(bytes([1]) + SEED)}",
        "log_vkey": vkey(ORIGIN, 1, key),
        "shard_vkey": vkey(f"{ORIGIN}/{SHARD}", 1, key),
        "witness_vkey": vkey("witness.example", 4, public(WITNESS_SEED)),
        "checkpoint": checkpoint(),
        "specification": {
            "vkey": "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "note": "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7"
            "Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
        },
    }


# receipt.md


def shown(index: int, closed: tuple[str, ...] = ()) -> dict[str, Any]:
    entry = entries()[index]
    leaves = [bytes.fromhex(other["leaf_hash"]) for other in entries()]
    lines = ["c2sp.org/tlog-proof@v1", f"index {index}", *(b64(node) for node in path(leaves, index))]
    part: dict[str, Any] = {
        "blocks": {name: entry["blocks"][name] for name in BLOCKS if name not in closed},
        "salts": {name: b64(bytes.fromhex(entry["block_salts"][name])) for name in BLOCKS if name not in closed},
    }
    if closed:
        part["closed"] = {name: b64(bytes.fromhex(entry["block_hashes"][name])) for name in closed}
    return {**part, "proof": "\n".join(lines) + "\n\n" + checkpoint()}


def receipt() -> dict[str, Any]:
    openings = {"request": b64(opening("request")), "response": b64(opening("response"))}
    policy = (
        f"log {vkey(ORIGIN, 1, public(SEED))}\nwitness w {vkey('witness.example', 4, public(WITNESS_SEED))}\nquorum w\n"
    )
    return {
        "policy": policy,
        "key": vkey(ORIGIN, 1, public(SEED)),
        "request": b64(REQUEST),
        "response": b64(RESPONSE),
        "id": f"{SHARD}.2",
        "complete": {"comity": 1, "intent": shown(2), "outcome": shown(4), "openings": openings},
        "closed": {"comity": 1, "intent": shown(2, ("party", "content")), "outcome": shown(4, ("content",))},
        "denial": {"comity": 1, "denial": shown(3)},
    }


# shards.md


def segment() -> dict[str, Any]:
    rest = canonical({"first": 0, "open": [], "origin": f"{ORIGIN}/{SHARD}", "reason": "start", "time": 1795406399000})
    codes = {"intent": 1, "outcome": 2, "denial": 3, "realm": 4, "conditions": 5}
    records = b""
    for entry in entries():
        blocks = [canonical(entry["blocks"][name]) for name in BLOCKS]
        link = entry["blocks"]["party"].get("intent", -1) + 1
        records += struct.pack(">BHHHQ", codes[entry["kind"]], *map(len, blocks), link)
        records += bytes.fromhex(entry["salt"]) + b"".join(blocks)
    body = struct.pack(">QII", 0, len(entries()), len(records)) + records
    return {
        "header": (b"CMTYSEG1" + struct.pack(">II", len(rest), zlib.crc32(rest)) + rest).hex(),
        "group": (b"CMTG" + struct.pack(">I", zlib.crc32(body)) + body).hex(),
    }


# signer.md


def signer() -> dict[str, Any]:
    """Questions and answers, one after the other, of a signer that has signed nothing yet."""
    leaves = [sha256(b"\0" + sha256(b"value %d" % index)) for index in range(9)]
    forked = [*leaves[:4], sha256(b"another"), *leaves[5:]]
    origin = f"{ORIGIN}/{SHARD}"
    said = []

    def ask(old: int, tree: list[bytes], size: int, answer: str, name: str = origin) -> None:
        proof = subproof(old, tree[:size], True) if 0 < old <= size else []
        text = f"{name}\n{size}\n{b64(root(tree[:size]))}\n"
        if not answer:
            answer = f"signature {b64(Ed25519PrivateKey.from_private_bytes(SEED).sign(text.encode()))}\n"
        question = "".join((f"old {old}\n", *(f"{b64(node)}\n" for node in proof), "\n", text))
        said.append({"question": question, "answer": answer})

    ask(0, leaves, 3, "")
    ask(0, leaves, 7, "old 3\n")
    ask(3, leaves, 7, "")
    ask(7, leaves, 7, "")
    ask(7, forked, 7, "no")
    ask(7, forked, 9, "no")
    ask(3, leaves, 3, "no")
    ask(0, leaves, 3, "no", "elsewhere.example/log/shard0001")
    ask(7, leaves, 9, "")
    return {
        "log_key": note()["log_key"],
        "conversation": [{"question": "key\n", "answer": f"vkey {vkey(ORIGIN, 1, public(SEED))}\n"}, *said],
    }


# sampling.md


def sampling() -> dict[str, Any]:
    samples = []
    for size, first, rate in ((1000, 0, 20_000), (1000, 400, 500_000), (7, 0, 1_000_000), (3000, 0, 1_000)):
        lines = f"{ORIGIN}/{SHARD}\n{size}\n{b64(sha256(str(size).encode()))}\n"
        nonce = sha256(b"nonce of %d" % size)
        seed = sha256(b"comity/sampling/seed/v1\n" + lines.encode() + nonce)
        drawn = [
            index
            for index in range(first, size)
            if int.from_bytes(sha256(b"comity/sampling/ticket/v1\n" + seed + struct.pack(">Q", index)), "big")
            < rate * 2**256 // 10**6
        ]
        samples.append(
            {
                "checkpoint": lines,
                "nonce": nonce.hex(),
                "commitment": sha256(b"comity/sampling/commitment/v1\n" + nonce).hex(),
                "seed": seed.hex(),
                "first": first,
                "rate": rate,
                "selected": drawn,
            }
        )
    return {"samples": samples}


# vault.md


def vault() -> dict[str, Any]:
    records = []
    for receipt, ref in ((f"{SHARD}.41", ""), (f"{SHARD}.7", "case 2026/114")):
        key, nonce = sha256(b"vault key of " + receipt.encode()), sha256(receipt.encode())[:12]
        head = canonical({"deployment": "local", "request": len(REQUEST), "surface": "chat"})
        plain = struct.pack(">H", len(head)) + head + opening("request") + opening("response") + REQUEST + RESPONSE
        item = mac(key, b"comity/vault/v1\n" + receipt.encode())
        sealed = nonce + AESGCM(item).encrypt(nonce, plain, receipt.encode())
        of = mac(sha256(b"names"), b"comity/vault/ref/v1\n" + ref.encode())[:16] if ref else bytes(16)
        mark = mac(key, b"comity/vault/mark/v1\n")[:8]
        record = struct.pack(">4sIB", b"CMTV", len(sealed), len(receipt)) + receipt.encode() + of + mark + sealed
        records.append({"receipt": receipt, "ref": ref, "key": key.hex(), "nonce": nonce.hex(), "record": b64(record)})
    return {
        "application": "triage",
        "names": sha256(b"names").hex(),
        "request": b64(REQUEST),
        "response": b64(RESPONSE),
        "records": records,
    }


def vectors() -> dict[str, dict[str, Any]]:
    """Every file by name."""
    from tests.vectors.attested import attestation
    from tests.vectors.c2sp import cosignature

    return {
        "canonical-json": canonical_json(),
        "leaf": {"entries": entries()},
        "commitment": commitment(),
        "tree": tree(),
        "note": note(),
        "receipt": receipt(),
        "segment": segment(),
        "signer": signer(),
        "attestation": attestation(),
        "sampling": sampling(),
        "vault": vault(),
        "cosignature": cosignature(),
    }


def main(check: bool) -> int:
    """Write the files, or with `check` say which differ."""
    stale = []
    for name, value in vectors().items():
        file = HERE / f"{name}.json"
        text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
        if check and (not file.is_file() or file.read_text("utf-8") != text):
            stale.append(file.name)
        elif not check:
            file.write_text(text, "utf-8")
    if stale:
        print(f"not what the formats give: {', '.join(stale)}")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
