"""Requests that are over as spans and metrics, sent by the official SDK. Blocking: its caller gives it a thread."""

from __future__ import annotations

import logging

from opentelemetry.context import Context
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from comity import __version__
from comity.adapters.telemetry import conventions as words
from comity.adapters.telemetry.sink import TIMEOUT_S, Sink
from comity.relay.finished import Finished

MAX_BATCH = 512
"""Spans in one message, the SDK's own default: some 300 kB."""

NANOS = 1_000_000


class _Kept(SpanProcessor):
    """Keeps spans that are over until someone sends them."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        self.spans.append(span)


class Exporter:
    """Spans and metrics to one sink. Metrics go by themselves every so many seconds, spans when `send` is called."""

    def __init__(self, endpoint: str, secret: str, origin: str, every: float, *, spans: bool = True) -> None:
        """`endpoint` is the base URL of OTLP/HTTP; `secret` goes as a bearer token, where there is one."""
        logging.getLogger("opentelemetry").addHandler(logging.NullHandler())
        logging.getLogger("opentelemetry").propagate = False  # what a sink answers may quote what it was sent
        sink = Sink(endpoint, secret)
        resource = Resource.create(
            {"service.name": "comity", "service.version": __version__, "service.namespace": origin}, words.SCHEMA_URL
        )
        self._spans = spans
        self._kept = _Kept()
        self._sender = sink.spans()
        self._tracers = TracerProvider(sampler=ParentBased(ALWAYS_ON), resource=resource, shutdown_on_exit=False)
        self._tracers.add_span_processor(self._kept)
        self._tracer = self._tracers.get_tracer("comity", __version__, schema_url=words.SCHEMA_URL)
        self._metrics = sink.metrics()
        reader = PeriodicExportingMetricReader(self._metrics, every * 1000, TIMEOUT_S * 1000)
        self._meters = MeterProvider([reader], resource, shutdown_on_exit=False)
        meter = self._meters.get_meter("comity", __version__, schema_url=words.SCHEMA_URL)
        self._duration = meter.create_histogram(
            words.DURATION, "s", "GenAI operation duration.", explicit_bucket_boundaries_advisory=words.DURATION_BOUNDS
        )
        self._tokens = meter.create_histogram(
            words.TOKENS,
            "{token}",
            "Number of input and output tokens used.",
            explicit_bucket_boundaries_advisory=words.TOKENS_BOUNDS,
        )
        self._first = meter.create_histogram(
            words.FIRST_CHUNK,
            "s",
            "Time to receive the first chunk.",
            explicit_bucket_boundaries_advisory=words.FIRST_CHUNK_BOUNDS,
        )
        self._propagator = TraceContextTextMapPropagator()

    @property
    def metrics_failed(self) -> bool:
        """Whether the sink did not take the last metrics."""
        return self._metrics.failed

    def enter(self, record: Finished, model: str, provider: str) -> None:
        """Note a request; `model` is its name in the stack, `provider` who runs the deployment."""
        self._measure(record, model, provider)
        if not self._spans:
            return
        span = self._tracer.start_span(
            words.span_name(record, model),
            self._context(record.traceparent),
            SpanKind.CLIENT,
            words.attributes(record, model, provider),
            start_time=record.received * NANOS,
        )
        if words.error_type(record):
            span.set_status(Status(StatusCode.ERROR))
        span.end(record.finished * NANOS)

    def send(self) -> tuple[int, int]:
        """Send the spans that were entered: how many were taken, and how many lost."""
        spans, self._kept.spans = self._kept.spans, []
        taken = lost = 0
        for at in range(0, len(spans), MAX_BATCH):
            batch = spans[at : at + MAX_BATCH]
            if self._taken(batch):
                taken += len(batch)
            else:
                lost += len(batch)
        return taken, lost

    def _taken(self, batch: list[ReadableSpan]) -> bool:
        try:
            return self._sender.export(batch) is SpanExportResult.SUCCESS
        except Exception:  # noqa: BLE001 - whatever a library makes of an answer, the spans are lost
            return False

    def close(self) -> None:
        """Send the last metrics, and end."""
        self._meters.shutdown(TIMEOUT_S * 1000)
        self._sender.shutdown()
        self._tracers.shutdown()

    def _measure(self, record: Finished, model: str, provider: str) -> None:
        if record.event == "denial":
            return
        dimensions = words.dimensions(record, model, provider)
        self._duration.record((record.finished - record.received) / 1000, dimensions)
        if record.stream and record.first_byte:
            self._first.record((record.first_byte - record.received) / 1000, dimensions)
        for kind, count in (("input", record.input_tokens), ("output", record.output_tokens)):
            if count >= 0 and not record.cached:
                self._tokens.record(count, {**dimensions, "gen_ai.token.type": kind})

    def _context(self, traceparent: str) -> Context:
        return self._propagator.extract({"traceparent": traceparent} if traceparent else {}, Context())
