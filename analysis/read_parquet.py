"""Read Parquet: our own canonical log, which comes back as it was, and anyone's table of columns."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .choose import NUMERIC, choose, with_unit
from .clock import intervals
from .errors import LogError
from .headers import columns
from .log import FloatArray, IntArray, Log
from .read_csv import given_rate
from .read_options import ReadOptions
from .recording import Recording, assemble, everywhere
from .write_parquet import KEY, VERSION, library

if TYPE_CHECKING:
    from pyarrow import ChunkedArray, Table


def read_parquet(path: Path, options: ReadOptions) -> Log:
    """Read a Parquet file.

    Raises
    ------
    LogError : the library is not installed, the file is damaged, or its columns tell no current.
    """
    parquet = library(path)
    try:
        with parquet.ParquetFile(path, page_checksum_verification=True) as file:
            table = file.read()
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:80]
        raise LogError(f"{path.name}: the Parquet file cannot be read ({reason}).") from None
    if not len(table):
        raise LogError(f"{path.name}: the table has no row.")
    meta = (table.schema.metadata or {}).get(KEY)
    return _foreign(path.name, table, options) if meta is None else _ours(path.name, table, json.loads(meta))


def _ours(name: str, table: Table, meta: dict[str, Any]) -> Log:
    if meta["version"] != VERSION:
        raise LogError(f"{name}: written as version {meta['version']}; this reads version {VERSION}.")
    rows, start = len(table), meta["start"]
    has, t_s = set(table.column_names), _floats(table["t_s"])
    state, states = _words(table, "state") if "state" in has else (everywhere(-1, rows), ())
    quality, qualities = _words(table, "quality") if "quality" in has else (everywhere(-1, rows), ())
    return Log(
        source=meta["source"], kind=meta["kind"], t_s=t_s,
        dt_s=_floats(table["dt_s"]) if "dt_s" in has else intervals(t_s, None).dt_s,
        V=_floats(table["V"]) if "V" in has else np.broadcast_to(np.float64(np.nan), (rows,)),
        mA=_floats(table["mA"]), state=state, states=states,
        marker=table["marker"].to_numpy().astype(np.int64) if "marker" in has else everywhere(0, rows),
        has_marker="marker" in has, quality=quality, qualities=qualities,
        power_mW=_floats(table["power_mW"]) if "power_mW" in has else None,
        start=datetime.fromisoformat(start) if start else None, missing_s=meta["missing_s"],
        shunt_ohm=meta["shunt_ohm"], notes=tuple(meta["notes"]),
    )  # fmt: skip


def _floats(column: ChunkedArray) -> FloatArray:
    if column.num_chunks == 1:  # what lies in one piece is not copied
        return np.asarray(column.chunk(0).to_numpy(zero_copy_only=False), dtype=np.float64)
    return np.asarray(column.to_numpy(), dtype=np.float64)


def _words(table: Table, name: str) -> tuple[IntArray, tuple[str, ...]]:
    """A dictionary column as codes and names; null is -1."""
    coded = table[name].combine_chunks()
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, tuple(coded.dictionary.to_pylist())


def _foreign(name: str, table: Table, options: ReadOptions) -> Log:
    """A table that others wrote: columns by their titles, as in a CSV."""
    chosen = choose(name, columns(table.column_names), options)
    found: dict[str, FloatArray] = {}
    for role, item in chosen.items():
        if role in NUMERIC and role != "time":
            found[role] = _numbers(name, item.title, table.column(item.index)) * item.factor
    time = given_rate(name, len(table), options) if "time" not in chosen else None
    start = None
    if time is not None:
        t_s = time.t_s
    else:
        t_s, start = _time(name, table, chosen["time"], options)
    marker = found["marker"].astype(np.int64) if "marker" in found else None
    return assemble(
        Recording(name, t_s, found.get("current"), V=found.get("voltage"), dt_s=found.get("dt"),
                  power_mW=found.get("power"), marker=marker, start=start,
                  notes=time.notes if time else ()),
        options,
    )  # fmt: skip


def _time(name: str, table: Table, item: Any, options: ReadOptions) -> tuple[FloatArray, datetime | None]:
    """Seconds and start of a time column: Parquet's own timestamps, or numbers with a unit."""
    import pyarrow as pa

    from .counters import counted

    column = table.column(item.index)
    if pa.types.is_timestamp(column.type):
        stamp_s = column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64()).to_numpy() / 1e6
        return stamp_s - stamp_s[0], column[0].as_py()
    stamps = counted(_numbers(name, item.title, column), with_unit(name, item, "time", options.time_unit))
    return stamps.t_s, stamps.start


def _numbers(name: str, title: str, column: ChunkedArray) -> FloatArray:
    try:
        values = _floats(column)
    except (ValueError, TypeError):
        raise LogError(f"{name}: the column '{title}' holds no numbers.") from None
    holes = np.flatnonzero(~np.isfinite(values))
    if holes.size:
        raise LogError(f"{name} row {holes[0]}: {title} is missing or not a number.")
    return values
