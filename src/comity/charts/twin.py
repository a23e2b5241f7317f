"""The text twins of pictures: lines for a terminal, and the same as sentences for a screen reader."""

from __future__ import annotations

from collections.abc import Sequence

from comity.charts.letters import cells, clean, cut, padded

BAR = 24  # columns of the longest bar: with a name and a figure it stays within 80
_EIGHTHS = " ▏▎▍▌▋▊▉"
_DRAWN = str.maketrans(dict.fromkeys("▏▎▍▌▋▊▉█░▒▓─│┄", " "))


def bar(value: float, most: float, wide: int = BAR) -> str:
    """A bar of blocks as long as `value` is of `most`, to an eighth of a column; something is never nothing."""
    if most <= 0 or value == 0:
        return ""
    eighths = max(1, round(8 * wide * min(1.0, abs(value) / most)))
    whole, rest = divmod(eighths, 8)
    return "█" * whole + (_EIGHTHS[rest] if rest else "")


def grid(rows: Sequence[Sequence[str]], right: Sequence[int] = (), most: int = 36) -> list[str]:
    """Rows as columns of a terminal, two spaces apart, none wider than `most`; those in `right` stand to the right."""
    if not rows:
        return []
    rows = [[cut(clean(cell), most) for cell in row] for row in rows]
    wide = [max(cells(row[n]) for row in rows if n < len(row)) for n in range(max(map(len, rows)))]
    return ["  ".join(padded(cell, wide[n], n in right) for n, cell in enumerate(row)).rstrip() for row in rows]


def twin(title: str, body: Sequence[str], source: str = "") -> str:
    """The whole text: title, indented lines, source; no line ends with a space, and the last with no newline."""
    head = clean(title)
    return "\n".join(
        (head, *(f"  {line}".rstrip() for line in body), *((f"  Source: {clean(source)}",) if source else ()))
    )


def spoken(text: str) -> str:
    """The text twin for an ear: its bars left out, its columns closed up, one sentence a line."""
    said = (" ".join(line.translate(_DRAWN).split()) for line in text.splitlines())
    return "\n".join(line for line in said if line)
