"""The groups of a log over HTTP: its entries are private, so they are asked for with an auditor's key."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from comity.adapters.ledger.remote import NotThere, RemoteLog
from comity.posture.replay.cells import Cells, counted, flat, grouped
from comity.posture.replay.groups import Groups
from comity.posture.replay.requests import Reader, Request
from comity.terms.errors import Fault

MAX_ENTRIES = 50_000_000
"""Of one log over a wire, at 256 a page: a larger one is replayed where it lies, or from its export."""


def remote_groups(url: str, key: str, step: Callable[[int], None] = lambda done: None) -> Groups:
    """The groups of every shard below `url`. Requests that have not ended are not counted; raises as
    `remote_requests`.
    """
    cells: Cells = {}
    for _, request in remote_requests(url, key, step):
        counted(cells, request)
    return grouped(flat(cells))


def remote_requests(
    url: str, key: str, step: Callable[[int], None] = lambda done: None
) -> Iterator[tuple[str, Request]]:
    """Every request of every shard below `url` that has ended, with its shard; `step` is told how many entries were
    read.

    Raises:
        Fault: the log cannot be read, an entry of it is none, or it is too long to be read so.
        ValueError: the URL is neither http nor https.
    """
    log = RemoteLog(url)
    read = 0
    try:
        for prefix in log.prefixes():
            reader, index = Reader(), 0
            while True:
                minimum, page = log.entries(prefix, index, key)
                if not page:
                    break
                index = max(index, minimum) + len(page)
                read += len(page)
                if read > MAX_ENTRIES:
                    raise Fault(f"{url} has more than {MAX_ENTRIES:,} entries: replay it from its state folder")
                step(read)
                found = [_request(reader, entry) for entry in page]
                yield from ((prefix.rpartition("/")[2], request) for request in found if request is not None)
    except NotThere as error:
        raise Fault(f"the log cannot be read: {error}") from error
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Fault(f"{url} gives what is no entry: {error}") from error


def _request(reader: Reader, entry: dict[str, object]) -> Request | None:
    """The request that the entry ends; None for one that ends none, or whose blocks were erased."""
    kind, index = entry["kind"], entry["index"]
    if kind not in ("intent", "outcome", "denial") or "party" not in entry or not isinstance(index, int):
        return None
    party, decision, content = (str(entry[name]).encode() for name in ("party", "decision", "content"))
    if kind == "intent":
        reader.intent(index, party, decision, content)
        return None
    if kind == "denial":
        return reader.denial(index, party, decision, content)
    intent = entry["intent"]
    return reader.outcome(intent, decision, content) if isinstance(intent, int) else None
