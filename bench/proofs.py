"""What proofs cost, and the audit of a whole public log, on one core: `python bench/proofs.py [ENTRIES]`."""

from __future__ import annotations

import hashlib
import os
import random
import sys
import time
from collections.abc import Callable, Iterable

from comity.proof.checkpoint import Checkpoint
from comity.proof.growth import Growth
from comity.proof.inspect import inspect_tree
from comity.proof.reader import TreeReader
from comity.proof.tree import leaf_hash, verify_consistency, verify_inclusion

PROOFS = 100_000
ROUNDS = 3


def rate(count: int, act: Callable[[], object]) -> float:
    """How often a second of the processor, in the best of some rounds: others take the cache, never give it."""
    best = 0.0
    for _ in range(ROUNDS):
        began = time.process_time()
        act()
        best = max(best, count / (time.process_time() - began))
    return best


def main(size: int) -> dict[str, float]:
    """Measure; what each gave a second."""
    values = [hashlib.sha256(b"%d" % number).digest() for number in range(size)]
    growth = Growth()
    growth.extend(values)
    files = dict(growth.take())
    root = growth.edge.root()
    chance = random.Random(1)
    indices = [chance.randrange(size) for _ in range(PROOFS)]
    reader = TreeReader(size, files.__getitem__, {})
    made = [reader.inclusion(index) for index in indices]
    leaves = [leaf_hash(values[index]) for index in indices]
    sizes = [chance.randrange(1, size) for _ in range(PROOFS // 10)]
    proofs = [reader.consistency(old) for old in sizes]
    roots = [reader.span(0, old) for old in sizes]
    shown = list(zip(leaves, indices, made, strict=True))
    grown = list(zip(sizes, roots, proofs, strict=True))
    found = {
        "inclusion proofs made": rate(PROOFS, lambda: [reader.inclusion(index) for index in indices]),
        "inclusion proofs verified": rate(
            PROOFS, lambda: _all(verify_inclusion(leaf, at, size, path, root) for leaf, at, path in shown)
        ),
        "consistency proofs made": rate(len(sizes), lambda: [reader.consistency(old) for old in sizes]),
        "consistency proofs verified": rate(
            len(sizes), lambda: _all(verify_consistency(old, size, then, root, path) for old, then, path in grown)
        ),
    }
    checkpoint = Checkpoint("example.org/bench/log", size, root)
    found["entries audited"] = rate(size, lambda: _all(not inspect_tree(checkpoint, files.__getitem__) for _ in (1,)))
    print(f"tree of {size:,} entries, tiles in memory; a second of the processor, best of {ROUNDS}:")
    for what, often in found.items():
        print(f"{often:12,.0f} {what}/s")
    return found


def _all(results: Iterable[bool]) -> None:
    if not all(results):
        raise SystemExit("a proof does not hold")


if __name__ == "__main__":
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
