"""Above the shore nothing reads a clock, a file, the environment or a die (DESIGN rule 2); imports are test_floors'."""

from __future__ import annotations

import ast

from tests.tidy.tree import ABOVE_THE_SHORE, SOURCE, calls, modules, short, tree_of

FORBIDDEN_CALLS = {"open", "print", "input", "exec", "eval", "breakpoint"}  # as a bare name
FORBIDDEN_METHODS = {"now", "utcnow", "today", "read_text", "read_bytes", "write_text", "write_bytes", "getenv"}
FORBIDDEN_ATTRIBUTES = {"environ", "argv", "stdout", "stderr", "stdin"}


def test_nothing_above_the_shore_reaches_out() -> None:
    faults = []
    for path in modules(*ABOVE_THE_SHORE):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_ATTRIBUTES:
                faults.append(f"{short(path)}:{node.lineno}: .{node.attr}")
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS:
                faults.append(f"{short(path)}:{node.lineno}: {node.func.id}()")
            elif (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in FORBIDDEN_METHODS
            ):
                faults.append(f"{short(path)}:{node.lineno}: .{node.func.attr}()")
    assert faults == []


def test_only_decide_makes_a_placement() -> None:
    """DESIGN rule 4. Doubles may make one too: nothing that runs imports them."""
    made = {short(path) for path in modules() for _, name in calls(path) if name == "Placement"}
    assert {name for name in made if not name.startswith("src/comity/testing/")} == {"src/comity/placement/decide.py"}


def test_only_law_makes_a_ruling() -> None:
    made = {short(path) for path in modules() for _, name in calls(path) if name in ("Ruling", "Verdict")}
    assert made
    assert all(name.startswith(("src/comity/law/", "src/comity/testing/")) for name in made), made


def test_proxy_variables_are_not_read() -> None:
    """DESIGN rule 5: a proxy would be a hop that no ruling covers."""
    for path in modules():
        text = path.read_text("utf-8").lower()
        assert "http_proxy" not in text and "https_proxy" not in text, short(path)


def test_the_shore_is_where_design_draws_it() -> None:
    assert all((SOURCE / folder).exists() for folder in ("terms", "proof", "stack", "law", "placement", "relay"))
