"""Writes what the documents take from the code, between their `<!-- made: … -->` marks; `--check` only compares.

`make fix` runs the one, `make check` and tests/docs the other.
"""

from __future__ import annotations

import argparse
import inspect
import json
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

from comity.adapters.duck.columns import COLUMNS
from comity.adapters.http.limits import DEFAULT_LIMITS, Limits
from comity.adapters.keys import Role
from comity.adapters.packs import PASSED, SHIPPED, pack_folders, read_folder, trial_mark, tried
from comity.api.admin_table import ENTRIES
from comity.api.powers import POWERS
from comity.cli.main import COMMANDS, parser
from comity.law.duties import DUTIES
from comity.law.standing import ACTS, STATUSES
from comity.posture.scenario.schema import scenario_schema
from comity.relay.dialects.tables import DOCUMENTED, DROPPED_TYPES, MESSAGES_EDITS, RESPONSES_INCLUDE
from comity.relay.reading.rows import OfType, Place, Steps, nodes, places, places_at, written
from comity.relay.reading.shapes import PASS, REFUSED, Kinds, Members, OneOf, Row
from comity.relay.surfaces import SURFACES, TABLES
from comity.runtime.auditing import BAD, RESULTS
from comity.stack import operation, types
from comity.stack.absent import ABSENT
from comity.stack.accelerators import CLASSES
from comity.stack.schema import stack_schema

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = ROOT / "src" / "comity" / "stack" / "comity.schema.json"
SCENARIO = ROOT / "src" / "comity" / "posture" / "scenario" / "scenario.schema.json"
MARK = re.compile(r"(<!-- made: (?P<name>[a-z-]+) -->\n)(?P<body>.*?)(<!-- end -->)", re.DOTALL)
REASONED = re.compile(r'^    (\w+): \w+ = [^\n]+\n    """(.*?)"""', re.MULTILINE | re.DOTALL)
COUNTS = ("headers", "connections", "in_flight")
SHAPES = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


