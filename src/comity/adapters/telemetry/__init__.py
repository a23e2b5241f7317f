"""OpenTelemetry: spans and metrics of requests, by the official SDK (extra `otel`), over OTLP/HTTP.

Importing this package imports the SDK; who has no telemetry in the stack file never does.
"""

from comity.adapters.telemetry.exporter import Exporter

__all__ = ["Exporter"]
