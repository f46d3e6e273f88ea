"""What actions cost a node, worked out once by short runs of the twin and kept."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np

from sim.kernel import Prices
from sim.kernel_prices import prices_of
from sim.nodefile import node_values
from sim.odds.case import Case
from sim.odds.keeping import kept
from sim.run import run
from sim.scenario import Scenario

#: Days of the twin for a node without a camera: its mean load stands for all it does.
STEADY_DAYS, STEADY_START = 4.0, 165


def prices_of_case(case: Case) -> Prices:
    """Prices of the case's design in its garden and behind its Wi-Fi."""
    if case.prices:
        return case.prices
    design = str(case.design.path)
    text = case.design.path.read_text("utf-8")
    if case.design.camera and case.design.pir:
        made = kept(
            "prices", (design, text, case.garden, case.link),
            lambda: np.array(astuple(prices_of(design, case.garden, case.link))),
        )  # fmt: skip
        return Prices(*(float(value) for value in made))
    made = kept("steady", (design, text), lambda: np.array([_steady_W(design)]))
    mean_W = float(made[0])
    booked = float(str(node_values(case.design)["SLEEP_PIN_uW"])) / 1e6
    return Prices(mean_W, booked, mean_W, *(0.0,) * 10)


def _steady_W(design: str) -> float:
    result, _ = run(Scenario(design, days=STEADY_DAYS, start_day=STEADY_START))
    return float(result.hour_load_Wh.mean())
