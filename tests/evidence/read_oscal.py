"""Reads assessment results on standard input with models made from NIST's schemas; run by `make oscal`."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from trestle.oscal import OSCAL_VERSION  # type: ignore[import-not-found,unused-ignore]
from trestle.oscal.assessment_results import AssessmentResults  # type: ignore[import-not-found,unused-ignore]


def main() -> int:
    """0 if they are valid, and if one with a mistake is not."""
    text = sys.stdin.read()
    broken = json.loads(text)
    del broken["assessment-results"]["metadata"]["oscal-version"]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "assessment-results.json"
        path.write_text(text)
        read = AssessmentResults.oscal_read(path)
        path.write_text(json.dumps(broken))
        try:
            accepted = AssessmentResults.oscal_read(path) is not None
        except Exception:  # noqa: BLE001 - whatever its reader raises is a refusal
            accepted = False
    found = len(read.results[0].findings)
    print(f"compliance-trestle {version('compliance-trestle')}, OSCAL {OSCAL_VERSION}: valid, {found} findings")
    return 1 if accepted else 0


if __name__ == "__main__":
    raise SystemExit(main())
