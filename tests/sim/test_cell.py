"""The cell: voltage, energy, cold and parallel cells, in closed forms."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sim.cell import Cell, CellError, Table, interpolate

#: NMC, LG M50, from PyBaMM's Chen2020 (reference/energy.md 6).
OCV: Table = (
    (0.0, 2.5), (0.05, 3.109), (0.1, 3.296), (0.2, 3.485), (0.3, 3.581), (0.4, 3.667), (0.5, 3.751),
    (0.6, 3.841), (0.7, 3.948), (0.8, 4.042), (0.9, 4.097), (0.95, 4.124), (1.0, 4.2),
)  # fmt: skip


class CellRows:
    def __init__(self, ocv: Table = OCV) -> None:
        self.rows = {
            "capacity": 3.0,
            "resistance": 0.07,
            "charge_min": 0.0,
            "charge_max": 45.0,
            "self_discharge": 0.01,
        }
        self.tables: dict[str, Table] = {
            "ocv": ocv,
            "capacity_factor": ((-20.0, 0.5), (0.0, 0.8), (23.0, 1.0), (45.0, 1.05)),
            "resistance_factor": ((-20.0, 4.0), (0.0, 2.0), (20.0, 1.0)),
        }

    def v(self, name: str) -> float:
        return self.rows[name]

    def table(self, name: str) -> Table:
        return self.tables[name]


def test_voltage_at_and_between_the_points() -> None:
    cell = Cell(CellRows())
    assert cell.capacity_C == 10800.0
    for soc, volts in OCV:
        assert cell.ocv_V(soc * 10800.0) == pytest.approx(volts, abs=1e-12)
    assert cell.ocv_V(0.25 * 10800.0) == pytest.approx((3.485 + 3.581) / 2)
    for volts in (2.6, 3.2, 3.751, 4.15):
        assert cell.ocv_V(cell.charge_at_C(volts)) == pytest.approx(volts, abs=1e-12)
    assert (cell.charge_at_C(2.0), cell.charge_at_C(4.3)) == (0.0, 10800.0)


def test_energy_is_the_integral_of_voltage() -> None:
    cell = Cell(CellRows())
    trapezoids = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(OCV))
    assert cell.energy_J(10800.0) == pytest.approx(10800.0 * trapezoids, rel=1e-12)
    assert cell.energy_J(10800.0) / 3600 == pytest.approx(11.11, abs=0.1)  # Wh: 3 Ah at 3.7 V
    assert cell.energy_J(0.0) == 0.0
    for charge in (100.0, 5000.0, 10700.0):
        slope = (cell.energy_J(charge + 0.01) - cell.energy_J(charge - 0.01)) / 0.02
        assert slope == pytest.approx(cell.ocv_V(charge), rel=1e-7)


def test_cold_raises_resistance_and_the_floor() -> None:
    cell = Cell(CellRows())
    assert [cell.resistance_ohm(t) for t in (-30.0, -20.0, 0.0, 10.0, 20.0, 40.0)] == pytest.approx(
        [0.28, 0.28, 0.14, 0.105, 0.07, 0.07]
    )
    assert [cell.floor_C(t) / 10800.0 for t in (-20.0, -10.0, 0.0, 23.0, 45.0)] == pytest.approx(
        [0.5, 0.35, 0.2, 0.0, 0.0]
    )


def test_self_discharge_doubles_with_ten_kelvin_where_the_cell_says_so() -> None:
    rows = CellRows()
    assert Cell(rows).leak_at_1_s(40.0) == Cell(rows).leak_1_s == 0.01 / (30.44 * 86400)
    rows.tables["self_discharge_factor"] = ((15.0, 0.5), (25.0, 1.0), (35.0, 2.0))
    cell = Cell(rows)
    assert [cell.leak_at_1_s(t) / cell.leak_1_s for t in (0.0, 15.0, 25.0, 35.0)] == [0.5, 0.5, 1.0, 2.0]


def test_two_cells_have_twice_the_charge_and_half_the_resistance() -> None:
    one, two = Cell(CellRows()), Cell(CellRows(), 2)
    assert two.capacity_C == 2 * one.capacity_C
    assert two.resistance_ohm(20.0) == one.resistance_ohm(20.0) / 2
    assert two.ocv_V(6000.0) == pytest.approx(one.ocv_V(3000.0))
    assert two.energy_J(6000.0) == pytest.approx(2 * one.energy_J(3000.0))


def test_segments_meet_and_the_outer_ones_go_on() -> None:
    cell = Cell(CellRows())
    bottom, top = cell.segment(-5.0), cell.segment(11000.0)
    assert bottom.low_C == float("-inf") and bottom.start_C == 0.0 and bottom.u_V == 2.5
    assert top.high_C == float("inf") and top.start_C == pytest.approx(0.95 * 10800.0)
    middle = cell.segment(0.35 * 10800.0)
    assert (middle.low_C, middle.high_C) == pytest.approx((0.3 * 10800.0, 0.4 * 10800.0))
    assert middle.u_V + middle.slope_V_C * (middle.high_C - middle.start_C) == pytest.approx(3.667)


def test_wrong_cells_are_refused_with_a_sentence() -> None:
    for ocv in (
        OCV[1:],
        OCV[:-1],
        OCV[:1],
        ((0.0, 3.0), (0.5, 3.0), (1.0, 4.2)),
        ((0.0, 3.0), (0.0, 3.1), (1.0, 4.2)),
    ):
        with pytest.raises(CellError, match="table ocv is not a curve from 0 to 1"):
            Cell(CellRows(ocv))
    with pytest.raises(CellError, match="cells in parallel is 0, expected 1 or more"):
        Cell(CellRows(), 0)


def test_interpolation_is_level_beyond_its_ends() -> None:
    table = ((0.0, 1.0), (10.0, 3.0), (20.0, 2.0))
    assert [interpolate(table, x) for x in (-1.0, 0.0, 5.0, 10.0, 15.0, 20.0, 99.0)] == [
        1,
        1,
        2,
        3,
        2.5,
        2,
        2,
    ]