def commands() -> Iterator[str]:
    """Every command with its options. Not the text of `--help`, which differs between versions of Python."""
    for name, says, extra in COMMANDS:
        try:
            import_module(f"comity.cli.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"comity.cli.{name}":
                raise
            continue  # not built yet
        yield f"## comity {name}\n\n"
        yield f"{_sentence(says)} {f'Needs `comity[{extra}]`.' if extra else 'Part of the base install.'}\n\n"
        (choices,) = (each for each in parser(name)._actions if isinstance(each, argparse._SubParsersAction))
        yield from _command(choices.choices[name])


def _command(command: argparse.ArgumentParser) -> Iterator[str]:
    verbs = [each for each in command._actions if isinstance(each, argparse._SubParsersAction)]
    if verbs:
        about = {each.dest: each.help or "" for each in verbs[0]._choices_actions}
        for verb, each in verbs[0].choices.items():
            yield f"### {each.prog}\n\n{_sentence(about.get(verb, ''))}\n\n"
            yield from _command(each)
        return
    rows = [_row(action) for action in command._actions if action.dest != "help"]
    if rows:
        yield "| | |\n|---|---|\n" + "".join(f"| {left} | {right} |\n" for left, right in rows) + "\n"


def _row(action: argparse.Action) -> tuple[str, str]:
    value = ""
    if action.nargs != 0:
        choices = "|".join(map(str, action.choices)) if action.choices else ""
        value = f"{{{choices}}}" if choices else str(action.metavar or action.dest.upper())
    if not action.option_strings:
        return f"`{value}`{' (optional)' if action.nargs == '?' else ''}", _cell(action.help or "")
    flags = ", ".join(f"`{flag}`" for flag in action.option_strings)
    needed = " (required)" if action.required else ""
    return f"{flags}{f' `{value}`' if value else ''}{needed}".replace("|", "\\|"), _cell(action.help or "")


def stack() -> Iterator[str]:
    """Every record of a stack file with its keys."""
    schema = stack_schema()
    records: dict[str, Any] = {"Stack": schema, **schema["$defs"]}
    for name in _in_order(records):
        record = records[name]
        if "properties" not in record:
            continue
        comments = _comments(_record(name))
        title = "The file" if name == "Stack" else name
        yield f"### {title}\n\n{inspect.cleandoc(_record(name).__doc__ or '')}\n\n"
        yield "| key | value | default | |\n|---|---|---|---|\n"
        for key, value in record["properties"].items():
            if key in record.get("required", ()):
                default = "**required**"
            else:
                default = f"`{json.dumps(value['default'])}`" if value.get("default") not in (None, [], {}) else ""
            note = _bare(value).get("description") or comments.get(key, "")
            yield f"| `{key}` | {_shape(value)} | {default} | {_cell(note)} |\n"
        yield "\n"


def _record(name: str) -> type:
    found = getattr(types, name, None) or getattr(operation, name)
    assert isinstance(found, type)
    return found


def passed() -> dict[str, str]:
    """The mark of every shipped pack whose trial passes."""
    marks = {}
    for name, folder in pack_folders().items():
        pack, _ = read_folder(folder)
        if pack is not None and not tried(pack).problems:
            marks[name] = trial_mark(pack)
    return marks


def _in_order(records: dict[str, Any]) -> list[str]:
    """The records as the file leads to them, level by level."""
    order = ["Stack"]
    for name in order:
        named = re.findall(r"#/\$defs/(\w+)", json.dumps(records[name]))
        order += [each for each in dict.fromkeys(named) if each not in order]
    return order


def _bare(value: dict[str, Any]) -> dict[str, Any]:
    """The schema of a fact without the long form `{value: …, evidence: …}`."""
    first = value["anyOf"][0] if "anyOf" in value and _is_fact(value) else value
    assert isinstance(first, dict)
    return first


def _is_fact(value: dict[str, Any]) -> bool:
    return any("evidence" in each.get("properties", {}) for each in value.get("anyOf", ()))


def _shape(value: dict[str, Any]) -> str:
    bare = _bare(value)
    if "$ref" in bare:
        name = bare["$ref"].rpartition("/")[2]
        return "level of evidence" if name == "Evidence" else f"[{name}](#{name.lower()})"
    if "anyOf" in bare:
        return " or ".join(_shape(each) for each in bare["anyOf"])
    if "enum" in bare:
        return " \\| ".join(f"`{each}`" for each in bare["enum"])
    if bare.get("type") == "array":
        return f"list of {_shape(bare.get('items', {}))}"
    if bare.get("type") == "object":
        return f"mapping of id to {_shape(bare.get('additionalProperties', {}))}"
    if bare.get("format") == "date":
        return "date"
    if "title" in bare:
        return str(bare["title"])
    limits = [f">= {bare['minimum']:g}"] if "minimum" in bare else []
    limits += [f"<= {bare['maximum']:g}"] if "maximum" in bare else []
    shape = SHAPES.get(str(bare.get("type")), "text")
    return f"{shape} {', '.join(limits)}".strip()


def _comments(record: type) -> dict[str, str]:
    """The remarks behind the fields of a record."""
    found = re.findall(r"^    (\w+):[^\n]*?  # ([^\n]+)$", inspect.getsource(record), re.MULTILINE)
    return dict(found)


def absent() -> Iterator[str]:
    """The table of absent facts."""
    yield "| id | where | when | is taken as | source |\n|---|---|---|---|---|\n"
    for row in ABSENT:
        yield f"| `{row.id}` | `{row.fact}` | {_cell(row.when)} | {_cell(row.value)} | {_cell(row.source)} |\n"


def accelerators() -> Iterator[str]:
    """The names of accelerators by their export class."""
    yield "| class | names |\n|---|---|\n"
    for kind in sorted(set(CLASSES.values())):
        names = ", ".join(f"`{name}`" for name in sorted(CLASSES) if CLASSES[name] == kind)
        yield f"| `{kind}` | {names} |\n"


def limits() -> Iterator[str]:
    """The limits of the data port, each with its reason."""
    yield "| limit | value | why |\n|---|---|---|\n"
    for name, reason in re.findall(
        r'^    (\w+): \w+ = [^\n]+\n    """(.*?)"""', inspect.getsource(Limits), re.M | re.S
    ):
        value = getattr(DEFAULT_LIMITS, name)
        value = int(value) if value == int(value) else value
        unit = (
            " s" if name.endswith("_seconds") else "" if name in ("headers", "connections", "in_flight") else " bytes"
        )
        yield f"| `{name}` | {value:,}{unit} | {_cell(' '.join(reason.split()))} |\n"


def dropped() -> Iterator[str]:
    """What a translated request leaves out."""
    yield "| dialect | left out | because it is |\n|---|---|---|\n"
    for dialect, place, table in DOCUMENTED:
        for name, why in table.dropped.items():
            yield f"| {dialect} | `{place}{name}` | {why} |\n"
    for speaks, kinds in DROPPED_TYPES.items():
        for name, why in kinds.items():
            yield f"| {speaks} | parts, blocks and items of type `{name}` | {why} |\n"
    for name, why in MESSAGES_EDITS.items():
        yield f"| messages | `context_management.edits[]` of type `{name}` | {why} |\n"
    for name, why in RESPONSES_INCLUDE.items():
        yield f"| responses | `{name}` in `include` | {why} |\n"


def refused() -> Iterator[str]:
    """What makes a translated request fail, and the values with which it does not."""
    yield "| dialect | refused | unless it is | because |\n|---|---|---|---|\n"
    for dialect, place, table in DOCUMENTED:
        for name in dict.fromkeys((*table.idle, *table.refused)):
            values = ", ".join(f"`{json.dumps(value)}`" for value in table.idle.get(name, ()))
            yield f"| {dialect} | `{place}{name}` | {values} | {table.refused.get(name, '')} |\n"


def hops() -> Iterator[str]:
    """What bodies may say, surface by surface: what asks for more than inference, and the names that do not."""
    forms = [table for name, table in TABLES.items() if name != "transcriptions"]
    shared = set.intersection(*({_place(each) for each in places(table)} for table in forms))
    yield "### Every surface with a body in JSON\n\n"
    yield from _places([each for each in places(forms[0]) if _place(each) in shared])
    for name, table in TABLES.items():
        surface = SURFACES[name]
        yield f"### {name}\n\n`POST /v1{surface.path}`\n\n"
        yield from _surface(table, shared)


def _surface(table: Members, shared: set[str]) -> Iterator[str]:
    """One surface: a shape that stands in several places is told where it stands first."""
    met: dict[int, str] = {}
    skipped: list[Steps] = []
    told: list[Place] = []
    same: list[str] = []
    names: list[str] = []
    for steps, shape in nodes(table):
        if any(steps[: len(way)] == way for way in skipped):
            continue
        if isinstance(shape, Members | Kinds) and steps:
            first = met.setdefault(id(shape), written(steps))
            if first != written(steps):
                skipped.append(steps)
                same.append(f"| `{written(steps)}` | as `{first}` | | |\n")
                continue
        told.extend(each for each in places_at(steps, shape) if _place(each) not in shared)
        if isinstance(shape, Members):
            passing = sorted(name for name, each in shape.known.items() if each is PASS and name != "type")
            if passing:
                where = f"In `{written(steps)}`" if written(steps) else "At the top"
                names.append(_wrapped(f"- {where}: ", passing, shape.unknown))
    yield from _places(told, same)
    yield "Inference:\n\n" + "".join(names) + "\n"


def _wrapped(lead: str, names: list[str], unknown: Row) -> str:
    rest = "refused" if unknown.asks == REFUSED else f"`{unknown.asks}`"
    text = lead + " ".join(f"`{name}`" for name in names) + f"; any other: {rest}."
    return (
        "\n".join(textwrap.wrap(text, 120, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False))
        + "\n"
    )


def _place(place: Place) -> str:
    return f"{written(place.steps)} {place.row}"


def _places(told: list[Place], more: Iterable[str] = ()) -> Iterator[str]:
    yield "| where | asks for | why | asks for nothing |\n|---|---|---|---|\n"
    for place in told:
        asks = "*refused*" if place.row.asks == REFUSED else f"`{place.row.asks}`"
        idle = ", ".join(f"`{json.dumps(value)}`" for value in place.row.idle)
        if (place.steps and isinstance(place.steps[-1], OfType)) or not isinstance(place.shape, Row | OneOf):
            idle = ""
        missing = ", left out" if isinstance(place.shape, Members) else ""
        yield f"| `{written(place.steps)}`{missing} | {asks} | {place.row.why} | {idle} |\n"
    yield from more
    yield "\n"


def duties() -> Iterator[str]:
    """What a rule may oblige to."""
    yield "| key | obliges to | strictest | words |\n|---|---|---|---|\n"
    for key, duty in DUTIES.items():
        words = ", ".join(f"`{word}`" if word else "*none*" for word in duty.words)
        yield f"| `{key}` | {duty.says} | {duty.order} | {words} |\n"


def statuses() -> Iterator[str]:
    """How a duty may stand."""
    yield "| status | means |\n|---|---|\n"
    for status, says in STATUSES.items():
        yield f"| `{status}` | {says} |\n"


def acts() -> Iterator[str]:
    """What the gateway does for duties."""
    yield "| key | status | seen in |\n|---|---|---|\n"
    for key, act in ACTS.items():
        yield f"| `{key}` | {act.status} | {act.evidence} |\n"


def results() -> Iterator[str]:
    """How an audit of one request ends."""
    yield "| result | means |\n|---|---|\n"
    for name, says in RESULTS.items():
        yield f"| {f'**`{name}`**' if name in BAD else f'`{name}`'} | {says} |\n"


def decisions() -> Iterator[str]:
    """The pages of docs/adr, by their titles."""
    yield "| | |\n|---|---|\n"
    for page in sorted((ROOT / "docs" / "adr").glob("[0-9]*.md")):
        title = page.read_text("utf-8").partition("\n")[0]
        yield f"| [{int(page.name[:4])}](adr/{page.name}) | {title.lstrip('# 0123456789.')} |\n"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "." if text else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("%%", "%")


def measured() -> Iterator[str]:
    """The newest table that `make bench` left, and the newest soak."""
    results = ROOT / "bench" / "results"
    tables = sorted(results.glob("*/table.md"))
    yield tables[-1].read_text("utf-8") if tables else "Not measured yet.\n"
    if soaks := sorted(results.glob("*-soak.json")):
        soak = json.loads(soaks[-1].read_text("utf-8"))
        yield (
            f"\nUnder full load for {soak['seconds'] / 60:.0f} minutes ({soak['requests']:,} requests, "
            f"{soak['failed']} failed), the worker's memory was {soak['most_mb']:.0f} MB at most, and grew by "
            f"{soak['gained_in_the_last_five_minutes_mb']:.1f} MB in the last five.\n"
        )


def powers() -> Iterator[str]:
    """Who may do what on the control port."""
    roles = get_args(Role)
    yield f"| | {' | '.join(roles)} |\n|---|{'---|' * len(roles)}\n"
    for power, who in POWERS.items():
        yield f"| {power} | {' | '.join('yes' if role in who else '' for role in roles)} |\n"


def admin() -> Iterator[str]:
    """The pages of the admin API."""
    yield "| | for whom | |\n|---|---|---|\n"
    for entry in ENTRIES:
        query = f"?{'&'.join(f'{name}=' for name in entry.query)}" if entry.query else ""
        yield f"| `{entry.method} {entry.path}{query}` | {entry.power} | {_cell(_sentence(entry.says))} |\n"


def columns() -> Iterator[str]:
    """The columns of an export, in their order."""
    yield "| column | type | |\n|---|---|---|\n"
    yield from (f"| `{name}` | {kind} | {says} |\n" for name, kind, says in COLUMNS)


def replayed() -> Iterator[str]:
    """The newest table that `python -m bench.replay` left."""
    tables = sorted((ROOT / "bench" / "results").glob("*-replay.md"))
    yield tables[-1].read_text("utf-8") if tables else "Not measured yet.\n"


MADE = {
    "columns": columns,
    "replayed": replayed,
    "powers": powers,
    "admin": admin,
    "hops": hops,
    "measured": measured,
    "commands": commands,
    "stack": stack,
    "absent": absent,
    "accelerators": accelerators,
    "limits": limits,
    "dropped": dropped,
    "refused": refused,
    "decisions": decisions,
    "duties": duties,
    "statuses": statuses,
    "acts": acts,
    "results": results,
}


def made(text: str) -> str:
    """A page with everything between its marks made anew."""
    return MARK.sub(lambda match: f"{match[1]}\n{''.join(MADE[match['name']]()).rstrip()}\n\n{match[4]}", text)


def main() -> int:
    """Writes, or with `--check` says which files are not as they would be written."""
    check = "--check" in sys.argv[1:]
    pages = {page: made(page.read_text("utf-8")) for page in sorted((ROOT / "docs").rglob("*.md"))}
    pages[SHIPPED / PASSED] = json.dumps(passed(), indent=1) + "\n"
    pages[SCHEMA] = json.dumps(stack_schema(), indent=1, ensure_ascii=False) + "\n"
    pages[SCENARIO] = json.dumps(scenario_schema(), indent=1, ensure_ascii=False) + "\n"
    stale = [path for path, text in pages.items() if path.read_text("utf-8") != text]
    for path in stale:
        if check:
            print(f"{path.relative_to(ROOT)} is not as it would be made; run `make fix`", file=sys.stderr)
        else:
            path.write_text(pages[path], "utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
