"""Rows of the register of information, and the table of exit plans (DORA Art. 28(3), 28(8)).

The columns and their numbers are those of the templates of Implementing Regulation (EU) 2024/2956. What the log and the
stack know is filled; the rest stands in the register or is a blank. It is a draft for the templates, no submission.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from comity.evidence.dora_templates import ARRANGEMENT, ASSESSMENT, FUNCTION, MAINTAINER, PROVIDER, SPECIFIC
from comity.evidence.findings import Findings, from_log, from_register
from comity.evidence.paper import Cell, Column, Paper, Table, columns
from comity.evidence.register import Contract
from comity.law.realm import Realm
from comity.placement.cases import registered
from comity.stack import facts

_ITS = "Implementing Regulation (EU) 2024/2956, Annex I"


class Service(Struct, frozen=True):
    """What one financial entity gets from one provider for one application."""

    entity: str
    provider: str
    application: str
    places: tuple[str, ...]
    requests: int
    alternatives: tuple[str, ...]
    realm: Realm
    digest: str


def register_of_information(findings: Findings) -> Paper:
    """Rows for every provider that answered a request of the period, and the ways out from each."""
    services = list(_services(findings))
    return Paper(
        name="dora-register",
        title="Register of information: rows of this gateway, and exit plans",
        law="Regulation (EU) 2022/2554 (DORA), Implementing Regulation (EU) 2024/2956",
        url="https://eur-lex.europa.eu/eli/reg_impl/2024/2956/oj",
        tables=(
            _table("B_01.01", "Entity maintaining the register", MAINTAINER, [_maintainer(findings)]),
            _table(
                "B_02.01",
                "Contractual arrangements, general",
                ARRANGEMENT,
                _distinct(_arrangement(findings, s) for s in services),
            ),
            _table(
                "B_02.02", "Contractual arrangements, specific", SPECIFIC, [_specific(findings, s) for s in services]
            ),
            _table(
                "B_05.01",
                "ICT third-party service providers",
                PROVIDER,
                _distinct(_provider(findings, s) for s in services),
            ),
            _table("B_06.01", "Functions", FUNCTION, _distinct(_function(findings, s) for s in services)),
            _table(
                "B_07.01",
                "Assessment of the ICT services",
                ASSESSMENT,
                _distinct(_assessment(findings, s) for s in services),
            ),
            Table(
                "exit",
                "Ways out of each provider",
                "Art. 28(8)",
                columns(
                    "Provider",
                    "Application",
                    "Requests in the period",
                    "Other deployments that its law permits now",
                    "Of other operators",
                    "Exit plan",
                ),
                tuple(_exit(findings, service) for service in services),
                note="Deployments that the gateway would go to if the provider left, by the rules of the realm named.",
            ),
        ),
        limits=(
            "Templates B_01.02, B_01.03, B_02.03, B_03.01 to B_04.01, B_05.02 and B_99.01 are not drafted: the gateway "
            "knows nothing of groups, branches, signatories and the providers of providers.",
            "B_05.01.0030, 0040, 0060, 0070, 0120 and B_07.01.0060, 0120 are left out for the same reason.",
        ),
    )


def _table(code: str, title: str, head: tuple[Column, ...], rows: list[tuple[Cell, ...]]) -> Table:
    return Table(code, f"{code} {title}", _ITS, head, tuple(rows))


def _services(findings: Findings) -> Iterator[Service]:
    """Yields what each (controller, operator, application) came to, under the latest realm that ruled it."""
    found: dict[tuple[str, str, str], Service] = {}
    for flow, total, realm in findings.flows():
        if realm is None or flow.deployment not in realm.stack.deployments:
            continue
        stack = realm.stack
        site = stack.sites[stack.deployments[flow.deployment].site]
        if facts.same_party(flow.controller, site.operator):
            continue
        key = flow.controller, site.operator, flow.application
        before = found.get(key)
        ways = _ways(flow.application, realm)
        found[key] = Service(
            *key,
            tuple(sorted({*site.places, *(before.places if before else ())})),
            total.requests + (before.requests if before else 0),
            ways,
            realm,
            flow.realm,
        )
    yield from (found[key] for key in sorted(found))


def _ways(application: str, realm: Realm) -> tuple[str, ...]:
    """Deployments that no rule forbids for the registered case of the application."""
    stated = realm.stack.applications.get(application)
    if stated is None:
        return ()
    verdicts = realm.rule(registered(stated)).verdicts.values()
    return tuple(sorted(v.deployment for v in verdicts if v.permit))


def _code(findings: Findings, party: str) -> tuple[Cell, Cell]:
    entity = findings.register.entity(party)
    place = f"entities.{party}"
    if entity.lei:
        return from_register(entity.lei, f"{place}.lei"), from_register("LEI", f"{place}.lei")
    if entity.euid:
        return from_register(entity.euid, f"{place}.euid"), from_register("EUID", f"{place}.euid")
    return from_register("", f"{place}.lei"), from_register("", f"{place}.lei")


def _contract(findings: Findings, service: Service) -> tuple[Contract, str]:
    found = findings.register.contract(service.entity, service.provider)
    return found or Contract(
        (service.entity, service.provider)
    ), f"contracts of {service.entity} and {service.provider}"


def _maintainer(findings: Findings) -> tuple[Cell, ...]:
    register = findings.register
    entity, place = register.entity(register.maintainer), f"entities.{register.maintainer or '(maintainer)'}"
    realm = findings.latest()
    known = realm is not None and register.maintainer in realm.stack.parties
    seat = facts.seat(realm.stack, register.maintainer) if realm is not None and known else ""
    return (
        from_register(entity.lei, f"{place}.lei"),
        from_register(entity.name, f"{place}.name"),
        Cell(seat, f"stack: parties.{register.maintainer}.seat") if seat else from_register("", "maintainer"),
        from_register(entity.kind, f"{place}.kind"),
        from_register(entity.authority, f"{place}.authority"),
        from_register(register.reported, "reported"),
    )


def _arrangement(findings: Findings, service: Service) -> tuple[Cell, ...]:
    contract, place = _contract(findings, service)
    return (
        from_register(contract.ref, f"{place}: ref"),
        from_register(contract.kind, f"{place}: kind"),
        from_register(contract.overarching, f"{place}: overarching"),
        from_register(contract.currency, f"{place}: currency"),
        from_register(contract.expense, f"{place}: expense"),
    )


def _specific(findings: Findings, service: Service) -> tuple[Cell, ...]:
    contract, place = _contract(findings, service)
    function = findings.register.processing(service.application).function
    stack, realm = service.realm.stack, f"realm {service.digest[:12]}"
    places = Cell(", ".join(service.places), f"{realm}: sites of {service.provider}")
    kept = [
        facts.retains(name, deployment).value
        for name, deployment in sorted(stack.deployments.items())
        if stack.sites[deployment.site].operator == service.provider
    ]
    stores = Cell("Yes" if any(kept) else "No", f"{realm}: deployments.*.terms.retention")
    return (
        from_register(contract.ref, f"{place}: ref"),
        _code(findings, service.entity)[0],
        *_code(findings, service.provider),
        from_register(function.id, f"applications.{service.application}.function.id"),
        from_register(contract.service, f"{place}: service"),
        from_register(contract.start, f"{place}: start"),
        from_register(contract.end, f"{place}: end"),
        from_register(contract.ended, f"{place}: ended"),
        from_register(contract.notice_days, f"{place}: notice_days"),
        from_register(contract.notice_days_provider, f"{place}: notice_days_provider"),
        from_register(contract.law, f"{place}: law"),
        places,
        stores,
        places if any(kept) else Cell("not applicable", stores.source),
        places,
        from_register(contract.sensitiveness, f"{place}: sensitiveness"),
        from_register(contract.reliance, f"{place}: reliance"),
    )


def _provider(findings: Findings, service: Service) -> tuple[Cell, ...]:
    entity, place = findings.register.entity(service.provider), f"entities.{service.provider}"
    stack = service.realm.stack
    return (
        *_code(findings, service.provider),
        from_register(entity.name, f"{place}.name"),
        Cell(facts.seat(stack, service.provider), f"realm {service.digest[:12]}: parties.{service.provider}.seat"),
        from_register(entity.currency, f"{place}.currency"),
        from_register(entity.expense, f"{place}.expense"),
        from_register(entity.parent, f"{place}.parent"),
    )


def _function(findings: Findings, service: Service) -> tuple[Cell, ...]:
    function, place = (
        findings.register.processing(service.application).function,
        f"applications.{service.application}.function",
    )
    return (
        from_register(function.id, f"{place}.id"),
        from_register(function.licensed_activity, f"{place}.licensed_activity"),
        from_register(function.name, f"{place}.name"),
        _code(findings, service.entity)[0],
        from_register(function.critical, f"{place}.critical"),
        from_register(function.reasons, f"{place}.reasons"),
        from_register(function.assessed, f"{place}.assessed"),
        from_register(function.rto_hours, f"{place}.rto_hours"),
        from_register(function.rpo_hours, f"{place}.rpo_hours"),
        from_register(function.impact, f"{place}.impact"),
    )


def _assessment(findings: Findings, service: Service) -> tuple[Cell, ...]:
    contract, place = _contract(findings, service)
    return (
        from_register(contract.ref, f"{place}: ref"),
        *_code(findings, service.provider),
        from_register(contract.service, f"{place}: service"),
        from_register(contract.substitutability, f"{place}: substitutability"),
        from_register(contract.audited, f"{place}: audited"),
        from_register(bool(contract.exit_plan) or None, f"{place}: exit_plan"),
        from_register(contract.reintegration, f"{place}: reintegration"),
        from_register(contract.impact, f"{place}: impact"),
        from_register(contract.alternatives, f"{place}: alternatives"),
    )


def _exit(findings: Findings, service: Service) -> tuple[Cell, ...]:
    contract, place = _contract(findings, service)
    stack = service.realm.stack
    others = [
        name for name in service.alternatives if stack.sites[stack.deployments[name].site].operator != service.provider
    ]
    source = f"realm {service.digest[:12]}: ruling on the registered case of {service.application}"
    return (
        Cell(service.provider, f"realm {service.digest[:12]}: parties"),
        from_log(service.application),
        from_log(service.requests),
        Cell(", ".join(others) or "none", source),
        Cell(str(len({stack.sites[stack.deployments[name].site].operator for name in others})), source),
        from_register(contract.exit_plan, f"{place}: exit_plan"),
    )


def _distinct(rows: Iterator[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
    return list(dict.fromkeys(rows))
