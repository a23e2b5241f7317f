"""The stack as a realm's bundle holds it: what a ruling rests on, without what only reaching an upstream needs.

The document has one form whatever the order of the file: mappings are sorted by canonical JSON, lists (all of them
sets in our types) here. Every value is written out, defaults too, so that a default that changes later does not
change what an old bundle means; what the file left unsaid (None) is left out. Figures are decimal strings, because
canonical JSON here has no floats.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import inspect

from comity.stack.types import Stack
from comity.terms.canon import encode

# Secrets, addresses and files: they change without changing any ruling, and an auditor need not know them.
LEFT_OUT = {
    "deployments": ("url", "key", "ca", "oauth", "client_cert", "client_key"),
    "hooks": ("url", "key"),
    "issuers": ("issuer", "jwks"),
}
LEFT_OUT_OF_ALL = ("database", "signer", "witnesses", "timestamps", "keep_log")
NEEDED = {"deployments": {"url": ""}, "hooks": {"url": ""}, "issuers": {"issuer": ""}}


def stack_document(stack: Stack) -> dict[str, Any]:
    """The stack less secrets and URLs, as JSON without floats that `terms.canon` encodes."""
    document = _document(stack)
    assert isinstance(document, dict)
    for section, names in LEFT_OUT.items():
        for each in document[section].values():
            for name in names:
                each.pop(name, None)
    for name in LEFT_OUT_OF_ALL:
        document.pop(name, None)
    if "telemetry" in document:
        document["telemetry"] = {"otlp": "", "site": document["telemetry"]["site"]}
    return document


def stack_from_document(document: dict[str, Any]) -> Stack:
    """The stack of a document; its deployments and hooks have an empty `url`, and no secret.

    Raises:
        ValueError: if it is not a document that `stack_document` makes.
    """
    plain = dict(document)
    for section, needed in NEEDED.items():
        each_of = plain.get(section)
        if isinstance(each_of, dict):
            plain[section] = {
                name: {**needed, **each} if isinstance(each, dict) else each for name, each in each_of.items()
            }
    try:
        return msgspec.convert(_with_numbers(plain, inspect.type_info(Stack)), Stack)
    except (msgspec.ValidationError, ArithmeticError) as error:
        raise ValueError(f"no stack document: {error}") from error


def _document(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        fields = ((name, getattr(value, name)) for name in value.__struct_fields__)
        return {name: _document(each) for name, each in fields if each is not None}
    if isinstance(value, dict):
        return {name: _document(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return sorted((_document(each) for each in value), key=encode)
    if isinstance(value, float):
        return decimal_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def decimal_text(value: float) -> str:
    """The shortest decimal that reads back as `value`, without an exponent: 0.2 gives `0.2`, 1e-07 `0.0000001`."""
    text = format(Decimal(repr(float(value))), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _with_numbers(value: Any, kind: inspect.Type) -> Any:
    """`value` with its decimal strings as floats, wherever the type says that a figure stands."""
    if isinstance(kind, inspect.Metadata):
        return _with_numbers(value, kind.type)
    if isinstance(kind, inspect.UnionType):
        for member in kind.types:
            value = _with_numbers(value, member)
        return value
    if isinstance(kind, inspect.FloatType) and isinstance(value, str):
        return float(Decimal(value))
    if isinstance(kind, inspect.StructType) and isinstance(value, dict):
        kinds = {field.name: field.type for field in kind.fields}
        return {name: _with_numbers(v, kinds[name]) if name in kinds else v for name, v in value.items()}
    if isinstance(kind, inspect.DictType) and isinstance(value, dict):
        return {name: _with_numbers(each, kind.value_type) for name, each in value.items()}
    if isinstance(kind, inspect.VarTupleType) and isinstance(value, list):
        return [_with_numbers(each, kind.item_type) for each in value]
    return value
