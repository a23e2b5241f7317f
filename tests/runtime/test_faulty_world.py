"""A world in which everything fails, and the real gate: no attempt ever leaves what law permits.

The packs are those that ship; what each upstream receives is held against a second evaluation that shares nothing with
the first (`tests.placement.independent`). Stacks are swapped under way, upstreams refuse, stall, break, reject and
flood, clients leave and narrow, attempts are hedged and retried, answers are kept.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import re
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from comity.adapters.http.limits import Limits
from comity.adapters.http.port import Port
from comity.adapters.http.serve import listen
from comity.adapters.keys import Key, digest_of
from comity.adapters.realms import build_realm
from comity.adapters.stack_files import StackFile, read_stack_file
from comity.law.case import Addition
from comity.placement.cases import registered, widened
from comity.relay.target import Timeouts
from comity.runtime.gate import Gate
from comity.runtime.in_force import InForce
from comity.runtime.messages import Endpoint
from comity.stack.types import Stack
from comity.terms.instants import start_of
from comity.testing.ledger import MemoryLedger
from comity.testing.upstream import Answer, Upstream, chat, events, raw, silence, status, stream
from tests.adapters.http.house import Wire, run
from tests.adapters.http.house import chat as asks
from tests.placement import independent

DAY = start_of(date(2026, 11, 23)) + 12 * 3_600_000
MOMENT = datetime(2026, 11, 23, 12, tzinfo=UTC)
REQUESTS = 240
AT_ONCE = 12
SITES = ("lyon", "paris", "dublin", "ashburn", "pune", "gulf")
APPLICATIONS = ("clinic", "desk", "press", "bharat")

STACK = """
origin: test.example/faulty
gateway: {{site: lyon}}
law: [eu.gdpr, in.dpdp, us.exposure]
parties:
  agency: {{seat: FR, public: true}}
  columbia-inc: {{seat: US}}
  columbia: {{seat: IE, controlled_by: columbia-inc, presence: [US]{dpf}}}
  indus: {{seat: IN}}
  gulf: {{seat: AE}}
agreements:
  - {{between: [agency, columbia], kinds: [{kinds}]}}
  - {{between: [agency, indus], kinds: [eu.art28]}}
sites:
  lyon: {{jurisdiction: FR, operator: agency}}
  paris: {{jurisdiction: FR, operator: agency}}
  dublin: {{jurisdiction: {{any_of: [IE, DE]}}, operator: columbia}}
  ashburn: {{jurisdiction: US, operator: columbia-inc}}
  pune: {{jurisdiction: IN, operator: indus}}
  gulf: {{jurisdiction: AE, operator: gulf}}
models:
  m: {{developer: FR}}
deployments:
{deployments}
applications:
  clinic: {{controller: agency, purpose: healthcare, data: [personal, health], subjects: [FR], grounds: [eu.art6.public, eu.art9.health-care]}}
  desk: {{controller: agency, purpose: public-service, data: [personal], subjects: [FR], grounds: [eu.art6.public]}}
  press: {{controller: agency, purpose: general, data: [], subjects: [], cache: {{seconds: 5}}}}
  bharat: {{controller: indus, purpose: public-service, data: [personal], subjects: [IN], grounds: [in.dpdp.consent]}}
