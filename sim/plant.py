"""The power plant of a node: panel, charger, battery and protection, moved through time by its load.

`Plant.advance` integrates a load that is constant until a given time, in steps (`sim.step`) that end at full
hours, where the weather changes. The cell is as warm as its box, without one as the air.
"""

from __future__ import annotations

from math import nan

import numpy as np

from sim.books import Books, FloatArray
from sim.buck import charger_of
from sim.cell import NEW, Aged, Cell, CellPart
from sim.charger import Charger, ChargerPart
from sim.diode_panel import PanelModel, PanelPart, panel_of
from sim.panel import Rows
from sim.sky import Sky
from sim.step import FLOAT_SLACK_V, Stepper
from sim.weather import HOURS

#: Longest step, s, so that the charger's voltage is followed along the panel's curve. Ours.
STEP_s = 900.0
#: Longest step while the protection waits and the charger works, s: how late its return can be found. Ours.
RESTART_STEP_s = 30.0


class Plant(Stepper):
    """Panel, charger, cell and protection of one node.

    Attributes to read
    ------------------
    t_s : seconds since the start of the run. charge_C : charge in the cell. soc : the same, 0..1 of its
    capacity. powered : whether the protection lets the node have its supply. failed_at_s : when it last cut
    off (None: never). volts, load_mA : terminal voltage and load of the last step (means). harvest_W : power
    behind the charger in the last step. cell_C : the cell's temperature, per hour of the year. books : hourly
    rows and totals up to the last full hour; call `close()` at the end to enter the started hour.
    """

    __slots__ = ()

    def __init__(
        self,
        panel: PanelModel,
        charger: Charger,
        cell: Cell,
        protection: Rows,
        sky: Sky,
        soc0: float = 0.8,
        supply_min_V: float = 0.0,
        hysteresis_V: float = 0.0,
        cell_C: list[float] | None = None,
    ) -> None:
        self.cell, self.sky, self._charger = cell, sky, charger
        self.cut_off_V = max(protection.v("cut_off"), supply_min_V)
        self.restart_V = max(protection.v("restart"), supply_min_V + hysteresis_V, self.cut_off_V)
        self.protection_A = protection.v("quiescent") / 1000.0  # row in mA
        # what the restart voltage means above the cut-off in a warm cell is asked of a cold one too
        self._release_C = cell.charge_at_C(self.restart_V) - cell.charge_at_C(self.cut_off_V)
        self._panel = panel
        swing = getattr(sky, "swing", None)
        self._swings = None if swing is None else list(swing)
        self.cell_C = sky.air_C if cell_C is None else cell_C
        self._ahead = 1.0 if charger.constant_power else 0.0
        self.t_s, self.charge_C = 0.0, soc0 * cell.capacity_C
        self._first_C, self._first_J = self.charge_C, cell.energy_J(self.charge_C)
        self.volts, self.load_mA, self.harvest_W = cell.ocv_V(self.charge_C), 0.0, 0.0
        self.powered, self.failed_at_s = True, nan
        self._restarted_s = nan
        self._done, self._hour = False, 0
        self.books = Books()
        self._open_hour()

    @classmethod
    def from_parts(
        cls,
        panel: PanelPart,
        charger: ChargerPart,
        cell: CellPart,
        protection: Rows,
        sky: Sky,
        soc0: float = 0.8,
        cells_parallel: int = 1,
        supply_min_V: float = 0.0,
        hysteresis_V: float = 0.0,
        aged: Aged = NEW,
        cell_C: list[float] | None = None,
    ) -> Plant:
        """Build from the parts of a node design; `supply_min_V` is the board's own lower limit, if higher;
        it starts again `hysteresis_V` above it; `aged` is what age has made of the cells; `cell_C`, per
        hour, is their temperature in a box (None: the air's)."""
        return cls(
            panel_of(panel), charger_of(charger), Cell(cell, cells_parallel, aged), protection, sky, soc0,
            supply_min_V, hysteresis_V, cell_C,
        )  # fmt: skip

    @property
    def soc(self) -> float:
        """State of charge, share of the rated capacity."""
        return self.charge_C / self.cell.capacity_C

    @property
    def load_total_J(self) -> float:
        """Energy that the node has taken at the battery's terminals since the start of the run, J."""
        return self.books.energy_J["load"] + self._load_J

    @property
    def load_total_C(self) -> float:
        """Charge that the node has taken since the start of the run, C."""
        return self.books.charge_C["load"] + self._load_C

    @property
    def charged_total_C(self) -> float:
        """Charge that came out of the charger since the start of the run, into battery and load, C."""
        return self.books.charge_C["charged"] + self._charged_C

    def advance(self, t_end_s: float, load_W: float = 0.0, load_A: float = 0.0) -> bool:
        """Move to `t_end_s` under a load of constant power plus constant current at the battery's terminals.

        Returns True at `t_end_s`; False if the supply failed on the way: then `t_s` and `failed_at_s` are the
        time of the failure and `powered` is False. While not powered the load counts as zero, and nothing but
        `next_restart` ends that. A `t_end_s` that is already past does nothing.
        """
        was_powered = self.powered
        if not was_powered:
            load_W = load_A = 0.0
        while (left := t_end_s - self.t_s) > 0.0:
            if left <= STEP_s and t_end_s < self._hour_end_s:
                used = self._step(left, load_W, load_A)
                if used == left:
                    self.t_s = t_end_s  # not t_s + left: no rounding drift
                    return True
                self.t_s += used
            else:
                self._stride(min(left, STEP_s), load_W, load_A)
            if was_powered and not self.powered:
                self.failed_at_s = self.t_s
                return False
        return True

    def next_restart(self, limit_s: float) -> float | None:
        """Wait without a load until the protection lets go; returns the time, or None at `limit_s`.

        A board that its own boot pulls down starts and falls many times a second; one try for each step of
        this wait stands for them.
        """
        stumbles = self.t_s == self._restarted_s
        while not self.powered and (stumbles or not self._may_restart()):
            stumbles = False
            left = limit_s - self.t_s
            if left <= 0.0:
                return None
            self._stride(min(left, RESTART_STEP_s if self._alive else STEP_s), 0.0, 0.0)
        self.powered = True
        self._restarted_s = self.t_s
        self._set_bounds()
        return self.t_s

    def panel_now(self) -> tuple[float, float]:
        """(A, V) in the panel's lead: what goes into battery and load, and what the charger takes itself."""
        if self.harvest_W <= 0.0:
            return 0.0, max(0.0, self._curve.voc_V)
        return self._charger.panel_seen(self._curve, self.harvest_W / self.volts, self.volts)

    def close(self) -> None:
        """Enter the started hour into the books; call at the end of the run."""
        if self.t_s > self._hour_open_s:
            self._close_hour()

    def errors(self) -> dict[str, float]:
        """Relative closing errors of the two books ("charge", "energy"), after `close()`."""
        return {
            "charge": self.books.charge_error(self.charge_C - self._first_C),
            "energy": self.books.energy_error(self.cell.energy_J(self.charge_C) - self._first_J),
        }

    def hours(self) -> dict[str, FloatArray]:
        """The hourly arrays of a run's result, by their names there."""
        books, count = self.books, len(self.books.soc)
        year = np.arange(count) % HOURS
        return {
            "hour_soc": np.array(books.soc),
            "hour_harvest_Wh": np.array(books.harvest_Wh),
            "hour_available_Wh": np.array(books.available_Wh),
            "hour_load_Wh": np.array(books.load_Wh),
            "hour_down_s": np.array(books.down_s),
            "hour_temp_C": np.array(self.sky.air_C)[year],
            "hour_poa_W_m2": np.array(self.sky.poa_W_m2)[year],
        }

    def _stride(self, left: float, load_W: float, load_A: float) -> None:
        """One step that may end at the full hour."""
        to_hour = self._hour_end_s - self.t_s
        if left < to_hour:
            self.t_s += self._step(left, load_W, load_A)
            return
        used = self._step(to_hour, load_W, load_A)
        if used < to_hour:
            self.t_s += used
            return
        self.t_s = self._hour_end_s
        self._close_hour()
        self._hour += 1
        self._open_hour()

    def _may_restart(self) -> bool:
        volts = self.cell.ocv_V(self.charge_C)
        charged = 0.0
        if self._charging:
            charged = self._charger.currents_A(self._curve, volts, self._swing)[0]
        return (
            volts + self._ohm * (charged - self._standing_A) >= self.restart_V
            and self.charge_C - self._floor_C >= self._release_C
        )

    def _open_hour(self) -> None:
        """Weather and temperature of the hour that begins at t_s."""
        charger, cell, index = self._charger, self.cell, self._hour % HOURS
        self._curve = self._panel.curve(self.sky.absorbed_W_m2[index], self.sky.panel_C[index])
        warm_C = self.cell_C[index]
        self._alive = charger.alive(self._curve)
        if not self._alive or self.volts < charger.recharge_V:
            self._done = False
        allowed = charger.allows(warm_C, cell.charge_min_C, cell.charge_max_C)
        self._charging = self._alive and allowed and not self._done
        self._ceiling_V = charger.float_V + FLOAT_SLACK_V
        self._standing_A = self.protection_A + (0.0 if self._alive else charger.back_feed_A)
        if self.charge_C <= 0.0:
            self._standing_A = 0.0  # an empty cell gives nothing
        self._swing = self._swings[index] if self._swings is not None and self._charging else 0.0
        self._guess_A = charger.guess_A(self._curve, self.volts) if self._charging else 0.0
        self._leak_1_s = cell.leak_at_1_s(warm_C)
        self._ohm, self._floor_C = cell.resistance_ohm(warm_C), cell.floor_C(warm_C)
        self._hour_end_s = (self._hour + 1) * 3600.0
        self._clear_hour()
        self._set_bounds()

    def _close_hour(self) -> None:
        cell, warm_C = self.cell, self.cell_C[self._hour % HOURS]
        outside = 0.0 if cell.charge_min_C <= warm_C <= cell.charge_max_C else self._charged_C
        available_J = self._curve.mpp_W() * (self.t_s - self._hour_open_s)
        self.books.close_hour(
            self.soc,
            self._down_s,
            (self._charged_C, self._load_C, self._standing_C, self._self_C, outside),
            (
                available_J,
                self._panel_J,
                self._harvest_J,
                self._load_J,
                self._standing_J,
                self._ohmic_J,
                self._self_J,
            ),
        )
        self._clear_hour()
