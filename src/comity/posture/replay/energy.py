"""Energy and carbon of a token at a deployment, from what the stack states, else estimated with a wide band.

    Wh = tokens x J at the accelerator x server x idle x PUE / 3600;  gCO2e = Wh / 1000 x gCO2e per kWh of the grid

Stated `energy` is at the accelerator, and so is the estimate. What stands around the accelerator is in the value, and
in the band: none of it below, the widest gap that Google measured above.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from comity.stack.types import Stack

JOULES_PER_WH = 3_600.0

SERVER, IDLE = 1.43, 1.12
"""What host and idle spare machines add to the active chip: Elsworth and others (Google), *Measuring the environmental
impact of delivering AI at Google Scale*, arXiv 2508.15734, table 1, as quoted: of the 0.24 Wh of a median text prompt
the accelerator takes 0.14 (58 %), the host 0.06 (25 %), idle machines 0.02 (10 %), overhead 0.02 (8 %). With a PUE of
1.09 that makes 1.75; the paper says 1.72."""

ALL_IN = 2.2
"""The most that it may add, PUE apart: the same 0.22 Wh over the 0.10 Wh that the paper's narrower approach finds for
accelerators alone. The paper's 2.4 has the overhead in it, which the site's PUE stands for here."""

PUE = (1.3, 1.1, 1.6)
"""Value, low and high where a site states none: an assumption."""

GRID = (458.0, 20.0, 720.0)
"""gCO2e per kWh where a site states none: the world's in EcoLogits 0.11.3, 203 of whose 215 zones lie in the band (the
dirtiest reach 1,306)."""

BATCH, BITS = 64, 16
"""Assumed of a server whose own figure is not stated: at 64 requests together and 16-bit weights."""

FIT_ERROR = 1.93
"""The 90th percentile of the fit's factor error, families left out one by one."""

BLIND_ERROR = 8.0
"""Where not even the size is known: the measured configurations of one model, task and GPU, above all their batches,
lie 7.6 times apart in the median (54 sets of the 515 below; quartiles 5.5 and 12.4)."""

BLIND_SIZE = 70.0
"""Parameters, in 10^9, taken where a model's name tells none."""

EFFICIENCY = 0.40 * 990e12 / 700
"""FLOP a joule for tokens read: 40 % of an H100's 990 TFLOP/s at 700 W; an assumption."""

_SIZE = re.compile(r"(?<![a-z0-9.])(\d{1,4}(?:\.\d+)?)b(?:-a(\d{1,3}(?:\.\d+)?)b)?(?![a-z0-9])")


class Band(NamedTuple):
    """A figure, and between what it lies."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> Band:
        """All three multiplied."""
        return Band(self.value * factor, self.low * factor, self.high * factor)


class Rates(NamedTuple):
    """Of one deployment: watt-hours of a token in and of a token out, gCO2e per Wh, and what of it is estimated."""

    token_in: Band
    token_out: Band
    carbon: Band
    energy_estimated: bool
    carbon_estimated: bool


def rates(stack: Stack, name: str) -> Rates:
    """The rates of a deployment of the stack."""
    deployment = stack.deployments[name]
    site = stack.sites[deployment.site]
    pue = Band(site.pue, site.pue, site.pue) if site.pue is not None else Band(*PUE)
    grid = Band(*GRID) if site.grid_gco2_kwh is None else Band(*(site.grid_gco2_kwh,) * 3)
    if deployment.energy is not None:
        joules = deployment.energy * 3.6  # kWh per 10^6 tokens are 3.6 J per token
        each = (Band(joules, joules, joules),) * 2
    else:
        each = _estimated(f"{deployment.served_as or ''} {deployment.model}".lower())
    read, written = (_at_the_meter(one, pue) for one in each)
    estimated = deployment.energy is None
    return Rates(read, written, grid.times(1 / 1000), estimated, estimated or site.grid_gco2_kwh is None)


def _at_the_meter(joules: Band, pue: Band) -> Band:
    return Band(
        joules.value * SERVER * IDLE * pue.value / JOULES_PER_WH,
        joules.low * pue.low / JOULES_PER_WH,
        joules.high * ALL_IN * pue.high / JOULES_PER_WH,
    )


def _estimated(name: str) -> tuple[Band, Band]:
    """Joules of a token in and of a token out, by the size in a model's name."""
    found = _SIZE.search(name)
    whole = float(found[1]) if found else BLIND_SIZE
    active = float(found[2]) if found and found[2] else whole
    error = FIT_ERROR if found else BLIND_ERROR
    made = []
    for value in (2 * active * 1e9 / EFFICIENCY, joules_out(active, whole)):
        made.append(Band(value, value / error, value * error))
    return made[0], made[1]


def joules_out(active: float, whole: float) -> float:
    """GPU joules of a token written, for a model of so many 10^9 parameters, active and in all.

    A fit to 515 measured configurations of 19 families (chat and reasoning, H100 and B200: ML.ENERGY leaderboard, data
    of 2026-02-16, commit 0cd52da), leave-one-family-out median factor error 1.22.
    """
    gpus = 2 ** math.ceil(math.log2(max(1, math.ceil(1.2 * whole * BITS / 8 / 80))))
    batch = math.log(BATCH)
    logarithm = (
        -1.144
        + 0.245 * math.log(active)
        + 0.419 * math.log(whole)
        - 0.866 * batch
        + 0.037 * batch**2
        + 0.804 * BITS / 16
        + 0.478 * math.log(gpus)
    )
    return math.exp(logarithm)
