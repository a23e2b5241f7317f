"""`cwt`: a reader of COSE and CWT in Python; the statements' and receipts' signatures by the log's own key."""

from __future__ import annotations

from pathlib import Path

from comity.adapters.cose.keys import CoseKey
from tests.interop.cose_files import alter, log_key, p256_key, written
from tests.interop.places import Places
from tests.interop.result import CannotRun, Result, must, ran
from tests.interop.written import Written

READER = Path(__file__).parent / "cwt_reader.py"


def verify(result: Result, log: Written, places: Places) -> None:
    """Our statements hold by either algorithm, and with one bit altered do not."""
    if not places.python.is_file():
        raise CannotRun("requirements/interop.txt could not be installed")
    for algorithm, key in (("Ed25519", log_key(log)), ("ES256", p256_key())):
        _by(result, log, places, log.folder / f"cwt-{algorithm}", key)
        result.saw(f"statements and the receipts in them, signed with {algorithm}")
    result.saw("refuses an altered statement")


def _by(result: Result, log: Written, places: Places, folder: Path, key: CoseKey) -> None:
    names = written(log, key, folder)

    def read(those: list[str]) -> tuple[int, str]:
        files = [folder / f"{name}.scitt" for name in those]
        return ran([places.python, "-I", READER, folder / "key.cbor", *files])

    status, said = read(names)
    must(status == 0 and said.count("holds ") == len(names), said)
    result.version = said.splitlines()[0]
    status, said = read([alter(folder, names[0], "scitt")])
    must(status == 1 and "FAIL " in said, "an altered statement passed")
