"""All the papers of a period: which there are, and which of them the law in force asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from comity.evidence.ai_act import ai_act
from comity.evidence.dora import register_of_information
from comity.evidence.dpdp import log_extract
from comity.evidence.findings import Findings
from comity.evidence.paper import Paper
from comity.evidence.processing import record_of_processing
from comity.evidence.transfers import transfers

PAPERS: Mapping[str, tuple[Callable[[Findings], Paper], tuple[str, ...]]] = {
    "record-of-processing": (record_of_processing, ("eu.gdpr",)),
    "transfers": (transfers, ("eu.gdpr",)),
    "ai-act-logs": (ai_act, ("eu.aia",)),
    "dora-register": (register_of_information, ("eu.dora",)),
    "dpdp-log": (log_extract, ("in.dpdp",)),
}
"""Each paper by name: what makes it, and the packs of which any one asks for it."""


def papers(findings: Findings, wanted: tuple[str, ...] = ()) -> tuple[Paper, ...]:
    """The papers `wanted` by name; if none is, those that a law asks for in a realm of the period."""
    loaded = {pack for realm in findings.realms.values() for pack in realm.packs}
    return tuple(
        make(findings)
        for name, (make, packs) in PAPERS.items()
        if (name in wanted if wanted else not loaded.isdisjoint(packs))
    )
