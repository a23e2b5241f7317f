"""The README's own words, executed: its commands in its order, on free ports instead of the usual ones."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.docs.blocks import Block, blocks

SECTION = "Your own stack"
PATIENCE_S = 60  # for a gateway with two nodes to stand up on a busy machine; no claim about speed


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]


class Reader:
    """Somebody who does what the page says, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data, self.control = _free_ports()
        self.environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    def on_free_ports(self, text: str) -> str:
        """The text, with ports that nobody else uses."""
        serve = f"comity serve -c comity.yaml --port {self.data} --control-port {self.control}"
        return text.replace("comity serve -c comity.yaml", serve).replace(":4000", f":{self.data}")

    def types(self, text: str, *, answers: str = "set -e") -> str:
        """What a shell prints; what it sets stays."""
        script = f"set -a; {answers}\n{self.on_free_ports(text)}\nprintf '\\n--\\n'; env"
        ran = subprocess.run(
            ["bash", "-c", script], cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        assert ran.returncode == 0, f"{text}\n{ran.stdout}\n{ran.stderr}"
        printed, _, environment = ran.stdout.rpartition("\n--\n")
        for line in environment.splitlines():
            name, equals, value = line.partition("=")
            if equals and name == "KEY":
                self.environment[name] = value
        return printed

    @contextmanager
    def serving(self, command: str) -> Iterator[None]:
        """The gateway, from its first answer to its end."""
        with (self.folder / "serve.txt").open("wb") as said:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {self.on_free_ports(command)}"],
                cwd=self.folder,
                env=self.environment,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
        try:
            self._until_it_serves(process)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_S)

    def _until_it_serves(self, process: subprocess.Popen[bytes]) -> None:
        for _ in range(PATIENCE_S * 10):
            assert process.poll() is None, (self.folder / "serve.txt").read_text()
            try:
                socket.create_connection(("127.0.0.1", self.data), 1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError((self.folder / "serve.txt").read_text())


def _section() -> list[Block]:
    return [block for block in blocks("README.md") if block.heading == SECTION]


def test_the_quick_start_does_what_it_says(tmp_path: Path) -> None:
    path, stack, prepare, ask, client, explain, prove = _section()
    assert "export PATH" in path.text  # here, the environment that runs the tests is first already
    reader = Reader(tmp_path)
    (tmp_path / "comity.yaml").write_text(stack.text)
    (tmp_path / "ask.py").write_text(reader.on_free_ports(client.text))

    *before, serve = prepare.text.splitlines()
    assert "no problem" in reader.types("\n".join(before))
    assert reader.environment["KEY"].startswith("sk-")
    with reader.serving(serve):
        asked = reader.types(ask.text)
        assert "The capital of Velmora is Orvane." in asked
        assert "comity-deployment: lyon-civic" in asked.lower()
        assert "florin" in reader.types("python ask.py")
        explained = reader.types(explain.text, answers="set +e")  # its exit code says that Virginia may not serve
        assert "lyon-civic" in explained and "virginia-civic" in explained
        proven = reader.types(prove.text)
        assert "Valid." in proven and "1 shard: holds" in proven
    (tmp_path / "receipt.json").write_text((tmp_path / "receipt.json").read_text().replace("lyon-civic", "lyon-cific"))
    broken = subprocess.run(
        ["comity", "verify", "receipt.json"], cwd=tmp_path, env=reader.environment, capture_output=True, text=True
    )
    assert broken.returncode == 1
