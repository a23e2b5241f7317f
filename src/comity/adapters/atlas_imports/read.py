"""Which kind of export a file is, told by its headers, and what it gives an atlas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from comity.adapters.atlas_imports import evidence, funding
from comity.adapters.atlas_imports.tables import Table, plain, read_table
from comity.posture.atlas.merging import Imported
from comity.posture.atlas.types import Line, Source
from comity.terms.digests import sha256_hex
from comity.terms.errors import UsageFault

Step = Callable[[int], None]
LinesOf = Callable[[Table, str, date, Counter[str]], Iterator[Line]]


class Kind(NamedTuple):
    """A kind of export: what it is called, its columns, its licence, and how its figures are to be credited."""

    title: str
    columns: Mapping[str, Iterable[str]]
    licence: str
    credit: str
    lines: LinesOf | None = None


KINDS: dict[str, Kind] = {
    "epoch-clusters": Kind(
        "Epoch AI, GPU clusters",
        evidence.EPOCH_CLUSTERS,
        "CC BY 4.0",
        "Source: Epoch AI (Pilz, Rahman, Sanders, Heim), GPU clusters, CC BY 4.0;"
        " by its own estimate 10 to 20 % of all, Chinese systems rounded",
        evidence.epoch_clusters,
    ),
    "epoch-models": Kind(
        "Epoch AI, AI models",
        evidence.EPOCH_MODELS,
        "CC BY 4.0",
        "Source: Epoch AI, AI models, CC BY 4.0",
        evidence.epoch_models,
    ),
    "top500": Kind("TOP500 list", evidence.TOP500, "terms of top500.org", "Source: TOP500.org", evidence.top500),
    "crunchbase": Kind(
        "Crunchbase, funding rounds", funding.CRUNCHBASE, "licensed; not to be passed on", "Source: Crunchbase"
    ),
    "tracxn-rounds": Kind(
        "Tracxn, funding rounds", funding.TRACXN_ROUNDS, "licensed; not to be passed on", "Source: Tracxn"
    ),
    "tracxn-companies": Kind(
        "Tracxn, companies", funding.TRACXN_COMPANIES, "licensed; not to be passed on", "Source: Tracxn"
    ),
}


def read_imports(paths: Iterable[Path], on: date, dated: bool = True, step: Step = lambda _: None) -> list[Imported]:
    """What the files give, in the order given.

    Their figures are of the day `on`: that of the export, if it is `dated`, or else that of the reading, which says
    nothing of how old they are. `step` is told the rows of each file as they are read.

    Raises:
        UsageFault: one cannot be read, or is none of `KINDS`; Tracxn's rounds lack the companies, or the other way
            round. All of it at once.
    """
    tables: list[tuple[str, Table]] = []
    wrong: list[str] = []
    for path in paths:
        try:
            table = read_table(path, step)
            tables.append((kind_of(table), table))
        except UsageFault as error:
            wrong.append(str(error))
    kinds = [kind for kind, _ in tables]
    if ("tracxn-rounds" in kinds) != ("tracxn-companies" in kinds):
        lacking = "companies" if "tracxn-rounds" in kinds else "rounds"
        wrong.append(f"Tracxn's {lacking} are missing: rounds and companies are two files that belong together")
    if wrong:
        raise UsageFault("\n".join(wrong))
    by_kind: dict[str, list[Table]] = {}
    for kind, table in tables:
        by_kind.setdefault(kind, []).append(table)
    for kind, each in by_kind.items():
        if len(each) > 1 and kind in KINDS and KINDS[kind].lines is not None:
            names = " and ".join(table.name for table in each)
            raise UsageFault(f"{names} are both of {KINDS[kind].title}, and would count twice: give one of them")
    companies = by_kind.pop("tracxn-companies", [])
    return [_imported(kind, each, companies, on, dated) for kind, each in by_kind.items()]


def kind_of(table: Table) -> str:
    """The kind whose needed columns the table has all; of several, that with the most.

    Raises:
        UsageFault: it is none; the message says what each kind wants that is not there.
    """
    lacking = {name: list(_lacking(kind, table)) for name, kind in KINDS.items()}
    fits = [name for name, missing in lacking.items() if not missing]
    if fits:
        return max(fits, key=lambda name: sum(column.endswith("!") for column in KINDS[name].columns))
    nearest = sorted(KINDS, key=lambda name: len(lacking[name]))[:3]
    told = "; ".join(f"{KINDS[name].title} has {', '.join(lacking[name])}" for name in nearest)
    raise UsageFault(f"{table.name} is no export that is known here. {told}, which this file lacks")


def _lacking(kind: Kind, table: Table) -> Iterator[str]:
    for column, known in kind.columns.items():
        names = tuple(known)
        if column.endswith("!") and not any(plain(name) in table.columns for name in names):
            yield " or ".join(names)


def _imported(name: str, tables: list[Table], companies: list[Table], on: date, dated: bool) -> Imported:
    """What all files of one kind give together: the source's hash is of their hashes where there are several."""
    kind, skipped = KINDS[name], Counter[str]()
    files = [*tables, *(companies if name == "tracxn-rounds" else ())]
    hashes = "".join(table.sha256 for table in files)
    source = Source(
        credit=f"{kind.credit}, as exported {on.isoformat()}" if dated else f"{kind.credit}, as read {on.isoformat()}",
        title=f"{kind.title}: {', '.join(table.name for table in files)}"[:500],
        date=on,
        licence=kind.licence,
        checked="primary",
        sha256=files[0].sha256 if len(files) == 1 else sha256_hex(hashes.encode()),
    )
    rows = sum(len(table.rows) for table in tables)
    if kind.lines is not None:
        lines = tuple(line for table in tables for line in kind.lines(table, name, on, skipped))
        return Imported(name, source, lines, None, rows, skipped)
    if name == "tracxn-rounds":
        raised = list(funding.tracxn(tables, companies, skipped))
    else:
        raised = list(funding.crunchbase(tables, skipped))
    return Imported(name, source, (), funding.added_up(raised, name), rows, skipped)
