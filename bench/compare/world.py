"""The world on one machine: a folder for everything that runs, the upstreams, the load generator."""

from __future__ import annotations

import datetime
import ipaddress
import json
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bench.compare.asks import KB
from bench.compare.processes import LOAD_CORES, Running

BENCH = Path(__file__).resolve().parents[1]
FILES = BENCH / "world"
PEERS = BENCH / ".peers"
BUILT = BENCH / ".built"

WHOLE, WHOLE_TLS, STREAM, STREAM_TLS = 18080, 18443, 18081, 18444
GATEWAY, CONTROL, SPARE, SPARE_CONTROL = 18100, 18101, 18102, 18103
"""Fixed, so that the configurations beside this file can be read as they run."""

NEEDED = {
    "nginx": "nginx (Debian: apt-get install nginx-light)",
    "wrk": "wrk (Debian: apt-get install wrk)",
    "gcc": "a C compiler as gcc (Debian: apt-get install gcc libc6-dev)",
    "taskset": "taskset (Debian: apt-get install util-linux)",
}


class CannotMeasure(Exception):
    """Something that the harness needs is not here; the message says what, and how to get it."""


@dataclass(frozen=True, slots=True)
class World:
    """Where everything of one run lies. `tls`: whether the load generator speaks TLS."""

    folder: Path
    load: Path
    tls: bool

    @property
    def certificate(self) -> Path:
        """PEM of the certificate that upstreams and gateway show, and that gateways trust."""
        return self.folder / "bench.pem"

    @property
    def key(self) -> Path:
        """Its key."""
        return self.folder / "bench.key"


@contextmanager
def world() -> Iterator[World]:
    """Compile what must be, start the upstreams; at the end stop them and take everything away.

    Raises:
        CannotMeasure: a program is missing, or a port is taken.
    """
    missing = [how for name, how in NEEDED.items() if not shutil.which(name)]
    if missing:
        raise CannotMeasure("bench needs " + ", ".join(missing))
    _ports_are_free()
    BUILT.mkdir(exist_ok=True)
    load, tls = compile_load()
    upstream = compile_upstream()
    folder = Path(tempfile.mkdtemp(prefix="world-", dir=BUILT))
    made = World(folder, load, tls)
    started: list[Running] = []
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started is stopped then, too
    try:
        _certificate(made)
        text = (FILES / "nginx-upstream.conf").read_text()
        conf = folder / "nginx-upstream.conf"
        conf.write_text(text.replace("@ANSWER@", answer()))
        nginx = ["nginx", "-e", "nginx-upstream.log", "-p", str(folder), "-c", str(conf)]
        for command in ([str(upstream), str(STREAM)], nginx):
            started.append(Running(command, cores=LOAD_CORES, folder=folder, log=folder / "upstreams.log"))
        for port in (WHOLE, WHOLE_TLS, STREAM, STREAM_TLS):
            _await_port(port, folder / "upstreams.log")
        yield made
    finally:
        for each in started:
            each.stop()
        shutil.rmtree(folder, ignore_errors=True)


def answer() -> str:
    """A chat completion of 1 kB, as nginx gives it; upstream.c makes the like."""
    message = {"role": "assistant", "content": ""}
    whole = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 200, "completion_tokens": 160, "total_tokens": 360},
    }
    bare = len(json.dumps(whole, separators=(",", ":")))
    message["content"] = ("At the town hall; bring your identity card. " * 30)[: KB - bare]
    return json.dumps(whole, separators=(",", ":"))


def compile_upstream() -> Path:
    """bench/world/upstream.c as a program."""
    program = BUILT / "upstream"
    _compile(FILES / "upstream.c", program)
    return program


def compile_load() -> tuple[Path, bool]:
    """bench/world/load.c as a program, and whether it speaks TLS: that needs OpenSSL's headers."""
    program = BUILT / "load"
    try:
        _compile(FILES / "load.c", program, "-DWITH_TLS", "-lssl", "-lcrypto")
    except CannotMeasure:
        _compile(FILES / "load.c", program)
        return program, False
    return program, True


def _compile(source: Path, program: Path, *options: str) -> None:
    BUILT.mkdir(exist_ok=True)
    command = ["gcc", "-O2", "-o", str(program), str(source), *options]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    if ran.returncode:
        raise CannotMeasure(f"{source.name} does not compile: {ran.stderr.strip()[:500]}")


def _ports_are_free() -> None:
    for port in (WHOLE, WHOLE_TLS, STREAM, STREAM_TLS, GATEWAY, CONTROL, SPARE, SPARE_CONTROL):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise CannotMeasure(f"port {port} is taken; does another bench run here? ({error})") from error


def _await_port(port: int, log: Path) -> None:
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.01)
        else:
            return
    raise CannotMeasure(f"an upstream does not listen on {port}: {log.read_text()[-500:]}")


def _certificate(made: World) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bench")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("bench.example"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    made.key.write_bytes(key.private_bytes(*pem))
