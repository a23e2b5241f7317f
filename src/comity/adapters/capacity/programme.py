"""One month's programme: a transport problem with an overflow, solved for one objective after another.

x[c, o] tokens of class c go to option o, y[c] overflow. For each class sum(x) + y = tokens; for each option with a
limit sum(x) <= room. First the least overflow; among those the least cost; among those the options that are first by
name.

After each objective the optimal face is kept: by complementary slackness a variable with a reduced cost is 0 in every
optimum, and a row with a dual is tight in every optimum. All objectives are integers and the matrix is totally
unimodular, so duals and reduced costs are integers too, and 0.5 tells them from nought.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import highspy
import numpy as np
import numpy.typing as npt

from comity.terms.errors import Fault

Floats = npt.NDArray[np.float64]

NOUGHT = 0.5
"""Between 0 and the smallest dual that is not 0, which is 1."""

LARGEST = 1e6
"""The largest amount is brought to this: HiGHS's tolerances are 1e-7, and absolute."""


class Class(NamedTuple):
    """Tokens that the same options may take: (option, cost) each."""

    tokens: int
    options: tuple[tuple[int, int], ...]


class Optimum(NamedTuple):
    """Amounts, not yet whole: `flows[c]` by option of the class, `overflow[c]`; for each limit what one more token of
    room would save, in tokens of overflow and in cost."""

    flows: list[list[float]]
    overflow: list[float]
    saved: list[tuple[int, int]]


def optimum(classes: Sequence[Class], limits: Sequence[tuple[int, int]]) -> Optimum:
    """Solve for `classes` and `limits` ((option, tokens) each, every option once). Equal arguments give equal answers.

    Raises:
        Fault: HiGHS found no optimum, which there always is.
    """
    scale = max([each.tokens for each in classes], default=0) / LARGEST or 1.0
    row_of = {option: len(classes) + at for at, (option, _) in enumerate(limits)}
    pairs = [(at, option, cost) for at, each in enumerate(classes) for option, cost in each.options]
    count = len(pairs) + len(classes)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = count, len(classes) + len(limits)
    model.col_lower_, model.col_upper_ = np.zeros(count), np.full(count, highspy.kHighsInf)
    tokens = np.array([each.tokens for each in classes], float) / scale
    room = np.array([amount for _, amount in limits], float) / scale
    model.row_lower_ = np.concatenate([tokens, np.full(len(limits), -highspy.kHighsInf)])
    model.row_upper_ = np.concatenate([tokens, room])
    rows = [[at, row_of[option]] if option in row_of else [at] for at, option, _ in pairs]
    rows += [[at] for at in range(len(classes))]
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.cumsum([0, *map(len, rows)])
    model.a_matrix_.index_ = np.concatenate([np.array(each) for each in rows])
    model.a_matrix_.value_ = np.ones(sum(map(len, rows)))
    model.col_cost_ = np.zeros(count)
    overflowing = np.concatenate([np.zeros(len(pairs)), np.ones(len(classes))])
    costs = np.array([cost for _, _, cost in pairs] + [0] * len(classes), float)
    names = np.array([option for _, option, _ in pairs] + [0] * len(classes), float)
    solver = _Solver(model)
    saved = [solver.least(objective)[len(classes) :] for objective in (overflowing, costs, names)]
    amounts = np.maximum(solver.amounts() * scale, 0.0)
    flows: list[list[float]] = [[] for _ in classes]
    for (at, _, _), amount in zip(pairs, amounts, strict=False):
        flows[at].append(float(amount))
    return Optimum(
        flows, amounts[len(pairs) :].tolist(), [(round(-a), round(-b)) for a, b in zip(saved[0], saved[1], strict=True)]
    )


class _Quiet(highspy.Highs):
    """HiGHS, which with its callbacks on would say its name on standard output, where results are printed."""

    def enableCallbacks(self) -> None:  # noqa: N802 - its name there
        """Leave them off: nothing here asks for one."""


class _Solver:
    """One model, solved for one objective after another on the face that the ones before have left."""

    def __init__(self, model: highspy.HighsLp) -> None:
        self._highs = _Quiet()  # type: ignore[no-untyped-call]
        self._highs.setOptionValue("output_flag", False)
        self._highs.setOptionValue("solver", "simplex")  # vertices alone are whole
        self._highs.setOptionValue("threads", 1)
        self._highs.passModel(model)
        self._columns = np.arange(model.num_col_, dtype=np.int32)
        self._upper = np.array(model.row_upper_)
        self._free = np.ones(model.num_col_, bool)

    def least(self, objective: Floats) -> Floats:
        """Minimise; returns the rows' duals."""
        self._highs.changeColsCost(len(self._columns), self._columns, objective)
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            said = self._highs.modelStatusToString(self._highs.getModelStatus())
            raise Fault(f"capacity could not be shared out: HiGHS says {said}")
        solution = self._highs.getSolution()
        reduced, duals = np.array(solution.col_dual), np.array(solution.row_dual)
        for column in np.flatnonzero(self._free & (np.abs(reduced) > NOUGHT)):
            self._highs.changeColBounds(int(column), 0.0, 0.0)
            self._free[column] = False
        for row in np.flatnonzero(np.abs(duals) > NOUGHT):
            self._highs.changeRowBounds(int(row), float(self._upper[row]), float(self._upper[row]))
        return duals

    def amounts(self) -> Floats:
        """The variables, of the last objective."""
        return np.array(self._highs.getSolution().col_value)
