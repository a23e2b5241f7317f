"""`comity demo [--once]`: the tour. Every step is checked; the exit status says whether all of them held."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from comity.cli.tour.gateway import Gateway, usual_port
from comity.cli.tour.proof import altered, verify
from comity.cli.tour.reasons import Reasons
from comity.cli.tour.show import Show
from comity.cli.tour.stress import faults, lines, stressed
from comity.cli.tour.visit import MODEL, Outcome, make
from comity.cli.tour.visits import VISITS, Visit
from comity.placement.types import Placement
from comity.terms.errors import Fault

DATA_PORT = 4000
CONTROL_PORT = 4001


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    demo = commands.add_parser(
        "demo", help="the tour: a request ruled on, placed, answered and proven", description=__doc__
    )
    demo.add_argument("--once", action="store_true", help="end after the tour; otherwise the gateway stays up")


def run(options: argparse.Namespace) -> int:
    """Takes the tour; 0 if every step held."""
    return take(VISITS, once=options.once)


def take(visits: Sequence[Visit], *, once: bool) -> int:
    """Makes the visits, then proves the last one that was answered; 0 if every step held."""
    show = Show()
    started = time.monotonic()
    show.title(
        "Comity — every request where the law allows, and a receipt for it",
        "Six deployments of one small model, in France, Germany, India, the Emirates and the United States.\n"
        "They all run on this machine; the stack file says where each of them stands for.",
    )
    with tempfile.TemporaryDirectory(prefix="comity-tour-") as folder:
        ports = (None, None) if once else (usual_port(DATA_PORT), usual_port(CONTROL_PORT))
        gateway = Gateway(Path(folder), *ports)
        try:
            gateway.start(sorted({visit.application for visit in visits}))
            reasons = Reasons(gateway)
            outcomes = [_visit(number, visit, gateway, reasons, show) for number, visit in enumerate(visits, 1)]
            _prove(gateway, *_last_answered(visits, outcomes), show, len(visits), Path(folder))
            _stress(gateway, outcomes, show, len(visits) + 3)
            took = time.monotonic() - started
            if show.failed:
                show.say(f"{len(show.failed)} of the tour's checks did not hold ({took:.1f} s).", "bold yellow")
                return 1
            show.say(f"Every step held ({took:.1f} s).", "bold")
            if not once:
                _stay(gateway, show)
            return 0
        finally:
            gateway.stop()


def _visit(number: int, visit: Visit, gateway: Gateway, reasons: Reasons, show: Show) -> Outcome:
    outcome = make(visit, gateway)
    why = reasons.of(visit)
    faults = []
    if visit.expects:
        if outcome.answer != visit.answer:
            faults.append(f"the answer is {outcome.answer!r}, expected {visit.answer!r}")
        if outcome.deployment not in visit.expects:
            faults.append(f"{outcome.deployment or 'nobody'} answered, expected {' or '.join(visit.expects)}")
        permitted = {each.deployment for each in why.decision.candidates} if isinstance(why.decision, Placement) else ()
        if outcome.deployment not in permitted:
            faults.append(f"comity explain does not permit {outcome.deployment}")
    elif outcome.status != 451 or not outcome.refusal:
        faults.append(f"status {outcome.status}, expected a refusal with 451")
    if outcome.ruling != why.decision.ruling:
        faults.append("the gateway's ruling is not the one that comity explain gives")
    if not outcome.receipt:
        faults.append("there is no receipt")
    if visit.stream and visit.expects and outcome.pieces < 2:
        faults.append("the answer did not come in pieces")
    show.visit(number, visit, outcome, why, faults)
    return outcome


def _last_answered(visits: Sequence[Visit], outcomes: Sequence[Outcome]) -> tuple[Visit, Outcome]:
    answered = [(visit, outcome) for visit, outcome in zip(visits, outcomes, strict=True) if outcome.deployment]
    if not answered:
        raise Fault("no request of the tour was answered, so there is nothing to prove")
    return answered[-1]


def _prove(gateway: Gateway, visit: Visit, outcome: Outcome, show: Show, number: int, folder: Path) -> None:
    receipt = gateway.receipt(outcome.receipt, visit.application)
    apart = folder / "auditor"
    apart.mkdir()
    path = apart / "receipt.json"
    path.write_text(json.dumps(receipt, ensure_ascii=False), encoding="utf-8")
    status, said = verify(path, gateway.vkey)
    show.step(
        f"{number + 1}. its receipt, verified by a process that cannot reach the gateway",
        f"comity verify {path.name}",
        said,
    )
    show.check([] if status == 0 else [f"the receipt is not valid: exit {status}"])
    path.write_text(altered(receipt, outcome.deployment), encoding="utf-8")
    status, said = verify(path, gateway.vkey)
    show.step(f"{number + 2}. the same receipt with one byte changed", f"comity verify {path.name}", said)
    show.check([] if status == 1 else [f"the altered receipt gave exit {status}, expected 1"])


def _stress(gateway: Gateway, outcomes: Sequence[Outcome], show: Show, number: int) -> None:
    report = stressed(gateway.state)
    what = "what breaks when: this traffic, replayed with the one French operator gone"
    show.step(f"{number}. {what}", "comity replay --log .comity --scenario no-hexagone.yaml", "\n".join(lines(report)))
    show.check(list(faults(report, sum(bool(outcome.deployment) for outcome in outcomes))))


def _stay(gateway: Gateway, show: Show) -> None:
    key = gateway.keys["benefits"]
    show.say("")
    show.say(f"The gateway stays up at {gateway.url}; Ctrl-C ends it and removes its folder. Try:", "bold")
    body = json.dumps({"model": MODEL, "messages": [{"role": "user", "content": "How much is a bus pass?"}]})
    show.say(f"  curl -si {gateway.url}/chat/completions -H 'Authorization: Bearer {key}' -d '{body}'")
    comity = Path(sys.argv[0]) if Path(sys.argv[0]).name == "comity" else "comity"
    show.say(f"  {comity} explain -c {gateway.stack_file} --app benefits")
    show.say(f"  {comity} log audit {gateway.state}/log")
    try:
        gateway.wait()
    except KeyboardInterrupt:
        show.say("\nEnding.")
