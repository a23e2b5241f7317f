"""The register of transfers: every flow to a third country, and the instrument that it rested on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from comity.evidence.activity import Flow, Sum
from comity.evidence.findings import Findings, day, from_log, from_realm, named, profiles, unknown_realm
from comity.evidence.paper import BLANK, Cell, Paper, Table, columns
from comity.law.pack import Pack
from comity.law.profile import Profile
from comity.law.realm import Realm
from comity.stack import facts
from comity.stack.agreements import agreements_between, assessed
from comity.terms.instants import day_of


class Regime(Struct, frozen=True):
    """How one law speaks of transfers: from where, to which lists, and by which instruments."""

    pack: str
    law: str
    home: str  # group or jurisdiction
    adequate: tuple[str, ...]  # groups
    certified: tuple[str, str]  # an attribute of the profile, and what it certifies
    kinds: tuple[str, ...]  # beginnings of the kinds of agreement that are safeguards


REGIMES = (
    Regime(
        "eu.gdpr",
        "Regulation (EU) 2016/679, Chapter V",
        "EEA",
        ("eu.adequate", "eu.adequate-commercial"),
        ("dpf", "Decision (EU) 2023/1795, Data Privacy Framework"),
        ("eu.scc-", "eu.bcr"),
    ),
)


def transfers(findings: Findings) -> Paper:
    """A row for each flow and each third country that it went to, or from which its operator works."""
    rows = [
        _row(findings, flow, total, realm, regime, profile)
        for flow, total, realm in findings.flows()
        if realm is not None and flow.deployment
        for regime in REGIMES
        if regime.pack in realm.packs and _reached(realm, flow, regime)
        for profile in profiles(realm, flow)
        if _abroad(realm, regime, profile)
    ]
    lost = [(flow, total) for flow, total, realm in findings.flows() if realm is None and flow.deployment]
    return Paper(
        name="transfers",
        title="Register of transfers to third countries",
        law="Regulation (EU) 2016/679 (GDPR)",
        url="https://eur-lex.europa.eu/eli/reg/2016/679/oj",
        tables=(
            Table(
                "transfers",
                "Transfers, and the instrument of each",
                "Art. 30(1)(e), 30(2)(c), 44-49",
                columns(
                    "Law",
                    "Exporter",
                    "Importer",
                    "Place of processing",
                    "Seat of the importer",
                    "Data",
                    "Persons in",
                    "Instrument",
                    "Assessment of the transfer",
                    "Requests",
                    "From",
                    "To",
                    "Receipts",
                ),
                tuple(rows),
                note="A blank instrument is a transfer for which none is on file.",
            ),
            Table(
                "unread",
                "Flows of which the realm is not kept",
                "",
                columns("Application", "Deployment", "Requests", "Realm"),
                tuple(
                    (
                        from_log(flow.application),
                        from_log(flow.deployment),
                        from_log(total.requests),
                        unknown_realm(flow),
                    )
                    for flow, total in lost
                ),
            ),
        ),
        limits=(
            "What a deployment's operator passes on to others is not in the log: see its list of sub-processors.",
            "Remote access from a third country to a site in the EEA shows here only through the operator's seat.",
        ),
    )


def _reached(realm: Realm, flow: Flow, regime: Regime) -> bool:
    """Whether the regime speaks of the flow: personal data, of a controller or of persons at its home."""
    personal = "personal" in realm.vocabulary.close(flow.data)
    seats = (facts.seat(realm.stack, flow.controller), *flow.subjects)
    return personal and any(_within(realm, place, regime.home) for place in seats)


def _abroad(realm: Realm, regime: Regime, profile: Profile) -> bool:
    outside = not (_within(realm, profile.site, regime.home) and _within(realm, profile.operator, regime.home))
    return outside and not profile.own


def _within(realm: Realm, place: str, home: str) -> bool:
    return home in realm.epoch.within(place)


def _row(
    findings: Findings, flow: Flow, total: Sum, realm: Realm, regime: Regime, profile: Profile
) -> tuple[Cell, ...]:
    stack = realm.stack
    operator = stack.sites[stack.deployments[flow.deployment].site].operator
    on = day_of(total.last)
    instrument, assessment = _instrument(realm, flow, regime, profile, operator, on)
    return (
        from_realm(regime.law, flow, regime.pack),
        from_realm(flow.controller, flow, f"parties.{flow.controller}"),
        from_realm(operator, flow, f"parties.{operator}"),
        from_realm(named(profile.site), flow, f"deployments.{flow.deployment}.site"),
        from_realm(named(profile.operator), flow, f"parties.{operator}.seat"),
        from_log(", ".join(flow.data)),
        from_log(", ".join(flow.subjects)),
        instrument,
        assessment,
        from_log(total.requests, f"{day(total.first)} to {day(total.last)}"),
        from_log(day(total.first)),
        from_log(day(total.last)),
        from_log(", ".join(total.receipts)),
    )


def _instrument(
    realm: Realm, flow: Flow, regime: Regime, profile: Profile, operator: str, on: date
) -> tuple[Cell, Cell]:
    """The strongest instrument on file, and its assessment where it needs one: a list, a certificate, an agreement."""
    none_needed = from_realm("not required", flow, regime.pack)
    places = [place for place in (profile.site, profile.operator) if not _within(realm, place, regime.home)]
    listed = [_listed(realm.packs[regime.pack], regime, realm, place, on) for place in places]
    if all(listed):
        return from_realm("; ".join(sorted(set(listed))), flow, f"{regime.pack} lists.yaml"), none_needed
    attribute, certificate = regime.certified
    if getattr(profile, attribute):
        return from_realm(certificate, flow, f"parties.{operator}.dpf"), none_needed
    for number, agreement in enumerate(realm.stack.agreements):
        if agreement not in agreements_between(realm.stack, flow.controller, operator, flow.deployment, on):
            continue
        kinds = [kind for kind in agreement.kinds if kind.startswith(regime.kinds)]
        if kinds:
            says = "; ".join(realm.vocabulary.kinds[kind].says for kind in kinds)
            tia = assessed(agreement, on)
            place = f"agreements[{number}]"
            shown = f"{tia.ref}, until {tia.until}" if tia else BLANK
            return from_realm(says, flow, place), from_realm(shown, flow, f"{place}.tia")
    belongs = f"agreements between {flow.controller} and {operator}"
    return from_realm(BLANK, flow, belongs), from_realm(BLANK, flow, belongs)


def _listed(pack: Pack, regime: Regime, realm: Realm, place: str, on: date) -> str:
    """The instrument that put the place on a list of the regime; empty if none did."""
    return next(_entries(pack, regime, realm, place, on), "")


def _entries(pack: Pack, regime: Regime, realm: Realm, place: str, on: date) -> Iterator[str]:
    for group in regime.adequate:
        for entry in pack.groups[group].members if group in pack.groups else ():
            if (
                entry.since <= on
                and (entry.until is None or on <= entry.until)
                and entry.member in realm.epoch.within(place)
            ):
                yield entry.instrument
