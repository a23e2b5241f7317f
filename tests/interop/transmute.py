"""`@transmute/cose`: a reader of RFC 9942 in JavaScript."""

from __future__ import annotations

import json
import shutil

from tests.interop.cose_files import alter, jwk, p256_key, written
from tests.interop.places import Places
from tests.interop.result import CannotRun, Result, must, ran
from tests.interop.written import Written


def verify(result: Result, log: Written, places: Places) -> None:
    """Our receipts hold, and with one bit altered do not. It knows ES256, so the operator's key signs."""
    if shutil.which("node") is None or not (places.npm / "node_modules" / "@transmute" / "cose").is_dir():
        raise CannotRun("needs node, and npm to have installed @transmute/cose")
    package = json.loads((places.npm / "node_modules" / "@transmute" / "cose" / "package.json").read_text("utf-8"))
    result.version = f"{package['version']}, node {ran(['node', '--version'])[1]}"
    folder, key = log.folder / "transmute", p256_key()
    names = written(log, key, folder)
    line = json.dumps(jwk(key))

    def read(those: list[str]) -> tuple[int, str]:
        given = "".join(f"{name} {line}\n" for name in those).encode()
        return ran(["node", places.npm / "verify.mjs", folder], given=given)

    status, said = read(names)
    must(status == 0 and said.count("holds ") == len(names), said)
    result.saw(f"{len(names)} receipts (ES256, RFC9162_SHA256)")
    for suffix in ("leaf", "receipt"):
        status, said = read([alter(folder, names[0], suffix)])
        must(status == 1 and said.startswith("FAIL "), f"an altered {suffix} passed")
    result.saw("refuses an altered leaf and an altered receipt")
