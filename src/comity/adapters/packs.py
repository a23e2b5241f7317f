"""Law packs from folders: those that ship with Comity, and those that lie in `packs/` beside a stack file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from functools import cache
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from comity.law.cases import PackCase, expanded
from comity.law.cedar import ENGINE, parse_rules
from comity.law.conflict import conflicts
from comity.law.pack import FILES, MAX_FILE_BYTES, Pack, read_pack
from comity.law.plain_yaml import load
from comity.law.trial import Trial, try_cases, try_pack
from comity.law.vocabulary import Vocabulary, read_vocabulary
from comity.terms.canon import encode
from comity.terms.digests import sha256_hex
from comity.terms.problems import Problem, Problems

LAW = Path(str(files("comity.law")))
SHIPPED = LAW / "packs"
PASSED = "passed.json"
"""Made by docs/make.py, which runs the trials."""


MAX_CASES = 2_000
"""Cases of a file, or of a pack that somebody posts: some ms each. The largest pack that ships has a tenth of this."""


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary that ships with this version."""
    return read_vocabulary((LAW / "vocabulary.yaml").read_bytes())


@cache
def schema_text() -> str:
    """The Cedar schema of what law may see, before the vocabulary's enums are put in."""
    return (LAW / "facts.cedarschema").read_text()


def zone(name: str) -> tzinfo:
    """The time zone `name`; raises ValueError with the name if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: "Europe" is a folder of zones
        raise ValueError(f"no time zone {name!r}") from error


def pack_folders(beside: Path | None = None) -> Mapping[str, Path]:
    """Every pack by name. A folder beside the stack file may add packs; it may not replace one that ships.

    Raises:
        Problems: if it holds a pack by the name of one that ships, for nobody could say which of the two is meant.
    """
    found = _packs_in(SHIPPED)
    if beside is not None and (beside / "packs").resolve() != SHIPPED.resolve():
        added = _packs_in(beside / "packs")
        twice = sorted(found.keys() & added.keys())
        if twice:
            hint = "give the folder, its coverage and its rules a name of their own"
            raise Problems(
                Problem(str(added[name]), 0, 0, "", f"a pack {name} ships with Comity", "", hint) for name in twice
            )
        found |= added
    return found


def _packs_in(root: Path) -> dict[str, Path]:
    if not root.is_dir():
        return {}
    return {folder.name: folder for folder in sorted(root.iterdir()) if (folder / "coverage.yaml").is_file()}


def read_folder(folder: Path) -> tuple[Pack | None, tuple[Problem, ...]]:
    """The pack in `folder`, read whole, or every problem of it; remembered while its files stay as they are."""
    name = folder.resolve().name if folder.name in ("", "..") else folder.name  # "." is a folder with a name, too
    contents = {}
    for each in FILES:
        path = folder / each
        if path.is_file():
            with path.open("rb") as file:
                contents[each] = file.read(MAX_FILE_BYTES + 1)
    last = _READ.get(name)
    if last is None or last[0] != contents:
        pack, problems = read_pack(name, contents, parse_rules)
        last = _READ[name] = (contents, (None, problems) if pack is None else _with_zone(pack, problems))
    return last[1]


def _with_zone(pack: Pack, problems: tuple[Problem, ...]) -> tuple[Pack | None, tuple[Problem, ...]]:
    """The pack, if its days begin somewhere."""
    try:
        zone(pack.coverage.timezone)
    except ValueError as error:
        return None, (Problem(f"{pack.name}/coverage.yaml", 0, 0, "timezone", str(error)),)
    return pack, problems


def tried(pack: Pack) -> Trial:
    """The pack's cases, run; remembered while the pack stays as it is."""
    last = _TRIALS.get(pack.name)
    if last is None or last[0] != pack.files:
        last = _TRIALS[pack.name] = (pack.files, try_pack(pack, vocabulary(), schema_text(), zone))
    return last[1]


def pack_from(name: str, texts: Mapping[str, str]) -> tuple[Pack | None, tuple[Problem, ...]]:
    """A pack from the texts of its files, or every problem of it."""
    pack, problems = read_pack(name, {file: text.encode() for file, text in texts.items()}, parse_rules)
    return (None, problems) if pack is None else _with_zone(pack, problems)


def read_cases(path: Path) -> tuple[PackCase, ...]:
    """The cases of a file of the form of cases.yaml.

    Raises:
        Problems: it cannot be read, or is no file of cases.
    """
    try:
        with path.open("rb") as file:
            return cases_from(file.read(MAX_FILE_BYTES + 1))
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise Problems([Problem(str(path), 0, 0, "", f"cannot be read: {said}")]) from error


def cases_from(data: bytes) -> tuple[PackCase, ...]:
    """Cases in the form of cases.yaml; raises ValueError with what is wrong."""
    if len(data) > MAX_FILE_BYTES:
        raise ValueError(f"is larger than {MAX_FILE_BYTES} bytes")
    found = expanded(msgspec.convert(load(data.decode()), type=tuple[PackCase, ...]))
    _bounded(found)
    return found


def tried_anew(pack: Pack) -> Trial:
    """The pack's cases, run and not remembered: for packs that somebody posts, of which there may be any number.

    Raises:
        ValueError: they are too many, or cannot be read.
    """
    _bounded(pack.cases)
    return try_pack(pack, vocabulary(), schema_text(), zone)


def _bounded(cases: Sequence[PackCase]) -> Sequence[PackCase]:
    if len(cases) > MAX_CASES:
        raise ValueError(f"more than {MAX_CASES} cases")
    return cases


def tried_cases(cases: Sequence[PackCase], packs: Sequence[Pack]) -> Trial:
    """The cases run before all of `packs` together."""
    return try_cases(cases, packs, vocabulary(), schema_text(), zone)


def trial_mark(pack: Pack) -> str:
    """What a trial's outcome depends on, as a digest: the pack's files, the words, the schema and the engine."""
    words = (LAW / "vocabulary.yaml").read_text()
    return sha256_hex(encode({"engine": ENGINE, "files": dict(pack.files), "schema": schema_text(), "words": words}))


@cache
def _passed() -> dict[str, str]:
    """Marks of the shipped packs that passed when this version was made: trying them again at each start says nothing
    new. A pack that was changed since has another mark, and is tried.
    """
    held: dict[str, str] = json.loads((SHIPPED / PASSED).read_bytes())
    return held


_TRIALS: dict[str, tuple[Mapping[str, str], Trial]] = {}
_READ: dict[str, tuple[Mapping[str, bytes], tuple[Pack | None, tuple[Problem, ...]]]] = {}
"""The last trial of each pack, by its name: a file that is edited all day fills nothing."""


def load_packs(names: Iterable[str], beside: Path | None = None) -> tuple[Pack, ...]:
    """The packs `names`, each read, tried and found whole.

    Raises:
        Problems: everything that is wrong with any of them; a pack is used whole or not at all.
    """
    folders = pack_folders(beside)
    packs: list[Pack] = []
    problems: list[Problem] = []
    for name in dict.fromkeys(names):
        if name not in folders:
            hint = f"there are {', '.join(folders)}"
            problems.append(Problem(name, 0, 0, "law", f"no pack {name}", "", hint))
            continue
        pack, faults = read_folder(folders[name])
        problems += faults
        if pack is not None:
            if folders[name].parent != SHIPPED or trial_mark(pack) != _passed().get(name):
                problems += tried(pack).problems
            packs.append(pack)
    problems += conflicts(packs)
    if problems:
        raise Problems(problems)
    return tuple(packs)
