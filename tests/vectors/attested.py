"""Vectors of docs/spec/attestation.md; see generate.py."""

from __future__ import annotations

from typing import Any

from tests.vectors.generate import ORIGIN, SEED, canonical, public, sha256, signed, vkey


def attestation() -> dict[str, Any]:
    """A stack of two parties, and what its counsel signed."""
    stack = {
        "origin": ORIGIN,
        "law": [],
        "parties": {"columbia": {"seat": "IE"}, "chu": {"seat": "FR"}},
        "agreements": [
            {
                "between": ["columbia", "chu"],
                "kinds": ["eu.scc-m2", "eu.art28"],
                "covers": ["frankfurt"],
                "until": "2027-12-31",
                "tia": {"ref": "DPO-14", "until": "2027-09-01"},
            }
        ],
        "sites": {"fra": {"jurisdiction": "DE", "operator": "columbia"}},
        "models": {"small": {"developer": "FR"}},
        "deployments": {"frankfurt": {"model": "small", "site": "fra", "url": ""}},
        "applications": {},
        "counsel_keys": {"legal": {"key": vkey("head-of-legal", 1, public(SEED))}},
    }
    record = {
        "between": ["chu", "columbia"],
        "covers": ["frankfurt"],
        "kinds": ["eu.art28", "eu.scc-m2"],
        "seats": {"chu": "FR", "columbia": "IE"},
        "tia": {"ref": "DPO-14", "until": "2027-09-01"},
        "until": "2027-12-31",
    }
    common = {"origin": ORIGIN, "signed": "2026-11-23", "until": "2027-06-30"}
    processing = {"controller": "chu", "data": ["health", "personal"], "purpose": "healthcare", "subjects": ["FR"]}
    duty = {"duty": "assess=dpia", "processing": processing, "ref": "DPO-2026-14"}

    def note_of(document: dict[str, Any]) -> str:
        return signed(f"comity/attestation/v1\n{canonical({**common, **document}).decode()}\n", "head-of-legal")

    return {
        "stack": stack,
        "agreement": note_of({"agreement": record}),
        "agreement_digest": sha256(canonical(record)).hex(),
        "duty": note_of(duty),
        "duty_attested": {"by": "legal", "since": "2026-11-23", "until": "2027-06-30", **processing, **duty},
    }
