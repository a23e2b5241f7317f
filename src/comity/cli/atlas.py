"""`comity atlas FILE`: where nations stand in four layers, on which evidence, and what would move them."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

from comity.adapters.atlas_imports import read_imports
from comity.adapters.whole_files import write_whole
from comity.cli.explain import day
from comity.cli.progress import progress
from comity.posture.atlas.merging import Imported, merged
from comity.posture.atlas.page import atlas_page
from comity.posture.atlas.picture import document, picture
from comity.posture.atlas.reading import read_atlas
from comity.posture.atlas.told import in_words
from comity.posture.atlas.types import Atlas
from comity.stack.jurisdictions import COUNTRIES
from comity.stack.spelling import near_to
from comity.terms.errors import UsageFault
from comity.terms.problems import Problems

MAX_ATLAS_BYTES = 1 << 20
"""As much YAML as is read at once; its lines of evidence are limited too."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    parser = commands.add_parser("atlas", help="where nations stand, on which evidence", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE", help="an atlas, such as examples/atlas/report-2026.yaml")
    parser.add_argument("--nation", metavar="ID", help="one nation, with every line of evidence")
    parser.add_argument(
        "--import",
        dest="imports",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="lay an export over it: Crunchbase, Tracxn, Epoch AI or TOP500, as CSV or XLSX; may be given again",
    )
    parser.add_argument("--dated", type=day, metavar="DATE", help="the day of the exports")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="print JSON")
    output.add_argument("--html", type=Path, metavar="FILE", help="write a page with charts that needs no network")


def run(options: argparse.Namespace) -> int:
    """Prints the atlas; 0 also where figures do not add up, for that is what it is to show."""
    atlas = _read(options.file)
    on = options.dated or datetime.now(UTC).date()
    with progress("reading exports") as step:
        imports = read_imports(options.imports, on, dated=options.dated is not None, step=step)
    for each in imports:
        atlas = merged(atlas, each, COUNTRIES)
    if options.nation is not None and (options.json or options.html is not None):
        raise UsageFault("--nation is for reading here: --json and --html have every nation")
    if options.nation is not None and options.nation not in atlas.nations:
        hint = near_to(options.nation, atlas.nations)
        raise UsageFault(f"the atlas has no nation {options.nation}{f'; {hint}' if hint else ''}")
    found = picture(atlas)
    if options.html is not None:
        write_whole(options.html, atlas_page(found).encode())
        print(f"{options.html}: written")
    elif options.json:
        print(json.dumps(document(found), indent=2, ensure_ascii=False))
    else:
        print(in_words(found, options.nation))
        for each in imports:
            print(_told(each))
    return 0


def _read(path: Path) -> Atlas:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_ATLAS_BYTES + 1)
    except OSError as error:
        raise UsageFault(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > MAX_ATLAS_BYTES:
        raise UsageFault(f"{path} is larger than {MAX_ATLAS_BYTES >> 20} MiB")
    read = read_atlas(data, str(path))
    if read.atlas is None:
        raise Problems(read.problems)
    return read.atlas


def _told(each: Imported) -> str:
    skipped = "; ".join(f"{count} for {reason}" for reason, count in sorted(each.skipped.items()))
    said = f"{each.source.title}: {each.rows} rows read"
    return f"{said}, {sum(each.skipped.values())} of them not used ({skipped})" if skipped else said
