"""Points of the unit cube that fill it evenly: a scrambled Sobol sequence, the same for the same seed."""

from __future__ import annotations

from comity.terms.errors import UsageFault

MAX_DIMENSIONS = 64
"""Parameters that are drawn together; more are a model and no sweep."""


def sobol(seed: int, draws: int, dimensions: int) -> list[list[float]]:
    """At least `draws` points, up to the next power of two, which such a sequence needs to be even.

    Raises:
        UsageFault: scipy is not installed, or there are too many dimensions.
    """
    if not 1 <= dimensions <= MAX_DIMENSIONS:
        raise UsageFault(f"a sweep draws from 1 to {MAX_DIMENSIONS} parameters, not {dimensions}")
    try:
        from scipy.stats import qmc
    except ModuleNotFoundError as error:
        raise UsageFault(f"a sweep of draws needs {error.name}: pip install 'comity[replay]'") from error
    sequence = qmc.Sobol(dimensions, scramble=True, rng=seed)
    points: list[list[float]] = sequence.random_base2(max(0, (draws - 1).bit_length())).tolist()
    return points
