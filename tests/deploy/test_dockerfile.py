"""The Dockerfile: what can be known of an image without building one."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from comity.cli.main import parser
from comity.runtime.settings import CONTROL_PORT, DATA_PORT
from tests.deploy.dockerfile import Step, steps
from tests.tidy.tree import ROOT

STEPS = steps((ROOT / "Dockerfile").read_text())
LAST = max(step.stage for step in STEPS)


def _only(word: str) -> Step:
    (found,) = (step for step in STEPS if step.word == word and step.stage == LAST)
    return found


def test_every_stage_begins_with_one_pinned_base() -> None:
    bases = {step.text.partition(" AS ")[0] for step in STEPS if step.word == "FROM"}
    assert bases == {"python:3.13-slim"}


def test_nothing_is_fetched_but_by_pip_under_hashes() -> None:
    assert not [step for step in STEPS if step.word == "ADD"]
    for step in STEPS:
        if step.word == "RUN" and "install" in step.words and "pip" in step.words:
            assert "--require-hashes" in step.words or "--no-index" in step.words
            assert "--no-deps" in step.words


def test_no_shell_reads_anything() -> None:
    for step in STEPS:
        if step.word in ("RUN", "CMD", "ENTRYPOINT"):
            assert step.words
    assert not [step for step in STEPS if step.word == "SHELL"]
    assert not {"sh", "bash", "/bin/sh"} & {word for step in STEPS if step.word == "RUN" for word in step.words}


def test_it_runs_as_nobody_in_particular() -> None:
    user = _only("USER")
    assert re.fullmatch(r"[1-9][0-9]+:[1-9][0-9]+", user.text)
    after = STEPS[STEPS.index(user) :]
    assert {step.word for step in after}.isdisjoint({"RUN", "COPY", "USER"} - {"USER"})
    (made,) = (step.words for step in STEPS if step.word == "RUN" and step.stage == LAST)
    assert made[:1] == ["install"] and "0700" in made and user.text.partition(":")[0] in made


def test_what_is_copied_is_there_and_not_ignored() -> None:
    shut, *open_ = [
        line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")
    ]
    assert shut == "*"
    copied = [name for s in STEPS if s.word == "COPY" and "from" not in s.flags for name in s.text.split()[:-1]]
    assert copied
    for name in copied:
        assert (ROOT / name).exists(), name
        assert any(fnmatch(name, each[1:]) for each in open_ if each.startswith("!")), name


def test_the_wheel_can_be_built_from_what_is_copied() -> None:
    """The build reads the licence files and the readme that pyproject.toml names."""
    text = (ROOT / "pyproject.toml").read_text()
    named = {"README.md", *re.findall(r'"([A-Z]+)"', re.search(r"license-files = \[(.*?)\]", text)[1])}  # type: ignore[index]
    copied = {name for s in STEPS if s.word == "COPY" and "from" not in s.flags for name in s.text.split()[:-1]}
    assert named <= copied


def test_the_gateway_understands_its_words_and_keeps_its_state_on_the_volume() -> None:
    assert _only("ENTRYPOINT").words == ["/opt/comity/bin/comity"]
    options = parser("serve").parse_args(_only("CMD").words)
    assert options.port == DATA_PORT and options.host == "0.0.0.0"
    assert options.control_host == "127.0.0.1"  # whoever wants the control port outside says so
    assert options.state.is_relative_to(_only("VOLUME").text)
    assert _only("EXPOSE").text.split() == [str(DATA_PORT), str(CONTROL_PORT)]
    assert _only("STOPSIGNAL").text == "SIGTERM"


@contextmanager
def _answering(status: int) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/health/readiness" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_health_is_what_the_gateway_says(status: int, code: int) -> None:
    text = _only("HEALTHCHECK").text
    assert text.startswith("CMD ")
    _, dash, program = Step("CMD", {}, text[4:], LAST).words
    assert dash == "-c"
    with _answering(status) as port:
        ran = subprocess.run([sys.executable, "-c", program.replace(str(DATA_PORT), str(port))], capture_output=True)
    assert ran.returncode == code, ran.stderr
