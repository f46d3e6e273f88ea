"""What makes one doubt that a log's rest is rest, or that its meter is the one that was assumed."""

from __future__ import annotations

from .amounts import current_text as current
from .meters import Meter
from .rest_noise import Readings

#: Readings at rest that scatter by more than this, in multiples of the meter's own noise and as a share of
#: their mean, are no rest. Ours.
RESTLESS_NOISE, RESTLESS_SHARE = 10.0, 0.2
#: Readings in steps of less than this part of the meter's own are not its single readings.
FINER = 0.5


def restless(readings: Readings, meter: Meter) -> bool:
    """Whether readings at rest scatter as no rest does."""
    noise_mA = max(meter.noise_mA, readings.step_mA)
    return readings.sd_mA > max(RESTLESS_NOISE * noise_mA, RESTLESS_SHARE * abs(readings.mean_mA))


def doubts(readings: Readings, meter: Meter) -> tuple[str, ...]:
    """Sentences for the owner."""
    said = []
    if restless(readings, meter):
        said.append(
            f"Its rest is not quiet: the readings scatter by {current(readings.sd_mA)}, so what the log "
            "calls rest may be something else."
        )
    if meter.chip and readings.step_mA < FINER * meter.step_mA and readings.sd_mA > 0.0:
        said.append(
            f"The readings are finer than the steps of {meter.one} ({current(meter.step_mA)}): if its "
            "logger did not average them, another meter wrote this, and --meter says which."
        )
    return tuple(said)
