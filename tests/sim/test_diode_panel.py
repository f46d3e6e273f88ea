"""The panel by its single-diode parameters against pvlib's own solution, and against its sibling by label."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pvlib
import pytest

from boards.parts_file import shipped_parts
from sim.diode_panel import DiodePanel, panel_of
from sim.panel import DARK, Panel

PART = shipped_parts()["panel", "panel-6w-diode"]
CONDITIONS = [(1000.0, 25.0), (1100.0, 60.0), (600.0, 45.0), (200.0, -10.0), (30.0, 5.0), (2.0, -20.0)]
#: A panel of the CEC list as it stands there: Atlantis SS125LM, 14 W.
ATLANTIS = {
    "i_sc": 5.2, "isc_temp": 0.001508 / 5.2, "effective": 1.0, "photo_current": 5.200645,
    "diode_current": 5.9e-11, "series": 0.076103, "shunt": 612.710754, "diode_V": 0.14692, "band_gap": 1.121,
    "band_gap_temp": -0.0002677, "adjust": 0.05073685,
}  # fmt: skip


class Rows:
    """Rows of a panel; by name."""

    def __init__(self, **rows: float) -> None:
        self.caps: Mapping[str, object] = MappingProxyType({"by": "diode"})
        self.rows = rows

    def v(self, name: str) -> float:
        return self.rows[name]


def of_part(**other: float) -> Rows:
    return Rows(**({name: row.value for name, row in PART.rows.items()} | other))


def theirs(rows: Rows, sun: float, cell_C: float) -> tuple[float, float, float, float, float]:
    """IL, I0, Rs, Rsh, a by pvlib."""
    r = rows.rows
    return pvlib.pvsystem.calcparams_cec(
        sun, cell_C, r["i_sc"] * r["isc_temp"], r["diode_V"], r["photo_current"], r["diode_current"],
        r["shunt"], r["series"], 100.0 * r["adjust"],
    )  # fmt: skip


@pytest.mark.parametrize(("sun", "cell_C"), CONDITIONS)
@pytest.mark.parametrize("rows", [of_part(effective=1.0), Rows(**ATLANTIS)], ids=["ours", "CEC"])
def test_the_curve_is_pvlibs(rows: Rows, sun: float, cell_C: float) -> None:
    curve = DiodePanel(rows).curve(sun, cell_C)
    points = pvlib.pvsystem.singlediode(*theirs(rows, sun, cell_C), method="lambertw")
    assert curve.voc_V == pytest.approx(float(points["v_oc"]), rel=1e-6)
    assert curve.current_A(0.0) == pytest.approx(float(points["i_sc"]), rel=1e-6)
    assert curve.mpp_W() == pytest.approx(float(points["p_mp"]), rel=1e-6)
    volts = np.linspace(0.0, 0.999 * curve.voc_V, 40)
    amps = pvlib.pvsystem.i_from_v(volts, *theirs(rows, sun, cell_C))
    assert [curve.current_A(v) for v in volts.tolist()] == pytest.approx(amps.tolist(), rel=1e-6, abs=1e-9)
    for share in (0.1, 0.5, 0.9, 0.98):
        amperes = share * curve.current_A(0.0)
        assert curve.current_A(curve.volts_V(amperes)) == pytest.approx(amperes, rel=1e-9)
    assert curve.current_A(1.001 * curve.voc_V) == 0.0


@pytest.mark.parametrize(
    "rows", [of_part(), of_part(series=0.0), Rows(**ATLANTIS)], ids=["ours", "no Rs", "CEC"]
)
def test_many_hours_at_once_are_the_same(rows: Rows) -> None:
    panel = DiodePanel(rows)
    suns, warm = (
        np.array([0.0, 0.4, *(s for s, _ in CONDITIONS)]),
        np.array([5.0, 5.0, *(c for _, c in CONDITIONS)]),
    )
    volts = np.linspace(1.0, 7.5, 9)
    curves = panel.curves(suns, warm)
    found = curves.current_A(volts)
    for at, (sun, cell_C) in enumerate(zip(suns.tolist(), warm.tolist(), strict=True)):
        one = panel.curve(sun, cell_C)
        assert curves.voc_V[at] == pytest.approx(one.voc_V, rel=1e-12)
        assert found[at] == pytest.approx([one.current_A(v) for v in volts.tolist()], rel=1e-9, abs=1e-12)


def test_the_shipped_one_goes_through_its_label_and_lies_beside_its_sibling() -> None:
    """Same label, same ideality: the shunt takes a little in weak light, and a kelvin takes 0.46 % of the
    voltage by this diode where the label's row has 0.3 %."""
    rows = of_part(effective=1.0)
    ours = DiodePanel(rows)
    stc = ours.curve(1000.0, 25.0)
    assert stc.current_A(0.0) == pytest.approx(1.08, rel=1e-6)
    assert stc.current_A(6.0) == pytest.approx(1.0, rel=1e-6)
    assert stc.voc_V == pytest.approx(7.2, rel=1e-6)
    label = Panel(rows)
    assert ours.curve(800.0, 40.0).mpp_W() == pytest.approx(label.curve(800.0, 40.0).mpp_W(), rel=0.04)
    warm, warm_label = ours.curve(800.0, 40.0), label.curve(800.0, 40.0)
    assert warm.voc_V / warm_label.voc_V == pytest.approx(0.975, abs=0.003)
    weak, sibling = ours.curve(20.0, 25.0).mpp_W(), label.curve(20.0, 25.0).mpp_W()
    assert 0.97 * sibling < weak < 0.995 * sibling


def test_effective_scales_the_current_and_not_the_voltage() -> None:
    whole, half = (DiodePanel(of_part(effective=share)).curve(700.0, 30.0) for share in (1.0, 0.5))
    for volts in (0.0, 4.4, 5.5, 6.5):
        assert half.current_A(volts) == pytest.approx(0.5 * whole.current_A(volts), rel=1e-9)
    assert half.voc_V == pytest.approx(whole.voc_V, rel=1e-12)


def test_dark_is_dark_and_the_cap_chooses() -> None:
    assert DiodePanel(of_part()).curve(0.49, 10.0) is DARK
    assert isinstance(panel_of(PART), DiodePanel)
    assert isinstance(panel_of(shipped_parts()["panel", "panel-6w"]), Panel)
