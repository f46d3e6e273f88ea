"""Every picture of one log that its data can fill, into one folder."""

from __future__ import annotations

from pathlib import Path

from .log import Log
from .plot_cycles import cycles_png
from .plot_days import Beside, days_png
from .plot_histogram import histogram_png
from .plot_log import log_png
from .states import StateTable

#: What may be drawn of a log.
VIEWS = ("log", "cycles", "histogram", "days")


def log_pictures(
    log: Log, table: StateTable, folder: Path, dark: bool = False, beside: Beside | None = None
) -> tuple[Path, ...]:
    """Draw every view; returns the paths of those that the log can fill."""
    drawn = (view_png(view, log, table, folder / f"{view}.png", dark, beside) for view in VIEWS)
    return tuple(path for path in drawn if path is not None)


def view_png(
    view: str, log: Log, table: StateTable, path: Path, dark: bool = False, beside: Beside | None = None
) -> Path | None:
    """Draw one of VIEWS; None where the log has nothing for it: one cycle alone, one day alone."""
    if view == "log":
        return log_png(log, path, table, dark)
    if view == "cycles":
        return cycles_png(log, path, table, dark)
    if view == "histogram":
        return histogram_png(log, path, table, dark)
    return days_png(log, path, beside, dark)
