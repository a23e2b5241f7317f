"""What every mapping of a stack file is made of: the record, and the forms of its scalars."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

Id: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]*$", max_length=64, title="id")]
Jurisdiction: TypeAlias = Annotated[
    str, Meta(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})*(-x-[a-z0-9]{1,8})?$", max_length=24, title="jurisdiction")
]
PartyRef: TypeAlias = Annotated[
    str,
    Meta(max_length=64, description="A party's id, or a bare jurisdiction: an unnamed party seated there."),
]
Duration: TypeAlias = Annotated[
    str, Meta(pattern=r"^P(\d+[YMWD])+$", description="ISO 8601, days or longer: P0D, P6M.")
]
NonNegative: TypeAlias = Annotated[float, Meta(ge=0)]
Currency: TypeAlias = Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
"""ISO 4217."""
Seconds: TypeAlias = Annotated[float, Meta(gt=0, le=86_400, description="Seconds.")]
Span: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^PT[1-9]\d{0,4}[SMH]$",
        description="ISO 8601, one unit: PT30S, PT5M, PT1H.",
        title="span",
    ),
]
Address: TypeAlias = Annotated[str, Meta(max_length=2048)]
Secret: TypeAlias = Annotated[str, Meta(description="env:NAME or file:PATH; never the secret itself.", max_length=1024)]
File: TypeAlias = Annotated[str, Meta(description="A path, from the stack file on.", max_length=1024)]
ModelName: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@-]*\*?$|^\*$",
        max_length=128,
        description="A name that callers may ask for; a `*` at its end stands for anything.",
    ),
]


class Record(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A mapping of the stack file."""
