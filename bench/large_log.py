"""A log of ten million entries: how long a start takes, and a proof: `python bench/large_log.py [ENTRIES]`.

The log is made by the ledger's own parts, with one group's records again and again, so that making it is quick: the
segments, tiles and side index are those that a gateway would have written. It takes 2.6 GB beside this for a while.
Starting and proving are measured in a process of their own, as a worker has it.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from comity.adapters.ledger import Ledger, build_receipt
from comity.adapters.ledger.group import Group
from comity.adapters.ledger.log_key import load_or_create
from comity.adapters.ledger.places import Places, places_path
from comity.adapters.ledger.segment_files import SEGMENT_BYTES, SegmentWriter, ledger_folder
from comity.adapters.ledger.shard import take_shard
from comity.adapters.ledger.tile_files import set_synced_size, write_checkpoint, write_tiles
from comity.proof.checkpoint import Checkpoint, shard_origin
from comity.proof.growth import Growth
from comity.proof.tree import leaf_hashes
from comity.terms import canon

ORIGIN = "example.org/bench"
AT_ONCE = 4096
PARTY = canon.encode({"application": "bench", "case": {"data": ["health"], "purpose": "healthcare"}})
DECISION = canon.encode({"realm": "0" * 16})
CONTENT = canon.encode({"bytes": 1024, "nonce": "0" * 32, "request": "0" * 64})
PROVED = 500


def make(state: Path, size: int) -> None:
    """Write a log of `size` entries, a multiple of 4,096."""
    held = take_shard(state, os.urandom)
    name = shard_origin(ORIGIN, held.shard)
    signer = load_or_create(state, ORIGIN, os.urandom).named(name)
    folder = ledger_folder(state, held.shard)
    folder.mkdir(parents=True)
    places = Places(places_path(folder))
    writer = SegmentWriter(folder, name)
    writer.begin(0, (), "start", 0)
    growth = Growth()
    group = Group(0)
    for _ in range(AT_ONCE):
        group.add("denial", None, os.urandom(32), PARTY, DECISION, CONTENT, lambda _: None)
    values = group.leaf_values()
    hashes = leaf_hashes(values)
    while growth.size < size:
        group.first = growth.size
        if writer.size >= SEGMENT_BYTES:
            writer.begin(group.first, (), "rotation", 0)
        places.put(group.first, group.places(writer.write(group.encode())))
        growth.extend_hashed(values, hashes)
        write_tiles(folder.parent, growth.take_full())
    writer.close()
    places.sync()
    places.close()
    write_tiles(folder.parent, growth.take_partial())
    write_checkpoint(folder.parent, signer.sign(Checkpoint(name, size, growth.edge.root()).text))
    set_synced_size(folder, size)
    os.close(held.lock)


def measure(state: Path) -> None:
    """Start it and prove some of it; print what that took, as JSON."""
    began, used = time.perf_counter(), time.process_time()
    ledger = Ledger.open(state, ORIGIN, clock=lambda: 0)
    started, busy = time.perf_counter() - began, time.process_time() - used
    size, shard = ledger.published, ledger.shard
    chance = random.Random(2)
    took, used_by_one = [], 0.0
    for _ in range(PROVED):
        index = chance.randrange(size)
        began, used = time.perf_counter(), time.process_time()
        build_receipt(state, shard, index)
        took.append(time.perf_counter() - began)
        used_by_one = max(used_by_one, time.process_time() - used)
    ledger.close()
    took.sort()
    status = Path("/proc/self/status").read_text()
    most = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    print(
        json.dumps(
            {
                "entries": size,
                "start_s": round(started, 3),
                "start_processor_s": round(busy, 3),
                "proof_p50_ms": round(took[PROVED // 2] * 1e3, 2),
                "proof_p99_ms": round(took[PROVED * 99 // 100] * 1e3, 2),
                "proof_max_ms": round(took[-1] * 1e3, 2),
                "proof_processor_max_ms": round(used_by_one * 1e3, 2),
                "rss_mb": round(most / 1024),
            }
        )
    )


def main(size: int) -> dict[str, float]:
    """Make it, measure it in another process, and print the line."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / ".comity"
        state.mkdir()
        began = time.perf_counter()
        make(state, -(-size // AT_ONCE) * AT_ONCE)
        length = sum(path.stat().st_size for path in state.rglob("*") if path.is_file())
        print(f"log of {size:,} entries made in {time.perf_counter() - began:.0f} s, {length / 1e9:.1f} GB")
        command = [sys.executable, __file__, "--measure", str(state)]
        told = subprocess.run(command, check=True, capture_output=True, text=True)
        found: dict[str, float] = json.loads(told.stdout)
        print(
            f"starts in {found['start_s']:.2f} s ({found['start_processor_s']:.2f} s of the processor); "
            f"a receipt of any entry in {found['proof_p50_ms']} ms (p50), "
            f"{found['proof_p99_ms']} ms (p99), {found['proof_max_ms']} ms at most of {PROVED} "
            f"({found['proof_processor_max_ms']} ms of the processor); "
            f"{found['rss_mb']:.0f} MB of memory at most, Python and all"
        )
        return found


if __name__ == "__main__":
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
