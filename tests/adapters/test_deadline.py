"""A server that sends a byte now and then is waited for no longer than one that is silent."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from comity.adapters.deadline import Deadline
from comity.adapters.ledger.remote import RemoteLog, Unreachable
from comity.adapters.samples import ControlPort, NotDone
from comity.adapters.witness.client import NotCosigned, WitnessClient
from comity.proof.cosignature import ED25519_COSIGNATURE, Cosigner
from comity.stack.urls import Url

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n"
REFUSAL = HEAD.replace(b"200 OK", b"403 Forbidden")
HELLO = b"\x16\x03\x03\x40\x00"
"""A TLS record of 16 kB begins."""

AT_ONCE = {"in its head": b"", "in its body": HEAD, "in a refusal": REFUSAL, "in its handshake": HELLO}


@pytest.fixture(params=["in its head", "in its body"])
def dripping(request: pytest.FixtureRequest) -> Iterator[int]:
    """The port of a server that answers a byte every twentieth of a second."""
    yield from _dripping(request.param)


@pytest.fixture
def refusing() -> Iterator[int]:
    """The same, in the words of a refusal."""
    yield from _dripping("in a refusal")


@pytest.fixture
def shaking() -> Iterator[int]:
    """The same, before there is a connection by TLS."""
    yield from _dripping("in its handshake")


def _dripping(where: str) -> Iterator[int]:
    listening, ended = socket.create_server(("127.0.0.1", 0)), Event()

    def drip(near: socket.socket) -> None:
        with near, suppress(OSError):
            near.recv(4096)
            near.sendall(AT_ONCE[where])
            for byte in (HEAD if where == "in its head" else b"") + bytes(9000):
                near.sendall(bytes([byte]))
                if ended.wait(0.05):
                    return

    def accept() -> None:
        with suppress(OSError):
            while True:
                Thread(target=drip, args=(listening.accept()[0],), daemon=True).start()

    Thread(target=accept, daemon=True).start()
    yield listening.getsockname()[1]
    ended.set()
    listening.close()


def test_a_log(dripping: int) -> None:
    with pytest.raises(Unreachable, match=r"longer than 0\.5 s"):
        RemoteLog(f"http://127.0.0.1:{dripping}", whole=0.5).prefixes()


def test_a_witness(dripping: int) -> None:
    key = Cosigner("witness.example/w", ED25519_COSIGNATURE, bytes(32)).key
    client = WitnessClient("w", key, Url("http", "127.0.0.1", dripping, ""), timeout=0.5)
    with pytest.raises(NotCosigned, match=r"longer than 0\.5 s"):
        client.add(0, (), "note")
    client.close()


def test_a_control_port(dripping: int) -> None:
    with pytest.raises(NotDone, match=r"longer than 0\.5 s"):
        ControlPort(f"http://127.0.0.1:{dripping}", "sk-x", whole=0.5).enter("sample.commit", [("x", {})])


def test_a_control_port_that_refuses(refusing: int) -> None:
    with pytest.raises(NotDone, match=r"longer than 0\.5 s"):
        ControlPort(f"http://127.0.0.1:{refusing}", "sk-x", whole=0.5).enter("sample.commit", [("x", {})])


def test_before_there_is_tls(shaking: int) -> None:
    with pytest.raises(Unreachable, match=r"longer than 0\.5 s"):
        RemoteLog(f"https://127.0.0.1:{shaking}", whole=0.5).prefixes()
    with pytest.raises(NotDone, match=r"longer than 0\.5 s"):
        ControlPort(f"https://127.0.0.1:{shaking}", "sk-x", whole=0.5).enter("sample.commit", [("x", {})])
    key = Cosigner("witness.example/w", ED25519_COSIGNATURE, bytes(32)).key
    client = WitnessClient("w", key, Url("https", "127.0.0.1", shaking, ""), timeout=0.5)
    with pytest.raises(NotCosigned, match=r"longer than 0\.5 s|timed out"):  # of the two clocks either is first
        client.add(0, (), "note")
    client.close()


def test_what_it_watched_is_let_go() -> None:
    near, far = socket.socketpair()
    with near, far:
        with Deadline(60) as deadline:
            deadline.watch(near)
            deadline.watch(near)
            mine = deadline._socket
        assert mine is not None and mine.fileno() == -1
        near.sendall(b"and the socket itself goes on")
        assert far.recv(99)


def test_an_authority(dripping: int, tmp_path: Path) -> None:
    pytest.importorskip("rfc3161_client")
    from comity.adapters.timestamps.authority import Authority
    from comity.adapters.timestamps.trust import NotStamped, Trust

    with pytest.raises(NotStamped, match=r"longer than 0\.5 s"):
        Authority(Url("http", "127.0.0.1", dripping, ""), Trust(()), timeout=0.5).stamp(b"it")
