"""What stands in a log's page before its script draws: headings, buttons, empty tables, keys, notes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .log import Log
from .log_page_grid import has_volts
from .states import StateTable

#: Keys and what they do, as the page and its documentation tell them.
KEYS = (
    ("← →", "move the view; with shift a little"),
    ("+ −", "closer, wider"),
    ("0 or Home", "the whole log"),
    ("b", "back to the view before"),
    ("n p", "next and previous cycle"),
    ("m", "a marker under the pointer, or in the middle"),
    ("h", "a level (a line across) under the pointer"),
    ("s", "select what is in view; shift and drag selects a part"),
    ("z", "the view becomes the selection"),
    ("l", "linear or logarithmic axis"),
    ("v w q", "voltage, power, charge since the left edge"),
    ("c", "copy the figures"),
    ("Esc", "no selection"),
    ("?", "these keys"),
)
HANDS = (
    ("drag", "move; near an edge of the selection or a marker: move that"),
    ("wheel", "closer or wider at the pointer; with shift: move"),
    ("two fingers", "closer or wider"),
    ("double click", "the visit to a state under the pointer"),
)


def body(log: Log, table: StateTable, under: str, accuracy: str, notes: Sequence[str]) -> str:
    """The page's body, without its data and its script."""
    told = "".join(f"<li>{escape(note)}</li>" for note in (accuracy, *notes))
    return (
        f'<main><header><h1>{escape(log.source)}</h1><p class="faint">{escape(under)}</p></header>'
        f'<section id="bench" aria-label="Current over time">{_bar(log, table)}'
        '<div class="wide"><canvas id="overview" role="img" '
        'aria-label="The whole log; the frame is the view"></canvas></div>'
        '<p id="readout" aria-hidden="true"></p>'
        '<div class="wide"><canvas id="strip" role="img" aria-label="States in view"></canvas></div>'
        '<div id="panes"></div><p id="words" class="faint">Unpacking the log …</p></section>'
        f'<div class="cards">{_selection(log)}{_histogram()}{_markers()}</div>'
        f"{_states(log)}{_cycles()}"
        f'<section><h2>What to know about this log</h2><ul class="notes">{told}</ul></section>'
        "<footer><p>Made by torpor. The file needs nothing else; its address keeps view, selection, markers "
        "and notes.</p></footer></main>"
        f'{_keys()}<div id="told" role="status"></div><div id="said" class="unseen" aria-live="polite"></div>'
        "<noscript><p>This page is drawn by its script, and scripts are switched off.</p></noscript>"
    )


def _button(does: str, text: str, label: str = "", toggles: bool = False) -> str:
    pressed = ' aria-pressed="false"' if toggles else ""
    said = f' aria-label="{escape(label)}" title="{escape(label)}"' if label else ""
    return f'<button type="button" data-do="{does}"{said}{pressed}>{escape(text)}</button>'


def _bar(log: Log, table: StateTable) -> str:
    groups = [
        _button("all", "Whole log") + _button("out", "−", "wider") + _button("in", "+", "closer"),
        _button("scale", "Log axis", "logarithmic axis", toggles=True)
        + '<label>Limits <select id="limits"><option value="view">view</option>'
        '<option value="whole">whole log</option><option value="fixed">fixed</option></select></label>'
        '<span id="fixed" hidden><input id="low" inputmode="decimal" aria-label="lower limit, mA"> to '
        '<input id="high" inputmode="decimal" aria-label="upper limit, mA"> mA</span>',
        _button("select", "Select", "drag selects a part", toggles=True) + _button("mark", "Marker")
        + _button("level", "Level", "a line across"),
        _button("csv", "CSV", "save what is in view as CSV") + _button("png", "PNG", "save the picture")
        + _button("link", "Link", "copy a link to this view") + _button("help", "Keys", "keys and gestures"),
    ]  # fmt: skip
    if table.cycles:
        groups.insert(1, _button("previous", "◂", "previous cycle") + "<span>cycle</span>"
                      + _button("next", "▸", "next cycle"))  # fmt: skip
    shown = _button("wall", "Clock", "wall time", toggles=True) if log.start else ""
    if has_volts(log):
        shown += _button("V", "Voltage", toggles=True) + _button("mW", "Power", toggles=True)
    groups.insert(-1, shown + _button("mC", "Charge", "charge since the left edge", toggles=True))
    inside = "".join(f'<div class="group">{group}</div>' for group in groups)
    return f'<div class="bar-of" role="toolbar" aria-label="view">{inside}</div>'


