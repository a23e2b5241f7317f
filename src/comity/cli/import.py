"""`comity import litellm FILE`: a first draft of a stack file from another gateway's configuration.

What the configuration does not say, and law must know, is left blank in the draft: `comity check` names each blank.
"""
# ruff: noqa: N999  # the module is named as the command is; nothing imports it by statement

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from comity.adapters.imports.drafted import Drafted, Finding, Kind
from comity.adapters.imports.litellm import draft
from comity.stack.from_yaml import MAX_BYTES
from comity.terms.errors import UsageFault
from comity.terms.problems import Problem, Problems

HEADINGS: dict[Kind, str] = {
    "secret": "Secrets that stand in the clear; none was copied:",
    "changed": "Carried over, and otherwise than there:",
    "lost": "Not carried over:",
}


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    each = commands.add_parser(
        "import", help="a first draft of a stack file from another gateway's configuration", description=__doc__
    )
    froms = each.add_subparsers(dest="gateway", metavar="GATEWAY", required=True)
    litellm = froms.add_parser("litellm", help="from the config.yaml of a LiteLLM proxy")
    litellm.add_argument("file", type=Path, metavar="FILE", help="the configuration")
    litellm.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="a new file for the draft (default: standard output)"
    )
    litellm.add_argument("--json", action="store_true", help="print JSON: the draft too, unless -o takes it")


def run(options: argparse.Namespace) -> int:
    """Writes the draft and tells what is to be known of it; 0 once there is a draft."""
    drafted = draft(_bytes(options.file), str(options.file))
    if options.output is not None:
        _write(options.output, drafted.text)
    if options.json:
        document = {"findings": list(map(asdict, drafted.findings)), "blanks": list(map(asdict, drafted.blanks))}
        print(json.dumps(document if options.output else {"stack": drafted.text, **document}, indent=2))
        return 0
    report = sys.stdout
    if options.output is None:
        sys.stdout.write(drafted.text)
        report = sys.stderr
    for line in _told(drafted, options.file, options.output):
        print(line, file=report)
    return 0


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Problems([Problem(str(path), 0, 0, "", f"cannot be read: {error.strerror}")]) from error


def _write(path: Path, text: str) -> None:
    """A new file: what stands there already may have been filled in by people."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageFault(f"{path} is there already, and is never overwritten; choose another name with -o") from None
    except OSError as error:
        raise UsageFault(f"{path} cannot be written: {error.strerror}") from error


def _told(drafted: Drafted, source: Path, output: Path | None) -> Iterator[str]:
    for kind, heading in HEADINGS.items():
        findings = [finding for finding in drafted.findings if finding.kind == kind]
        if findings:
            yield heading
            yield from (_finding(finding, source) for finding in findings)
            yield ""
    name = output or "the draft"
    yield f"To be filled in by people; until then, `comity check -c {output or 'FILE'}` names each:"
    for blank in drafted.blanks:
        yield f"  {name}:{blank.line}: {blank.where}: {blank.says}"


def _finding(finding: Finding, source: Path) -> str:
    return f"  {source}:{finding.line}: {finding.where}: {finding.says}"
