"""A server that sends a byte now and then is waited for no longer than one that is silent."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from comity.adapters.ledger.remote import RemoteLog, Unreachable
from comity.adapters.witness.client import NotCosigned, WitnessClient
from comity.proof.cosignature import ED25519_COSIGNATURE, Cosigner
from comity.stack.urls import Url

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n"


@pytest.fixture(params=["in its head", "in its body"])
def dripping(request: pytest.FixtureRequest) -> Iterator[int]:
    """The port of a server that answers a byte every twentieth of a second."""
    listening, ended = socket.create_server(("127.0.0.1", 0)), Event()

    def drip(near: socket.socket) -> None:
        with near, suppress(OSError):
            near.recv(4096)
            if request.param == "in its body":
                near.sendall(HEAD)
            for byte in (HEAD if request.param == "in its head" else b"") + bytes(9000):
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


def test_an_authority(dripping: int, tmp_path: Path) -> None:
    pytest.importorskip("rfc3161_client")
    from comity.adapters.timestamps.authority import Authority
    from comity.adapters.timestamps.trust import NotStamped, Trust

    with pytest.raises(NotStamped, match=r"longer than 0\.5 s"):
        Authority(Url("http", "127.0.0.1", dripping, ""), Trust(()), timeout=0.5).stamp(b"it")
