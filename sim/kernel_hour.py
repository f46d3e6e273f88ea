"""One hour of a power plant, compiled: what the fast kernel and the clairvoyant by days both live in."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sim.kernel_plant import Floats
from sim.policy_source import jitter


@lru_cache(maxsize=1)
def open_circuit() -> Callable[..., float]:
    """Voltage at a charge, by the curve (q, u)."""
    import numpy as np

    @jitter()
    def at_charge(charge: float, q: Floats, u: Floats) -> float:
        piece = min(max(int(np.searchsorted(q, charge)) - 1, 0), len(q) - 2)
        return float(u[piece] + (charge - q[piece]) * (u[piece + 1] - u[piece]) / (q[piece + 1] - q[piece]))

    made: Callable[..., float] = at_charge
    return made


@lru_cache(maxsize=1)
def hour() -> Callable[..., tuple[float, float, bool]]:
    """The compiled hour: (charge, J that went in, whether the supply is cut) at its end."""
    jit, at_charge = jitter(), open_circuit()

    @jit
    def current(row: Floats, volts: Floats, at_V: float) -> float:
        step = volts[1] - volts[0]
        piece = min(max(int((at_V - volts[0]) / step), 0), len(volts) - 2)
        part = min(max((at_V - volts[piece]) / step, 0.0), 1.0)
        return float(row[piece] + part * (row[piece + 1] - row[piece]))

    @jit
    def passed(  # type: ignore[no-untyped-def]  # arrays and tuples as numba sees them
        charge, down, load_J, amps, volts, standing_A, ohm, floor_C, q, u, cell
    ):
        leak_1_s, float_C, cut_V, restart_V, release_C = cell[1:]
        ocv = at_charge(charge, q, u)
        load_A = load_J / 3600.0 / max(ocv, 0.5)
        charged = current(amps, volts, ocv)
        net = charged - load_A - standing_A
        end = charge + (net - charge * leak_1_s) * 3600.0
        if end > float_C and charged > 0.0:
            taken = max(0.0, float_C - charge) / 3600.0 + load_A + standing_A
            charged = min(charged, taken)
            end = min(end, max(float_C, charge))
        charge = max(0.0, end)
        gained_J = charged * 3600.0 * (ocv + ohm * (charged - load_A))
        if down:
            down = at_charge(charge, q, u) + ohm * net < restart_V or charge - floor_C < release_C
        else:
            down = charge <= floor_C or at_charge(charge, q, u) - ohm * load_A < cut_V
        return charge, gained_J, down

    made: Callable[..., Any] = passed
    return made
