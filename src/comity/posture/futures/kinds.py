"""The models of the future that there are, by their `kind` in a scenario document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from comity.posture.futures.convergence import Convergence, convergence
from comity.posture.futures.cost_curve import CostCurve, cost_curve
from comity.posture.futures.hardware_lag import HardwareLag, hardware_lag
from comity.posture.futures.outlook import Baseline, Outlook
from comity.posture.futures.political_fragility import PoliticalFragility, political_fragility

MODELS: Mapping[str, tuple[type[Struct], Callable[[Any, Baseline | None], Outlook]]] = {
    "cost-curve": (CostCurve, cost_curve),
    "convergence": (Convergence, convergence),
    "hardware-lag": (HardwareLag, hardware_lag),
    "political-fragility": (PoliticalFragility, political_fragility),
}

FUTURES: Mapping[str, type[Struct]] = {kind: parameters for kind, (parameters, _) in MODELS.items()}
"""The type of each kind's parameters, for who reads documents."""


def outlook(future: Mapping[str, Any], baseline: Baseline | None = None) -> Outlook:
    """What the model that `future` names says of its parameters: plain values, as a document that was read has them.

    Raises:
        KeyError: there is no such kind.
        msgspec.ValidationError: the parameters do not fit; no document that was read has such.
    """
    parameters, model = MODELS[future["kind"]]
    plain = {name: value for name, value in future.items() if name != "kind"}
    return model(msgspec.convert(plain, parameters), baseline)
