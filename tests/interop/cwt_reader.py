"""Reads transparent statements with `cwt`, which is not ours: `cwt_reader.py KEY FILE…`, in an environment of its own.

The signatures, of the statement and of the receipt in it, are its to verify; the way from the leaf to the root, which it
does not know, is walked here by the words of RFC 9162 section 2.1.3.2. Exit status 1 if a file does not hold.
"""

from __future__ import annotations

import hashlib
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import cbor2
from cwt import COSE, COSEKey  # type: ignore[import-not-found,unused-ignore]


def root(node: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root to which a path leads."""
    first, last = index, size - 1
    for each in path:
        if first & 1 or first == last:
            node = hashlib.sha256(b"\1" + each + node).digest()
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\1" + node + each).digest()
        first, last = first >> 1, last >> 1
    if index >= size or last:
        raise ValueError("the path does not lead to a root")
    return node


def holds(data: bytes, key: Any) -> None:
    """Raise what does not hold."""
    payload = COSE.new().decode(data, keys=key)
    for inside in cbor2.loads(data).value[1][394]:
        head, unprotected, _, _ = cbor2.loads(inside).value
        if cbor2.loads(head)[395] != 1:
            raise ValueError("another structure")
        size, index, path = cbor2.loads(unprotected[396][-1][0])
        leaf = hashlib.sha256(b"\0" + payload).digest()
        COSE.new().decode(inside, keys=key, detached_payload=root(leaf, index, size, path))


def main() -> int:
    """0 if all hold."""
    print(version("cwt"))
    members = cbor2.loads(Path(sys.argv[1]).read_bytes())
    kid = hashlib.sha256(cbor2.dumps(members, canonical=True)).digest()
    key = COSEKey.new({**members, 2: kid, 3: -19 if members[1] == 1 else -7})
    failed = 0
    for name in sys.argv[2:]:
        try:
            holds(Path(name).read_bytes(), key)
            print(f"holds {Path(name).name}")
        except Exception as error:  # noqa: BLE001 - whatever it raises is a refusal
            failed += 1
            print(f"FAIL {Path(name).name}: {type(error).__name__}: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
