"""One step of a power plant: constant load and weather, exact energy, nothing overlooked.

The state is the cell's charge. One step takes constant currents within one straight piece of the voltage
curve, where the mean open-circuit voltage is exactly that at the middle charge (a discrete gradient of the
stored energy), so that

    stored energy gained = harvest - load - standing - ohmic - self-discharge

holds for every step to rounding, and a constant-power load gets exactly its power. Steps are cut where
something changes: at the points of the curve, where the float voltage is reached (held from there in
closed form), and where the protection cuts off.
"""

from __future__ import annotations

from math import expm1, inf, log, log1p, sqrt

from sim.books import Books
from sim.cell import Cell
from sim.charger import Charger
from sim.diode_panel import PanelModel
from sim.panel import Curve
from sim.sky import Sky

#: Slack at the points of the voltage curve, C, of the float voltage, V, and of the termination current, A,
#: and the shortest step to an event, s. Ours: far below what anyone can measure, far above rounding, so that
#: no step ends where it began.
KNOT_SLACK_C = 1e-4
FLOAT_SLACK_V = 1e-6
TERM_SLACK_A = 1e-6
SHORTEST_s = 1e-6


class Stepper:
    """Cell, charger and one panel curve under one load; `Plant` brings the hours and the restart."""

    __slots__ = tuple(
        """
        _ahead _alive _ceiling_V _charged_C _charger _charging _curve _cut_V _done _down_s _first_C _first_J
        _floor_C _guess_A _harvest_J _high_C _hour _hour_end_s _hour_open_s _knot_C _knot_V _leak_1_s _least_C
        _load_C _load_J _low_C _ohm _ohmic_J _panel _panel_J _release_C _restarted_s _self_C _self_J _slope
        _standing_A _standing_C _standing_J _swing _swings books cell cell_C charge_C cut_off_V failed_at_s
        harvest_W load_mA powered protection_A restart_V sky t_s volts
        """.split()
    )

    _charger: Charger
    _curve: Curve
    _panel: PanelModel
    books: Books
    cell: Cell
    sky: Sky
    t_s: float
    charge_C: float
    cut_off_V: float
    powered: bool
    _charging: bool
    _done: bool
    _floor_C: float
    _ceiling_V: float
    _standing_A: float
    _ohm: float
    _leak_1_s: float
    _swing: float
    _swings: list[float] | None
    cell_C: list[float]
    _guess_A: float
    _ahead: float

    def _step(self, dt_s: float, load_W: float, load_A: float, to_event: bool = False) -> float:
        """Integrate one step; returns its length, shorter than asked if something happened on the way.

        `to_event` says that the step was cut to end at an event, which then needs no second look.
        Kept in one piece, with local names: a year's run comes here 600,000 times.
        """
        charge = self.charge_C
        slope = self._slope
        ohm = self._ohm
        rise = 0.5 * slope * dt_s  # of the open-circuit voltage, up to mid-step, V per ampere
        u_first = self._knot_V + slope * (charge - self._knot_C)
        leak = charge * self._leak_1_s * (1.0 - 0.5 * self._leak_1_s * dt_s)
        standing = self._standing_A
        charged = panel_W = 0.0
        if self._charging:
            guess_V = u_first + (ohm + self._ahead * rise) * (self._guess_A - load_A - load_W / u_first)
            charged, panel_W = self._charger.currents_A(self._curve, guess_V, self._swing)
        volts = u_first - rise * leak + (ohm + rise) * (charged - load_A - standing)
        load = load_A
        if load_W > 0.0:  # V = b - (R + rise) P / V
            under_root = volts * volts - 4.0 * (ohm + rise) * load_W
            if under_root < 0.0:
                return self._collapse(dt_s, load_W, load_A)
            volts = 0.5 * (volts + sqrt(under_root))
            load += load_W / volts
        net = charged - load - standing
        half_C = 0.5 * dt_s * (net - leak)
        swing = slope * half_C
        end = charge + half_C + half_C
        if not to_event and (
            end < self._least_C
            or end > self._high_C
            or volts - abs(swing) < self._cut_V
            or (charged > 0.0 and volts + swing > self._ceiling_V)
        ):
            return self._event(dt_s, load_W, load_A, volts, half_C, charged)
        self.charge_C = end
        self.volts = volts
        self._book(dt_s, charged, load, leak, u_first + swing, panel_W)
        self._ohmic_J += ohm * net * net * dt_s
        return dt_s

    def _book(
        self, dt_s: float, charged: float, load: float, leak: float, u_mean: float, panel_W: float
    ) -> None:
        """Enter one step into the hour's accounts."""
        volts = self.volts
        self.load_mA = 1000.0 * load
        self.harvest_W = volts * charged
        taken = load * dt_s
        self._load_C += taken
        self._load_J += volts * taken
        taken = self._standing_A * dt_s
        self._standing_C += taken
        self._standing_J += volts * taken
        taken = leak * dt_s
        self._self_C += taken
        self._self_J += u_mean * taken
        if charged > 0.0:
            taken = charged * dt_s
            self._charged_C += taken
            self._harvest_J += volts * taken
            self._panel_J += panel_W * dt_s
        if not self.powered:
            self._down_s += dt_s

    # ---- what can happen within a step --------------------------------------------------------------------

    def _event(
        self, dt_s: float, load_W: float, load_A: float, volts: float, half_C: float, charged: float
    ) -> float:
        """Something lies inside this step: deal with it if it is now, else go exactly there."""
        charge, rate, volts_per_s = self.charge_C, 2.0 * half_C / dt_s, 2.0 * half_C / dt_s * self._slope
        first_V = volts - self._slope * half_C
        if self.powered and (first_V < self._cut_V or (charge <= self._floor_C and rate < 0.0)):
            return self._fail()
        if charged > 0.0 and first_V >= self._ceiling_V - 2.0 * FLOAT_SLACK_V:
            return self._hold_float(dt_s, load_W, load_A)
        last_V, end = volts + self._slope * half_C, charge + 2.0 * half_C
        to_knot = to_fail = to_float = inf
        if end > self._high_C or end < self._low_C:
            to_knot = ((self._high_C if rate > 0.0 else self._low_C) - charge) / rate
        if self.powered and end < self._floor_C and rate < 0.0:
            to_fail = (self._floor_C - charge) / rate
        if last_V < self._cut_V:
            to_fail = min(to_fail, (self._cut_V - first_V) / volts_per_s)
        if charged > 0.0 and last_V > self._ceiling_V:
            to_float = (self._ceiling_V - first_V) / volts_per_s
        way_s = min(dt_s, max(min(to_knot, to_fail, to_float), SHORTEST_s))
        used = self._step(way_s, load_W, load_A, to_event=True)
        if to_knot <= way_s:
            self._set_bounds()
        if to_fail <= SHORTEST_s:  # further off the current changes on the way, so look again from there
            self._fail()
        return used

    def _fail(self) -> float:
        """The protection cuts off, now."""
        self.powered = False
        self._set_bounds()
        return 0.0

    def _collapse(self, dt_s: float, load_W: float, load_A: float) -> float:
        """No voltage satisfies this power, at least by the end of the step: look at less of it, or fail."""
        if dt_s < SHORTEST_s:
            return self._fail()
        return self._step(0.5 * dt_s, load_W, load_A)

    def _hold_float(self, dt_s: float, load_W: float, load_A: float) -> float:
        """Charge at the float voltage: the cell's voltage nears it as exp(-t slope/R), in closed form."""
        charger, slope, ohm = self._charger, self._slope, self._ohm
        volts = charger.float_V
        load = load_A + load_W / volts
        u_first = self._knot_V + slope * (self.charge_C - self._knot_C)
        first = (volts - u_first) / ohm  # A into the cell
        spare = charger.term_A - load - self._standing_A
        if first <= spare + TERM_SLACK_A or first + load + self._standing_A <= 0.0:
            return self._without_charger(dt_s, load_W, load_A, done=first <= spare + TERM_SLACK_A)
        per_s = slope / ohm
        if spare > 0.0:
            dt_s = min(dt_s, log(first / spare) / per_s)
        gap = slope * (self._high_C - self.charge_C) / (volts - u_first) if first > 0.0 else inf
        if gap < 1.0:
            dt_s = min(dt_s, max(-log1p(-gap) / per_s, SHORTEST_s))
        into = first * -expm1(-per_s * dt_s) / (per_s * dt_s)
        leak = self.charge_C * self._leak_1_s
        change = (into - leak) * dt_s
        u_mean = u_first + 0.5 * slope * change
        charged = into + load + self._standing_A
        self.charge_C += change
        self.volts = volts
        self._book(dt_s, charged, load, leak, u_mean, charger.panel_W(self._curve, charged, volts))
        self._ohmic_J += (volts - u_mean) * into * dt_s
        self._set_bounds()
        return dt_s

    def _without_charger(self, dt_s: float, load_W: float, load_A: float, done: bool) -> float:
        """One step on the battery alone: the charge is finished, or the cell stands above float."""
        self._charging, self._done = False, done
        used = self._step(dt_s, load_W, load_A)
        self._charging = not done
        return used

    def _set_bounds(self) -> None:
        """Between which charges and voltages a step needs no second look."""
        piece = self.cell.segment(self.charge_C)
        self._knot_C, self._knot_V, self._slope = piece.start_C, piece.u_V, piece.slope_V_C
        self._low_C, self._high_C = piece.low_C - KNOT_SLACK_C, piece.high_C + KNOT_SLACK_C
        self._least_C = max(self._low_C, self._floor_C) if self.powered else self._low_C
        self._cut_V = self.cut_off_V if self.powered else -inf

    def _clear_hour(self) -> None:
        self._hour_open_s = self.t_s
        self._charged_C = self._load_C = self._standing_C = self._self_C = self._down_s = 0.0
        self._panel_J = self._harvest_J = self._load_J = self._standing_J = self._ohmic_J = self._self_J = 0.0
