"""Read OML text, as testbeds write it: a head of key: value lines, then rows of several schemas."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .choose import choose
from .errors import DamagedLog, LogError
from .headers import Column, columns
from .log import FloatArray, Log
from .read_options import ReadOptions
from .recording import Recording, assemble
from .stamps import Stamps
from .text import Text

#: Columns that stand before a schema's own: when the host received it, which schema, its number.
LEADING = ("received", "schema", "seq")
#: Whose documentation tells the units that the titles do not: IoT-LAB's node monitoring.
IOT_LAB = "_consumption"
_IOT_LAB_UNITS = {"current": "a", "voltage": "v", "power": "w"}


@dataclass(frozen=True, slots=True)
class Schema:
    """One kind of row: its number, its name, the names of its fields."""

    number: str
    name: str
    fields: tuple[str, ...]


def read_oml(text: Text, options: ReadOptions) -> Log:
    """Read the schema that holds a current (or, without one, a voltage).

    Raises
    ------
    LogError : no schema has a current, or a row cannot be read.
    """
    lines = text.data[:].decode("utf-8", "replace").split("\n")
    schema = _with_a_current(text.name, schemas(lines))
    titles = columns((*LEADING, *schema.fields))
    known = schema.name.endswith(IOT_LAB)
    if known:
        titles = tuple(replace(item, unit=item.unit or _IOT_LAB_UNITS.get(item.role)) for item in titles)
    place = f"{text.name} schema {schema.number}"
    chosen = choose(place, tuple(item for item in titles if item.role != "time"), options)
    values, lines_of, lost = _rows(text.name, lines, schema, list(chosen.values()), options.salvage)
    time = _time(schema, values)
    note = (f"The units V and A are those of the schema {schema.name}.",) if known else ()
    columns_of = {role: values[:, item.index] * item.factor for role, item in chosen.items()}
    found = Recording(
        source=text.name, t_s=time.t_s, start=time.start, mA=columns_of.get("current"),
        V=columns_of.get("voltage"), power_mW=columns_of.get("power"), notes=(*lost, *note),
        line_of=lambda row: f"line {lines_of[row]}",
    )  # fmt: skip
    return assemble(found, options)


def schemas(lines: list[str]) -> tuple[Schema, ...]:
    """The schemas of the head: 'schema: 1 name field:type field:type'."""
    found = []
    for line in lines:
        if not line.strip():
            break
        words = line.removeprefix("schema:").split()
        if line.startswith("schema:") and len(words) > 2:
            names = tuple(word.split(":")[0] for word in words[2:])
            found.append(Schema(words[0], words[1], names))
    return tuple(found)


def _with_a_current(name: str, found: tuple[Schema, ...]) -> Schema:
    fitting = [item for item in found if any(column.role == "current" for column in columns(item.fields))]
    if len(fitting) != 1:
        names = ", ".join(item.name for item in found) or "none"
        raise LogError(f"{name}: {len(fitting)} of its schemas hold a current; the schemas are {names}.")
    return fitting[0]


def _rows(
    name: str, lines: list[str], schema: Schema, needed: list[Column], salvage: bool
) -> tuple[FloatArray, list[int], tuple[str, ...]]:
    """The numbers of a schema's rows, the line of each, and a note of what was left out."""
    width = len(LEADING) + len(schema.fields)
    rows, numbers, lost = [], [], []
    start = next((at for at, line in enumerate(lines) if not line.strip()), 0)
    for number, line in enumerate(lines[start:], start + 1):
        cells = line.split("\t")
        if (len(cells) > 1 and cells[1] != schema.number) or not line.strip():
            continue
        row = _numbers(cells)
        good = row is not None and len(row) == width and all(np.isfinite(row[item.index]) for item in needed
                                                             if item.role != "power")  # fmt: skip
        if good and row is not None:
            rows.append(row)
            numbers.append(number)
        elif salvage or number == len(lines):
            lost.append(number)
        else:
            raise DamagedLog(
                f"{name} line {number}: {len(cells)} cells, not the {width} numbers of schema {schema.number}"
            )
    if not rows:
        raise LogError(f"{name}: no row belongs to schema {schema.number} ({schema.name}).")
    note = (
        f"{len(lost)} line(s) could not be read and were left out, the first is line {lost[0]}."
        if lost
        else ""
    )
    return np.array(rows), numbers, (note,) if note else ()


def _numbers(cells: list[str]) -> list[float] | None:
    try:
        return [float(cell) for cell in cells]
    except ValueError:
        return None


def _time(schema: Schema, values: FloatArray) -> Stamps:
    """The node's own clock where it is sent (s and us apart); else when the host received it."""
    from .counters import counted

    lead = len(LEADING)
    for seconds, micros in (("timestamp_s", "timestamp_us"), ("time_s", "time_us")):
        if seconds in schema.fields:
            t_s = values[:, lead + schema.fields.index(seconds)]
            if micros in schema.fields:
                t_s = t_s + values[:, lead + schema.fields.index(micros)] * 1e-6
            return counted(t_s, Column(0, seconds, "time", "s"))
    return counted(values[:, 0], Column(0, "received", "time", "s"))
