"""An export's rows as sums: every row that cannot be read is named, all of them at once."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from comity.evidence.reconcile.columns import FIELDS, KNOWN, Known, recognised
from comity.evidence.reconcile.sums import Key, Side, Sums

MAX_ROWS = 2_000_000
"""A month by the minute with forty models and keys; more is read in parts."""

MAX_CELL = 8_192
"""Characters: Azure's tags and LiteLLM's metadata are long, and none of them is read."""

MAX_PROBLEMS = 100
"""Rows named; whoever has more has the wrong map of columns."""

MAX_NUMBER = Decimal(10) ** 18
MIN_EXPONENT = -30
"""Of the last digit of a number: 10^-9 of a currency is the least that is ever priced."""

_RECEIPT = re.compile(r"[a-z0-9]{1,16}\.(0|[1-9][0-9]{0,17})")
_UNIT = re.compile(r"([0-9.]+)\s*([KM]?)\b.*", re.IGNORECASE)
_SCALE = {"": 1, "K": 1_000, "M": 1_000_000}
_COUNTS = ("requests", "prompt_tokens", "completion_tokens", "tokens")

Named = Callable[[str], str]


class Unreadable(ValueError):
    """An export that cannot be read; `problems` has a sentence for each row."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def read(
    lines: Iterable[str], named: Named, *, known: str | None, columns: Mapping[str, str], currency: str
) -> tuple[Side, str]:
    """The sums of a CSV export, and the name of its map.

    Args:
        lines: the file's text.
        named: gives the name under which both sides are summed, from the supplier's.
        known: one of KNOWN, or None to recognise it by its header.
        columns: by field, columns that take the place of the map's.
        currency: of amounts without one.

    Raises:
        Unreadable: what is wrong with it.
    """
    csv.field_size_limit(MAX_CELL * 16)
    rows = csv.reader(lines)
    try:
        header = [column.strip().lstrip("\ufeff") for column in next(rows, [])]
    except csv.Error as error:
        raise Unreadable([f"line 1: {error}"]) from error
    name = known or recognised(header) or ("own" if {"day", "name"} <= set(columns) or "request" in columns else "")
    if not name:
        said = f"line 1: its columns are of no known export ({', '.join(KNOWN)}): {', '.join(header)[:200]}"
        raise Unreadable([f"{said}; say which column is what with --column day=…, name=…"])
    reading = _Reading(header, KNOWN.get(name, Known({}, ())), columns, named, currency)
    try:
        for row in rows:
            if row:
                reading.row(rows.line_num, row)
    except csv.Error as error:
        reading.problems.append(f"line {rows.line_num}: {error}")
    if reading.problems:
        raise Unreadable(reading.problems)
    return reading.side, name


class _Reading:
    def __init__(
        self, header: list[str], known: Known, columns: Mapping[str, str], named: Named, currency: str
    ) -> None:
        self.side: Side = {}
        self.problems: list[str] = []
        self._known = known
        self._named = named
        self._currency = currency
        self._rows = 0
        at = {column.lower(): number for number, column in enumerate(header)}
        missing = [f"line 1: there is no column {column}" for column in columns.values() if column.lower() not in at]
        if missing:
            raise Unreadable(missing)
        self._at = {field: at[columns[field].lower()] for field in FIELDS if field in columns}
        for field, candidates in known.columns.items():
            found = [at[column.lower()] for column in candidates if column.lower() in at]
            if found and field not in self._at:
                self._at[field] = found[0]
        if "request" not in self._at and (lacking := [f for f in ("day", "name") if f not in self._at]):
            raise Unreadable([f"line 1: no column says the {' and the '.join(lacking)}; name it with --column"])
        if not {*_COUNTS, "cost"} & set(self._at):
            raise Unreadable(["line 1: no column says how much; name one with --column requests=…, or tokens, or cost"])
        self._only = {at[column.lower()]: value for column, value in known.only.items() if column.lower() in at}

    def row(self, line: int, row: list[str]) -> None:
        self._rows += 1
        if len(self.problems) >= MAX_PROBLEMS:
            return
        if self._rows > MAX_ROWS:
            raise Unreadable([f"line {line}: the file has more than {MAX_ROWS} rows; give it in parts"])
        if len(row) <= max(self._at.values()):
            self.problems.append(f"line {line}: it has {len(row)} fields, fewer than its header")
            return
        if any(row[at].strip().lower() != value.lower() for at, value in self._only.items() if at < len(row)):
            return
        try:
            self._row(line, row)
        except ValueError as error:
            self.problems.append(f"line {line}: {error}")

    def _row(self, line: int, row: list[str]) -> None:
        said = {field: row[at].strip() for field, at in self._at.items()}
        for field, text in said.items():
            if len(text) > MAX_CELL:
                raise ValueError(f"{field} is longer than {MAX_CELL} characters")
        counts = {field: number(said[field], field) for field in _COUNTS if said.get(field)}
        if "tokens" in counts and said.get("unit"):
            counts["tokens"] *= unit(said["unit"])
        money = {}
        if said.get("cost"):
            money = {(said.get("currency") or self._currency).upper(): number(said["cost"], "cost")}
        if not any(counts.values()) and not any(money.values()):
            return  # an hour without use
        key = self._key(said)
        self.side.setdefault(key, Sums()).add(counts, money, line)

    def _key(self, said: dict[str, str]) -> Key:
        if "request" in said:
            if not _RECEIPT.fullmatch(said["request"]):
                raise ValueError(f"{said['request'][:60]!r} is no receipt id, which has the form <shard>.<index>")
            return Key("", "", said["request"])
        name = said["name"]
        if self._known.name == "before the comma":
            name = name.partition(",")[0]
        elif self._known.name == "after the last slash":
            name = name.rpartition("/")[2]
        return Key(day(said["day"]), self._named(name.strip()) if name.strip() else "(no name)")


def number(text: str, what: str) -> Decimal:
    """A count or amount in decimal.

    Raises:
        ValueError: it is none, or beyond any invoice.
    """
    try:
        value = Decimal(text.replace(",", "") if re.fullmatch(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", text) else text)
    except InvalidOperation:
        raise ValueError(f"{what} is {text[:40]!r}, no number") from None
    # compared as it is: arithmetic with such an exponent overflows, and so do all its digits when it is shown
    exponent = value.as_tuple().exponent
    beyond = isinstance(exponent, str) or exponent < MIN_EXPONENT
    if beyond or not -MAX_NUMBER <= value <= MAX_NUMBER:
        raise ValueError(f"{what} is {text[:40]!r}, beyond any invoice")
    return value


def unit(text: str) -> Decimal:
    """How many tokens one of a unit is: `1K` is a thousand.

    Raises:
        ValueError: it is no such unit.
    """
    match = _UNIT.fullmatch(text)
    if match is None:
        raise ValueError(f"the unit is {text[:40]!r}, no number of tokens")
    return number(match[1], "the unit") * _SCALE[match[2].upper()]


def day(text: str) -> str:
    """The day in UTC of a date, a date with time, or a number of seconds since 1970.

    Raises:
        ValueError: it is none of these.
    """
    try:
        if re.fullmatch(r"[0-9]{9,11}(\.0+)?", text):
            return datetime.fromtimestamp(float(text), UTC).date().isoformat()
        if match := re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", text):
            return date(int(match[3]), int(match[1]), int(match[2])).isoformat()
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise ValueError(f"the day is {text[:40]!r}, no date") from None
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date().isoformat()
