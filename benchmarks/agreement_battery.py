"""The battery's books against closed forms, and its ageing and bookkeeping against NREL's BatteryStateful.

Every function returns relative errors, or figures of both sides, by case; `bench agreement` prints them, and
a test holds them. PySAM is a tool of the developers; without it `pysam_*` raise ImportError.

Where the models do not mean the same: SAM's voltages of LFP (4.1 V full) are no truth and are not compared.
Its LFP calendar is where ours comes from. Its NMC cell is a large one for vehicles: three years full at 25 C
take 5 % of it, 35 % of the small cells of the storage table that ours has, and 20 % at freezing point, at any
charge, where the storage table has 4 to 10. SAM takes the larger of calendar and cycle loss, ours adds them.
Its LFP table lives through 7300 full cycles, cheap cells promise 2000, and its shallow cycles cost more
charge for charge than its deep ones, which no maker of small cells reports.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import exp
from types import MappingProxyType

import numpy as np

from boards import Part
from boards.parts_file import shipped_parts
from sim.ageing import Ageing, YEAR_h, capacity_left, rate_at, shelved
from sim.cell import Cell
from sim.plant import Plant
from sim.sky import Sky
from sim.weather import HOURS, default_weather

#: Above it our cells give all they have, as they are rated there, C.
_TABLE_TO_C = 23.0
Errors = dict[str, dict[str, float]]

CELLS = tuple(sorted(name for kind, name in shipped_parts() if kind == "cell"))
#: A temperature at which every cell gives all that it has, C; the load and the charge of the cases, A.
WARM_C, LOAD_A, CHARGE_A = 45.0, 0.15, 0.2
#: Where charge and discharge begin, share of the capacity.
LOW, HIGH = 0.12, 0.93


def bookkeeping(names: tuple[str, ...] = CELLS) -> Errors:
    """The twin's plant against closed forms, for each cell: relative errors of charge and energy."""
    cases = {"load": _constant_load, "power": _constant_power, "charge": _constant_charge,
             "discharge": _full_discharge, "float": _float_hold, "shelf": _shelf}  # fmt: skip
    found: Errors = {}
    for name in names:
        for case, of in cases.items():
            found[f"{name} {case}"] = of(name)
    return found


def _constant_load(name: str) -> dict[str, float]:
    """A constant current until the protection cuts off at OCV - I R."""
    cell = Cell(_ideal(name))
    ohm = cell.resistance_ohm(WARM_C)
    plant = _plant(name, HIGH)
    plant.advance(1e9, 0.0, LOAD_A)
    last_C = cell.charge_at_C(plant.cut_off_V + LOAD_A * ohm)
    spent_C = HIGH * cell.capacity_C - last_C
    heat_J = ohm * LOAD_A * spent_C
    used_J = cell.energy_J(HIGH * cell.capacity_C) - cell.energy_J(last_C) - heat_J
    return _errors(plant, load_C=spent_C, load_J=used_J, time=(plant.t_s, spent_C / LOAD_A))


def _constant_power(name: str) -> dict[str, float]:
    """A constant power from a cell without resistance: the stored energy falls in a straight line."""
    watts = 0.5
    plant = _plant(name, HIGH, resistance=1e-7)
    plant.advance(1e9, watts)
    cell = plant.cell
    last_C = cell.charge_at_C(plant.cut_off_V)
    used_J = cell.energy_J(HIGH * cell.capacity_C) - cell.energy_J(last_C)
    return _errors(
        plant, load_C=HIGH * cell.capacity_C - last_C, load_J=used_J, time=(plant.t_s, used_J / watts)
    )


def _constant_charge(name: str) -> dict[str, float]:
    """A limited charge of some hours, far from the end of charge."""
    plant = _plant(name, LOW, sun_W_m2=900.0)
    cell = plant.cell
    seconds = 0.6 * cell.capacity_C / CHARGE_A
    plant.advance(seconds)
    last_C = LOW * cell.capacity_C + CHARGE_A * seconds
    stored_J = cell.energy_J(last_C) - cell.energy_J(LOW * cell.capacity_C)
    heat_J = cell.resistance_ohm(WARM_C) * CHARGE_A * CHARGE_A * seconds
    return _errors(plant, charged_C=CHARGE_A * seconds, harvest_J=stored_J + heat_J)


def _full_discharge(name: str) -> dict[str, float]:
    """From full to empty by a current so small that the resistance does not matter."""
    plant = _plant(name, 1.0, resistance=1e-7, cut_off=_ideal(name).v("cut_off"))
    plant.advance(1e9, 0.0, LOAD_A)
    cell = plant.cell
    return _errors(plant, load_C=cell.capacity_C, load_J=cell.energy_J(cell.capacity_C))


