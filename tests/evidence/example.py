"""Prints the assessment results of the small world, for a reader in another environment: `make oscal`."""

from __future__ import annotations

import json
import sys

from comity.evidence.oscal import assessment_results
from comity.evidence.paper import blanks
from comity.evidence.papers import papers
from tests.evidence.world import NOON, exchange, findings


def main() -> None:
    """Every paper, and findings of both states."""
    told = findings(exchange(0, "triage", "paris"), exchange(2, "triage", "virginia"), exchange(4, "teller", "zug"))
    made = papers(told)
    digests = {"index.html": "0" * 64, "evidence.json": "1" * 64}
    json.dump(assessment_results(made, tuple(blanks(made)), told, NOON, digests), sys.stdout)


if __name__ == "__main__":
    main()
