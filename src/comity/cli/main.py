"""`comity`: one command, each part of it imported when it is asked for."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from comity import __version__
from comity.terms.errors import Fault, UsageFault
from comity.terms.problems import Problems

# Command, what it does, the extra that it needs, and whether it is there to be shown in help.
COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("demo", "the tour: a request ruled on, placed, answered and proven", "serve,node"),
    ("serve", "run the gateway of a stack file", "serve"),
    ("check", "all problems of a stack file, pack or folder at once", "serve"),
    ("explain", "which deployments may serve a case, under which rules", "serve"),
    ("prove", "whether a claim holds in every case, or the smallest that breaks it", "serve"),
    ("replay", "what breaks when: past requests in a changed world; or a first look at today's usage", "serve"),
    ("import", "a first draft of a stack file from another gateway's configuration", "serve"),
    ("law", "list, show and test the law packs", "serve"),
    ("keys", "make, list and revoke keys", "serve"),
    ("evidence", "papers for an authority or an auditor, from the log", "serve"),
    ("duties", "what law obliges each application to, and how each duty stands", "serve"),
    ("attest", "sign and check what counsel vouches for", "serve"),
    ("usage", "who has used how much, counted from the log", "serve"),
    ("posture", "what a stack depends on, and how much, seen from a jurisdiction", "serve"),
    ("atlas", "where nations stand in four layers, on which evidence", "serve"),
    ("reconcile", "a supplier's invoice or usage export beside the log", "serve"),
    ("erase", "destroy what links the log to content, of an application or of one ref", "serve"),
    ("verify", "check a receipt, offline", ""),
    ("receipt", "a receipt in other formats, or with blocks closed", ""),
    ("realm", "realms kept, and bundles of them for an auditor", "serve"),
    ("log", "audit a log", ""),
    ("witness", "cosign the checkpoints of others' logs", "serve"),
    ("audit", "draw a sample of requests that nobody could choose, and run them again", ""),
    ("signer", "hold the log's key in a process of its own", ""),
)


def parser(command: str | None = None) -> argparse.ArgumentParser:
    """The argument parser; only `command`'s module is imported, so that help is quick and the base install works."""
    top = argparse.ArgumentParser(
        prog="comity",
        description="Places every AI request where the law allows, relays it, and proves what happened.",
        epilog="Each command has --help. Documentation: docs/ in the repository.",
    )
    top.add_argument("--version", action="version", version=f"comity {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, says, extra in COMMANDS:
        if name == command:
            try:
                module = import_module(f"comity.cli.{name}")
            except ModuleNotFoundError as error:
                if error.name is None or error.name.split(".")[0] == "comity" or not extra:
                    raise
                raise UsageFault(
                    f"{name} needs {error.name}, which is not installed: pip install 'comity[{extra}]'"
                ) from error
            module.add(commands)
        else:
            commands.add_parser(name, help=says, add_help=False)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit status. No traceback reaches a user; Ctrl-C is the caller's."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    command = next((word for word in given if not word.startswith("-")), None)
    try:
        options = parser(command).parse_args(given)
        run = import_module(f"comity.cli.{options.command}").run
        return int(run(options))
    except Problems as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return 1
    except Fault as error:
        print(f"comity: {error}", file=sys.stderr)
        return 2 if isinstance(error, UsageFault) else 1
    except BrokenPipeError:
        sys.stderr.close()
        return 141
    except Exception as error:  # no traceback reaches a user; whoever mends it asks for one
        if os.environ.get("COMITY_TRACEBACK"):
            raise
        print(f"comity: a fault of its own, {type(error).__name__}: {error}", file=sys.stderr)
        print(
            "comity: set COMITY_TRACEBACK=1 to see where, and please report it (SECURITY.md, README)", file=sys.stderr
        )
        return 70
