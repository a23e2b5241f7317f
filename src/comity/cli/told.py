"""Answers on a terminal: headings, sentences and rows; in colour where there is one, plain text where it is piped."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TextIO

from rich.console import Console
from rich.text import Text

BAR = 20
"""Characters of a bar that is full."""


LEAST = 20
"""Of a column that is broken: a narrower one is no text any more."""


class Told:
    """Prints the parts of an answer, one after the other."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """Prints to `stream`, by default standard output."""
        self._console = Console(file=stream, highlight=False, soft_wrap=False)
        self._plain = not self._console.is_terminal

    def title(self, text: str, below: str = "") -> None:
        """The opening."""
        self._print(text, "bold")
        if below:
            self._print(below, "dim")

    def heading(self, text: str) -> None:
        """A part begins."""
        self._print("")
        self._print(text, "bold blue")

    def say(self, text: str, style: str = "") -> None:
        """A sentence."""
        self._print(text, style)

    def rows(self, rows: Sequence[Sequence[str]], right: Sequence[int] = (), *, indent: int = 2) -> None:
        """Rows in columns; those in `right` stand to the right. The last column is as long as it is: on a terminal that
        is narrower it goes on below itself.
        """
        if not rows:
            return
        widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
        for row in rows:
            cells = [
                cell.rjust(widths[at]) if at in right else cell.ljust(widths[at]) if at < len(row) - 1 else cell
                for at, cell in enumerate(row)
            ]
            lead, last = " " * indent + "".join(f"{cell}  " for cell in cells[:-1]), cells[-1]
            for number, part in enumerate(self._broken(last, len(lead))):
                self._print(f"{lead if number == 0 else ' ' * len(lead)}{part}".rstrip())

    def items(self, lines: Sequence[str]) -> None:
        """A list, each with a dash."""
        self.rows([("-", line) for line in lines])

    def _broken(self, text: str, before: int) -> list[str]:
        wide = self._console.width - before
        if self._plain or len(text) <= wide:
            return [text]
        return wrap(text, max(wide, LEAST), break_long_words=False, break_on_hyphens=False) or [""]

    def _print(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style="" if self._plain else style), soft_wrap=self._plain)


def listed(names: Sequence[str]) -> str:
    """Names as a sentence has them: "a, b and c"."""
    *first, last = names or ("",)
    return f"{', '.join(first)} and {last}" if first else last


def bar(part: int, whole: int) -> str:
    """A share as a bar; anything at all is at least one mark."""
    marks = round(part * BAR / whole) if whole else 0
    return "#" * (max(1, marks) if part else 0)


def percent(part: int, whole: int) -> str:
    """A share in per cent: what is not all is never 100, and what is something never 0."""
    if not whole:
        return "-"
    exact = part * 100 / whole
    if part and exact < 1:
        return "<1 %"
    if part < whole and exact > 99:
        return ">99 %"
    return f"{exact:.0f} %"
