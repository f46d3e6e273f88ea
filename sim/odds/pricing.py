"""What actions cost a node, worked out once by short runs of the twin and kept."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boards import half_full_V
from sim.boot_cost import boot_J
from sim.differences import with_measured
from sim.kernel import Prices
from sim.kernel_prices import LOCKED, Measured, prices_of
from sim.nodefile import node_values
from sim.odds.case import Case
from sim.odds.keeping import kept
from sim.run import run
from sim.scenario import Scenario

#: Days of the twin for a node without a camera: its mean load stands for all it does.
STEADY_DAYS, STEADY_START = 4.0, 165


def prices_of_case(case: Case, measured: Measured = ()) -> Prices:
    """Prices of the case's design in its garden and behind its Wi-Fi, some of its states as `measured`."""
    if case.prices:
        return case.prices
    design = str(case.design.path)
    text = case.design.path.read_text("utf-8")
    if case.design.camera and case.design.pir:
        made = kept(
            "prices", (design, text, case.garden, case.link, *measured),
            lambda: np.array(astuple(prices_of(design, case.garden, case.link, measured))),
        )  # fmt: skip
        return Prices(*(float(value) for value in made))
    made = kept(
        "steady", (design, text, *measured),
        lambda: np.array([_steady_W(design, measured), _steady_W(design, measured, **LOCKED)]),
    )  # fmt: skip
    mean_W, locked_W = (float(value) for value in made)
    booked = float(str(node_values(case.design)["SLEEP_PIN_uW"])) / 1e6
    return Prices(mean_W, booked, mean_W, *(0.0,) * 11, locked_W - mean_W, 1.0)


def _steady_W(design: str, measured: Measured, **changes: Any) -> float:
    """Mean load of some days of the twin, W."""
    whole = Scenario(design, days=STEADY_DAYS, start_day=STEADY_START)
    whole = with_measured(whole, {state: (mW, volts) for state, mW, volts in measured})
    result, _ = run(whole.change(**changes))
    return float(result.hour_load_Wh.mean())


def boot_J_of(case: Case) -> float:
    """What a return from the dark costs, J."""
    design = str(case.design.path)
    made = kept("boot", (design, case.design.path.read_text("utf-8")), lambda: np.array([boot_J(design)]))
    return float(made[0])


def owner_of(case: Case) -> dict[str, int]:
    """Settings that the policy reads, by its names."""
    names = ("low_pct", "high_pct", "full_pct", "batch", "holdoff_s", "night", "wakes_h")
    found = {name: case.settings.get(f"TORPOR_{name.upper()}") for name in names}
    return {name: value for name, value in found.items() if value is not None}


def price_row(case: Case, prices: Prices) -> NDArray[np.float32]:
    """Prices as the loops read them, J: an hour asleep (what is constant power of it), the same as the node
    books it, a wake with its picture, one where energy is scarce, a refusal, a dark frame, a picture, a
    small one, a join, sending each; an hour
    locked out, a motion in it."""
    always = case.policy == "always_on"
    steady_W = prices.sleep_A * half_full_V(case.design)
    asleep_W = prices.awake_W if always else (prices.sleep_W - steady_W) * case.sleep_x
    awake = np.array([prices.wake_J, prices.scarce_J, prices.refused_J]) * (not always)
    taken = (prices.dark_J, prices.picture_J, prices.small_J, prices.join_J)
    sent = (prices.big_KiB * prices.kib_J, prices.small_KiB * prices.kib_J)
    locked = (prices.locked_W * 3600.0, 0.0 if prices.clocked else awake[2])
    row = [asleep_W * 3600.0, prices.booked_W * 3600.0, *awake, *taken, *sent, *locked, prices.clocked]
    return np.array(row, dtype=np.float32)