def _selection(log: Log) -> str:
    return (
        '<section class="card" id="statistics"><h2 id="statistics-title">In view</h2>'
        '<p class="typed"><label>from <input id="from" inputmode="decimal"> s</label> '
        '<label>for <input id="length" inputmode="decimal"> s</label></p>'
        '<dl id="figures"></dl><p id="snapped" class="faint"></p>'
        '<p class="typed"><label>battery <input id="battery" inputmode="decimal"> mAh,</label> '
        '<label>usable <input id="usable" inputmode="decimal" value="80"> %</label></p>'
        '<p class="typed"><label>dearest <input id="window" inputmode="decimal" value="1"> s</label>'
        '<button type="button" id="find">Find</button></p>'
        f'<p class="group">{_button("copy", "Copy")}{_button("copy-csv", "Copy as CSV")}'
        f"{_button('zoomed', 'Zoom to it')}{_button('clear', 'Clear')}</p></section>"
    )


def _histogram() -> str:
    return (
        '<section class="card"><h2>How long at each current</h2>'
        '<div class="wide"><canvas id="histogram" role="img" '
        'aria-label="Histogram of the current with cumulative curves of time and charge"></canvas></div>'
        '<p class="legend"><span class="bars">time (root)</span><span class="time">% of time below</span>'
        '<span class="charge">% of charge below</span><span>current in mA</span></p>'
        '<p id="histogram-words" class="faint"></p><dl id="percentiles"></dl></section>'
    )


def _markers() -> str:
    return (
        '<section class="card"><h2>Markers and notes</h2>'
        '<p id="unmarked" class="faint">m sets a marker, h a level.</p><ul id="marked"></ul>'
        '<label class="note">Notes<textarea id="note" rows="3" maxlength="2000"></textarea></label></section>'
    )


def _table(name: str, heads: Sequence[str]) -> str:
    cells = "".join(
        f'<th scope="col"{" class=left" if head.startswith("share") else ""}>{head}</th>' for head in heads
    )
    return (
        f'<div class="scroll"><table><thead><tr>{cells}</tr></thead><tbody id="{name}"></tbody></table></div>'
    )


def _states(log: Log) -> str:
    share = "share of energy" if has_volts(log) else "share of charge"
    heads = ("state", share, "visits", "time", "charge", "energy", "mean mA", "peak mA")
    return (
        f'<section class="card"><h2>What each state cost</h2>{_table("states", heads)}'
        '<p><button type="button" id="all-states" hidden></button></p></section>'
    )


def _cycles() -> str:
    heads = (("i", "cycle"), ("t", "begins"), ("s", "awake"), ("mC", "charge awake"), ("mJ", "energy awake"),
             ("peak", "peak mA"), ("rest", "rest"))  # fmt: skip
    sorts = [f'<button type="button" data-sort="{key}">{text}</button>' for key, text in heads]
    return (
        f'<section class="card" id="cycles-card"><h2>Cycles</h2>{_table("cycles", sorts)}'
        '<p class="group" id="cycle-turn">'
        '<button type="button" id="earlier" aria-label="earlier rows">◂</button>'
        '<span id="cycle-page"></span>'
        '<button type="button" id="later" aria-label="later rows">▸</button></p></section>'
    )


def _keys() -> str:
    rows = "".join(f"<dt>{escape(key)}</dt><dd>{escape(does)}</dd>" for key, does in (*KEYS, *HANDS))
    return (
        f'<dialog id="keys" aria-label="Keys and gestures"><h2>Keys and gestures</h2><dl>{rows}</dl>'
        '<form method="dialog"><button>Close</button></form></dialog>'
    )
