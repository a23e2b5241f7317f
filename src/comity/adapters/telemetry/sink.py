"""The sink's address, as the SDK's exporters reach it.

They import `requests`, which binds a socket of loopback when it is imported (to see whether there is IPv6): so it is
imported here only once there is a sink.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult, MetricsData

if TYPE_CHECKING:
    import requests
    from opentelemetry.sdk.trace.export import SpanExporter

TIMEOUT_S = 5.0
"""For one message to the sink; a collector on the same network takes milliseconds."""


class Sink:
    """Where OTLP goes: `/v1/traces` and `/v1/metrics` below `base`, with a bearer token where there is one."""

    def __init__(self, base: str, secret: str) -> None:
        self._base = base.rstrip("/")
        self._headers = {"authorization": f"Bearer {secret}"} if secret else {}

    def spans(self) -> SpanExporter:
        """An exporter of spans."""
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        to = f"{self._base}/v1/traces"
        return OTLPSpanExporter(to, headers=self._headers, timeout=TIMEOUT_S, session=direct())

    def metrics(self) -> Noted:
        """An exporter of metrics."""
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

        to = f"{self._base}/v1/metrics"
        return Noted(OTLPMetricExporter(to, headers=self._headers, timeout=TIMEOUT_S, session=direct()))


class Noted(MetricExporter):
    """An exporter of metrics that notes whether the last message was taken."""

    def __init__(self, inner: MetricExporter) -> None:
        super().__init__(inner._preferred_temporality, inner._preferred_aggregation)
        self._inner = inner
        self.failed = False

    def export(self, metrics_data: MetricsData, timeout_millis: float = 10_000, **named: Any) -> MetricExportResult:
        """Send them."""
        self.failed = True  # should it raise
        result = self._inner.export(metrics_data, timeout_millis, **named)
        self.failed = result is not MetricExportResult.SUCCESS
        return result

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        """Nothing is kept back."""
        return True

    def shutdown(self, timeout_millis: float = 30_000, **named: Any) -> None:
        """Send no more."""
        self._inner.shutdown(timeout_millis, **named)


def direct() -> requests.Session:
    """Goes where it is told: no proxy of the environment, no credentials from files, and a redirect is an error."""
    import requests

    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 0
    return session
