"""One row of somebody else's usage, as far as a replay has a use for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import msgspec

from comity.stack.spelling import looks_secret

NANO = 10**9
LONGEST = 128  # characters of a name; a longer one is none
MOST = 10**15  # requests, tokens or money of one row: more is no figure of a gateway
_DECIMAL_COMMA = re.compile(r"[-+]?(\d{1,3}(\.\d{3})+,\d+|\d+,(\d{1,2}|\d{4,}))")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_SECONDS = re.compile(r"\d{9,10}(\.\d+)?")
_MILLISECONDS = re.compile(r"\d{12,13}")


class Used(NamedTuple):
    """Requests to one model of one provider in a month.

    `host` and `region` say where, "" where the export does not. `cost` is in 10^-9 of the export's currency.
    """

    month: str
    provider: str
    model: str
    host: str = ""
    region: str = ""
    application: str = ""
    answered: bool = True
    requests: int = 1
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: int = 0
    first_byte_ms: int = -1


class Unusable(ValueError):
    """A row that says nothing of a request; the message says what it lacks."""


def decoded(data: bytes | str) -> Any:
    """The JSON value of `data`.

    Raises:
        ValueError: it is none, or nested deeper than any export is.
    """
    try:
        return msgspec.json.decode(data)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def text(row: Mapping[str, Any], *names: str) -> str:
    """The first of these members that is there, as text; "" for none, and for what is too long or looks secret."""
    for name in names:
        value = row.get(name)
        if value is None or isinstance(value, dict | list):
            continue
        found = str(value).strip()
        if found and found.lower() not in ("none", "null"):
            return found if len(found) <= LONGEST and not looks_secret(found) else ""
    return ""


def count(row: Mapping[str, Any], *names: str, otherwise: int = 0) -> int:
    """The first of these members that is there, a whole number; `otherwise` where none is.

    Raises:
        Unusable: it is no number, below 0, or too large.
    """
    found = text(row, *names)
    return int(_number(found)) if found else otherwise


def money(row: Mapping[str, Any], *names: str) -> int:
    """The first of these members that is there, in 10^-9; 0 where none is. Raises as `count`."""
    found = text(row, *names)
    return int(_number(found) * NANO) if found else 0


def _number(found: str) -> Decimal:
    """Both ways to write one: 1,234.5 and 1.234,5. A comma alone before three digits parts thousands."""
    plain = found.replace(" ", "").replace("\u202f", "").replace("\xa0", "")
    if _DECIMAL_COMMA.fullmatch(plain):
        plain = plain.replace(".", "").replace(",", ".")
    try:
        number = Decimal(plain.replace(",", ""))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise Unusable(f"{found!r} is no number")
    if not 0 <= number < MOST:
        raise Unusable(f"{found!r} is below 0, or too large")
    return number


def month(row: Mapping[str, Any], *names: str) -> str:
    """The month of the first of these members: a date in ISO 8601, or Unix seconds or milliseconds.

    Raises:
        Unusable: none of them is a time.
    """
    found = text(row, *names)
    if match := _MONTH.match(found):
        if "01" <= match[2] <= "12":
            return f"{match[1]}-{match[2]}"
    elif _SECONDS.fullmatch(found) or _MILLISECONDS.fullmatch(found):
        seconds = float(found) / (1000 if len(found.partition(".")[0]) > 10 else 1)
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m")
    raise Unusable(f"no time in {' or '.join(names)}" + (f": {found!r}" if found else ""))
