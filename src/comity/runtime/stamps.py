"""Timestamps of a stack file: read by the supervisor, had by each worker for its shard."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

from comity.adapters.ledger.cosigning import read_witnessed
from comity.adapters.ledger.tile_files import read_checkpoint
from comity.adapters.timestamps import Trust, available, read_trust
from comity.adapters.timestamps.authority import Authority
from comity.adapters.timestamps.stamping import Stamping
from comity.adapters.timestamps.trust import MISSING
from comity.runtime.messages import Stamps
from comity.runtime.targets import client_context
from comity.stack.operation import seconds_of
from comity.stack.types import Stack
from comity.stack.urls import Url, read_url
from comity.terms.errors import Fault
from comity.terms.problems import Problem, Problems


def stamps_of(stack: Stack, file: Path) -> Stamps | None:
    """What a stack file says of timestamps, its certificates read once; None if it says nothing.

    Raises:
        Problems: a file that it names cannot be used, or the library is not installed.
    """
    said = stack.timestamps
    if said is None:
        return None
    folder = file.resolve().parent
    ca, cert, tls_ca = (str(folder / each) if each else "" for each in (said.ca, said.cert, said.tls_ca))
    stamps = Stamps(said.url, seconds_of(said.every), ca, cert, tls_ca, witnessed=stack.witnesses is not None)
    try:
        if not available():
            raise Fault(MISSING)
        _trust(stamps)
        if tls_ca:
            client_context(tls_ca)
    except (Fault, OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise Problems([Problem(str(file), 0, 0, "timestamps", str(error))]) from error
    return stamps


def stamping_of(stamps: Stamps, folder: Path) -> Stamping:
    """The thread that has the shard in `folder` stamped, begun."""
    url = read_url(stamps.url, plain=True)
    assert isinstance(url, Url)
    context = client_context(stamps.tls_ca) if url.scheme == "https" else None
    authority = Authority(url, _trust(stamps), context=context)
    read = partial(read_witnessed if stamps.witnessed else read_checkpoint, folder)
    stamping = Stamping(folder, read, authority, every=stamps.every, ticks=time.monotonic)
    stamping.start()
    return stamping


def _trust(stamps: Stamps) -> Trust:
    return read_trust(*(Path(each) for each in (stamps.ca, stamps.cert) if each))
