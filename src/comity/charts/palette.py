"""Colours that tell apart for every reader, in light and in dark.

The hues are Okabe and Ito's (Color Universal Design, 2008, https://jfly.uni-koeln.de/color/), made to be told apart
with protanopia, deuteranopia and tritanopia. Their bluish green is left out, so that nothing is ever red against green,
and so is their yellow, which white paper swallows. No colour stands alone: each has a pattern of its own, and a label.
"""

from __future__ import annotations

from typing import NamedTuple


class Hue(NamedTuple):
    """One colour of the set: `fill` is Okabe and Ito's; `light` and `dark` are the edges that lift it off the page.

    An edge has a contrast of 3:1 or more against the page of its mode (WCAG 2.2, 1.4.11).
    """

    name: str
    fill: str
    light: str
    dark: str


HUES = (
    Hue("blue", "#0072b2", "#00568a", "#4fb3ec"),
    Hue("orange", "#e69f00", "#9a6a00", "#f4bd46"),
    Hue("sky", "#56b4e9", "#1f7fb5", "#8fd0f5"),
    Hue("purple", "#cc79a7", "#9c4677", "#e3a3c6"),
    Hue("vermillion", "#d55e00", "#a54800", "#f08a3c"),
)

# How a chart is told which hue to use: by its place in HUES, None for the grey that stands back.
GREY, BLUE, ORANGE, SKY, PURPLE, VERMILLION = None, 0, 1, 2, 3, 4
UNKNOWN = -1  # no hue: dashed and hatched


class Mode(NamedTuple):
    """Light or dark: the page, its words and its lines."""

    page: str
    panel: str  # behind what is set apart
    ink: str
    soft: str  # words beside the point; still 4.5:1 on page and panel
    line: str  # hairlines, which carry no meaning
    mute: str  # marks that stand back: what was before
    mute_edge: str
    link: str


LIGHT = Mode("#ffffff", "#f5f6f8", "#1a1f26", "#565e69", "#d9dde3", "#c9ced6", "#6e7784", "#00568a")
DARK = Mode("#14181d", "#1c2229", "#e8ebef", "#a7b0bb", "#38414c", "#4a545f", "#98a2ae", "#7cc4f0")

# A ramp of one hue, from little to much; words on each step are in the ink beside it.
RAMP_LIGHT = (
    ("#eef5fa", "#1a1f26"),
    ("#cfe4f2", "#1a1f26"),
    ("#9ccbe6", "#1a1f26"),
    ("#3f8fc2", "#0b0e12"),
    ("#004a78", "#ffffff"),
)
RAMP_DARK = (
    ("#1d2833", "#e8ebef"),
    ("#1f3f57", "#e8ebef"),
    ("#1d5c86", "#ffffff"),
    ("#4fa3d6", "#0b0e12"),
    ("#b5e0fa", "#0b0e12"),
)
