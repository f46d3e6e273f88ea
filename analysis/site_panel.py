"""What a panel would give in the light of each row, at the voltage that the log shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from boards import Design
from sim.buck import charger_of
from sim.charger import Charger
from sim.curves import Curves
from sim.diode_panel import PanelModel, PanelPart, panel_of

from .log import FloatArray

#: Where the meter sits: in the panel's lead, or behind the charger.
PANEL, CHARGER = "panel", "charger"
#: Voltages at which curves are looked up.
KNOTS = 96
#: How well the panel's temperature is known, C: the day's air differs from the season's, wind cools, and its
#: own voltage differs from the label's by as much as 7 C make. Near its open voltage anything may flow.
OFF_C = 7.0
#: So near its end voltage a battery takes what it likes, V.
NEAR_FULL_V = 0.06


@dataclass(frozen=True, slots=True)
class Relabelled:
    """A panel part with another label: `watts` at `volts` of its best point, the rest in proportion."""

    part: PanelPart
    watts: float
    volts: float

    @property
    def caps(self) -> Mapping[str, object]:
        """The part's own; but the label counts, not the diode of another panel."""
        return {name: value for name, value in self.part.caps.items() if name != "by"}

    def v(self, name: str) -> float:
        """Value of one row."""
        higher = self.volts / self.part.v("v_mp")
        if name in ("v_mp", "v_oc", "cells"):
            return self.part.v(name) * higher
        if name in ("i_mp", "i_sc"):
            return self.part.v(name) * self.watts / (self.part.v("v_mp") * self.part.v("i_mp")) / higher
        return self.watts if name == "rated" else self.part.v(name)


@dataclass(frozen=True, slots=True)
class Source:
    """Panel and charger as the log's meter sees them.

    Attributes
    ----------
    part : of the panel. model : its curves, by `part`. charger : None if the log was taken before it and
    nobody said which. lead : PANEL or CHARGER.
    """

    part: PanelPart
    model: PanelModel
    charger: Charger | None
    lead: str

    @property
    def label_W(self) -> float:
        """What the label says."""
        return self.part.v("rated")

    @property
    def share(self) -> float:
        """Share of the label that the design takes for granted."""
        return self.part.v("effective")

    @property
    def limit_A(self) -> float:
        """Beyond it the charger does not draw, at the meter; infinite if that is not known."""
        if self.charger is None or (self.lead == PANEL and self.charger.constant_power):
            return float("inf")
        return self.charger.charge_A + (self.charger.quiescent_A if self.lead == PANEL else 0.0)

    @property
    def own_A(self) -> float:
        """What the charger takes before the meter sees it, A."""
        return self.charger.unbooked_A if self.lead == CHARGER and self.charger else 0.0

    @property
    def full_V(self) -> float:
        """Above it the battery takes less than the sun gives, at the meter; infinite if that is not known."""
        if self.charger is None:
            return float("inf")
        if self.lead == CHARGER:
            return self.charger.float_V - NEAR_FULL_V
        drawn_V = max(self.charger.start_V, self.charger.float_V + self.charger.dropout_V)
        return drawn_V + NEAR_FULL_V

    def usual_V(self) -> float:
        """The meter's voltage where the log has none."""
        if self.charger is None:
            return self.part.v("v_mp")
        battery_V = self.charger.float_V - 0.3
        if self.lead == CHARGER:
            return battery_V
        return max(self.charger.start_V, battery_V + self.charger.dropout_V)

    def amperes(self, light_W_m2: FloatArray, cell_C: FloatArray, volts: FloatArray) -> FloatArray:
        """Current at the meter before limit and own draw, A; light behind the cover; shape (rows,)."""
        curves = self.model.curves(light_W_m2, cell_C)
        low, high = float(volts.min()), float(volts.max())
        knots = np.linspace(low, max(high, low + 0.01), KNOTS)
        return _along(self._at(curves, knots), knots, volts)

    def unsure(self, light_W_m2: FloatArray, cell_C: FloatArray, volts: FloatArray) -> FloatArray:
        """How far the current may be off because nobody knows how warm the panel is, share."""
        cold, warm = (self.amperes(light_W_m2, cell_C + off_C, volts) for off_C in (-OFF_C, OFF_C))
        return np.asarray(np.abs(cold - warm) / np.maximum(cold + warm, 1e-9))

    def _at(self, curves: Curves, knots: FloatArray) -> FloatArray:
        if self.lead == CHARGER and self.charger is not None:
            return self.charger.offered_A(curves, knots)
        return curves.current_A(knots)


def source_of(
    design: Design, lead: str, label_W: float | None = None, label_V: float | None = None, known: bool = True
) -> Source:
    """The design's panel, relabelled if asked; `known` : its charger is the one that the log saw."""
    part: PanelPart = design.panel
    if label_W is not None or label_V is not None:
        watts = label_W if label_W is not None else part.v("rated")
        part = Relabelled(part, watts, label_V if label_V is not None else part.v("v_mp"))
    return Source(part, panel_of(part), charger_of(design.charger) if known else None, lead)


def _along(table: FloatArray, knots: FloatArray, volts: FloatArray) -> FloatArray:
    """Each row of a table at that row's own voltage, straight between the knots."""
    place = (volts - knots[0]) / (knots[1] - knots[0])
    low = np.clip(place.astype(np.intp), 0, len(knots) - 2)
    rows, part = np.arange(len(volts)), np.clip(place - low, 0.0, 1.0)
    return np.asarray(table[rows, low] * (1.0 - part) + table[rows, low + 1] * part)
