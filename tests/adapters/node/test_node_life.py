"""How a node is started, guarded, killed, started again and ended."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from comity.adapters.node import EmbeddedNode, NodeError, locate

KEY = "k" * 64
LIMIT_S = 30

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc or relies on prctl")


def command(model: Path) -> list[str]:
    sizes = ["--alias", "a", "--context", "512", "--slots", "1", "--threads", "1"]
    return [sys.executable, "-P", "-m", "comity.adapters.node", str(model), *sizes]


def ended(port: int) -> bool:
    """Wait until nobody listens at the port. A living node closes an idle connection after 5 s, so the end of
    a few of them proves that it lives."""
    for _ in range(4):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=LIMIT_S) as connection:
                connection.recv(1)
        except ConnectionRefusedError:
            return True
        except ConnectionResetError:
            pass
    return False


@pytest.fixture(scope="module")
def model() -> Path:
    return locate("embedded:civic-tiny", models=None)


def test_a_request_without_the_key_is_refused(running, post) -> None:
    question = {"messages": [{"role": "user", "content": "Hello"}]}
    assert post(running.endpoint, question, key="")[0] == 401
    assert post(running.endpoint, question, key="f" * 64)[0] == 401
    assert post(running.endpoint, question)[0] == 200


@linux
def test_the_key_and_our_secrets_stand_nowhere_that_others_look(model: Path, monkeypatch) -> None:
    monkeypatch.setenv("PARIS_KEY", "an upstream's secret")

    async def read() -> tuple[bytes, bytes, str]:
        node = EmbeddedNode(model)
        endpoint = await node.start()
        process = Path(f"/proc/{node.pid}")
        seen = process.joinpath("cmdline").read_bytes(), process.joinpath("environ").read_bytes()
        await node.stop()
        return *seen, endpoint.key

    words, environment, key = asyncio.run(read())
    assert key.encode() not in words + environment
    assert b"PARIS_KEY" not in environment
    assert b"PATH=" in environment


def test_the_key_is_not_shown_with_its_endpoint(running) -> None:
    assert running.endpoint.key not in repr(running.endpoint) + str(running.endpoint)


def test_nothing_is_printed(model: Path, ask, capfd) -> None:
    async def serve() -> None:
        node = EmbeddedNode(model)
        ask(await node.start(), "Hello")
        await node.stop()

    asyncio.run(serve())
    assert capfd.readouterr() == ("", "")


def test_a_killed_node_is_heard_of_and_starts_again(model: Path, ask) -> None:
    async def live() -> None:
        heard: asyncio.Queue[int] = asyncio.Queue()
        node = EmbeddedNode(model, on_exit=heard.put_nowait)
        first = await node.start()
        assert node.alive
        assert node.pid is not None
        os.kill(node.pid, signal.SIGKILL)
        assert await asyncio.wait_for(heard.get(), LIMIT_S) == -signal.SIGKILL
        assert not node.alive
        assert node.pid is None
        second = await node.start()
        assert second.key != first.key
        assert ask(second, "Hello")["finish_reason"] == "stop"
        await node.stop()
        assert heard.empty()

    asyncio.run(live())


def test_stopping_ends_the_child_and_may_be_repeated(model: Path) -> None:
    async def live() -> int:
        node = EmbeddedNode(model)
        endpoint = await node.start()
        await node.stop()
        await node.stop()
        assert not node.alive
        return endpoint.port

    assert ended(asyncio.run(live()))


def test_a_start_that_is_stopped_or_cancelled_leaves_no_child(model: Path) -> None:
    async def live() -> None:
        node = EmbeddedNode(model)
        for interrupt in (node.stop, None):
            starting = asyncio.create_task(node.start())
            await asyncio.sleep(0)
            if interrupt is None:
                starting.cancel()
            else:
                await interrupt()
            with pytest.raises((NodeError, asyncio.CancelledError)):
                await starting
            assert (node.alive, node.pid) == (False, None)
        await node.start()
        await node.stop()

    asyncio.run(live())


def test_a_second_start_is_refused(model: Path) -> None:
    async def live() -> None:
        node = EmbeddedNode(model)
        await node.start()
        with pytest.raises(NodeError, match="already running"):
            await node.start()
        await node.stop()

    asyncio.run(live())


def test_the_child_ends_with_its_standard_input(model: Path) -> None:
    with subprocess.Popen(command(model), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps({"key": KEY}).encode() + b"\n")
        child.stdin.flush()
        said = json.loads(child.stdout.readline())
        assert said["pid"] == child.pid
        child.stdin.close()
        assert child.wait(LIMIT_S) == 0


@linux
def test_the_child_ends_with_its_parent_though_its_input_stays_open(model: Path) -> None:
    reading, writing = os.pipe()
    parent = f"import subprocess; subprocess.run({command(model)!r}, stdin={reading})"
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, pass_fds=[reading]) as between:
        assert between.stdout is not None
        os.write(writing, json.dumps({"key": KEY}).encode() + b"\n")
        port = json.loads(between.stdout.readline())["port"]
        between.kill()
    assert ended(port)
    os.close(reading)
    os.close(writing)


def test_a_child_without_a_key_does_not_serve(model: Path) -> None:
    for hello in (b"", b"\n", b"[]\n", b'{"key": ""}\n', b'{"key": "short"}\n', b"not json\n"):
        done = subprocess.run(command(model), input=hello, capture_output=True, timeout=LIMIT_S, check=False)
        assert done.returncode == 1
        assert "error" in json.loads(done.stdout)


@pytest.mark.parametrize("content", [b"", b"GGUF and then nothing", None], ids=["empty", "cut short", "absent"])
def test_a_file_that_does_not_load_is_named_with_the_reason(tmp_path: Path, content: bytes | None) -> None:
    broken = tmp_path / "broken.gguf"
    if content is not None:
        broken.write_bytes(content)
    node = EmbeddedNode(broken)
    with pytest.raises(NodeError, match=r"cannot serve .*broken\.gguf: .*fail") as refused:
        asyncio.run(node.start())
    assert "\n" not in str(refused.value)
    assert not node.alive


def test_without_the_extra_the_way_out_is_named(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(NodeError, match=r'pip install "comity\[node\]"'):
        asyncio.run(EmbeddedNode(model).start())
