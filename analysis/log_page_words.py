"""The sentences of a log's page that hold for the whole log."""

from __future__ import annotations

from datetime import timedelta

from . import style
from .log import IntArray, Log
from .log_page_grid import Grid
from .states import StateTable


def under(log: Log, table: StateTable) -> str:
    """One line: how much, how long, how many rows, and when it began if the log tells it."""
    least = "at least " if table.at_least else ""
    energy = table.total.energy_mJ
    amount = style.energy_text(energy) if energy == energy else f"{table.total.charge_mAh:.3g} mAh"
    cycles = f", {len(table.cycles):,} cycles" if len(table.cycles) > 1 else ""
    missing = f", {style.seconds_text(log.missing_s)} missing" if log.missing_s > 0 else ""
    began = log.start + timedelta(seconds=float(log.t_s[0])) if log.start else None
    since = f", from {began:%Y-%m-%d %H:%M}" if began else ""
    return (
        f"{least}{amount} in {style.seconds_text(log.duration_s)}, mean {table.total.mean_mA:.3g} mA, "
        f"{len(log.t_s):,} rows{cycles}{missing}{since}"
    )


def accuracy(log: Log, grid: Grid, blocks: IntArray) -> str:
    """How much of the log the page carries, in blocks of so many rows each, and how exact its figures are."""
    return f"{_carried(log, grid, blocks)} {_steps(grid)}"


def _carried(log: Log, grid: Grid, blocks: IntArray) -> str:
    if len(blocks) == len(log.mA):
        return f"This page carries every one of the {len(log.mA):,} rows."
    alone = int((blocks == 1).sum())
    most = int(blocks.max())
    by_itself = f"{alone:,} rows by themselves and the others" if alone else "the rows"
    return (
        f"This page carries {by_itself} in {len(blocks) - alone:,} blocks of up to {most:,} rows: small "
        "where the current moves, large where it rests. Each block keeps its lowest and highest value and "
        "its sums, so no spike is lost; a selection begins and ends at borders of blocks, and its charge is "
        f"exact to {grid.step_mA * grid.row * grid.tick_s:.2g} mC."
    )


def _steps(grid: Grid) -> str:
    volts = f" and {grid.step_V:.3g} V" if grid.volts else ""
    if grid.exact:
        return f"Values are exact: whole steps of {grid.step_mA:.3g} mA{volts}, as the log has them."
    return f"Values are rounded to {grid.step_mA:.2g} mA{volts}."
