"""Two workers of a Ray cluster give the bytes that one process gives, and what they cannot do is told."""

import subprocess
import sys
from itertools import chain

import msgspec
import pytest

from comity.adapters.cluster import ray_groups
from comity.adapters.cluster.ray_groups import shares
from comity.adapters.duck import parquet_groups
from comity.adapters.duck.export import write
from comity.posture.replay.requests import Request
from comity.terms.errors import Fault, UsageFault
from tests.adapters.duck.test_export import key

pytest.importorskip("ray")

SCRIPT = """
import sys
from pathlib import Path
import msgspec
from comity.adapters.cluster import LOCAL, ray_groups
from comity.terms.errors import Fault

groups = ray_groups([Path(name) for name in sys.argv[2:]], LOCAL, 2)
Path(sys.argv[1]).write_bytes(msgspec.json.encode(list(groups.items())))
try:
    ray_groups([Path(sys.argv[1])], LOCAL, 1)
except Fault as fault:
    print(fault)
"""


def test_two_workers_give_the_same_bytes(tmp_path):
    files = []
    for at in range(5):
        files.append(tmp_path / f"part-{at}.parquet")
        requests = [
            ("shard0000", Request(n, n, key(model=f"m{(n + at) % 7}"), n, n, n, "EUR", n * 13 % 700, n))
            for n in range(200)
        ]
        write(requests, files[-1])
    said = tmp_path / "groups.json"
    # in a process of its own: Ray leaves threads, signal handlers and warnings behind
    ran = subprocess.run([sys.executable, "-c", SCRIPT, said, *files], capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    assert said.read_bytes() == msgspec.json.encode(list(parquet_groups(files).items()))
    assert "could not group its files" in ran.stdout
    assert "DuckDB" in ran.stdout
    assert ran.stderr == ""


def test_what_cannot_be_reached_is_told_at_once():
    with pytest.raises(Fault, match=r"no Ray cluster answers at 127\.0\.0\.1:9"):
        ray_groups([__file__], "127.0.0.1:9")
    with pytest.raises(UsageFault, match="give HOST:PORT"):
        ray_groups([__file__], "somewhere")
    with pytest.raises(UsageFault, match="no Parquet"):
        ray_groups([], "127.0.0.1:9")


def test_shares():
    assert shares(list("abcde"), 2) == [["a", "b"], ["c", "d", "e"]]
    assert shares(list("ab"), 8) == [["a"], ["b"]]
    names = list(map(str, range(97)))
    assert list(chain(*shares(names, 8))) == names
