"""An owner's design: a shipped one with another panel, battery, tilt; or just the shipped one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tomlkit

from boards import BoardsError, Design, Part, list_designs, load_design
from boards.parts_file import shipped_parts
from station.errors import Exit, StationError
from station.new_answers import parts_there

#: What the file is called in a node's folder.
DESIGN = "design.toml"
_BY_HAND = "To change it by hand, give it another name and name that as the design."
_LABEL = "the owner's label"
#: Rows of a panel that grow with its label.
_GROWING = ("rated", "i_mp", "i_sc")


def design_of(answers: Mapping[str, str]) -> tuple[Design, str]:
    """The design that the answers describe, and the text of its file; no text if it stands in a file already.

    Raises
    ------
    StationError : an owner's file says something else than the answers.
    BoardsError : no charger and protection that are there fit these parts; one sentence.
    """
    keys = ("design", "panel", "battery", "cells", "tilt", "azimuth")
    return _design_of(*(answers[key] for key in keys))


@cache
def _design_of(
    name: str, panel: str, battery: str, cells: str, tilt: str, azimuth: str
) -> tuple[Design, str]:
    base = load_design(name)
    changes = {**_panel(base, panel), **_battery(base, battery)}
    options = {"cells_parallel": int(cells), "tilt_deg": float(tilt), "azimuth_deg": float(azimuth)}
    new = {key: value for key, value in options.items() if base.options[key] != value}
    if not changes and not new:
        return base, ""
    if name.endswith(".toml"):
        asked = ", ".join([*changes, *new])
        raise StationError(f"{name} is your own design: change {asked} in the file itself.", Exit.USAGE)
    return _fitting(base, changes, new)


def _panel(base: Design, said: str) -> dict[str, Any]:
    """Changes for another panel: its name, and the rows of a label that no shipped panel has."""
    if said in parts_there("panel"):
        return {} if said == base.panel.name else {"panel": said}
    watts = float(said.split()[0])
    panels = [
        part for (kind, _), part in shipped_parts().items() if kind == "panel" and "by" not in part.caps
    ]
    near = min(panels, key=lambda part: abs(log(part.v("rated") / watts)))
    share = watts / near.v("rated")
    if share == 1.0:
        return {} if near.name == base.panel.name else {"panel": near.name}
    rows = {row: _row(near, row, near.v(row) * share) for row in _GROWING}
    return {"panel": near.name, "rows": {"panel": rows}}


def _battery(base: Design, said: str) -> dict[str, Any]:
    if said in parts_there("cell"):
        return {} if said == base.cell.name else {"cell": said}
    amp_hours = float(said.split()[0]) / 1000
    if amp_hours == base.cell.v("capacity"):
        return {}
    return {"capacity": _row(base.cell, "capacity", amp_hours)}


def _row(part: Part, name: str, value: float) -> Any:
    row = part.rows[name]
    table = tomlkit.inline_table()
    doubt = row.plus_minus * value / row.value
    table.update({"value": round(value, 4), "unit": row.unit, "plus_minus": round(doubt, 4),
                  "condition": row.condition, "source": _LABEL})  # fmt: skip
    return table


def _fitting(base: Design, changes: dict[str, Any], options: dict[str, Any]) -> tuple[Design, str]:
    """With the first charger and protection that fit: the design's own, those of a shipped design, any."""
    first: BoardsError | None = None
    for charger, protection in dict.fromkeys(_pairs(base)):
        text = _text(base, {**changes, "charger": charger, "protection": protection}, options)
        try:
            return loaded(text), text
        except BoardsError as error:
            first = first or error
    assert first is not None
    raise first


def _pairs(base: Design) -> Iterator[tuple[str, str]]:
    yield base.charger.name, base.protection.name
    shipped = [load_design(name) for name in list_designs()]
    yield from ((one.charger.name, one.protection.name) for one in shipped)
    yield from product(parts_there("charger"), parts_there("protection"))


def _text(base: Design, changes: dict[str, Any], options: dict[str, Any]) -> str:
    document = tomlkit.parse(base.path.read_text("utf-8"))
    parts: Any = document["parts"]
    for kind in ("panel", "cell", "charger", "protection"):
        if kind in changes and parts[kind] != changes[kind]:
            parts[kind] = changes[kind]
    chosen: Any = document["options"]
    chosen.update(options)
    if "cell" in changes:  # the lock-out is the cell's own then
        for key in ("lockout_enter_mV", "lockout_leave_mV"):
            chosen.pop(key, None)
    rows = dict(changes.get("rows", {}))
    if "capacity" in changes:
        rows["cell"] = {"capacity": changes["capacity"]}
    if rows:
        own: Any = document.setdefault("rows", tomlkit.table(is_super_table=True))
        for kind, figures in rows.items():
            own[kind] = {**own.get(kind, {}), **figures}
    document["title"] = _title(base, changes, options)
    text = tomlkit.dumps(document)
    return f"# Made by torpor new ({_mark(text)}). {_BY_HAND}\n{text}"


def _mark(text: str) -> str:
    """Tells whether somebody has changed it."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def refuse_changed(path: Path) -> None:
    """StationError if there is a design file that was changed by hand: it would be lost."""
    if not path.is_file():
        return
    head, _, rest = path.read_text("utf-8").partition("\n")
    if f"({_mark(rest)})" not in head:
        raise StationError(f"{path} was changed by hand. {_BY_HAND}", Exit.USAGE)


def _title(base: Design, changes: dict[str, Any], options: dict[str, Any]) -> str:
    """The shipped title, and what is different."""
    said = []
    if "rows" in changes:
        said.append(f"{changes['rows']['panel']['rated']['value']:g} W panel")
    elif "panel" in changes:
        said.append(str(changes["panel"]))
    if "capacity" in changes:
        said.append(f"{1000 * changes['capacity']['value']:g} mAh a cell")
    said += [str(changes["cell"])] if "cell" in changes else []
    said += [f"{options['cells_parallel']} in parallel"] if "cells_parallel" in options else []
    said += [f"tilt {options['tilt_deg']:g}"] if "tilt_deg" in options else []
    said += [f"looks to {options['azimuth_deg']:g}"] if "azimuth_deg" in options else []
    title = base.title.split("; here ")[0]
    return f"{title}; here {', '.join(said)}" if said else base.title


def loaded(text: str) -> Design:
    """The design as `boards` reads it from a file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / DESIGN
        path.write_text(text, "utf-8")
        return load_design(path)
