"""`--auditor`: the key with which entries are read and made, and over which wires it may go."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from urllib.parse import urlsplit

from comity.stack.urls import Url
from comity.terms.errors import UsageFault

MAX_KEY_BYTES = 1_024
"""A key has 46 characters."""


def add_auditor(parser: argparse.ArgumentParser, says: str, *, required: bool = False) -> None:
    """Registers --auditor, and the flag without which no key goes by http to another machine."""
    parser.add_argument("--auditor", required=required, metavar="FILE|env:NAME", help=says)
    parser.add_argument(
        "--insecure-http", action="store_true",
        help="send the auditor's key by http to another machine, where anyone on the way can take it",
    )  # fmt: skip


def auditor_key(options: argparse.Namespace, url: str) -> str:
    """The key that `url` is to be sent, from a file or a variable of the environment (`env:NAME`); empty where none is
    given.

    Raises:
        UsageFault: there is no key in it, or it would go to another machine by http and that was not asked for.
    """
    if options.auditor is None:
        return ""
    if not options.insecure_http and _open_to_the_way(url):
        raise UsageFault(
            f"{url} is http to another machine, and whoever is on the way could take the auditor's key: use https (an"
            " authority of your own: SSL_CERT_FILE), or a tunnel that ends on loopback; --insecure-http sends it"
            " all the same"
        )
    key = _read(options.auditor)
    if not key.startswith("sk-"):
        raise UsageFault(f"--auditor: there is no key in {options.auditor}; `comity keys new --role auditor` makes one")
    return key


def _open_to_the_way(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme != "https" and not Url("http", parts.hostname or "", 0, "").loopback
    except ValueError:
        return True


def _read(given: str) -> str:
    if given.startswith("env:"):
        return os.environ.get(given[4:], "").strip()
    try:
        with Path(given).open("rb") as file:
            return file.read(MAX_KEY_BYTES).decode("ascii", "replace").strip()
    except OSError as error:
        raise UsageFault(f"{given} cannot be read: {error.strerror}") from error
