"""What clients received, held against the log."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from comity.adapters.ledger import entries, shards
from comity.proof.note import VerifierKey
from comity.proof.policy import Policy
from comity.proof.verify import verify_file
from comity.testing.gateway import Gateway
from faults.load import Clients, Whole

RECEIPT_S = 30.0


def intents_of(state: Path) -> set[int]:
    """The lengths of all requests that a log has an intent of."""
    return {
        json.loads(entry.content)["bytes"]
        for shard in shards(state)
        for entry in entries(state, shard)
        if entry.kind == "intent"
    }


async def all_verify(gateway: Gateway, key: str, clients: Clients, operator: str) -> int:
    """Every answer that came whole since the last time has a receipt that verifies, over its very bytes."""
    policy = Policy((VerifierKey.parse((gateway.state / "log.vkey").read_text().strip()),))
    whole, clients.whole = clients.whole, []
    async with asyncio.timeout(RECEIPT_S):
        for at in range(0, len(whole), 16):
            await asyncio.gather(*(_verifies(gateway, key, each, policy) for each in whole[at : at + 16]))
    return len(whole)


async def _verifies(gateway: Gateway, key: str, whole: Whole, policy: Policy) -> None:
    receipt = b""
    while not receipt:
        receipt = await _receipt(gateway, key, whole.receipt)
        if not receipt:
            await asyncio.sleep(0.05)  # its shard is being recovered
    result = verify_file(receipt, policy, request=whole.sent, response=whole.received)
    assert result.valid, (whole.receipt, result.failure)
    assert "outcome" in json.loads(receipt), whole.receipt


async def _receipt(gateway: Gateway, key: str, receipt: str) -> bytes:
    try:
        reader, writer = await asyncio.open_connection(*gateway.first["data"])
        try:
            writer.write(
                f"GET /v1/receipts/{receipt} HTTP/1.1\r\nhost: g\r\nauthorization: Bearer {key}\r\n"
                "connection: close\r\n\r\n".encode()
            )
            answer = await reader.read()
        finally:
            writer.close()
    except OSError:
        return b""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert not head.startswith(b"HTTP/1.1 4"), head
    return body if head.startswith(b"HTTP/1.1 200") else b""
