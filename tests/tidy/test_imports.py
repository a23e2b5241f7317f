"""What starting Comity touches: nothing that was not asked for (DESIGN part 8)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.proof.museum.forger import Log, written
from tests.proof.museum.forger import policy as museum_policy
from tests.tidy.tree import SOURCE

ONLY_FOR_SERVE = (
    "msgspec",
    "yaml",
    "cedarpy",
    "httptools",
    "uvloop",
    "starlette",
    "uvicorn",
    "rich",
    "xllamacpp",
    "openai",
)

# Runs in a process of its own; prints what an import did beyond reading modules.
WATCH = """
import os, sys
sys.dont_write_bytecode = True
done = []
MODULES = ('.py', '.pyc', '.so')
ACTS = ('socket.', 'subprocess.', 'os.', 'shutil.', 'tempfile.', 'sqlite3.', 'urllib.', 'http.')
LOOKS = ('os.listdir', 'os.scandir', 'os.walk', 'os.fwalk', 'os.add_dll_directory')
def hook(event, args):
    if event == 'open':
        if args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            done.append(f'write {args[0]}')
        elif not str(args[0]).endswith(MODULES):
            done.append(f'read {args[0]}')
    elif event.startswith(ACTS) and event not in LOOKS:
        done.append(f'{event} {args}')
sys.addaudithook(hook)
"""
NUMPYS = "OPENBLAS_MAIN_FREE"
"""A variable of this process that numpy sets while it loads its library, and takes back."""

SAY = "import json; print(json.dumps(done))"

# Only `cryptography` and what it stands on, as after `pip install comity`.
BASE_ONLY = f"""
import sys
ABSENT = {ONLY_FOR_SERVE!r}
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in ABSENT:
            raise ModuleNotFoundError(f'No module named {{name!r}}', name=name)
sys.meta_path.insert(0, Absent())
from comity.cli.main import main
raise SystemExit(main(sys.argv[1:]))
"""


def _python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL)


def test_import_opens_no_socket_writes_nothing_and_reads_only_modules() -> None:
    ran = _python("-c", f"{WATCH}\nimport comity\n{SAY}")
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == []


def _every_module() -> list[str]:
    """Every module but the doubles and the two that run when they are imported."""
    names = []
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        if "testing" not in parts and parts[-1] != "__main__":
            names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return names


def test_no_module_opens_a_socket_or_writes_when_imported() -> None:
    """Third parties read files of their own; none may speak, start or write anything."""
    ran = _python(
        "-c",
        f"{WATCH}\nfrom importlib import import_module\nfor name in {_every_module()!r}: import_module(name)\n{SAY}",
    )
    assert ran.returncode == 0, ran.stderr
    acts = [act for act in json.loads(ran.stdout) if not act.startswith("read ") and NUMPYS not in act]
    assert acts == []


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["verify", "--help"], ["log", "--help"]])
def test_help_and_verification_load_no_part_of_a_gateway(arguments: list[str]) -> None:
    ran = _python(
        "-c",
        "import sys\nfrom comity.cli.main import main\n"
        f"try: main({arguments!r})\nexcept SystemExit: pass\n"
        f"print('loaded:', sorted(set({ONLY_FOR_SERVE!r}) & set(sys.modules)))",
    )
    assert ran.stdout.splitlines()[-1:] == ["loaded: []"], ran.stdout + ran.stderr


@pytest.mark.parametrize("command", ["verify", "log"])
def test_the_base_install_verifies(command: str) -> None:
    ran = _python("-c", BASE_ONLY, command, "--help")
    assert ran.returncode == 0, ran.stderr
    assert f"usage: comity {command}" in ran.stdout


def test_the_base_install_says_what_a_replay_needs(tmp_path: Path) -> None:
    """The receipt verifies; asking the law again needs the engine."""
    receipt, policy = tmp_path / "receipt.json", tmp_path / "policy"
    receipt.write_text(written(Log().answered()))
    policy.write_text(museum_policy())
    assert _python("-c", BASE_ONLY, "verify", str(receipt), "--policy", str(policy)).returncode == 0
    ran = _python("-c", BASE_ONLY, "verify", str(receipt), "--policy", str(policy), "--replay", "bundle.json")
    assert ran.returncode == 2
    assert "pip install 'comity[serve]'" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("command", ["serve", "check", "explain", "import", "law", "keys", "demo"])
def test_a_command_without_its_extra_says_which(command: str) -> None:
    ran = _python("-c", BASE_ONLY, command, "--help")
    assert ran.returncode == 2
    assert "pip install 'comity[serve" in ran.stderr
    assert "Traceback" not in ran.stderr
