"""A recording of a meter without its load: where its zero is, and whether that recording fits."""

from __future__ import annotations

import numpy as np

from .amounts import current_text as current
from .errors import AnalysisError
from .folding import looks_folded
from .log import Log
from .meters import Meter
from .rest_noise import readings_of

#: It may have been made at a voltage that differs by so much, V.
SAME_V = 0.25
#: Readings further from their mean than so many standard deviations, or steps, are a load's.
MOST_SD, MOST_STEPS = 10.0, 10.0
#: And its mean may be so many steps beyond what the data sheet allows.
SLACK_STEPS = 3.0


def zero_of(zero: Log, log: Log, rest_V: float, meter: Meter) -> tuple[float, float]:
    """Mean of the recording and its plus or minus, mA; AnalysisError if it does not fit the log."""
    if meter.worst_mA == 0.0:
        raise AnalysisError(
            f"{zero.source}: {log.source} is {meter.title}, which has no zero to be taken off."
        )
    if zero.shunt_ohm != log.shunt_ohm:
        raise AnalysisError(
            f"{zero.source}: was read with a shunt of {zero.shunt_ohm:g} ohm, {log.source} with "
            f"{log.shunt_ohm:g} ohm, expected the same meter."
        )
    volts = float(zero.V.mean())
    if abs(volts - rest_V) > SAME_V:
        raise AnalysisError(
            f"{zero.source}: was made at {volts:.2f} V, the rest of {log.source} at {rest_V:.2f} V, expected "
            f"the same within {SAME_V:g} V, since the zero moves with it."
        )
    readings = readings_of(zero.mA, zero.dt_s, meter.step_mA, np.full(len(zero.mA), zero.mA.mean()))
    _check_unplugged(zero, meter, readings.mean_mA, readings.sd_mA, volts)
    if looks_folded(readings, meter.noise_mA):
        raise AnalysisError(
            f"{zero.source}: no reading is below zero, expected some: a logger that drops the sign cannot "
            "tell its zero."
        )
    return readings.mean_mA, readings.scatter_mA + readings.hidden_mA


def _check_unplugged(zero: Log, meter: Meter, mean_mA: float, sd_mA: float, volts: float) -> None:
    most_mA = meter.worst_mA + meter.input_mA(0.0 if volts != volts else volts) + SLACK_STEPS * meter.step_mA
    if abs(mean_mA) > most_mA:
        raise AnalysisError(
            f"{zero.source}: its mean is {current(mean_mA)}, expected {current(most_mA)} at most of an "
            f"unloaded {meter.title}: was the load unplugged?"
        )
    if float(np.abs(zero.mA - mean_mA).max()) > max(MOST_SD * sd_mA, MOST_STEPS * meter.step_mA):
        raise AnalysisError(
            f"{zero.source}: reads {current(float(zero.mA.max()))} once, expected nothing but noise: was the "
            "load unplugged?"
        )
