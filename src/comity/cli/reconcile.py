"""`comity reconcile`: a supplier's invoice or usage export beside the log.

0 they agree, 1 they do not, 2 one of them could not be read.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TextIO

from comity.adapters.ledger import LedgerCorrupt
from comity.adapters.ledger.remote import NotThere
from comity.adapters.stack_files import read_stack_file
from comity.adapters.used_by_suppliers import from_folder, from_url, summed
from comity.cli.auditor import add_auditor, auditor_key
from comity.cli.log_folder import log_folder
from comity.cli.receipt_prose import clean
from comity.evidence.reconcile.columns import FIELDS, KNOWN
from comity.evidence.reconcile.compare import Difference, Reconciled, compare
from comity.evidence.reconcile.names import Names
from comity.evidence.reconcile.read import Unreadable, read
from comity.evidence.reconcile.sums import MEASURES, Key, Side, Sums
from comity.stack.types import Stack
from comity.terms.errors import UsageFault

MAX_FILE_BYTES = 1 << 29
"""Half a gigabyte: two million rows of Azure's, whose tags are long."""

MAX_LINE = 1 << 20
"""Characters of a line: two hundred columns of which a few are long."""

MAX_ALIASES = 1_000
"""Of --is and --column: more than any supplier has names."""

_SHOWN = 50
"""Differences printed; --json has them all."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    parser = commands.add_parser("reconcile", help="a supplier's invoice beside the log", description=__doc__)
    parser.add_argument("file", type=Path, metavar="CSV", help="the invoice or usage export")
    parser.add_argument("-c", "--config", type=Path, required=True, metavar="FILE", help="the stack file")
    parser.add_argument("--log", metavar="DIR|URL", help="a state folder, or the URL of /log/ (default: beside FILE)")
    add_auditor(parser, "with a URL: an auditor's key, which opens entries")
    parser.add_argument("--as", dest="known", choices=tuple(KNOWN), help="which export it is (default: by its columns)")
    parser.add_argument(
        "--column", action="append", default=[], metavar="FIELD=COLUMN",
        help=f"which column says what; fields are {', '.join(FIELDS)}",
    )  # fmt: skip
    parser.add_argument("--supplier", action="append", default=[], metavar="PARTY", help="only deployments it operates")
    parser.add_argument("--deployment", action="append", default=[], metavar="ID", help="only this deployment")
    parser.add_argument(
        "--is", action="append", default=[], dest="aliases", metavar="NAME=ID[,ID]",
        help="what the supplier's name means, where the stack does not tell it",
    )  # fmt: skip
    parser.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DATE", help="first day, in UTC")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, metavar="DATE", help="last day, in UTC")
    parser.add_argument(
        "--tolerance", type=_share, default=Decimal("0.01"), metavar="SHARE",
        help="numbers that differ by at most this share agree (default: 0.01)",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Compares, prints, and returns the exit status."""
    stack = read_stack_file(options.config, None).stack
    names = Names(stack, _scope(stack, options), _aliases(options.aliases, stack))
    invoice, export = _invoice(options, names, stack.currency)
    days = [key.day for key in invoice if key.day]
    first = options.first.isoformat() if options.first else min(days, default="0000-01-01")
    last = options.last.isoformat() if options.last else max(days, default="9999-12-31")
    if first > last:
        raise UsageFault(f"--from {first} is after --to {last}: there is nothing to compare")
    told = len(invoice)
    invoice = {key: sums for key, sums in invoice.items() if not key.day or first <= key.day <= last}
    if told and not invoice:
        raise UsageFault(f"no row of {options.file} is of a day from {first} to {last}; the first is of {min(days)}")
    by_request = bool(invoice) and not days
    log = _log(options, names, first, last, by_request=by_request)
    if by_request and not (options.first or options.last):
        # which of the others the file should have is not known
        log = {key: sums for key, sums in log.items() if key in invoice}
    result = compare(invoice, log, options.tolerance)
    if options.json:
        print(json.dumps(_document(result, export, first, last), indent=2))
    else:
        print("\n".join(_lines(result, names, export, first, last)))
    return 0 if result.agrees else 1


