"""Ledgers of a few requests, whose blocks have what a roll-up reads and no more."""

import asyncio
from datetime import UTC, datetime

from comity.adapters.ledger import Ledger
from comity.proof.entry import outcome_party
from comity.terms import canon

NOW = int(datetime(2026, 11, 30, 23, 59, tzinfo=UTC).timestamp() * 1000)
DIGEST = "ab" * 32


def party(application="triage", added=None):
    return canon.encode(
        {"application": application, "case": {"operation": "infer"}} | ({"added": added} if added else {})
    )


def decision(model="mistral", **more):
    return canon.encode(
        {"conditions": DIGEST, "mode": "enforce", "model": model, "placement": DIGEST, "realm": DIGEST, **more}
    )


def intent(ledger, received=NOW, application="triage", **more):
    content = canon.encode({"times": {"received": received}})
    return ledger.append("intent", party(application), decision(**more), content, lambda fault: None)


def outcome(ledger, index, *, tokens=(10, 5), deployment="paris", first=NOW + 70, finished=NOW + 400, cost=7000):
    content = {"finish": "stop", "times": {"finished": finished} | ({"first_byte": first} if first else {})}
    if tokens is not None:
        content["usage"] = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1]}
    if cost is not None:
        content["cost"] = {"amount": cost, "currency": "EUR"}
    decided = canon.encode({"attempts": []} | ({"deployment": deployment} if deployment else {}))
    ledger.append("outcome", outcome_party(index), decided, canon.encode(content), lambda fault: None, intent=index)


def denial(ledger, received=NOW, rules=("eu.gdpr/art44",)):
    content = canon.encode({"status": 451, "times": {"finished": received + 1, "received": received}})
    decided = canon.encode({"mode": "enforce", "model": "mistral", "realm": DIGEST, "rules": list(rules)})
    return ledger.append("denial", party(), decided, content, lambda fault: None)


def write(state, entries):
    """`entries` gets a ledger; returns once it is durable and closed."""

    async def run():
        ledger = Ledger.open(state, "example.org/test", clock=lambda: NOW + 1000)
        try:
            entries(ledger)
        finally:
            await asyncio.to_thread(ledger.close)

    asyncio.run(run())
