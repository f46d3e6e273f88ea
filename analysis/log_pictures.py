"""Every picture of one log that its data can fill, into one folder."""

from __future__ import annotations

from pathlib import Path

from .log import Log
from .plot_cycles import cycles_png
from .plot_histogram import histogram_png
from .plot_log import log_png
from .states import StateTable


def log_pictures(log: Log, table: StateTable, folder: Path, dark: bool = False) -> tuple[Path, ...]:
    """Draw the log, its cycles and its histogram; returns the paths of those there are."""
    drawn = (
        log_png(log, folder / "log.png", table, dark),
        cycles_png(log, folder / "cycles.png", table, dark),
        histogram_png(log, folder / "histogram.png", table, dark),
    )
    return tuple(path for path in drawn if path is not None)