def _scope(stack: Stack, options: argparse.Namespace) -> list[str]:
    if unknown := [each for each in options.deployment if each not in stack.deployments]:
        raise UsageFault(f"--deployment {unknown[0]}: the stack has no such deployment")
    if unknown := [each for each in options.supplier if each not in stack.parties]:
        raise UsageFault(f"--supplier {unknown[0]}: the stack has no such party")
    found = []
    for name, deployment in stack.deployments.items():
        operator = stack.sites[deployment.site].operator
        if options.deployment and name not in options.deployment:
            continue
        if options.supplier and operator not in options.supplier:
            continue
        found.append(name)
    return found


def _aliases(given: list[str], stack: Stack) -> dict[str, tuple[str, ...]]:
    aliases = {}
    for name, meant in _pairs(given, "--is", "NAME=ID").items():
        ids = tuple(meant.split(","))
        if unknown := [each for each in ids if each not in stack.deployments]:
            raise UsageFault(f"--is {name}: the stack has no deployment {unknown[0]}")
        aliases[name] = ids
    return aliases


def _pairs(given: list[str], option: str, form: str) -> dict[str, str]:
    if len(given) > MAX_ALIASES:
        raise UsageFault(f"{option} is given more than {MAX_ALIASES} times")
    pairs = dict(text.partition("=")[::2] for text in given)
    if len(pairs) < len(given):
        raise UsageFault(f"{option} says twice what one name means: {', '.join(given)[:200]}")
    if wrong := [text for text in given if not text.partition("=")[2] or text.startswith("=")]:
        raise UsageFault(f"{option} {wrong[0]}: it has the form {form}")
    return pairs


