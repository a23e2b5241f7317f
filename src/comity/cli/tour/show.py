"""The tour on a terminal: in colour where there is one, plain where the output is piped."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from comity.cli.tour.visit import Outcome
from comity.cli.tour.visits import Visit
from comity.placement.explanation import Explanation
from comity.placement.types import MICRO
from comity.terms.citations import Citation

INDENT = 4
LABEL = 9
BASES = ("statute", "guidance", "contract", "prudential", "tenant")


class Show:
    """Prints the tour, one step after the other, and counts what did not hold."""

    def __init__(self, console: Console | None = None) -> None:
        """Prints to `console`, by default standard output."""
        self._console = console or Console(highlight=False, soft_wrap=False)
        self._plain = not self._console.is_terminal
        self.failed: list[str] = []

    def title(self, text: str, below: str) -> None:
        """The opening."""
        if self._plain:
            self._console.print(f"{text}\n{below}\n", markup=False, soft_wrap=True)
        else:
            body = Text.assemble((text, "bold"), "\n", below)
            self._console.print(Panel(body, border_style="blue", padding=(1, 3), expand=False))

    def say(self, text: str, style: str = "") -> None:
        """A line."""
        self._console.print(Text(text, style="" if self._plain else style), soft_wrap=self._plain)

    def visit(self, number: int, visit: Visit, outcome: Outcome, why: Explanation, faults: Sequence[str]) -> None:
        """A request: the question, the answer, where it went and why, with articles."""
        added = "".join(f", {name}: {value}" for name, value in visit.headers.items())
        way = "streamed" if visit.stream else "whole"
        self._head(f"{number}. {visit.title}", f"[{visit.application}; {visit.language}; {way}{added}]")
        self._line("asked", visit.question)
        if outcome.refusal:
            self._refusal(outcome)
        else:
            self._line("answered", outcome.answer, "bold")
            self._line("went to", f"{outcome.deployment} in {outcome.site}, {outcome.milliseconds} ms", "cyan")
            self._why(outcome.deployment, why)
        self._line("receipt", outcome.receipt, "dim")
        self.check(faults)

    def check(self, faults: Sequence[str]) -> None:
        """Says what did not hold, if anything."""
        for fault in faults:
            self._line("FAILED", fault, "bold yellow")
            self.failed.append(fault)
        self._console.print()

    def step(self, title: str, text: str, lines: str = "") -> None:
        """A step that is no request."""
        self._head(title, "")
        self._line("", text)
        for line in lines.splitlines():
            self._line("", line, "dim")

    def _refusal(self, outcome: Outcome) -> None:
        self._line("refused", f"{outcome.status} {outcome.refusal.get('type', '')}", "bold yellow")
        refusal = outcome.refusal.get("refusal") or {}
        kept_out: dict[str, list[str]] = {}
        rules: dict[str, dict[str, str]] = {}
        for candidate in refusal.get("candidates", []):
            for rule in candidate["rules"]:
                rules[rule["id"]] = rule
                kept_out.setdefault(rule["id"], []).append(candidate.get("deployment", "a deployment"))
        for rule_id, names in sorted(kept_out.items(), key=lambda item: -len(item[1])):
            rule = rules[rule_id]
            who = "all" if len(names) == len(refusal["candidates"]) else ", ".join(names)
            self._line("by", f"{rule['law']}, {rule['cite']} ({rule['basis']}) [{rule_id}]: {who}")
            if who == "all" and rule.get("remedy"):
                self._line("remedy", rule["remedy"])

    def _why(self, chosen: str, why: Explanation) -> None:
        scores = [
            f"{each.deployment.removesuffix('-civic')} {each.candidate.score / MICRO:.2f}"
            for each in why.deployments
            if each.candidate is not None
        ]
        self._line("permitted", f"{', '.join(scores)} (score: lower is better)")
        for each in why.deployments:
            if each.deployment == chosen:
                for advisory in each.advises:
                    self._line("exposed", f"{advisory.law}, {advisory.cite} [{advisory.id}]")
                owed = ", ".join(f"{rule.cite}: {obligation}" for rule, obligation in each.obliges)
                if owed:
                    self._line("owed", owed)
        kept_out: dict[Citation, list[str]] = {}
        for each in why.deployments:
            for rule in each.forbids:
                kept_out.setdefault(rule, []).append(each.deployment.removesuffix("-civic"))
        for rule, names in sorted(kept_out.items(), key=lambda item: (BASES.index(item[0].basis), -len(item[1]))):
            self._line("not", f"{', '.join(names)}: {rule.law}, {rule.cite} [{rule.id}]")

    def _head(self, title: str, detail: str) -> None:
        if self._plain:
            self._console.print(f"{title}  {detail}".rstrip(), markup=False, soft_wrap=True)
        else:
            self._console.print(Text.assemble((title, "bold blue"), "  ", (detail, "dim")))

    def _line(self, label: str, text: str, style: str = "") -> None:
        if self._plain:
            self._console.print(f"{'':{INDENT}}{label:<{LABEL}} {text}", markup=False, soft_wrap=True)
            return
        line = Table.grid(padding=(0, 1))
        line.add_column(width=LABEL, style="dim")
        line.add_column(overflow="fold")
        line.add_row(label, Text(text, style=style))
        self._console.print(Padding(line, (0, 0, 0, INDENT)))
