"""One row measured once: from a cold start, through every load, to its memory at the end."""

from __future__ import annotations

import http.client
import shutil
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.compare import reading
from bench.compare.asks import Ask, script, streamed, whole
from bench.compare.machine import sync_times
from bench.compare.processes import GATEWAY_CORES, LOAD_CORES, Running, core_seconds
from bench.compare.reading import NotMeasured
from bench.compare.rows import Launch, Row
from bench.compare.world import STREAM, STREAM_TLS, WHOLE, WHOLE_TLS, World

CONNECTIONS = (64, 256)
RATE = 1000
SPARE_CAPACITY = 1.25
"""A gateway that cannot answer this many times RATE is asked at half of what it can, and the table says at which."""
FEW_CHUNKS = 8
MANY_CHUNKS = 500
STREAMS = 64
START_S = 60.0
"""For a gateway that starts slowly on one core."""

Figures = dict[str, float]

Direct = dict[tuple[int, bytes, int], reading.Rated]
"""The same load (rate, request, port) without a gateway between: once for every round."""


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of warming up, and of each load."""

    warm: float
    load: float


class Once:
    """One measurement of one row: `figures` fills up, `notes` says what could not be had."""

    def __init__(self, world: World, row: Row, times: Times, keep: Callable[[str, str], None], direct: Direct) -> None:
        self.figures: Figures = {}
        self.notes: list[str] = []
        self._world, self._row, self._times, self._keep, self._direct = world, row, times, keep, direct
        self._folder = Path(tempfile.mkdtemp(prefix=f"{row.name}-", dir=world.folder))
        self._gateway: Running | None = None
        self.launch = Launch((), {})

    def run(self) -> None:
        """All of it."""
        try:
            if self._row.durable:
                times = sync_times(self._folder)
                self.figures |= {"sync_p50": times[len(times) // 2], "sync_p99": times[len(times) * 99 // 100]}
            self._part("start", self.begin)
            for many in CONNECTIONS:
                self._part(f"{many} connections", lambda many=many: self.closed(many))  # type: ignore[misc]
            rate = self._rate()
            self._part("whole answers at a rate", lambda: self._rated(rate))
            if self._row.apart:
                self._remember()
                self._part("start for streams", lambda: self.begin(streams=True))
            self._part("streams at a rate", lambda: self._first(rate))
            self._part("chunks", self.chunks)
            self._remember()
        finally:
            self.end()

    def _part(self, name: str, what: Callable[[], None]) -> None:
        if name != "start" and self._gateway is None:
            return  # it did not start; that was noted
        try:
            what()
        except NotMeasured as error:
            self.notes.append(f"{name}: {error}")

    @property
    def gateway(self) -> Running:
        """The one that runs."""
        assert self._gateway is not None
        return self._gateway

    def end(self) -> None:
        """Stop it, and take its folder away."""
        if self._gateway is not None:
            self._gateway.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def begin(self, *, streams: bool = False) -> None:
        """Start the gateway, wait for its first answer, and warm it up.

        Raises:
            NotMeasured: there was no answer.
        """
        if self._gateway is not None:
            self._gateway.stop()
            self._gateway = None
        self.launch = self._row.ready(self._world, self._folder, streams)
        log = self._folder / "gateway.log"
        began = time.perf_counter()
        self._gateway = gateway = Running(  # known from now on to `end`, whatever interrupts the first answer
            self.launch.command,
            cores=GATEWAY_CORES,
            folder=self._folder,
            log=log,
            environment=self.launch.environment,
        )
        try:
            self._answers(gateway)
        except NotMeasured:
            gateway.stop()
            self._gateway = None
            raise
        if not streams:
            self.figures["cold_s"] = time.perf_counter() - began
        wrk(self._script(), self.launch.port, CONNECTIONS[0], self._times.warm, self._row.tls)

    def _answers(self, gateway: Running) -> None:
        """Ask until there is an answer."""
        ask = self.launch.whole
        sent = whole(ask, self._row.prompt_bytes).partition(b"\r\n\r\n")[2]
        headers = {"content-type": "application/json", **ask.headers}
        last = ""
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            if gateway.ended:
                raise NotMeasured(f"it ended: {gateway.log.read_text(errors='replace')[-800:]}")
            connection = _connection(self.launch.port, self._row.tls)
            try:
                connection.request("POST", ask.path, sent, headers)
                answer = connection.getresponse()
                last = f"{answer.status} {answer.read()[:200]!r}"
                if answer.status == http.client.OK:
                    return
            except (OSError, http.client.HTTPException) as error:
                last = str(error)
            finally:
                connection.close()
            time.sleep(0.005)
        raise NotMeasured(f"no answer in {START_S:g} s; last: {last}")

    def _script(self) -> Path:
        path = self._folder / "ask.lua"
        script(whole(self.launch.whole, self._row.prompt_bytes), path)
        return path

    def closed(self, connections: int) -> None:
        """As many requests as come back over so many connections."""
        text, cpu, busy = self._watched(
            lambda: wrk(self._script(), self.launch.port, connections, self._times.load, self._row.tls)
        )
        self._keep(f"wrk-{connections}", text)
        run = reading.wrk(text)
        answered = run.requests - run.failed
        if answered <= 0:
            raise NotMeasured("every request failed")
        self.figures |= {
            f"per_s_{connections}": run.per_second * answered / run.requests,
            f"cpu_us_{connections}": cpu / answered * 1e6,
            f"busy_{connections}": busy,
            f"failed_{connections}": run.failed / run.requests,
        }

    def _rate(self) -> int:
        can = self.figures.get(f"per_s_{CONNECTIONS[0]}", 0.0)
        return RATE if can >= RATE * SPARE_CAPACITY else max(5, round(can / 2))

    def _rated(self, rate: int) -> None:
        size, port = self._row.prompt_bytes, WHOLE_TLS if self._row.tls else WHOLE
        through = self._load_at(rate, whole(self.launch.whole, size), self.launch.port, "rate")
        direct = self._without(rate, whole(Ask(), size), port)
        self.figures |= {
            "rate": rate,
            "p50_ms": through.whole_p50,
            "p99_ms": through.whole_p99,
            "direct_p50_ms": direct.whole_p50,
            "direct_p99_ms": direct.whole_p99,
            "added_p50_ms": through.whole_p50 - direct.whole_p50,
            "added_p99_ms": through.whole_p99 - direct.whole_p99,
        }

    def _first(self, rate: int) -> None:
        size, port = self._row.prompt_bytes, STREAM_TLS if self._row.tls else STREAM
        asked = streamed(self.launch.stream, size, FEW_CHUNKS, one_by_one=False)
        through = self._load_at(rate, asked, self.launch.port, "first")
        direct = self._without(rate, streamed(Ask(), size, FEW_CHUNKS, one_by_one=False), port)
        self.figures |= {
            "added_first_p50_ms": through.first_p50 - direct.first_p50,
            "added_first_p99_ms": through.first_p99 - direct.first_p99,
        }

    def _without(self, rate: int, request: bytes, port: int) -> reading.Rated:
        which = (rate, request, port)
        if which not in self._direct:
            self._direct[which] = self._load_at(rate, request, port, f"direct-{rate}-{len(request)}-{port}")
        return self._direct[which]

    def _load_at(self, rate: int, request: bytes, port: int, name: str) -> reading.Rated:
        text = self._load(["rate", port, request, CONNECTIONS[0], self._times.load, self._times.warm / 2, rate])
        self._keep(name, text)
        return reading.rate(text)

    def chunks(self) -> None:
        """As many chunks of streams as come back, one at a time of each."""
        request = streamed(self.launch.stream, self._row.prompt_bytes, MANY_CHUNKS, one_by_one=True)
        words = ["chunks", self.launch.port, request, STREAMS, self._times.load, self._times.warm / 2, STREAM]
        text, cpu, busy = self._watched(lambda: self._load(words))
        self._keep("chunks", text)
        run = reading.chunks(text)
        self.figures |= {"chunks_per_s": run.per_second, "chunk_cpu_us": cpu / run.events * 1e6, "chunk_busy": busy}

    def _load(self, words: Sequence[object]) -> str:
        if self._row.tls and not self._world.tls:
            raise NotMeasured("load.c was built without TLS (Debian: apt-get install libssl-dev)")
        file = self._folder / "request"
        said = []
        for word in words:
            if isinstance(word, bytes):
                file.write_bytes(word)
            said.append(str(file if isinstance(word, bytes) else word))
        return _ran([str(self._world.load), *said, *(["tls"] if self._row.tls else [])])

    def _watched(self, load: Callable[[], str]) -> tuple[str, float, float]:
        """What a load printed, the gateway's CPU seconds meanwhile, and the share of its core that it took."""
        began, cpu, core = time.perf_counter(), self.gateway.cpu_seconds(), core_seconds(GATEWAY_CORES)
        text = load()
        took = time.perf_counter() - began
        spent = self.gateway.cpu_seconds() - cpu
        others = (core_seconds(GATEWAY_CORES) - core - spent) / took
        if others > 0.1:
            self.notes.append(f"others took {others:.0%} of the gateway's core")
        return text, spent, spent / took

    def _remember(self) -> None:
        if self._gateway is not None and not self._gateway.ended:
            memory = self._gateway.memory(self.launch.worker)
            self.figures["rss_mb"] = max(memory.worker / 1e6, self.figures.get("rss_mb", 0.0))
            self.figures["rss_tree_mb"] = max(memory.tree / 1e6, self.figures.get("rss_tree_mb", 0.0))


def wrk(asking: Path, port: int, connections: int, seconds: float, tls: bool) -> str:
    """What wrk prints after `seconds` of asking without pause."""
    url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    options = ["-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency", "--timeout", "10s"]
    return _ran(["wrk", *options, "-s", str(asking), url])


LONGEST_S = 900
"""Of one load: the soak's ten minutes, and half as much again."""


def _ran(command: Sequence[str]) -> str:
    cores = ",".join(map(str, sorted(LOAD_CORES)))
    ran = subprocess.run(
        ["taskset", "-c", cores, *command], check=False, capture_output=True, text=True, timeout=LONGEST_S
    )
    return ran.stdout + ran.stderr


def _connection(port: int, tls: bool) -> http.client.HTTPConnection:
    if not tls:
        return http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # it is our own, made for this run
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=5, context=context)