aliases: {{fast: [m], "any*": [m]}}
routing: {{retries: 2, backoff: 0.01, longest_backoff: 0.05, hedge: {{after: 0.02}}}}
"""


def test_names_of_the_world_are_those_of_the_vocabulary(tmp_path: Path) -> None:
    assert read(tmp_path, random.Random(0), dict.fromkeys(SITES, 1)).stack is not None


@pytest.mark.parametrize("seed", range(3))
def test_no_attempt_leaves_what_law_permits_whatever_fails(seed: int, tmp_path: Path) -> None:
    run(World(seed, tmp_path).live())


def read(folder: Path, dice: random.Random, ports: dict[str, int]) -> StackFile:
    """A stack in which instruments, sites and shares are drawn."""
    sites = sorted(dice.sample(SITES, dice.randint(3, len(SITES))))
    deployments = "\n".join(
        f'  {site}-m: {{model: m, site: {site}, url: "http://127.0.0.1:{ports[site]}/v1", weight: {dice.randint(0, 2)}, '
        f"price: {{input: {dice.choice([1, 1, 2])}, output: 1}}, latency: 0.1, terms: {{retention: P0D, trains: false}}, "
        f"draining: {dice.choice(['false', 'false', 'true'])}}}"
        for site in sites
    )
    file = folder / "comity.yaml"
    file.write_text(
        STACK.format(
            deployments=deployments,
            kinds=dice.choice(["eu.art28", "eu.art28, eu.scc-m2"]),
            dpf=dice.choice(["", ", dpf: {until: 2027-03-01}"]),
        )
    )
    return read_stack_file(file, {}, date(2026, 11, 23))


class World:
    """Six upstreams, a port over the real gate, and every placement's realm remembered."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.dice = random.Random(seed)
        self.folder = folder
        self.upstreams = {site: Upstream() for site in SITES}
        self.stacks: dict[str, Stack] = {}
        self.asked: dict[str, tuple[str, Addition]] = {}
        self.numbers = itertools.count()
        self.permitted: dict[tuple[Any, ...], bool] = {}
        self.gate: Gate
        self.port: Port

    async def live(self) -> None:
        for upstream in self.upstreams.values():
            await upstream.start()
        force, targets = self.draw()
        self.gate = Gate(force, clock=self.clock, salt=lambda _: bytes(32), began=lambda _: None, trouble=lambda: "")
        self.gate.move(self.gate.prepared(targets))
        self.gate.recognise([Key(name, digest_of(name.encode()), name, None, "full", 1) for name in APPLICATIONS])
        log = MemoryLedger()
        limits = Limits(sweep_seconds=0.01, request_seconds=0.5)
        self.port = Port(self.gate, log, receipts=lambda *_: None, limits=limits, clock=self.clock)  # type: ignore[arg-type, return-value]
        listener = await listen(self.port, "127.0.0.1", 0, reuse_port=False)
        gate = asyncio.Event()
        faults = self.faults(gate)
        for upstream in self.upstreams.values():
            upstream.answers.extend(self.dice.choices(faults, k=REQUESTS * 4))
        for turn in range(REQUESTS // AT_ONCE):
            await asyncio.gather(*(self.ask(listener.address) for _ in range(AT_ONCE)))
            if turn % 3 == 2:
                following, targets = self.draw()
                self.gate.take(following, self.gate.prepared(targets))
            gate.set() if self.dice.random() < 0.5 else gate.clear()
        gate.set()
        for upstream in self.upstreams.values():
            await upstream.stop()
        await listener.drain(1)
        self.judge(log)

    def clock(self) -> int:
        return DAY + int(time.monotonic() * 1000) % 1_000_000

    def draw(self) -> tuple[InForce, list[Endpoint]]:
        file = read(self.folder, self.dice, {site: upstream.port for site, upstream in self.upstreams.items()})
        force = InForce(build_realm(file, DAY))
        self.stacks[force.realm.digest] = file.stack
        endpoints = [
            Endpoint(
                name,
                each.site,
                "m",
                "127.0.0.1",
                self.upstreams[each.site].port,
                weight=each.weight,
                draining=each.draining,
                timeouts=Timeouts(first_byte=0.1, idle=0.1),
            )
            for name, each in file.stack.deployments.items()
        ]
        return force, endpoints

    def faults(self, gate: asyncio.Event) -> list[Answer]:
        return [
            *[chat("Yes.")] * 6,
            *[stream(events(["one", "two"]))] * 3,
            *[status(code) for code in (400, 401, 403, 404, 429, 500, 502, 503, 529)],
            status(429, headers="retry-after: 0\r\n"),
            status(503, headers="retry-after: 3600\r\n"),
            raw(b""),
            raw(b"not http"),
            raw(b"HTTP/1.1 307 Away\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"),
            raw(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"),
            stream(events(["one", "two"]), gate=gate),
            silence(),
        ]

    async def ask(self, address: tuple[str, int]) -> None:
        dice, marker = self.dice, f"question-{next(self.numbers)}-"
        application = dice.choice(APPLICATIONS)
        data = tuple(dice.sample(["health", "personal"], dice.randrange(2)))
        subjects = tuple(dice.sample(["FR", "IN", "DE"], dice.randrange(2)))
        self.asked[marker] = application, Addition(data=data, subjects=subjects)
        headers = f"comity-data: {','.join(data)}\r\n" * bool(
            data
        ) + f"comity-subjects: {','.join(subjects)}\r\n" * bool(subjects)
        more: dict[str, Any] = {"provider": {"order": [dice.choice(SITES)]}} if dice.random() < 0.2 else {}
        message = {"role": "user", "content": marker if dice.random() < 0.7 else "question-same-"}
        self.asked.setdefault("question-same-", ("press", Addition()))
        if message["content"] == "question-same-":
            application, headers = "press", ""
        wire = Wire(*await asyncio.open_connection(*address))
        await wire.send(
            asks(
                {"model": dice.choice(["m", "fast", "anything", "pune-m"]), "messages": [message]},
                headers=headers,
                key=application,
                stream=dice.random() < 0.4,
                **more,
            )
        )
        if dice.random() < 0.15:
            await asyncio.sleep(dice.random() * 0.05)
            wire.vanish()
            return
        await wire.response()
        wire.close()

    def judge(self, log: MemoryLedger) -> None:
        """Each request that reached an upstream, and each attempt in the log, against the independent evaluation."""
        reached = 0
        for site, upstream in self.upstreams.items():
            for request in upstream.requests:
                marker = re.search(rb"question-\w+-", request.body)
                assert marker is not None
                reached += 1
                assert self.ever_permitted(*self.asked[marker[0].decode()], f"{site}-m"), (site, marker)
        assert reached > REQUESTS / 4
        intents = {index: entry for index, entry in enumerate(log.kept) if entry.kind == "intent"}
        hedged = retried = 0
        for entry in log.kept:
            if entry.kind != "outcome":
                continue
            decision = intents[entry.intent].decision  # type: ignore[index]
            attempts = [each["deployment"] for each in entry.decision["attempts"]]
            assert set(attempts) <= {name for tier in decision["tiers"] for name in tier}
            party = intents[entry.intent].party  # type: ignore[index]
            stack = self.stacks[decision["realm"]]
            added = party.get("added", {})
            addition = Addition(data=tuple(added.get("data", ())), subjects=tuple(added.get("subjects", ())))
            for name in attempts:
                assert self.may(decision["realm"], stack, party["application"], addition, name)
            retried += len(attempts) > len(set(attempts))
            hedged += any(each.get("hedged") for each in entry.decision["attempts"])
        assert retried
        assert hedged

    def ever_permitted(self, application: str, addition: Addition, deployment: str) -> bool:
        return any(self.may(realm, stack, application, addition, deployment) for realm, stack in self.stacks.items())

    def may(self, realm: str, stack: Stack, application: str, addition: Addition, deployment: str) -> bool:
        key = realm, application, addition, deployment
        if key not in self.permitted:
            cases = widened(registered(stack.applications[application], "infer"), addition)
            self.permitted[key] = deployment in stack.deployments and all(
                independent.permitted(stack, case, deployment, MOMENT, date(2026, 11, 23)) for case in cases
            )
        return self.permitted[key]
