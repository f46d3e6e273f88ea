"""Nodes differ: how far, say the uncertainties of their parts' rows.

A row's plus-minus is read as two standard deviations, cut off there. A block's lanes are spread evenly over
that (a Latin square), so that they stand for all nodes and not for a lucky draw; the same lanes live under
every weather.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boards import Part
from sim.odds.case import Case

Floats = NDArray[np.float64]
#: Nodes that are told apart: the kernel's lanes (`sim.odds.layout`, which needs the compiler).
NODES = 128
#: How far a node's energies lie from their rows, relative: most rows of boards and cameras are known to 10 %.
LOAD = 0.1
#: And its reading of the charge, points of 100. Ours: a cell's curve and an INA219's 0.5 % of 4 V.
GAUGE_POINTS = 5.0


def relative(part: Part, row: str) -> float:
    """Uncertainty of a row over its value; 0 for a part that has no such row."""
    one = part.rows.get(row)
    return one.plus_minus / abs(one.value) if one and one.value else 0.0


def tolerances(case: Case) -> tuple[Floats, Floats, Floats, Floats]:
    """Panel, battery and load of each lane over the case's, and the error of its gauge in points."""
    design = case.design
    steps = (
        relative(design.panel, "effective"), relative(design.cell, "capacity"), LOAD, GAUGE_POINTS,
    )  # fmt: skip
    panel, battery, load, gauge = (
        step * spread(np.random.default_rng([case.seed, number])) for number, step in enumerate(steps)
    )
    return 1.0 + panel, 1.0 + battery, 1.0 + load, gauge


def spread(luck: np.random.Generator) -> Floats:
    """Normal numbers for NODES nodes, of standard deviation 1/2 and cut off at 1, evenly spread."""
    from scipy.special import ndtri

    shares = (luck.permutation(NODES) + 0.5) / NODES
    return np.asarray(np.clip(ndtri(shares) / 2.0, -1.0, 1.0))
