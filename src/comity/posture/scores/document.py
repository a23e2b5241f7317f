"""Scores as JSON values: every number a whole one or a decimal in text, every score with its facts and its rule."""

from __future__ import annotations

from comity.posture.decimals import decimal
from comity.posture.scores.dependence import Band, Held
from comity.posture.scores.scores import WHOLE, Scores
from comity.posture.scores.seal import Sealed
from comity.posture.scores.told import CAUTION


def document(found: Scores) -> dict[str, object]:
    """All of it."""
    return {
        "seen_from": found.trust.seen_from,
        "trust": sorted(found.trust.members),
        "traffic": "observed" if found.traffic.observed else "supposed",
        "whole": sealed_document(found.applications[WHOLE]) if WHOLE in found.applications else None,
        "applications": {name: sealed_document(each) for name, each in found.applications.items() if name != WHOLE},
        "sites": {name: sealed_document(each) for name, each in found.sites.items()},
        "deployments": {
            name: {
                **sealed_document(each),
                "compute": {
                    **{level: getattr(found.compute[name], level) for level in ("territory", "provider", "vendor")},
                    "facts": list(found.compute[name].facts),
                },
                "stance": {
                    stood.link: {"worst": stood.worst, "best": stood.best, "why": stood.why}
                    for stood in found.stances[name]
                },
            }
            for name, each in found.deployments.items()
        },
        "dependence": {
            layer.link: {
                "suppliers": [_held(each) for each in layer.suppliers],
                "nations": [_held(each) for each in layer.nations],
                "hhi_suppliers": _band(layer.hhi_suppliers),
                "hhi_nations": _band(layer.hhi_nations),
            }
            for layer in found.layers
        },
        "ways": {
            each.application: {
                "permitted": list(each.permitted),
                "independent_by": {link: list(count) for link, count in each.by_link.items()},
                "independent": list(each.at_all),
            }
            for each in found.ways
        },
        "weak_links": [
            {
                "link": each.link,
                "name": each.name,
                "nation": each.nation,
                "stranded": decimal(each.stranded, 4),
                "possibly": decimal(each.possibly, 4),
                "carries": decimal(each.carries, 4),
                "path": list(each.path),
            }
            for each in found.weak
        ],
        "languages": [
            {
                "application": each.application,
                "language": each.language,
                "low": decimal(each.low, 4),
                "high": decimal(each.high, 4),
                "measured": decimal(each.measured, 4),
                "facts": list(each.facts),
            }
            for each in found.languages
        ],
        "unplaced": list(found.unplaced),
        "caution": CAUTION,
    }


def sealed_document(found: Sealed) -> dict[str, object]:
    """One vector with its facts."""
    return {
        "seal": list(found.level),
        "score": {table: [decimal(low, 1), decimal(high, 1)] for table, (low, high) in found.scores.items()},
        "objectives": {
            each.objective: {"low": each.low, "high": each.high, "facts": list(each.facts), "rule": each.rule}
            for each in found.rated
        },
    }


def _held(each: Held) -> dict[str, str]:
    return {"name": each.name, "nation": each.nation, "share": decimal(each.share, 4)}


def _band(band: Band) -> list[str]:
    return [decimal(band.low, 0), decimal(band.high, 0)]
