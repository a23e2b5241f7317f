"""`comity serve -c FILE`: run the gateway of a stack file until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from pathlib import Path

from comity.adapters.notify import ServiceManager
from comity.adapters.state import state_folder
from comity.api.admin import overview
from comity.api.control import control
from comity.cli.announcement import announcement
from comity.cli.lines import FORMATS, Lines
from comity.runtime.settings import CONTROL_PORT, DATA_PORT, LOOPBACK, WORKERS, Settings
from comity.runtime.supervisor import Supervisor


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    serve = commands.add_parser("serve", help="run the gateway of a stack file", description=__doc__)
    serve.add_argument("-c", "--config", type=Path, required=True, metavar="FILE", help="the stack file")
    serve.add_argument("--state", type=Path, metavar="DIR", help="state folder (default: .comity beside FILE)")
    serve.add_argument("--port", type=int, default=DATA_PORT, help=f"data port (default: {DATA_PORT}; 0: any free one)")
    serve.add_argument("--control-port", type=int, default=CONTROL_PORT, help=f"default: {CONTROL_PORT}")
    serve.add_argument("--host", default=LOOPBACK, help=f"address of the data port (default: {LOOPBACK})")
    serve.add_argument("--control-host", default=LOOPBACK, help=f"address of the control port (default: {LOOPBACK})")
    serve.add_argument(
        "--workers",
        type=int,
        default=WORKERS,
        metavar="N",
        help=f"processes that relay, each with a shard of the log and at most one core (default: {WORKERS})",
    )
    serve.add_argument("--tls-cert", type=Path, metavar="FILE", help="PEM certificate: speak TLS to clients")
    serve.add_argument("--tls-key", type=Path, metavar="FILE", help="PEM key of the certificate")
    serve.add_argument(
        "--drain-delay",
        type=float,
        default=0.0,
        metavar="S",
        help="seconds between SIGTERM and the drain in which readiness says 503 and requests are served (default: 0)",
    )
    serve.add_argument(
        "--log-format", choices=FORMATS, default=FORMATS[0], help=f"of lines on standard error (default: {FORMATS[0]})"
    )
    serve.add_argument(
        "--access-log", action="store_true", help="also a line for each request, without content, keys or persons"
    )
    serve.add_argument("--json", action="store_true", help="once it serves, print one line of JSON instead")


def run(options: argparse.Namespace) -> int:
    """Serves; 0 after a drain."""
    settings = Settings(
        stack_file=options.config,
        state=state_folder(options.config, options.state),
        host=options.host,
        port=options.port,
        control_host=options.control_host,
        control_port=options.control_port,
        workers=options.workers,
        tls_cert=options.tls_cert,
        tls_key=options.tls_key,
        drain_delay_s=options.drain_delay,
    )
    lines = Lines(options.log_format)
    asyncio.run(_serve(settings, lines, as_json=options.json, access_log=options.access_log))
    return 0


async def _serve(settings: Settings, lines: Lines, *, as_json: bool, access_log: bool) -> None:
    manager = ServiceManager(os.environ, lines.say)

    def ready(supervisor: Supervisor) -> None:
        print(json.dumps(overview(supervisor)) if as_json else "\n".join(announcement(supervisor)), flush=True)
        manager.ready(f"serves {supervisor.realm.stack.origin}")

    await Supervisor(
        settings, control=control, say=lines.say, entered=lines.entered if access_log else None, manager=manager
    ).run(ready)
