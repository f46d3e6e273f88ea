"""What plots of a log share: state bands behind a current, and the bars of energy by state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import style
from .amounts import charge_text, joules_text
from .log import VISITS, FloatArray, Log
from .reduce import BUCKETS, EXACT_ROWS, bucket_means, envelope, rows_between, step_line
from .states import StateRow, StateTable, Visits

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch

    from sim.result import Segments

#: More bands than this in one view are a blur; they are left out.
MOST_BANDS = 400
#: With more bands than this, rest is not named each time.
REST_NAMED = 12
#: More bars than this in one picture are no picture.
MOST_BARS = 14
#: From this many rows in view the line is drawn thin, so that bursts stay apart.
FINE_FROM = 150
#: From one line of names to the next, points.
LINE = 12.0
#: Width of a letter as a part of the axes' width, at the style's size of text.
LETTER = 0.0085
#: A band of less than this part of its name's width is not named.
NARROWEST = 0.4


def log_of_segments(segments: Segments, source: str = "wake") -> Log:
    """Exact history as a log, so that every table and plot takes it."""
    names = tuple(dict.fromkeys(segments.state))
    code = {name: number for number, name in enumerate(names)}
    count = len(segments.t_s)
    return Log(
        source=source, kind=VISITS, t_s=segments.t_s, dt_s=segments.dt_s, V=segments.V, mA=segments.mA,
        state=np.array([code[name] for name in segments.state], dtype=np.int64), states=names,
        marker=segments.marker, has_marker=True, quality=np.zeros(count, dtype=np.int64),
        qualities=("exact",),
    )  # fmt: skip


def visits(
    log: Log, found: Visits, start_s: float, end_s: float
) -> tuple[list[tuple[float, float, int]], bool]:
    """(start, end, state code) of each visit between two times; and whether there were too many."""
    first = max(int(np.searchsorted(found.t_s, start_s, side="right")) - 1, 0)
    chosen = slice(first, int(np.searchsorted(found.t_s, end_s)))
    if chosen.stop - chosen.start > MOST_BANDS:
        return [], True
    last = found.end[chosen] - 1
    over_s = log.t_s[last] + log.dt_s[last]
    return [
        (max(float(a), start_s), min(float(b), end_s), int(code))
        for a, b, code in zip(found.t_s[chosen], over_s, found.state[chosen], strict=True)
    ], False


def draw_bands(
    axes: Axes,
    log: Log,
    table: StateTable,
    start_s: float,
    end_s: float,
    zero_s: float = 0.0,
    tint: bool = True,
) -> None:
    """Colour the background by state and name each band that is wide enough, above the plot.

    Times are the log's own; the axis counts from `zero_s`. Without `tint` only a strip above is coloured;
    in the strip each visit takes a pixel at least, so that no wake is missing there.
    """
    colours = style.colours(table.names)
    spans, _ = visits(log, table.visits, start_s, end_s)
    transform = axes.get_xaxis_transform()
    least_s = (end_s - start_s) / BUCKETS
    for code in _behind_first(spans, table.resting):
        pieces = [(begin - zero_s, end - begin) for begin, end, of in spans if of == code]
        colour = colours[table.names[code]]
        drawn: dict[str, Any] = {"facecolor": colour, "linewidth": 0, "transform": transform}
        if tint:
            wide = [piece for piece in pieces if piece[1] >= least_s]
            axes.broken_barh(wide, (0, 1), alpha=style.theme().band, zorder=0, **drawn)
        seen = [(begin_s, max(length_s, least_s)) for begin_s, length_s in pieces]
        axes.broken_barh(seen, (1.0, 0.035), clip_on=False, **drawn)
    named = [span for span in spans if len(spans) <= REST_NAMED or not table.resting[span[2]]]
    for (begin, end, code), row in zip(named, name_rows(named, table.names, end_s - start_s), strict=True):
        if row is not None:
            axes.annotate(
                table.names[code], ((begin + end) / 2 - zero_s, 1.05), xytext=(0, LINE * row),
                xycoords=transform, textcoords="offset points", ha="center", va="bottom", fontsize=11,
            )  # fmt: skip


def _behind_first(spans: Sequence[tuple[float, float, int]], resting: Sequence[bool]) -> list[int]:
    """Codes in the order of drawing: rest, then from the briefest; of a wake within one pixel the longest
    state is seen."""
    lasts_s: dict[int, float] = {}
    for begin, end, code in spans:
        lasts_s[code] = lasts_s.get(code, 0.0) + end - begin
    return sorted(lasts_s, key=lambda code: (not resting[code], lasts_s[code]))


def name_rows(
    spans: Sequence[tuple[float, float, int]], names: Sequence[str], over_s: float
) -> list[int | None]:
    """The line above the plot on which each band's name stands: 0, or 1 where it is wider than its band.

    None where neither has room for it, or the band is too narrow to be told from its neighbours.
    """
    rows: list[int | None] = []
    taken = [-1.0, -1.0]
    for begin, end, code in spans:
        wide, room = LETTER * (len(names[code]) + 1), (end - begin) / over_s
        left = ((begin + end) / 2 - spans[0][0]) / over_s - wide / 2
        row = 0 if room > wide else 1
        if room < NARROWEST * wide or left < taken[row]:
            rows.append(None)
            continue
        taken[row] = left + wide
        rows.append(row)
    return rows


def draw_current(axes: Axes, log: Log, start_s: float, end_s: float, zero_s: float = 0.0) -> None:
    """The current between two times; every spike is in the picture, whatever the number of rows."""
    inside = rows_between(log.t_s, start_s, end_s)
    t_s, dt_s, mA = log.t_s[inside], log.dt_s[inside], log.mA[inside]
    t_s = t_s - zero_s if zero_s else t_s
    start_s, end_s = start_s - zero_s, end_s - zero_s
    if len(t_s) <= EXACT_ROWS:
        x, y = step_line(t_s, dt_s, mA)
        axes.plot(x, y, color=style.theme().ink, linewidth=1.3 if len(t_s) < FINE_FROM else 0.7, zorder=3)
        bottom, top = float(mA.min()), float(mA.max())
    else:
        bottom, top = _draw_reduced(axes, t_s, dt_s, mA, np.linspace(start_s, end_s, BUCKETS + 1))
    axes.set_xlim(start_s, end_s)
    axes.set_ylabel("mA")
    axes.set_ylim(min(0.0, 1.05 * bottom), 1.06 * top if top > 0 else 1.0)


def _draw_reduced(
    axes: Axes, t_s: FloatArray, dt_s: FloatArray, mA: FloatArray, edges: FloatArray
) -> tuple[float, float]:
    """Lowest to highest of each pixel as a grey area, and the mean over time as a line; returns both ends."""
    low, high = envelope(t_s, dt_s, mA, edges)
    mean = bucket_means(t_s, dt_s, mA, edges)
    middle = (edges[:-1] + edges[1:]) / 2
    said = f"lowest to highest in {style.seconds_text(edges[1] - edges[0])}"
    axes.add_artist(_cloud(edges, low, high, facecolor=style.theme().cloud, zorder=2, label=said))
    axes.plot(middle, mean, color=style.theme().mean, linewidth=1.2, zorder=3, label="mean")
    return float(np.nanmin(low)), float(np.nanmax(high))


def _cloud(edges: FloatArray, low: FloatArray, high: FloatArray, **looks: Any) -> Patch:
    """A box for each bucket that has a row, half as wide again as that: a lone spike is seen from afar.

    One path of boxes is drawn four times as fast as one outline of them all.
    """
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    seen = ~np.isnan(low)
    low, high, wider = low[seen], high[seen], (edges[1] - edges[0]) / 4
    left, right = edges[:-1][seen] - wider, edges[1:][seen] + wider
    corners = np.stack(((left, low), (left, high), (right, high), (right, low), (left, low)))
    codes = np.array([Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY], dtype=np.uint8)
    boxes = Path(corners.transpose(2, 0, 1).reshape(-1, 2), np.tile(codes, len(low)))
    return PathPatch(boxes, linewidth=0, **looks)


def draw_energy_bars(
    axes: Axes, rows: Sequence[StateRow], names: Sequence[str], at_least: bool = False
) -> None:
    """One bar per state with its energy (charge if there is no voltage), share and time.

    `names` are all states of the log: they decide the colours, as they do above.
    """
    use_energy = all(row.energy_mJ == row.energy_mJ for row in rows)
    values = [row.energy_mJ if use_energy else row.charge_mC for row in rows]
    whole = sum(abs(value) for value in values) or 1.0
    shares = [abs(value) / whole for value in values]
    colours = style.colours(names)
    axes.barh(
        range(len(rows)), [100 * share for share in shares], height=0.72,
        color=[colours.get(row.name, style.theme().cloud) for row in rows], edgecolor="#777777",
        linewidth=0.5,
    )  # fmt: skip
    for place, (row, share) in enumerate(zip(rows, shares, strict=True)):
        axes.text(100 * share + 0.7, place, _said(row, share, use_energy), va="center")
    axes.set_yticks(range(len(rows)), [row.name for row in rows])
    axes.invert_yaxis()
    axes.set_xlim(0, max(160 * max(shares), 30))
    axes.grid(visible=False)
    axes.tick_params(left=False, bottom=False, labelbottom=False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_title(("Energy" if use_energy else "Charge") + " by state" + (", at least" if at_least else ""))


def dearest(rows: Sequence[StateRow]) -> list[StateRow]:
    """The states of a picture: all of them, or the dearest in their own order and the others together."""
    if len(rows) <= MOST_BARS:
        return list(rows)
    by_charge = sorted(rows, key=lambda row: -row.charge_mC)
    kept, others = by_charge[: MOST_BARS - 1], by_charge[MOST_BARS - 1 :]
    return [*(row for row in rows if row in kept), _together(others)]


def _together(rows: Sequence[StateRow]) -> StateRow:
    """Several states in one row."""
    seconds, charge = sum(row.duration_s for row in rows), sum(row.charge_mC for row in rows)
    energy = sum(row.energy_mJ for row in rows)
    return StateRow(
        f"{len(rows)} others", sum(row.count for row in rows), seconds, charge, energy,
        charge / seconds if seconds else 0.0, max(row.peak_mA for row in rows),
        energy / charge if charge else float("nan"), at_least=any(row.at_least for row in rows),
    )  # fmt: skip


def _said(row: StateRow, part: float, use_energy: bool) -> str:
    if use_energy:
        amount = joules_text(row.energy_mJ, row.energy_off_mJ)
    else:
        amount = charge_text(row.charge_mC, row.charge_off_mC)
    share, length = style.percent_text(part), style.seconds_text(row.duration_s)
    return f"{amount} ({share})  in {length}, mean {row.mean_mA:.3g} mA"


def awake_rows(table: StateTable) -> list[StateRow]:
    """The rows that are not rest, or all of them if there is nothing else."""
    resting = dict(zip(table.names, table.resting, strict=True))
    return [row for row in table.states if not resting[row.name]] or list(table.states)
