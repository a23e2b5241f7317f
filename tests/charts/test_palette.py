"""The colours, reckoned: contrast for words and edges in both modes, and hues apart for every kind of colour vision."""

from __future__ import annotations

from itertools import combinations, pairwise
from math import dist

import pytest

from comity.charts.palette import DARK, HUES, LIGHT, RAMP_DARK, RAMP_LIGHT, Mode

# Machado, Oliveira, Fernandes 2009: what a colour turns into, in linear light, where one kind of cone is missing.
VISION = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
MODES = pytest.mark.parametrize("mode", [LIGHT, DARK], ids=["light", "dark"])


def linear(colour: str) -> tuple[float, ...]:
    parts = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return tuple(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, the contrast ratio."""
    bright = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (linear(one), linear(other)))
    return (bright[1] + 0.05) / (bright[0] + 0.05)


def lab(light: tuple[float, ...]) -> tuple[float, ...]:
    """CIELAB of a colour in linear sRGB, D65."""
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.9505, 1.0, 1.089)
    x, y, z = (
        sum(a * max(0.0, b) for a, b in zip(row, light, strict=True)) / w for row, w in zip(rows, white, strict=True)
    )
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@MODES
def test_words_have_a_contrast_of_four_and_a_half(mode: Mode) -> None:
    for words in (mode.ink, mode.soft, mode.link):
        for ground in (mode.page, mode.panel):
            assert contrast(words, ground) >= 4.5


@pytest.mark.parametrize("ramp", [RAMP_LIGHT, RAMP_DARK], ids=["light", "dark"])
def test_words_on_the_ramp_do_too_and_its_steps_are_in_order(ramp: tuple[tuple[str, str], ...]) -> None:
    assert all(contrast(ink, fill) >= 4.5 for fill, ink in ramp)
    bright = [lab(linear(fill))[0] for fill, _ in ramp]
    steps = [b - a for a, b in pairwise(bright)]
    assert all(step < -5 for step in steps) or all(step > 5 for step in steps)


@MODES
def test_edges_stand_off_the_page(mode: Mode) -> None:
    edges = [hue.dark if mode is DARK else hue.light for hue in HUES]
    assert all(contrast(edge, mode.page) >= 3 for edge in (*edges, mode.mute_edge))


@pytest.mark.parametrize("vision", VISION)
def test_hues_are_apart_for_every_reader(vision: str) -> None:
    seen = {}
    for name, colour in [(hue.name, hue.fill) for hue in HUES] + [("grey", LIGHT.mute), ("dark grey", DARK.mute)]:
        light = linear(colour)
        seen[name] = lab(tuple(sum(a * b for a, b in zip(row, light, strict=True)) for row in VISION[vision]))
    near = {(a, b): dist(seen[a], seen[b]) for a, b in combinations(seen, 2)}
    assert min(near.values()) > 10, min(near, key=lambda pair: near[pair])  # a just noticeable difference is 2.3


def test_no_red_stands_against_green() -> None:
    assert not {"green", "bluish green", "yellow"} & {hue.name for hue in HUES}