def _invoice(options: argparse.Namespace, names: Names, currency: str) -> tuple[Side, str]:
    columns = _pairs(options.column, "--column", "FIELD=COLUMN")
    if unknown := [field for field in columns if field not in FIELDS]:
        raise UsageFault(f"--column {unknown[0]}: fields are {', '.join(FIELDS)}")
    try:
        with options.file.open(encoding="utf-8-sig", newline="") as file:
            return read(
                _lines_of(file, options.file), names.named, known=options.known, columns=columns, currency=currency
            )
    except OSError as error:
        raise UsageFault(f"{options.file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageFault(f"{options.file} is not in UTF-8: byte {error.start}") from error
    except Unreadable as error:
        count = len(error.problems)
        listed = "\n".join(f"  {clean(problem)}" for problem in error.problems)
        raise UsageFault(
            f"{options.file} cannot be read, {count} problem{'' if count == 1 else 's'}:\n{listed}"
        ) from error


def _lines_of(file: TextIO, name: Path) -> Iterator[str]:
    """A file's lines, whatever it is: one that never ends, or a line that does not, is told."""
    size = 0
    while line := file.readline(MAX_LINE):
        size += len(line)
        if size > MAX_FILE_BYTES:
            raise UsageFault(f"{name} is larger than {MAX_FILE_BYTES} bytes; give it in parts")
        if len(line) == MAX_LINE:
            raise UsageFault(f"{name} has a line of {MAX_LINE} characters or more: it is no CSV")
        yield line


def _log(options: argparse.Namespace, names: Names, first: str, last: str, *, by_request: bool) -> Side:
    given = options.log or str(options.config.absolute().parent)
    try:
        if "://" in given:
            key = auditor_key(options, given)
            if not key:
                raise UsageFault("entries are private: --auditor names a file with an auditor's key")
            exchanged = from_url(given, key)
        else:
            exchanged = from_folder(log_folder(Path(given)))
        return summed(exchanged, names.of, first, last, by_request=by_request)
    except (LedgerCorrupt, NotThere, OSError, ValueError) as error:
        raise UsageFault(f"the log cannot be read: {error}") from error


def _lines(result: Reconciled, names: Names, export: str, first: str, last: str) -> Iterator[str]:
    period = f"from {first} to {last}" if first > "0000-01-01" else "of the requests named"
    agree = "they agree where they can be compared." if result.uncompared else "they agree."
    yield f"Invoice ({export}) and log {period}: {agree if result.agrees else 'THEY DO NOT AGREE.'}"
    for each in result.differences[:_SHOWN]:
        yield f"  {_sentence(each, names)}"
    if len(result.differences) > _SHOWN:
        yield f"  and {len(result.differences) - _SHOWN} more, which --json shows"
    yield f"On both sides and the same: {result.agreed}."
    for measure in MEASURES:
        theirs, ours = result.invoice.count(measure), result.log.count(measure)
        if theirs is not None and ours is not None:
            yield f"  {measure.replace('_', ' ')}: {_shown(theirs)} in the invoice, {_shown(ours)} in the log"
    for currency in sorted({*result.invoice.money, *result.log.money}):
        theirs, ours = (side.money.get(currency) for side in (result.invoice, result.log))
        alone = "; not compared" if currency in result.uncompared else ""
        yield f"  {currency}: {_told(theirs)} in the invoice, {_told(ours)} in the log by the stack's prices{alone}"
    if result.log.unsure:
        yield (
            f"Of the log, {result.log.unsure} attempts failed, were lost or have no count of tokens: a supplier may"
            " have charged for them."
        )
    yield "Whether the log itself holds is another question: comity log audit."


def _sentence(each: Difference, names: Names) -> str:
    what = each.key.request or f"{each.key.day} {clean(each.key.name)}"
    lines = f" (line {', '.join(map(str, each.lines))})" if each.lines else ""
    if each.kind == "only-invoice":
        known = names.knows(each.key.name) or bool(each.key.request)
        why = (
            "the log has nothing of it" if known else "no deployment of the stack is called so: --is says what it means"
        )
        maybe = f"; {each.unsure} attempts failed or were lost there" if each.unsure else ""
        return f"{what}: only in the invoice{lines}; {why}{maybe}."
    if each.kind == "only-log":
        return f"{what}: only in the log; the invoice has nothing of it."
    if each.kind == "not-compared":
        return f"{what}: on both sides{lines}, and not all of it can be compared: other currencies, or other counts."
    maybe = f"; {each.unsure} requests of the log may have been charged uncounted" if each.unsure else ""
    return (
        f"{what}: {each.measure.replace('_', ' ')} {_shown(each.invoice)} in the invoice{lines}, "
        f"{_shown(each.log)} in the log{maybe}."
    )


def _shown(value: Decimal) -> str:
    return f"{value.normalize():,f}"


def _told(value: Decimal | None) -> str:
    return "nothing" if value is None else _shown(value)


def _document(result: Reconciled, export: str, first: str, last: str) -> dict[str, Any]:
    return {
        "agrees": result.agrees,
        "export": export,
        "from": first,
        "to": last,
        "agreed": result.agreed,
        "differences": [
            {
                "kind": each.kind,
                **_key(each.key),
                **(
                    {"measure": each.measure, "invoice": str(each.invoice), "log": str(each.log)}
                    if each.kind == "differs"
                    else {}
                ),
                "lines": list(each.lines),
                "unsure": each.unsure,
            }
            for each in result.differences
        ],
        "invoice": _sums(result.invoice),
        "log": _sums(result.log),
        "uncompared": list(result.uncompared),
    }


def _key(key: Key) -> dict[str, str]:
    return {"request": key.request} if key.request else {"day": key.day, "name": key.name}


def _sums(sums: Sums) -> dict[str, Any]:
    plain: Mapping[str, str] = {measure: str(count) for measure, count in sums.counts.items()}
    return {**plain, "money": {currency: str(amount) for currency, amount in sums.money.items()}, "unsure": sums.unsure}


def _share(text: str) -> Decimal:
    try:
        share = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    if not share.is_finite() or not 0 <= share < 1:
        raise ValueError(text)
    return share
