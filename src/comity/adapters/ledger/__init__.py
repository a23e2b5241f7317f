"""The durable log of one shard: entries in, receipts out.

One worker holds one shard. `Ledger` is called on the event-loop thread and never blocks it; a committer thread
writes groups of entries and makes them durable, a publisher thread turns them into a C2SP tlog-tiles tree.

How the relay uses it::

    ledger = Ledger.open(state, "example.org/gw", clock=clock)       # blocking; before the loop serves
    intent = ledger.append("intent", party, decision, content, on_intent_durable)
    receipt_id = ledger.receipt_id(intent)                           # "<shard>.<index>", header Comity-Receipt
    ...                                                              # no byte upstream before on_intent_durable(None)
    ledger.append("outcome", outcome_party(intent), decision, content, on_outcome_durable, intent=intent)
    ...                                                              # [DONE] only after on_outcome_durable(None)
    await ledger.receipt(receipt_id)                                 # the receipt file as a dict
    ledger.close()                                                   # blocking; flushes and publishes

Duties of `append(kind, party, decision, content, done, *, intent=None) -> int`:

- The three blocks are canonical JSON objects (`comity.terms.canon.encode`) of at most `MAX_BLOCK_BYTES` each, with
  the keys of docs/spec/entry.md. The ledger does not parse them.
- The index is assigned at once, in call order, and returned. `kind` is one of `comity.proof.entry.KINDS`.
- An `outcome` names its intent by index (`intent=`) and its party block is `outcome_party(intent)`; an intent takes
  exactly one outcome. Other kinds leave `intent` out.
- `done(None)` is called on the event loop once the group that holds the entry is durable (the disk has it), or,
  with `durability="relaxed"`, once it is written. `done(LedgerBroken(...))` is called if that write failed. It is
  called exactly once, never inside `append`, and in index order. What it raises goes to the loop's exception
  handler and harms no other entry.
- Raises `Overloaded` when `MAX_PENDING` entries wait to be written (answer 503 with Retry-After), `LedgerBroken` once
  a write or sync has failed or the ledger is closed (fail closed: no request may go out any more), `ValueError` for
  a caller's mistake (unknown kind, block too large, outcome without an open intent).

Order of writes, and what each must have behind it:

1. The log's key, the shard's folder and `vkey` are durable before a segment is begun.
2. A segment's head is durable, with its name, before a group is written to it; and the side index of those before it.
3. A group is one write, past the page cache or with an fdatasync after it, which has returned before anyone is told
   (`relaxed`: its write has).
4. A checkpoint is signed only when every entry below it is durable (`relaxed`: synced by now), and its tiles and
   bundles are written. What it signs is a function of entries alone, so that whatever fails from here on, the next
   start signs the same tree or a larger one.
5. A checkpoint is in place, durably, before partial tiles that it does not need are removed.
6. Full tiles are synced behind; `tiles-synced` says only what was. The rest is written again at a start.
7. At a start, what no checkpoint covers is written again and synced before anything is signed.

Erasing and pruning have theirs in `erasing`. Tests break each write and cut the power after each (test_every_write,
test_power).

`healthy` is False from the first failed write on: readiness must follow it. `fault` says why, for an operator.
"""

from comity.adapters.ledger.failures import (
    LedgerBroken,
    LedgerCorrupt,
    NotYetCovered,
    Overloaded,
    UnknownReceipt,
)
from comity.adapters.ledger.ledger import Ledger
from comity.adapters.ledger.reading import entries, shards
from comity.adapters.ledger.receipts import build_receipt
from comity.adapters.ledger.salts import ApplicationSalts

__all__ = [
    "ApplicationSalts",
    "Ledger",
    "LedgerBroken",
    "LedgerCorrupt",
    "NotYetCovered",
    "Overloaded",
    "UnknownReceipt",
    "build_receipt",
    "entries",
    "shards",
]
