"""The load generator and the upstream, compiled and run against each other."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.compare import reading
from bench.compare.asks import KB, Ask, body, script, streamed, whole
from bench.compare.world import answer, compile_load, compile_upstream

pytestmark = pytest.mark.skipif(not shutil.which("gcc"), reason="no C compiler here")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = int(probe.getsockname()[1])
    upstream = subprocess.Popen([str(compile_upstream()), str(number)])
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", number)).close()
            break
        except ConnectionRefusedError:
            time.sleep(0.01)
    yield number
    upstream.kill()
    upstream.wait()


def load(kind: str, port: int, request: bytes, last: int, folder: Path) -> str:
    (folder / "request").write_bytes(request)
    words = [kind, str(port), str(folder / "request"), "8", "0.2", "0.05", str(last)]
    ran = subprocess.run([str(compile_load()[0]), *words], capture_output=True, text=True, timeout=30)
    return ran.stdout + ran.stderr


def test_every_request_that_is_due_is_answered(port: int, tmp_path: Path) -> None:
    text = load("rate", port, whole(Ask(), KB), 200, tmp_path)
    said = json.loads(text)
    assert (said["asked"], said["completed"], said["failed"], said["unfinished"]) == (50, 50, 0, 0)
    assert said["whole_us"]["count"] <= 50
    assert reading.rate(text).whole_p50 > 0


def test_streams_at_a_rate(port: int, tmp_path: Path) -> None:
    said = json.loads(load("rate", port, streamed(Ask(), KB, 8, one_by_one=False), 100, tmp_path))
    assert said["completed"] == 25
    assert said["first_us"]["p50"] <= said["whole_us"]["p50"]


def test_chunks_come_one_by_one(port: int, tmp_path: Path) -> None:
    said = json.loads(load("chunks", port, streamed(Ask(), KB, 50, one_by_one=True), port, tmp_path))
    assert said["failed"] == 0
    assert said["streams"] > 0
    assert said["events"] >= said["streams"] * 53


def test_what_is_no_answer_fails(port: int, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        text = load("rate", deaf.getsockname()[1], whole(Ask(), KB), 20, tmp_path)
    with pytest.raises(reading.NotMeasured):
        reading.rate(text)


def test_requests_and_answers_are_of_their_size(tmp_path: Path) -> None:
    assert len(answer()) == KB
    for size in (KB, 100 * KB):
        assert len(body("m", size)) == size
        assert len(body("s", size, stream=True, max_tokens=8)) == size
    request = whole(Ask("m", headers={"authorization": "Bearer sk"}), KB)
    assert b"content-length: 1024\r\n\r\n{" in request
    script(request, tmp_path / "ask.lua")
    lua = (tmp_path / "ask.lua").read_text()
    assert 'wrk.headers["authorization"] = "Bearer sk"' in lua
    assert 'wrk.path = "/v1/chat/completions"' in lua
