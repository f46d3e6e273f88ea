"""What a run writes besides reports and plots: logs, journal, visitors, pictures, exact history."""

from __future__ import annotations

import csv
from datetime import timedelta, timezone
from pathlib import Path

import numpy as np

from sim.errors import SimError
from sim.fates import Fates
from sim.history import charged_mC, stretch
from sim.log import LogRow, write_log
from sim.nodelog import node_log
from sim.prices import states_of
from sim.run import Twin, judge_of
from sim.watching import reason_names

#: Rows of one bench log; 50 million are a file of about 3 GB.
_MOST_ROWS = 50_000_000


def write_run(twin: Twin, folder: Path) -> None:
    """node_log.csv, charger_log.csv, journal.csv, visitors.csv and history.npz of a run, into `folder`."""
    names = reason_names()
    states = states_of(twin.design)
    log = node_log(twin.home.logs, states, names, states.index("SLEEP"))
    comment = (
        f"node log of {twin.design.name}, t_s = 0 at {twin.sky.start:%Y-%m-%d %H:%M} local standard time"
    )
    write_log(folder / "node_log.csv", log.rows, comment)
    write_charger_log(twin, folder / "charger_log.csv")
    _write_journal(twin, folder / "journal.csv")
    _write_console(twin, folder / "console.txt")
    if twin.design.pir and twin.design.camera:  # fates are those of pictures
        _write_visitors(twin, judge_of(twin), folder / "visitors.csv")
    write_history(twin, folder / "history.npz")


def write_charger_log(twin: Twin, path: Path) -> int:
    """What a meter behind the charger would have logged: an hour's mean in each row, for the sky of the twin
    changes by the hour. Returns the row count."""
    books, cell = twin.plant.books, twin.plant.cell
    zone = timezone(timedelta(hours=twin.sky.weather.utc_offset_h))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("time", "V", "current_mA"))
        for hour, (charged_C, harvest_Wh) in enumerate(zip(books.charged_C, books.harvest_Wh, strict=True)):
            resting_V = cell.ocv_V(books.soc[hour] * cell.capacity_C)
            volts = harvest_Wh * 3600.0 / charged_C if charged_C > 0.0 else resting_V
            stamp = (twin.sky.start + timedelta(hours=hour)).replace(tzinfo=zone)
            writer.writerow((stamp.isoformat(), f"{volts:.4f}", f"{charged_C / 3.6:.4f}"))
    return len(books.charged_C)


def _write_console(twin: Twin, path: Path) -> None:
    """What the node printed at last, each line after its second; only where it did print."""
    lines = twin.life.machine.console
    path.unlink(missing_ok=True)
    if lines:
        path.write_text("".join(lines), "utf-8")


def _write_journal(twin: Twin, path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("t_s", "wake", "reason", "argument"))
        for entry in twin.life.journal:
            writer.writerow((f"{entry.t_s:.3f}", entry.wake, entry.reason, entry.argument))


def _write_visitors(twin: Twin, judge: Fates, path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("t_s", "stay_s", "kind", "fate"))
        for visitor in twin.visitors:
            stay = visitor.leave_s - visitor.t_s
            writer.writerow((f"{visitor.t_s:.1f}", f"{stay:.1f}", visitor.kind, judge.of_visitor(visitor)))


def write_history(twin: Twin, path: Path) -> None:
    """The exact history: piecewise constant current, one entry per change (numpy arrays)."""
    world = twin.world
    names = sorted(set(world.states))
    number = {name: index for index, name in enumerate(names)}
    np.savez_compressed(
        path,
        t_s=np.array(world.t_s),
        dt_s=np.array(world.dt_s, dtype=np.float32),
        V=np.array(world.volts, dtype=np.float32),
        mA=np.array(world.mA, dtype=np.float32),
        state=np.array([number[state] for state in world.states], dtype=np.uint8),
        state_names=np.array(names),
        marker=np.array(world.wakes, dtype=np.int32),
    )


def write_pictures(twin: Twin, folder: Path, keys: set[str]) -> int:
    """Save delivered pictures as files named by their key; returns how many."""
    folder.mkdir(parents=True, exist_ok=True)
    chosen = [key for key in sorted(keys) if key in twin.pictures]
    for key in chosen:
        (folder / f"{key}.jpg").write_bytes(twin.pictures[key])
    return len(chosen)


def write_bench_log(twin: Twin, path: Path, rate_Hz: float, from_s: float, until_s: float) -> int:
    """What a second INA219 at `rate_Hz` would have logged between two times; returns the row count.

    It sits in the same lead as the first: in the battery's, what is charged is negative. Each sample is the
    mean over its interval, as an averaging meter gives it.
    """
    if not 0.0 <= from_s < until_s <= twin.scenario.days * 86_400.0:
        raise SimError(
            f"--from {from_s:g} --to {until_s:g}: expected 0 <= from < to <= {twin.scenario.days * 86400:g}."
        )
    if not 0.0 < rate_Hz <= 100_000.0:
        raise SimError(f"--samples {rate_Hz:g}: expected more than 0 and at most 100000 per second.")
    if (until_s - from_s) * rate_Hz > _MOST_ROWS:
        raise SimError(
            f"--samples {rate_Hz:g} from {from_s:g} to {until_s:g}: expected at most {_MOST_ROWS} rows."
        )
    lead = str(twin.design.meter.caps["lead"])
    part = stretch(twin.world, from_s, until_s)
    edges = np.linspace(from_s, until_s, max(2, round((until_s - from_s) * rate_Hz) + 1))
    ends = part.t_s + part.dt_s
    bounds = np.concatenate(([part.t_s[0]], ends))
    charge = np.interp(edges, bounds, np.concatenate(([0.0], np.cumsum(part.mA * part.dt_s))))
    if lead == "battery":
        charge -= charged_mC(twin.world, from_s, until_s, edges)
    volts = np.interp(edges, bounds, np.concatenate(([0.0], np.cumsum(part.V * part.dt_s))))
    step = np.diff(edges)
    index = np.minimum(np.searchsorted(ends, edges[:-1] + step / 2), len(ends) - 1)
    mA, V = np.diff(charge) / step, np.diff(volts) / step
    rows = (
        LogRow(float(t_s), float(dt_s), float(v), float(i), part.state[at], int(part.marker[at]), "exact")
        for t_s, dt_s, v, i, at in zip(edges[:-1], step, V, mA, index, strict=True)
    )
    where = f"of {twin.design.name} at {rate_Hz:g} samples/s in the {lead}'s lead"
    return write_log(path, rows, f"bench log {where}")
