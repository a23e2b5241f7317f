"""The elements of one picture, in the order in which they are painted."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from comity.charts.letters import LONGEST_NAME, clean, cut, fitted, safe, width
from comity.charts.palette import UNKNOWN

WIDE = 720  # units of every picture's width: at that width in pixels, its words are 13 px high
_OWN = "\x01"  # stands for the picture's own prefix of ids; no cleaned text holds it

# One pattern for each hue, so that colour is never alone: plain, slanted, dotted, level, crossed.
_PATTERNS = (
    "",
    '<path d="M-2 6L6 -2M2 10L10 2" class="hatch {h}"/>',
    '<circle cx="2.5" cy="2.5" r="1.1" class="{h}"/><circle cx="6.5" cy="6.5" r="1.1" class="{h}"/>',
    '<path d="M0 2H8M0 6H8" class="hatch {h}"/>',
    '<path d="M0 0L8 8M8 0L0 8" class="hatch {h}"/>',
)
_NOT_KNOWN = len(_PATTERNS)


def num(value: float) -> str:
    """A coordinate to a hundredth of a unit, the same on every machine."""
    digits = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if digits in {"-0", ""} else digits


class Drawing:
    """Collects marks and words, and becomes one `<svg>` element. Coordinates run right and down."""

    __slots__ = ("_parts", "_patterns")

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._patterns: set[int] = set()

    def words(
        self,
        x: float,
        y: float,
        said: str,
        classes: str = "",
        anchor: str = "start",
        most: int = LONGEST_NAME,
        *,
        room: float = WIDE,
        tip: str = "",
    ) -> None:
        """Writes a line of text with its baseline at `y`, cut to `most` characters and to what fits into `room`.

        What is cut is whole in its tooltip.
        """
        whole = clean(said)
        size = (11.5 if "small" in classes else 13) * (1.1 if "strong" in classes else 1)
        shown = fitted(cut(whole, most), room, size)
        title = tip or (whole if shown != whole else "")
        about = "".join(
            f' {key}="{value}"'
            for key, value in (("class", classes), ("text-anchor", anchor if anchor != "start" else ""))
            if value
        )
        self._parts.append(f'<text x="{num(x)}" y="{num(y)}"{about}>{_title(title)}{safe(shown)}</text>')

    def line(self, x1: float, y1: float, x2: float, y2: float, classes: str = "grid") -> None:
        """Draws a straight line."""
        self._parts.append(f'<path d="M{num(x1)} {num(y1)}L{num(x2)} {num(y2)}" class="{classes}"/>')

    def path(self, d: str, classes: str, tip: str = "") -> None:
        """Draws a path, whose coordinates have gone through `num`."""
        closing = f">{_title(tip)}</path>" if tip else "/>"
        self._parts.append(f'<path d="{d}" class="{classes}"{closing}')

    def block(self, x: float, y: float, wide: float, high: float, hue: int | None, tip: str = "") -> None:
        """Fills a rectangle in a hue with its pattern; None is the grey that stands back."""
        if hue == UNKNOWN:
            self.unknown(x, y, wide, high, tip)
            return
        classes = "mute" if hue is None else f"c{hue}"
        self._rect(x, y, wide, high, classes, tip)
        if hue is not None and _PATTERNS[hue]:
            self._over(x, y, wide, high, hue)

    def plate(self, x: float, y: float, wide: float, high: float, classes: str, tip: str = "") -> None:
        """Fills a rectangle by class, with no pattern."""
        self._rect(x, y, wide, high, classes, tip)

    def unknown(self, x: float, y: float, wide: float, high: float, tip: str = "") -> None:
        """Draws the place of what is not known: dashed and hatched, like nothing that is known."""
        self._rect(x, y, wide, high, "unknown", tip)
        self._over(x, y, wide, high, _NOT_KNOWN)

    def point(self, x: float, y: float, shape: int, classes: str, tip: str = "") -> None:
        """Sets a marker: circle, square, diamond, triangle, then a turned triangle, by `shape`."""
        r = 4.0
        corners: Sequence[tuple[float, float]] = (
            ((-r, -r), (r, -r), (r, r), (-r, r)),
            ((0, -r * 1.3), (r * 1.3, 0), (0, r * 1.3), (-r * 1.3, 0)),
            ((0, -r * 1.2), (r * 1.2, r), (-r * 1.2, r)),
            ((0, r * 1.2), (r * 1.2, -r), (-r * 1.2, -r)),
        )[(shape - 1) % 4]
        closing = f">{_title(tip)}</%s>" if tip else "/>"
        if shape % 5 == 0:
            end = closing.replace("%s", "circle")
            self._parts.append(f'<circle cx="{num(x)}" cy="{num(y)}" r="{num(r)}" class="{classes}"{end}')
        else:
            d = "M" + "L".join(f"{num(x + dx)} {num(y + dy)}" for dx, dy in corners) + "Z"
            self._parts.append(f'<path d="{d}" class="{classes}"{closing.replace("%s", "path")}')

    def legend(self, x: float, y: float, names: Sequence[tuple[str, int | None]], most: float = WIDE) -> float:
        """Sets swatches with their names in rows from `x`; returns the y below them."""
        at = x = x + 0.5
        for name, hue in names:
            wide = 18 + width(cut(clean(name))) + 22
            if at > x and at + wide - 22 > most:
                at, y = x, y + 20
            self.block(at, y - 9.5, 12, 11, hue)
            self.words(at + 18, y, name)
            at += wide
        return y + 20 if names else y

    def svg(self, high: float, label: str, wide: float = WIDE) -> str:
        """The picture as one element; `label` is what a screen reader says of it."""
        body = "".join(self._parts)
        own = "p" + sha256(f"{label}{body}".encode()).hexdigest()[:10]
        defs = "".join(_pattern(own, kind) for kind in sorted(self._patterns))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" viewBox="0 0 {num(wide)} {num(high)}" '
            f'aria-label="{safe(label)}">{f"<defs>{defs}</defs>" if defs else ""}{body.replace(_OWN, own)}</svg>'
        )

    def _rect(self, x: float, y: float, wide: float, high: float, classes: str, tip: str) -> None:
        self._parts.append(_rect(x, y, wide, high, f'class="{classes}"', tip))

    def _over(self, x: float, y: float, wide: float, high: float, kind: int) -> None:
        self._patterns.add(kind)
        self._parts.append(_rect(x, y, wide, high, f'fill="url(#{_OWN}{kind})" pointer-events="none"', ""))


def _rect(x: float, y: float, wide: float, high: float, about: str, tip: str) -> str:
    closing = f">{_title(tip)}</rect>" if tip else "/>"
    return f'<rect x="{num(x)}" y="{num(y)}" width="{num(max(wide, 0))}" height="{num(max(high, 0))}" {about}{closing}'


def _title(tip: str) -> str:
    return f"<title>{safe(tip)}</title>" if tip else ""


def _pattern(own: str, kind: int) -> str:
    inner = (
        '<path d="M-2 6L6 -2M2 10L10 2" class="grid"/>' if kind == _NOT_KNOWN else _PATTERNS[kind].format(h=f"h{kind}")
    )
    return f'<pattern id="{own}{kind}" width="8" height="8" patternUnits="userSpaceOnUse">{inner}</pattern>'
