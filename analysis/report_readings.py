"""The part of a report that speaks of readings."""

from __future__ import annotations

from collections import Counter

import numpy as np

from sim.result import ReadingFate, RunResult

from .report_parts import heading, paragraph, table
from .style import percent_text, seconds_text

#: What each fate of a reading means, in plain words.
FATE_WORDS = {
    "delivered": "it is at home",
    "waiting": "it is still on the node",
    "lost": "the node found no room for it, or lost its supply in the middle",
}


def readings_part(result: RunResult, readings: list[ReadingFate]) -> str:
    """How many readings there are, what became of them, how far apart and how late they are."""
    failed = _failed(result)
    if not readings:
        return "\n".join([heading("Readings") + "\nNo reading was taken.", *([failed] if failed else [])])
    counts = Counter(reading.fate for reading in readings)
    home = counts["delivered"]
    said = (
        f"Of {len(readings):,} readings ({len(readings) / result.days:.1f} a day), {home:,} "
        f"({percent_text(home / len(readings))}) came home."
    )
    rows = [
        (fate, f"{count:,}", percent_text(count / len(readings)), FATE_WORDS[fate])
        for fate, count in counts.most_common()
    ]
    parts = (
        heading("Readings"), paragraph(said), table(rows, right=(1, 2)),
        _gaps(result, readings), _delays(readings), failed,
    )  # fmt: skip
    return "\n".join(part for part in parts if part)


def _failed(result: RunResult) -> str:
    """Of the journal: steps that ended with an exception."""
    times = sum(result.journal_counts.get(reason, 0) for reason in ("TASK_FAILED", "CRASH"))
    often = "once" if times == 1 else f"{times:,} times"
    told = f"A task failed {often}: console.txt has what the node printed, journal.csv when."
    return paragraph(told) if times else ""


def _gaps(result: RunResult, readings: list[ReadingFate]) -> str:
    times = [reading.t_s for reading in readings if reading.fate != "lost"]
    gaps = np.diff([0.0, *times, result.days * 86_400.0])
    return paragraph(f"The longest time without one was {seconds_text(float(gaps.max()))}.")


def _delays(readings: list[ReadingFate]) -> str:
    home = [reading for reading in readings if reading.fate == "delivered"]
    if not home:
        return ""
    late = float(np.median([reading.arrived_s - reading.t_s for reading in home]))
    off = np.array([abs(reading.said_s - reading.t_s) for reading in home])
    worst = float(np.nanmax(off)) if not np.isnan(off).all() else float("nan")
    said = f"They came home after {seconds_text(late)} usually"
    if worst == worst:
        said += f"; their times are right to {seconds_text(worst)}"
    unknown = int(np.isnan(off).sum())
    said += f"; of {unknown:,} nobody can tell the time" if unknown else ""
    return paragraph(f"{said}.")
