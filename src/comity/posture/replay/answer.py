"""A report's answer in two sentences, for those who read no further."""

from __future__ import annotations

from collections.abc import Iterator

from comity.charts.figures import exact, share
from comity.posture.replay.report import Counts, Report


def answer(report: Report) -> tuple[str, str]:
    """What happens to the requests that were served; then what most of the loss comes from, and what would mend it."""
    counts = report.total.counts
    if not counts.requests:
        return "The log holds no requests that could be replayed.", "There is nothing to compare."
    return _what_happens(counts), _why(report)


def requests(count: int) -> str:
    """So many of them."""
    return f"{exact(count)} {'request' if count == 1 else 'requests'}"


def _what_happens(counts: Counts) -> str:
    served = counts.as_before + counts.re_placed + counts.overflow + counts.refused
    if not served:
        said = f"None of {requests(counts.requests)} had been served"
        return f"{said}; {exact(counts.admitted)} would be now." if counts.admitted else f"{said}, and none would be."
    if counts.as_before == served and not counts.overflow:
        said = f"All {exact(served)} requests that were served go where they went"
        if served == 1:
            said = "The one request that was served goes where it went"
        return f"{said}, and {exact(counts.admitted)} that were refused are placed." if counts.admitted else f"{said}."
    were = "was" if served == 1 else "were"
    return f"Of {requests(served)} that {were} served, {_listed(list(_parts(counts, served)))}."


def _parts(counts: Counts, served: int) -> Iterator[str]:
    if counts.as_before:
        yield f"{share(counts.as_before, served)} go where they went"
    if counts.re_placed:
        yield f"{share(counts.re_placed, served)} go to another deployment"
    if counts.refused:
        yield f"{share(counts.refused, served)} ({exact(counts.refused)}) are refused"
    if counts.overflow:
        yield f"{exact(counts.overflow)} are permitted but find no room"


def _why(report: Report) -> str:
    lost = report.total.counts.lost
    if not lost:
        return "Nothing is lost." if report.changes else "Nothing was changed, and nothing is lost."
    causes = [cause for cause in report.causes if cause.kind != "rule"] or list(report.causes)
    begins = "No one thing accounts for the loss"
    if causes:
        most = causes[0]
        begins = f"Most of the loss hangs on {most.name} ({most.kind}), with a part in {share(most.part, lost)} of it"
    if not report.repairs:
        return f"{begins}, and no single step would bring any of it back."
    first, last = report.repairs[0], report.repairs[-1]
    step = "; ".join(first.says).rstrip(".") or first.kind
    if first is last:
        return f"{begins}; one step would bring back {share(first.in_all, lost)}: {step}."
    many = f"{len(report.repairs)} steps would bring back {share(last.in_all, lost)}"
    return f"{begins}; {many}, the first of them {share(first.brings_back, lost)}: {step}."


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
