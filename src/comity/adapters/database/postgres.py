"""A PostgreSQL database by its URL: `postgresql://user:password@host:5432/name?sslmode=…`."""

from __future__ import annotations

import ssl
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from comity.terms.errors import Fault

CONNECT_S = 5.0
"""For a connection to stand; a database that takes longer is down for our purposes."""

PORT = 5432
SCHEMES = ("postgresql", "postgres")
MODES = ("disable", "require", "verify-full")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class BadUrl(Fault):
    """What the stack's `database` names is no URL of a PostgreSQL database; its password is not shown."""


def shown(url: str) -> str:
    """The URL without its password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"


def arguments(url: str) -> dict[str, Any]:
    """What `pg8000.dbapi.connect` is given.

    `host` may be a query parameter that names the folder of a Unix socket. `sslmode` is `disable`, `require` (without
    a look at the certificate) or `verify-full`, which is meant where nothing is said, but on loopback and on a socket;
    `sslrootcert` names a file of authorities.

    Raises:
        BadUrl: it cannot be understood.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or PORT
    except ValueError as error:
        raise BadUrl(f"database: {error}") from error
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if parts.scheme not in SCHEMES or not parts.username or unknown(query):
        raise BadUrl(
            "database: expected postgresql://USER:PASSWORD@HOST:PORT/NAME, with sslmode, sslrootcert or host as its "
            f"only parameters; {unknown(query) or 'this'} is not understood"
        )
    host = query.get("host", parts.hostname or "localhost")
    found: dict[str, Any] = {
        "user": unquote(parts.username),
        "password": unquote(parts.password) if parts.password else None,
        "database": unquote(parts.path.lstrip("/")) or unquote(parts.username),
        "timeout": CONNECT_S,
        "application_name": "comity",
    }
    if host.startswith("/"):
        return {**found, "host": None, "unix_sock": f"{host}/.s.PGSQL.{port}"}
    mode = query.get("sslmode", "disable" if host in LOOPBACK else "verify-full")
    if mode not in MODES:
        raise BadUrl(f"database: sslmode={mode} is not one of {', '.join(MODES)}")
    return {**found, "host": host, "port": port, "ssl_context": _context(mode, query.get("sslrootcert"))}


def unknown(query: dict[str, str]) -> str:
    """Parameters that are not understood; none may be passed over, for one of them may be about safety."""
    return ", ".join(sorted(query.keys() - {"host", "sslmode", "sslrootcert"}))


def connect(url: str) -> Any:
    """A connection in which every statement is its own transaction until BEGIN.

    Raises:
        BadUrl: see `arguments`. pg8000's errors and OSError: it cannot be reached.
    """
    given = arguments(url)
    try:
        from pg8000 import dbapi
    except ModuleNotFoundError as error:
        raise BadUrl(
            "a PostgreSQL database needs pg8000, which is not installed: pip install 'comity[scale]'"
        ) from error
    connection = dbapi.connect(**given)
    connection.autocommit = True
    return connection


def _context(mode: str, authorities: str | None) -> ssl.SSLContext | None:
    if mode == "disable":
        return None
    context = ssl.create_default_context(cafile=authorities)
    if mode == "require":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
