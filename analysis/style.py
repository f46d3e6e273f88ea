"""How every plot looks: one palette, one size of text, one colour per state.

Colours are those of Okabe and Ito (jfly.uni-koeln.de/color), told apart by people with any
common kind of colour blindness.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

#: Smaller letters nobody reads.
LEAST_pt = 7.0
ORANGE, SKY, GREEN, YELLOW = "#E69F00", "#56B4E9", "#009E73", "#F0E442"
BLUE, VERMILION, PURPLE = "#0072B2", "#D55E00", "#CC79A7"
INK, FAINT, GRID, PALE = "#222222", "#666666", "#DDDDDD", "#E4E4E4"


@dataclass(frozen=True, slots=True)
class Theme:
    """What differs between a picture for paper and one for a dark screen.

    `band` is how opaque a state's band is behind the current; `cloud` the grey of many rows in one
    pixel; `rest` and `off` the colours of states in which nothing happens.
    """

    paper: str
    ink: str
    faint: str
    grid: str
    edge: str
    rest: str
    off: str
    cloud: str
    mean: str
    band: float
    density: tuple[str, ...]


LIGHT = Theme(
    "white", INK, FAINT, GRID, "#999999", PALE, "#F7F7F7", "#9A9A9A", BLUE, 0.28,
    ("#FFFFFF", "#D9D9D9", "#8F8F8F", "#3A3A3A"),
)  # fmt: skip
DARK = Theme(
    "#16191D", "#ECECEC", "#A9AEB4", "#343A41", "#6A7078", "#3B4148", "#272C32", "#767D85", SKY, 0.32,
    ("#16191D", "#3A4149", "#80878F", "#E0E0E0"),
)  # fmt: skip
_theme: ContextVar[Theme] = ContextVar("theme", default=LIGHT)


def theme() -> Theme:
    """The theme of the picture that is being drawn."""
    return _theme.get()


#: One colour per state of the firmware, the same in every plot.
STATE_COLOURS = {
    "BOOT": ORANGE, "TRIAGE": YELLOW, "CAMERA": SKY, "CAPTURE": GREEN, "STORE": PURPLE, "CONNECT": BLUE,
    "UPLOAD": VERMILION, "SETTLE": "#8C8C8C", "FLOOR": "#BDBDBD", "INSTALL": YELLOW,
    "RECOVER": "#4D4D4D", "SLEEP": PALE, "OFF": "#F7F7F7",
    "asleep": PALE, "awake": VERMILION, "marker 0": PALE,
}  # fmt: skip
#: States as owners call them, and whose colour they get.
_LIKE = {
    "WIFI": "CONNECT", "WI-FI": "CONNECT", "RADIO": "CONNECT", "SEND": "UPLOAD", "TX": "UPLOAD",
    "PICTURE": "CAPTURE", "SAVE": "STORE", "REST": "SLEEP", "IDLE": "SETTLE",
}  # fmt: skip
_OTHERS = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, YELLOW)

#: Pictures are 1400 px wide.
WIDTH_IN, DPI = 14.0, 100
_SETTINGS = {
    "font.size": 12.0, "font.family": "DejaVu Sans", "axes.titlesize": 13.0, "axes.titleweight": "bold",
    "axes.titlelocation": "left", "axes.titley": 1.0, "axes.labelsize": 12.0,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "axes.axisbelow": True,
    "grid.linewidth": 0.8, "legend.frameon": False, "figure.dpi": DPI, "savefig.dpi": DPI,
}  # fmt: skip


def _settings(theme: Theme) -> dict[str, object]:
    colours = {
        theme.ink: ("text.color", "axes.labelcolor", "axes.titlecolor", "xtick.color", "ytick.color"),
        theme.paper: ("figure.facecolor", "savefig.facecolor", "axes.facecolor"),
        theme.grid: ("grid.color",),
        theme.edge: ("axes.edgecolor",),
    }
    return {**_SETTINGS, **{name: colour for colour, names in colours.items() for name in names}}


def colours(names: Sequence[str]) -> dict[str, str]:
    """A colour for each state; states of the firmware, and what is like them, have their own."""
    known = {name: found for name in names if (found := _own_colour(name)) is not None}
    free = [colour for colour in _OTHERS if colour not in known.values()] or list(_OTHERS)
    unknown = [name for name in names if name not in known]
    extra = {name: free[number % len(free)] for number, name in enumerate(unknown)}
    return {name: known.get(name) or extra[name] for name in names}


def _own_colour(name: str) -> str | None:
    """The colour that a state has in every picture, in the theme of this one; None if it has none."""
    like = _LIKE.get(name.upper(), name.upper())
    found = STATE_COLOURS.get(name) or STATE_COLOURS.get(like)
    quiet = {PALE: theme().rest, STATE_COLOURS["OFF"]: theme().off}
    return quiet.get(found, found) if found else None


@contextmanager
def styled(dark: bool = False) -> Iterator[None]:
    """A context in which matplotlib draws in this style, for paper or for a dark screen."""
    import matplotlib

    chosen = _theme.set(DARK if dark else LIGHT)
    try:
        with matplotlib.rc_context(_settings(theme())):  # type: ignore[arg-type]
            yield
    finally:
        _theme.reset(chosen)


def new_figure(height_in: float) -> Figure:
    """An empty figure on the Agg canvas, WIDTH_IN wide; no window system is ever touched."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_IN, height_in), layout="constrained")
    FigureCanvasAgg(figure)
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.08, hspace=0.04)  # type: ignore[union-attr,call-arg]
    return figure


