"""`comity log prune`, as its parser sees it: the rest is read when it runs."""

from __future__ import annotations

import argparse
from pathlib import Path


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the verb."""
    prune = verbs.add_parser(
        "prune",
        help="drop entries that neither keep_log, nor law, nor a legal hold keeps",
        description="Old receipts stay valid; the tree stays what it was. A gateway does this by itself once a day.",
    )
    prune.add_argument("-c", "--config", type=Path, required=True, metavar="FILE", help="the stack file")
    prune.add_argument("--state", type=Path, metavar="DIR", help="state folder (default: .comity beside FILE)")
    prune.add_argument("--dry-run", action="store_true", help="tell what would go and what stays, and why")
    prune.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Prunes."""
    from comity.cli.prune import run as prune

    return prune(options)
