"""What the person who starts a gateway decides; everything else is in the stack file."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from comity.terms.errors import UsageFault

DATA_PORT = 4000
CONTROL_PORT = 4001
LOOPBACK = "127.0.0.1"

WORKERS = 1
"""One worker relays some tens of thousands of requests a second, more than most models behind it answer, and each
worker adds a shard to the log for good: more are asked for, never guessed from the number of cores."""

MAX_WORKERS = 256
"""More than the cores of one host; a mistyped number must not fork without end."""

DRAIN_S = 30.0
"""How long answers under way may still take after SIGTERM; what orchestrators wait before they kill."""


MAX_DRAIN_DELAY_S = 600.0
"""Orchestrators look at readiness every few seconds; ten minutes is a mistyped number."""

SILENCE_S = 5.0
"""Ten reports of a worker."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How one gateway runs. Ports may be 0: the kernel chooses, and the announcement says which.

    `tls_cert` and `tls_key` (PEM) turn on TLS on the data port, and on the control port where it leaves loopback.
    `drain_s` is in seconds, and `drain_delay_s` how long before it the gateway is unready and serves on, so that
    balancers of load can turn away. A worker that says nothing for three times `silence_s` is replaced. Raises
    UsageFault for what cannot be.
    """

    stack_file: Path
    state: Path
    host: str = LOOPBACK
    port: int = DATA_PORT
    control_host: str = LOOPBACK
    control_port: int = CONTROL_PORT
    workers: int = WORKERS
    tls_cert: Path | None = None
    tls_key: Path | None = None
    drain_s: float = DRAIN_S
    drain_delay_s: float = 0.0
    silence_s: float = SILENCE_S

    def __post_init__(self) -> None:
        if not 1 <= self.workers <= MAX_WORKERS:
            raise UsageFault(f"--workers {self.workers}: expected 1 to {MAX_WORKERS}")
        for name, port in (("--port", self.port), ("--control-port", self.control_port)):
            if not 0 <= port <= 65535:
                raise UsageFault(f"{name} {port}: expected 0 to 65535")
        if self.port and (self.host, self.port) == (self.control_host, self.control_port):
            raise UsageFault(f"--port and --control-port are both {self.port}: they must differ")
        if not 0 <= self.drain_delay_s <= MAX_DRAIN_DELAY_S:
            raise UsageFault(f"--drain-delay {self.drain_delay_s:g}: expected 0 to {MAX_DRAIN_DELAY_S:g} seconds")
        if (self.tls_cert is None) != (self.tls_key is None):
            raise UsageFault("TLS needs both --tls-cert and --tls-key")

    @property
    def control_tls(self) -> bool:
        """Whether the control port speaks TLS."""
        return self.tls_cert is not None and not is_loopback(self.control_host)


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is this machine alone; names but `localhost` are not looked up."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
