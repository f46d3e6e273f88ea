"""One hour of a power plant, compiled: what the fast kernel and the clairvoyant by days both live in."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sim.kernel_plant import Floats
from sim.policy_source import as_it_is, jitter

#: What compiles a function: numba, or nothing.
Jit = Callable[..., Any]


def jit_of(quick: bool) -> Jit:
    """numba's, or (not `quick`) none: then nothing here needs numba."""
    return jitter() if quick else as_it_is


@lru_cache(maxsize=2)
def worth_of(quick: bool = True) -> Callable[..., float]:
    """Value of so many pictures of a day, by steps of (pictures, value of each)."""

    @jit_of(quick)
    def worth(count: float, steps: Floats) -> float:
        value = 0.0
        for at in range(len(steps)):
            taken = min(count, steps[at, 0])
            value += taken * steps[at, 1]
            count -= taken
        return value

    made: Callable[..., float] = worth
    return made


@lru_cache(maxsize=2)
def open_circuit(quick: bool = True) -> Callable[..., float]:
    """Voltage at a charge, by the curve (q, u)."""
    import numpy as np

    @jit_of(quick)
    def at_charge(charge: float, q: Floats, u: Floats) -> float:
        piece = min(max(int(np.searchsorted(q, charge)) - 1, 0), len(q) - 2)
        return float(u[piece] + (charge - q[piece]) * (u[piece + 1] - u[piece]) / (q[piece + 1] - q[piece]))

    made: Callable[..., float] = at_charge
    return made


@lru_cache(maxsize=2)
def hour(quick: bool = True) -> Callable[..., tuple[float, float, bool]]:
    """The hour, compiled or not: (charge, J that went in, whether the supply is cut) at its end."""
    jit, at_charge = jit_of(quick), open_circuit(quick)

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