def _float_hold(name: str) -> dict[str, float]:
    """Held at the float voltage the cell's own nears it as exp(-t slope / R)."""
    plant = _plant(name, 0.9999, sun_W_m2=900.0, term_current=0.0)
    cell = plant.cell
    ohm, end_C = cell.resistance_ohm(WARM_C), cell.capacity_C
    slope = cell.segment(end_C).slope_V_C
    first_C = 0.9999 * cell.capacity_C
    tau_s = ohm / slope
    gap_V = cell.ocv_V(end_C) - cell.ocv_V(first_C)
    limited_s = max(0.0, (gap_V - CHARGE_A * ohm) / (CHARGE_A * slope))
    plant.advance(limited_s + 2.0 * tau_s)
    missing_C = min(gap_V, CHARGE_A * ohm) / slope * exp(-2.0)
    taken_C = end_C - missing_C - first_C
    heat_J = ohm * (CHARGE_A**2 * limited_s + (missing_C / tau_s) ** 2 * tau_s / 2.0 * (exp(4.0) - 1.0))
    stored_J = cell.energy_J(first_C + taken_C) - cell.energy_J(first_C)
    return _errors(plant, charged_C=taken_C, harvest_J=stored_J + heat_J)


def _shelf(name: str) -> dict[str, float]:
    """Half a year on the shelf: what is left falls as exp(-k t)."""
    plant = _plant(name, HIGH, self_discharge=shipped_parts()["cell", name].v("self_discharge"))
    seconds = 0.5 * YEAR_h * 3600.0
    plant.advance(seconds)
    cell = plant.cell
    left_C = HIGH * cell.capacity_C * exp(-cell.leak_at_1_s(WARM_C) * seconds)
    return {
        **_errors(plant),
        "charge": abs(plant.charge_C / left_C - 1.0),
        "energy": abs(cell.energy_J(plant.charge_C) / cell.energy_J(left_C) - 1.0),
    }


def pysam_bookkeeping() -> Errors:
    """The same current out of our cell and out of SAM's with life and temperature switched off: their charges
    and states of charge, relative to the capacity."""
    sam = _sam("LFPGraphite", WARM_C, 90.0, calendar_choice=0.0, cycling_matrix=_NO_CYCLES)
    sam.ParamsPack.cap_vs_temp = [[-20.0, 100.0], [60.0, 100.0]]
    sam.execute(0)
    capacity_Ah = sam.StatePack.Q_max
    amps = 0.1 * capacity_Ah
    sam.Controls.input_current = amps
    plant = _plant("lfp-26650-3200", 0.9, capacity=capacity_Ah, resistance=1e-6)
    charge = soc = 0.0
    for hour in range(1, 7):
        sam.execute(0)
        plant.advance(hour * 3600.0, 0.0, amps)
        charge = max(charge, abs(sam.StatePack.Q - plant.charge_C / 3600.0) / capacity_Ah)
        soc = max(soc, abs(sam.StatePack.SOC / 100.0 - plant.soc))
    return {"LFP, six hours at C/10": {"charge": charge, "soc": soc}}


def pysam_capacity() -> dict[str, tuple[float, float]]:
    """Usable share of the capacity over temperature, (ours, SAM's published table); that of NMC is in SAM's
    table only, its model leaves temperature out."""
    found = {}
    for name, theirs in (("lfp-18650-1500", "LFPGraphite"), ("nmc-18650-3000", "NMCGraphite")):
        cell = Cell(shipped_parts()["cell", name])
        sam = _sam(theirs, 23.0, 50.0)
        for cell_C, percent in sam.ParamsPack.cap_vs_temp:
            if cell_C <= _TABLE_TO_C:
                ours = 1.0 - cell.floor_C(cell_C) / cell.capacity_C
                found[f"{theirs} {cell_C:g} C"] = (ours, min(1.0, percent / 100.0))
    return found


def pysam_calendar(years: int = 3) -> dict[str, tuple[float, float]]:
    """What is left after years on the shelf, (ours, SAM's)."""
    found = {}
    for name, theirs in (("lfp-18650-1500", "LFPGraphite"), ("nmc-18650-3000", "NMCGraphite")):
        ageing = Ageing.of(shipped_parts()["cell", name])
        for cell_C in (0.0, 25.0, 40.0):
            for soc in (1.0, 0.4):
                sam = _sam(theirs, cell_C, 100.0 * soc)
                for _ in range(round(years * YEAR_h)):
                    sam.execute(0)
                full, stored = (float(one) for one in ageing.rates(np.array(cell_C)))
                ours = capacity_left(shelved(0.0, rate_at(full, stored, soc), years * YEAR_h), 0.0)
                key = f"{theirs} {cell_C:g} C {100 * soc:.0f} %"
                found[key] = (ours, sam.StateCell.q_relative / 100.0)
    return found


