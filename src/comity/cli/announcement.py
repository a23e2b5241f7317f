"""What `comity serve` says once it serves: where, under which law, and what an operator should not overlook."""

from __future__ import annotations

from collections.abc import Iterator

from comity import __version__
from comity.runtime.settings import Settings, is_loopback
from comity.runtime.supervisor import Supervisor
from comity.stack.types import Stack
from comity.terms.instants import FAR_FUTURE, shown

VKEY = "log.vkey"


def announcement(supervisor: Supervisor) -> Iterator[str]:
    """The lines, without secrets."""
    settings, realm = supervisor.settings, supervisor.realm
    workers = "1 worker" if settings.workers == 1 else f"{settings.workers} workers"
    ends = "no date in sight changes it" if realm.valid_until >= FAR_FUTURE else f"until {shown(realm.valid_until)}"
    yield f"comity {__version__} serves {realm.stack.origin}"
    yield f"  data     {_url(supervisor.data_address, settings.tls_cert is not None)}/v1  ({workers})"
    yield f"  control  {_url(supervisor.control_address, settings.control_tls)}  (open: /log/, /metrics)"
    yield f"  law      {', '.join(realm.stack.law) or 'no pack: what law regulates is refused as uncovered'}"
    yield f"  realm    {realm.digest}  ({ends})"
    yield f"  log      {(supervisor.state / VKEY).read_text().strip()}"
    yield "  deployments"
    width = max(map(len, realm.stack.deployments), default=0)
    nodes = {str(node["deployment"]): node["pid"] for node in supervisor.nodes.status()}
    for name, deployment in realm.stack.deployments.items():
        site = realm.stack.sites[deployment.site]
        how = f"inside, process {nodes[name]}" if name in nodes else supervisor.url(name)
        places = " or ".join(site.places)
        yield f"    {name:<{width}}  {deployment.model} at {deployment.site} ({places}), {how}"
    for note in (*_exposed(settings), *notes(realm.stack), *realm.stale(), *_keyless(supervisor)):
        yield f"  note: {note}"
    for problem in supervisor.file.problems:
        yield f"  {problem}"


def notes(stack: Stack) -> Iterator[str]:
    """What a stack file allows that its operator should see at each start."""
    for name, application in stack.applications.items():
        if application.observe is not None:
            until = application.observe.until.isoformat()
            yield f"{name} is observed until {until}: ruled on, logged and marked, NOT enforced"
    if stack.durability == "relaxed":
        yield "durability is relaxed: an answer may be lost from the log if this machine dies; every entry says so"
    for gap in stack.uncovered:
        data = ", ".join(gap.data)
        yield f"no law is loaded for {data} in {gap.jurisdiction}; accepted until {gap.until.isoformat()}: {gap.why}"


def _exposed(settings: Settings) -> Iterator[str]:
    for name, host, tls in (
        ("data", settings.host, settings.tls_cert is not None),
        ("control", settings.control_host, settings.control_tls),
    ):
        if not is_loopback(host):
            how = "over TLS" if tls else "WITHOUT TLS: keys and prompts cross the network in clear"
            yield f"the {name} port can be reached from other machines ({host}), {how}"


def _keyless(supervisor: Supervisor) -> Iterator[str]:
    if not any(key.live(supervisor.started) and key.application for key in supervisor.tenancy.keys.keys):
        file = supervisor.settings.stack_file
        name = next(iter(supervisor.realm.stack.applications), "APP")
        yield f"no application has a key yet: comity keys new -c {file} --app {name}"


def _url(address: tuple[str, int], tls: bool) -> str:
    host, port = address
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"
