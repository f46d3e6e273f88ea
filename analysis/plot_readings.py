"""Readings over time: one panel for each value."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sim.readings import in_units
from sim.result import ReadingFate, RunResult

from . import periods, style

#: What is at home, and what is still on the node.
_COLOURS = {"delivered": style.BLUE, "waiting": style.FAINT}


def readings_png(result: RunResult, path: Path) -> Path:
    """Draw every reading that was not lost, by the node's own time where it is at home; returns the path."""
    readings = [one for one in result.readings or () if one.fate in _COLOURS]
    names = result.of or ("no reading came home",)
    home = sum(one.fate == "delivered" for one in readings)
    with style.styled():
        figure = style.new_figure(1.8 + 3.0 * len(names))
        panels = np.atleast_1d(figure.subplots(len(names), 1, sharex=True))
        for number, name in enumerate(names):
            title, size, unit = in_units(name)
            panels[number].set_title(title)
            panels[number].set_ylabel(unit)
            for fate, colour in _COLOURS.items():
                some = [one for one in readings if one.fate == fate and len(one.values) > number]
                times = np.array(
                    [periods.moment(result, _told_s(one)) for one in some], dtype="datetime64[s]"
                )
                values = [one.values[number] * size for one in some]
                panels[number].plot(times, values, ".", color=colour, markersize=4)
        style.date_axis(panels[-1], result.days)
        span = f"{result.site}, {result.days:.0f} days from {result.start:%d %b %Y}"
        waiting = f"; grey: {len(readings) - home:,} still on the node" if len(readings) > home else ""
        style.heading(figure, result.title, f"{span}, {home:,} readings at home{waiting}")
        return style.save(figure, path)


def _told_s(reading: ReadingFate) -> float:
    """The time that home knows, else the run's."""
    known = reading.fate == "delivered" and reading.said_s == reading.said_s
    return reading.said_s if known else reading.t_s
