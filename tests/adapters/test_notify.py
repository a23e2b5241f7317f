"""sd_notify over a real socket, as systemd listens."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from comity.adapters.notify import ServiceManager


@pytest.mark.parametrize("abstract", [False, True])
def test_the_life_of_a_gateway_is_told(tmp_path: Path, abstract: bool) -> None:
    name = f"comity-notify-{tmp_path.name}-{time.monotonic_ns()}" if abstract else str(tmp_path / "notify")
    complaints: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0" + name if abstract else name)
        manager = ServiceManager({"NOTIFY_SOCKET": ("@" if abstract else "") + name}, complaints.append)
        manager.ready("serves example.org\nREADY=0")
        assert listening.recv(4096) == b"READY=1\nSTATUS=serves example.org READY=0"
        before = time.monotonic_ns() // 1000
        manager.reloading()
        words, _, stamp = listening.recv(4096).decode().partition("\nMONOTONIC_USEC=")
        assert words == "RELOADING=1" and before <= int(stamp) <= time.monotonic_ns() // 1000
        manager.stopping()
        assert listening.recv(4096) == b"STOPPING=1"
    assert complaints == []


def test_without_a_service_manager_nothing_is_told() -> None:
    complaints: list[str] = []
    ServiceManager({}, complaints.append).ready()
    assert complaints == []


def test_a_service_manager_that_is_gone_is_complained_of_and_no_more(tmp_path: Path) -> None:
    complaints: list[str] = []
    ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "gone")}, complaints.append).stopping()
    assert complaints == ["the service manager at NOTIFY_SOCKET cannot be told STOPPING=1: No such file or directory"]
