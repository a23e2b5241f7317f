"""The rows of the table that are ours and nginx's: how each is started, and how it wants to be asked."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench.compare.asks import KB, Ask
from bench.compare.machine import said
from bench.compare.world import CONTROL, FILES, GATEWAY, STREAM, STREAM_TLS, WHOLE, WHOLE_TLS, World

COMITY = Path(sys.executable).with_name("comity")


@dataclass(frozen=True, slots=True)
class Launch:
    """A gateway that is ready to be started: what a user would type, and how it is then asked."""

    command: tuple[str, ...]
    environment: dict[str, str]
    whole: Ask = field(default_factory=Ask)
    stream: Ask = field(default_factory=Ask)
    worker: str = ""
    """Words of the command line of the process whose memory counts; else the largest."""
    port: int = GATEWAY


Ready = Callable[[World, Path, bool], Launch]
"""World, a folder of its own, and whether it will be asked for streams."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row."""

    name: str
    title: str
    ready: Ready
    missing: str = ""
    version: str = ""
    tls: bool = False
    prompt_bytes: int = KB
    durable: bool = False
    apart: bool = False
    """Knows one upstream only, so it is started again for streams."""
    quick: bool = True


def plain_environment() -> dict[str, str]:
    """What every program gets: no proxies, no keys of whoever runs this."""
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": os.environ.get("HOME", "/")}


def nginx_rows() -> list[Row]:
    """nginx as a bare proxy, in the same three settings as Comity."""
    version = said(["nginx", "-v"], r"nginx/(\S+)")
    made = partial(Row, version=version)
    return [
        made("nginx", "nginx, a bare proxy", partial(_nginx, tls=False)),
        made("nginx-tls", "nginx, TLS on both ends", partial(_nginx, tls=True), tls=True, quick=False),
        made("nginx-100k", "nginx, 100 kB prompts", partial(_nginx, tls=False), prompt_bytes=100 * KB, quick=False),
    ]


def comity_rows() -> list[Row]:
    """Comity in five settings."""
    made = partial(Row, version=said([str(COMITY), "--version"], r"(\d\S*)"), durable=True)
    return [
        made("comity", "Comity, all on, durable", _comity),
        made("comity-tls", "Comity, TLS on both ends", partial(_comity, tls=True), tls=True),
        made("comity-100k", "Comity, 100 kB prompts", _comity, prompt_bytes=100 * KB),
        made("comity-detect", "Comity, all detectors on", partial(_comity, detect=True)),
        made("comity-relaxed", "Comity, relaxed", partial(_comity, relaxed=True), durable=False),
    ]


def comity_of(source: Path, port: int, control: int, prompt_bytes: int) -> Row:
    """The row `comity` with the source of a checkout, at ports of its own."""
    ready = partial(_comity, source=str(source / "src"), port=port, control=control)
    return Row("comity", str(source), ready, durable=True, prompt_bytes=prompt_bytes)


def _nginx(world: World, folder: Path, streams: bool, *, tls: bool) -> Launch:
    text = (FILES / "nginx-proxy.conf").read_text()
    told = {
        "@LISTEN@": "ssl" if tls else "",
        "@SCHEME@": "https" if tls else "http",
        "@WHOLE@": str(WHOLE_TLS if tls else WHOLE),
        "@STREAM@": str(STREAM_TLS if tls else STREAM),
    }
    for mark, value in told.items():
        text = text.replace(mark, value)
    conf = folder / "nginx-proxy.conf"
    conf.write_text(text)
    for file in (world.certificate, world.key):
        shutil.copy(file, folder)
    command = ("nginx", "-e", "nginx-proxy.log", "-p", str(folder), "-c", str(conf))
    return Launch(command, plain_environment(), Ask(), Ask(path="/streams/v1/chat/completions"), "nginx: worker")


def _comity(
    world: World,
    folder: Path,
    streams: bool,
    *,
    tls: bool = False,
    relaxed: bool = False,
    detect: bool = False,
    source: str = "",
    port: int = GATEWAY,
    control: int = CONTROL,
) -> Launch:
    text = (FILES / "comity.yaml").read_text()
    if tls:
        shutil.copy(world.certificate, folder)
        for port, secure in ((WHOLE, WHOLE_TLS), (STREAM, STREAM_TLS)):
            text = text.replace(f'"http://127.0.0.1:{port}/v1"', f'"https://127.0.0.1:{secure}/v1", ca: bench.pem')
    if relaxed:
        text += "durability: relaxed\n"
    if detect:
        text += "detection: {always: [contact, credentials, financial, health, identifiers, language]}\n"
    stack = folder / "comity.yaml"
    stack.write_text(text)
    environment = plain_environment()
    if source := source or os.environ.get("PYTHONPATH", ""):  # of another checkout, to compare with
        environment["PYTHONPATH"] = source
    new = [str(COMITY), "keys", "new", "-c", str(stack), "--app", "desk"]
    key = subprocess.run(new, env=environment, check=False, capture_output=True, text=True)
    if key.returncode:
        raise RuntimeError(f"comity keys new: {key.stderr}")
    bearer = {"authorization": f"Bearer {key.stdout.split()[-1]}"}
    command = [str(COMITY), "serve", "-c", str(stack), "--port", str(port), "--control-port", str(control)]
    if tls:
        command += ["--tls-cert", str(world.certificate), "--tls-key", str(world.key)]
    return Launch(
        tuple(command), environment, Ask("m", headers=bearer), Ask("s", headers=bearer), "comity.runtime.worker", port
    )