def heading(figure: Figure, title: str, under: str = "") -> None:
    """Title and, below it, one line of what was seen; smaller where they would leave the picture."""
    text = f"{title}\n" if under else title
    _fitted(
        figure, figure.suptitle(text, x=0.012, ha="left", fontsize=17, fontweight="bold", linespacing=1.5)
    )
    if under:
        top = 1 - 0.52 / figure.get_figheight()
        _fitted(figure, figure.text(0.012, top, under, ha="left", va="top", color=theme().faint))


def _fitted(figure: Figure, text: Text) -> None:
    """A long file name must not run out of the picture."""
    size = float(text.get_fontsize())
    while size > LEAST_pt and text.get_window_extent().x1 > 0.988 * figure.bbox.width:
        size -= 0.5
        text.set_fontsize(size)


def save(figure: Figure, path: Path) -> Path:
    """Write the PNG and return its path.

    The layout is found once and then left alone: a drawing would find it twice more.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    layout = figure.get_layout_engine()
    if layout is not None:
        layout.execute(figure)
        figure.set_layout_engine(None)
    figure.savefig(path, format="png", metadata={"Software": "torpor"}, pil_kwargs={"compress_level": 3})
    return path


def date_axis(axes: Axes, days: float) -> None:
    """Months for a long run, dates for a short one, hours for a day or two."""
    from matplotlib import dates

    if days > 70:
        axes.xaxis.set_major_locator(dates.MonthLocator())  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_formatter(dates.DateFormatter("%b"))  # type: ignore[no-untyped-call]
        for label in axes.get_xticklabels():
            label.set_horizontalalignment("left")
        return
    form = "%d %b" if days > 4 else "%d %b %H:%M"
    axes.xaxis.set_major_locator(dates.AutoDateLocator(maxticks=12))  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(dates.DateFormatter(form))  # type: ignore[no-untyped-call]


def seconds_text(seconds: float) -> str:
    """A duration as a person writes it: 12 ms, 3.4 s, 12 min, 5.2 h, 3.1 days."""
    for limit, size, unit in ((0.9995, 1e-3, "ms"), (120, 1, "s"), (7200, 60, "min"), (172800, 3600, "h")):
        if abs(seconds) < limit:
            return f"{_three(seconds / size)} {unit}"
    return f"{_three(seconds / 86400)} days"


def energy_text(mJ: float) -> str:
    """An energy as a person writes it: 12 mJ, 3.4 J, 1.2 Wh."""
    if mJ != mJ:
        return "-"
    for limit, size, unit in ((1000, 1, "mJ"), (3.6e5, 1e3, "J"), (3.6e6, 3.6e3, "mWh")):
        if abs(mJ) < limit:
            return f"{_three(mJ / size)} {unit}"
    return f"{_three(mJ / 3.6e6)} Wh"


def hours_text(hours: float) -> str:
    """Hours without a needless decimal: 0.4 h, 12.5 h, 1,356 h."""
    return f"{hours:,.0f} h" if hours >= 100 or hours == round(hours) else f"{hours:.1f} h"


def percent_text(part: float) -> str:
    """A share (0..1) as a whole percentage; a little is never shown as nothing."""
    return "<1 %" if 0 < part < 0.005 else f"{100 * part:.0f} %"


def _three(value: float) -> str:
    """About three digits, without an exponent and without idle zeros."""
    size = abs(value)
    text = f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