def pysam_cycles() -> dict[str, tuple[float, float]]:
    """Full cycles' worth of charge until 80 % is left, by depth, (ours, SAM's published table), LFP."""
    ageing = Ageing.of(shipped_parts()["cell", "lfp-18650-1500"])
    sam = _sam("LFPGraphite", 25.0, 50.0)  # kept: its parts die with it
    table = np.array(sam.ParamsCell.cycling_matrix)
    found = {}
    for depth in (1.0, 0.8, 0.4, 0.2):
        one = table[table[:, 0] == 100.0 * depth]
        theirs = float(one[np.argmax(one[:, 2] <= 80.0), 1]) * depth
        found[f"LFPGraphite {100 * depth:.0f} %"] = (
            0.2 / ageing.per_cycle * depth ** (1.0 - ageing.exponent),
            theirs,
        )
    return found


_NO_CYCLES = [[20.0, 0.0, 100.0], [20.0, 1e5, 100.0], [80.0, 0.0, 100.0], [80.0, 1e5, 100.0]]


def _sam(name: str, cell_C: float, soc: float, **cell: object):  # type: ignore[no-untyped-def]  # no stubs
    """BatteryStateful as it comes, at this temperature and charge, without losses of its inverter."""
    import PySAM.BatteryStateful as stateful

    sam = stateful.default(name)
    sam.Controls.assign({"control_mode": 0.0, "dt_hr": 1.0, "input_current": 0.0})
    sam.ParamsCell.assign({"initial_SOC": soc, "minimum_SOC": 0.0, "maximum_SOC": 100.0, **cell})
    no_loss = {f"monthly_{when}_loss": [0.0] for when in ("charge", "discharge", "idle")}
    sam.ParamsPack.assign(
        {
            "T_room_init": cell_C,
            "loss_choice": 0.0,
            "schedule_loss": [0.0],
            "replacement_option": 0.0,
            **no_loss,
        }
    )
    sam.setup()
    return sam


def _ideal(name: str, **rows: float) -> Part:
    """A cell without self-discharge (but for `rows`)."""
    return _with(shipped_parts()["cell", name], {"self_discharge": 0.0, **rows})


def _plant(name: str, soc0: float, sun_W_m2: float = 0.0, **rows: float) -> Plant:
    """A plant in one and the same hour for ever, with nothing that stands beside the load."""
    parts = shipped_parts()
    cell = _ideal(name, **rows)
    quiet = {"quiescent": 0.0, "back_feed": 0.0}
    float_V = cell.table("ocv")[-1][1]
    charger = {**quiet, "charge_current": CHARGE_A, "float": float_V, "term_current": 0.0, **rows}
    protection = {**quiet, "cut_off": cell.v("cut_off"), "restart": float_V}
    return Plant.from_parts(
        _with(parts["panel", "panel-6w"], {}), _with(parts["charger", "xiao-s3-onboard"], charger),
        cell, _with(parts["protection", "dw01"], protection), _one_hour(sun_W_m2), soc0,
    )  # fmt: skip


def _with(part: Part, values: Mapping[str, float]) -> Part:
    """A part with some rows' values changed; those that it has not are left out."""
    changed = {name: replace(part.rows[name], value=v) for name, v in values.items() if name in part.rows}
    return replace(part, rows=MappingProxyType({**part.rows, **changed}))


def _one_hour(sun_W_m2: float) -> Sky:
    sky = Sky.prepare(default_weather(), shipped_parts()["panel", "panel-6w"], 0.0)
    sun, still = [sun_W_m2] * HOURS, [0.0] * HOURS
    return replace(
        sky, poa_W_m2=sun, absorbed_W_m2=sun, panel_C=[25.0] * HOURS, air_C=[WARM_C] * HOURS, swing=still
    )


def _errors(plant: Plant, time: tuple[float, float] | None = None, **expected: float) -> dict[str, float]:
    """Relative errors of booked charges (`_C`) and energies (`_J`), and of the two closing books."""
    plant.close()
    books = {"C": plant.books.charge_C, "J": plant.books.energy_J}
    found = {"closing": max(plant.errors().values())}
    for name, value in expected.items():
        account, unit = name[:-2], name[-1]
        found["charge" if unit == "C" else "energy"] = abs(books[unit][account] / value - 1.0)
    if time:
        found["time"] = abs(time[0] / time[1] - 1.0)
    return found


def worst(found: Errors) -> float:
    """The largest of all errors."""
    return max(max(errors.values()) for errors in found.values())


def main() -> None:
    """Print everything."""
    for case, errors in {**bookkeeping(), **pysam_bookkeeping()}.items():
        print(f"{case:36}", *(f"{name} {error:.1e}" for name, error in errors.items()))
    for title, of in (("capacity", pysam_capacity), ("calendar", pysam_calendar), ("cycles", pysam_cycles)):
        for case, (ours, theirs) in of().items():
            print(f"{title} {case:28} ours {ours:.4g}  SAM {theirs:.4g}")


if __name__ == "__main__":
    main()
