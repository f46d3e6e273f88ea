"""What a log says about its own meter: clipping at full scale, a power column that
disagrees, the rate it was really written at, and how much was never measured.

INA219 figures from Texas Instruments, data sheet SBOS448G, tables 7.5 and 8.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .amounts import current_text
from .log import SAMPLES, FloatArray, Log
from .style import seconds_text

#: Full scale of the shunt input at gain 1, 1/2, 1/4, 1/8, mV.
FULL_SCALE_mV = (40.0, 80.0, 160.0, 320.0)
#: One step of the shunt register, mV.
SHUNT_STEP_mV = 0.01
#: One sample at exactly full scale may be chance; from two on it is a pile-up.
PILE_UP = 2
#: What flows back counts from here on, mA (the worst INA219's zero is 2 mA off); in so much of the time it is
#: no chance. Ours.
BACKWARDS_mA, CHARGED_SHARE = 2.5, 0.005
#: A power sample further than this from V times I counts as disagreeing (a fraction, and mW).
POWER_APART, POWER_STEP_mW = 0.05, 4.0


@dataclass(frozen=True, slots=True)
class Clipping:
    """Samples that sit at the meter's full scale.

    `at_mA` is signed; `charge_part` is their share of the log's charge (0..1).
    """

    rows: NDArray[np.bool_]
    count: int
    at_mA: float
    full_scale_mV: float
    shunt_ohm: float
    charge_part: float

    @property
    def sentence(self) -> str:
        """What a reader must know."""
        verb = "sample sits" if self.count == 1 else "samples sit"
        edge_mV = np.copysign(self.full_scale_mV, self.at_mA)
        return (
            f"{self.count} {verb} at {self.at_mA:.2f} mA, the full scale of a {self.shunt_ohm:g} ohm shunt "
            f"at {edge_mV:+g} mV: the true current was higher, so charge and energy are at least what is "
            f"given here ({100 * self.charge_part:.1f} % of the charge is in them)."
        )


def find_clipping(log: Log) -> Clipping | None:
    """Pile-up of samples at a full scale that no sample exceeds, or None."""
    for sign in (1.0, -1.0):
        found = _at_ceiling(log, sign)
        if found is not None:
            return found
    return None


def _at_ceiling(log: Log, sign: float) -> Clipping | None:
    top = float(log.mA.max() if sign > 0 else -log.mA.min())
    half_step_mA = SHUNT_STEP_mV / log.shunt_ohm / 2 * (1 + 1e-9)  # half a step itself still belongs
    for full_scale_mV in FULL_SCALE_mV:
        full_mA = full_scale_mV / log.shunt_ohm
        if abs(top - full_mA) <= half_step_mA:
            rows = sign * log.mA >= full_mA - half_step_mA
            if rows.sum() < PILE_UP:
                return None
            charge = np.abs(log.charge_mC)
            part = float(charge[rows].sum() / charge.sum())
            return Clipping(rows, int(rows.sum()), sign * full_mA, full_scale_mV, log.shunt_ohm, part)
    return None


def power_note(log: Log) -> str | None:
    """A sentence if the power column and V times I part in some rows, else None."""
    if log.power_mW is None or np.isnan(log.V).any():
        return None
    ours: FloatArray = log.V * log.mA
    apart = np.abs(log.power_mW - ours) > np.maximum(POWER_APART * np.abs(ours), POWER_STEP_mW)
    if not apart.any() or not ours.any():
        return None
    sums = float((log.power_mW * log.dt_s).sum() / (ours * log.dt_s).sum() - 1)
    return (
        f"The power column is more than 5 % away from V x I in {int(apart.sum())} of {len(ours)} rows "
        f"(over the whole log {100 * sums:+.2f} %); energy here is V x I."
    )


def rate_note(log: Log, stated_hz: float | None = None) -> str | None:
    """The real rate of a sampled log, what it hides, and whether it is the stated one."""
    rate = log.rate_hz
    if log.kind != SAMPLES or rate is None:
        return None
    text = f"One row is {seconds_text(log.step_s)}"
    if log.step_s < 1:
        text = f"One row is {1000 * log.step_s:.4g} ms ({rate:.4g} per second)"
    if stated_hz and abs(rate / stated_hz - 1) > 0.02:
        text += f", not the {stated_hz:g} per second that were stated"
    return f"{text}; nothing shorter than two rows can be told apart."


def quality_note(log: Log) -> str | None:
    """Which part of the charge was inferred and not measured, else None."""
    if not log.qualities:
        return None
    charge = np.abs(log.charge_mC)
    total = float(charge.sum()) or 1.0
    parts = {name: float(charge[log.quality == code].sum()) for code, name in enumerate(log.qualities)}
    unmeasured = {
        name: 100 * part / total for name, part in parts.items() if name in ("inferred", "not sampled")
    }
    shown = ", ".join(f"{percent:.0f} % {name}" for name, percent in unmeasured.items() if percent >= 0.5)
    return f"Of the charge, {shown}: priced by the node, not read from its meter." if shown else None


def charged_share(log: Log) -> float:
    """Share of the time (0..1) in which clearly more flows back through the meter than out of it."""
    backwards = log.dt_s[log.mA < -BACKWARDS_mA]
    return float(backwards.sum()) / log.duration_s if log.duration_s else 0.0


def is_charged(log: Log) -> bool:
    """Whether a charge flows through the meter now and then, so that no figure is the load's alone."""
    return float(log.charge_mC.sum()) >= 0.0 and charged_share(log) >= CHARGED_SHARE


def backwards_note(log: Log) -> str | None:
    """A sentence if charge flows backwards, most of the time or now and then, else None."""
    charge = log.charge_mC
    if float(charge.sum()) < 0.0:
        return (
            f"On average the current flows backwards ({current_text(float(charge.sum()) / log.duration_s)}): "
            "something charges, or the meter sits the other way round, and --invert turns the sign."
        )
    if is_charged(log):
        return (
            f"{100 * charged_share(log):.2g} % of the time the current flows backwards: something charges "
            "through this meter, and that is taken off every figure here, also while the current still flows "
            "out. Only a log of the night, or of a meter behind the charger, tells what the node takes."
        )
    return None


def meter_notes(log: Log, stated_hz: float | None = None) -> tuple[str, ...]:
    """Every sentence this module has about a log, the most important first."""
    clipping = find_clipping(log)
    found = (
        backwards_note(log),
        clipping.sentence if clipping else None,
        power_note(log),
        quality_note(log),
        rate_note(log, stated_hz),
    )
    return tuple(note for note in found if note)
