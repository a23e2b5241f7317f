"""The class of each accelerator follows from the number that stands beside it (ECCN 3A090, notes)."""

from __future__ import annotations

import inspect
import re

import pytest

from comity.stack import accelerators
from comity.stack.accelerators import CLASSES

ROW = re.compile(r'^    "([a-z0-9-]+)": "[a-z-]+",  # ([\d,]+)(?![\dA-Z])(.*)$', re.MULTILINE)
NUMBERED = {
    name: (int(number.replace(",", "")), rest) for name, number, rest in ROW.findall(inspect.getsource(accelerators))
}
NO_NUMBER = {"nvidia-gb200", "nvidia-gb300", "cerebras-wse-3", "apple-m-ultra", "cpu"}
NAMED = {"huawei-ascend-910b", "huawei-ascend-910c", "huawei-ascend-910d"}  # in the guidance of 2025-05-13
OUTSIDE_DATACENTRES = ("nvidia-rtx-", "nvidia-jetson-", "apple-")


def test_every_row_has_a_number_or_a_reason() -> None:
    assert set(CLASSES) - set(NUMBERED) == NO_NUMBER | NAMED


@pytest.mark.parametrize("name", sorted(NUMBERED))
def test_the_class_follows_from_the_number(name: str) -> None:
    performance, rest = NUMBERED[name]
    above = performance >= 4800
    below = performance < 1600 or name.startswith(OUTSIDE_DATACENTRES)
    limb = "3A090" in rest or "whatever its die" in rest
    density = re.search(r"density (\d+(?:\.\d)?)", rest)
    if above or limb:
        assert CLASSES[name] in ("controlled", "prc-advanced")
    else:
        assert CLASSES[name] == "uncontrolled"
        assert below or (density is not None and float(density[1]) < 3.2 and performance < 2400)
    assert above or not (limb and below)


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_chips_of_the_prc_are_never_merely_controlled(name: str) -> None:
    if name.startswith(("huawei-", "biren-")):
        assert CLASSES[name] != "controlled"
