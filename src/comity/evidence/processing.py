"""The record of processing activities (GDPR Art. 30), for the controller and for a processor that runs the gateway."""

from __future__ import annotations

from comity.evidence.findings import Findings, from_log, from_realm, from_register, named, profiles, unknown_realm
from comity.evidence.paper import Cell, Paper, Table, columns

_LAW = "Regulation (EU) 2016/679 (GDPR)"
_URL = "https://eur-lex.europa.eu/eli/reg/2016/679/oj"


def record_of_processing(findings: Findings) -> Paper:
    """A row for each application (30(1)), and one for each controller that a gateway's operator serves (30(2))."""
    return Paper(
        name="record-of-processing",
        title="Record of processing activities",
        law=_LAW,
        url=_URL,
        tables=(
            Table(
                "controller",
                "Record of the controller",
                "Art. 30(1)(a)-(g)",
                columns(
                    "Activity",
                    "Controller",
                    "Contact",
                    "Representative",
                    "Data protection officer",
                    "Purposes",
                    "Categories of persons",
                    "Categories of data",
                    "Recipients",
                    "Third countries",
                    "Time limits for erasure",
                    "Security measures",
                    "Requests in the period",
                ),
                tuple(_of_application(findings, name) for name in findings.applications()),
                note="Safeguards of transfers: see the register of transfers.",
            ),
            Table(
                "processor",
                "Record of the processor that runs the gateway",
                "Art. 30(2)(a)-(d)",
                columns(
                    "Processor",
                    "Contact",
                    "On behalf of",
                    "Contact of the controller",
                    "Categories of processing",
                    "Security measures",
                    "Requests in the period",
                ),
                tuple(_of_processors(findings)),
            ),
        ),
        limits=("Purposes and data are those of the application and what its requests added; prompts are not read.",),
    )


def _of_application(findings: Findings, name: str) -> tuple[Cell, ...]:
    flows = [each for each in findings.flows() if each[0].application == name]
    flow = flows[-1][0]
    processing, entity = findings.register.processing(name), findings.register.entity(flow.controller)
    who, what = f"entities.{flow.controller}", f"applications.{name}"
    operators: set[str] = set()
    countries: set[str] = set()
    unread: Cell | None = None
    for each, _, realm in flows:
        if realm is None:
            unread = unknown_realm(each)
        elif each.deployment:
            stack = realm.stack
            operators.add(stack.sites[stack.deployments[each.deployment].site].operator)
            home = realm.epoch.groups.get("EEA", ())
            for profile in profiles(realm, each):
                countries |= {place for place in (profile.site, profile.operator) if place not in home}
    purposes = from_register(processing.purposes, f"{what}.purposes")
    stated = sorted({word for each, _, _ in flows for word in each.purpose.split(", ")})
    recipients = from_realm(", ".join(sorted(operators)), flow, "sites.*.operator")
    return (
        from_register(processing.name, f"{what}.name") if processing.name else from_log(name),
        from_register(entity.name, f"{who}.name"),
        from_register(entity.contact, f"{who}.contact"),
        from_register(entity.representative, f"{who}.representative"),
        from_register(entity.dpo, f"{who}.dpo"),
        purposes if processing.purposes else from_log(", ".join(stated)),
        from_register(processing.persons, f"{what}.persons"),
        from_register(processing.data, f"{what}.data")
        if processing.data
        else from_log(", ".join(sorted({word for each, _, _ in flows for word in each.data}))),
        unread or recipients if operators or unread else from_log("none: nothing was answered"),
        unread or from_realm(", ".join(map(named, sorted(countries))) or "none", flow, "sites, parties"),
        from_register(processing.retention, f"{what}.retention"),
        from_register(processing.security, f"{what}.security"),
        from_log(sum(total.requests for _, total, _ in flows)),
    )


def _of_processors(findings: Findings) -> list[tuple[Cell, ...]]:
    served: dict[tuple[str, str], int] = {}
    purposes: dict[tuple[str, str], set[str]] = {}
    for flow, total, realm in findings.flows():
        if realm is None or realm.stack.gateway is None:
            continue
        operator = realm.stack.sites[realm.stack.gateway.site].operator
        if operator != flow.controller:
            pair = operator, flow.controller
            served[pair] = served.get(pair, 0) + total.requests
            purposes.setdefault(pair, set()).add(f"relay of requests to models: {flow.purpose}")
    rows: list[tuple[Cell, ...]] = []
    for (operator, controller), requests in sorted(served.items()):
        processor, other = findings.register.entity(operator), findings.register.entity(controller)
        rows.append(
            (
                from_register(processor.name, f"entities.{operator}.name"),
                from_register(processor.contact, f"entities.{operator}.contact"),
                from_register(other.name, f"entities.{controller}.name"),
                from_register(other.contact, f"entities.{controller}.contact"),
                from_log("; ".join(sorted(purposes[operator, controller]))),
                from_register("", f"entities.{operator} has no security measures of its own: state them here"),
                from_log(requests),
            )
        )
    return rows
