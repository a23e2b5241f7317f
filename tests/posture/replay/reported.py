"""A report in which everything happens at once, with names that nobody should have."""

from __future__ import annotations

from comity.posture.replay.report import (
    Amounts,
    Cause,
    Counts,
    Flow,
    Line,
    Load,
    Measure,
    Repair,
    Report,
    Ruled,
)

LONG = "research-summaries-of-the-northern-region-and-its-islands"
SLOWER, DEARER = 1.3, 1.4


def _amounts(requests: int, price: float = 1, factor: float = 1) -> Amounts:
    energy = Measure(f"{requests * 0.34 * factor:.6f}", f"{requests * 0.1:.6f}", f"{requests * 0.9:.6f}", requests)
    carbon = Measure(
        f"{requests * 0.02 * factor:.6f}", f"{requests * 0.005:.6f}", f"{requests * 0.06:.6f}", requests // 2
    )
    return Amounts(
        requests,
        requests * 800,
        requests * 210,
        int(requests * price * 10**6),
        0,
        int(420 * factor) if requests else None,
        energy,
        carbon,
    )


def line(name: str, **counts: int) -> Line:
    """A line whose requests became dearer and slower."""
    held = Counts(**counts)
    served = held.as_before + held.re_placed + held.overflow + held.refused
    left = held.as_before + held.re_placed + held.admitted
    return Line(name, held, _amounts(served), _amounts(left, DEARER, SLOWER))


REPORT = Report(
    "operators-under-us-compulsion",
    "Operators under US compulsion are barred for health data",
    line("", as_before=9102, re_placed=4188, refused=4711, admitted=12, still_refused=640, overflow=713),
    reading="Read the share that is refused as what depends on such operators today.",
    as_of="2027-01-01",
    changes=("adequacy struck: eu-us-dpf", "suppliers withdrawn: columbia", "demand grown by 1.2"),
    sources=(
        {
            "figure": "date of the judgment",
            "source": "CJEU, C-311/18",
            "url": "https://eur-lex.europa.eu/eli/reg/2016/679/oj",
            "date": "2020-07-16",
            "checked": "secondary",
        },
        {"figure": "share of traffic", "source": "assumed"},
    ),
    first="2026-10",
    last="2026-12",
    currency="EUR",
    groups=212,
    applications=(
        line("triage", as_before=2102, re_placed=188, refused=3711, still_refused=640, overflow=13),
        line("letters to patients", as_before=4000, re_placed=4000, admitted=12, overflow=700),
        line(LONG, as_before=3000, refused=1000),
    ),
    data=(
        line("health", as_before=2102, re_placed=188, refused=4711, still_refused=640),
        line("personal", as_before=9102, re_placed=4188, refused=4711, still_refused=640, admitted=12),
    ),
    jurisdictions=(line("FR", as_before=8000, re_placed=4188, refused=2711), line("DE", as_before=1102, refused=2000)),
    rules=(
        Ruled("eu.gdpr/transfer-needs-instrument", "eu.gdpr", "Art. 46(1) GDPR", "statute", 4100),
        Ruled("fr.hds/certificate", "fr.hds", "Art. L1111-8 CSP", "statute", 900),
    ),
    flows=(
        Flow("paris-mistral", "paris-mistral", 9102, 1),
        Flow("frankfurt-gpt", "paris-mistral", 4188, 1),
        Flow("frankfurt-gpt", "", 4711, 1),
        Flow("", "lyon-local", 12, 2),
        Flow("", "", 640, 0),
    ),
    causes=(
        Cause("rule", "eu.gdpr/transfer-needs-instrument", "Art. 46(1)", 10, 4800),
        Cause("supplier", "columbia", "columbia is withdrawn", 2100, 4711),
        Cause("adequacy", "eu-us-dpf", "the list is struck", 900, 2300),
    ),
    repairs=(
        Repair(
            "agreement",
            "frankfurt-gpt",
            (
                "sign standard contractual clauses (module 2) with columbia for frankfurt-gpt",
                "state a transfer impact assessment",
            ),
            {"agreements": []},
            2,
            3100,
            3100,
        ),
        Repair("certificate", "lyon-local", ("certify lyon-local for HDS",), {}, 3, 1200, 4300),
    ),
    unrepaired=1124,
    loads=tuple(
        Load(name, month, before, after, capacity, overflow)
        for name, month, before, after, capacity, overflow in (
            ("paris-mistral", "2026-10", 400, 700, 1000, 0),
            ("paris-mistral", "2026-11", 500, 1300, 1000, 300),
            ("paris-mistral", "2026-12", 500, 990, 1000, 0),
            ("lyon-local", "2026-10", 0, 90, None, 0),
            ("frankfurt-gpt", "2026-11", 600, 0, 2000, 0),
        )
    ),
    notes=("Prices of frankfurt-gpt are not stated: worst of the candidates.", "12 requests have no known usage."),
)
