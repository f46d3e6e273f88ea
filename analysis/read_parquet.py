"""Read Parquet: our own canonical log, which comes back as it was, and anyone's table of columns."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .choose import NUMERIC, choose, with_unit
from .clock import intervals
from .errors import LogError
from .headers import columns
from .log import FloatArray, IntArray, Log
from .pieces import PIECE, room
from .read_csv import given_rate
from .read_options import ReadOptions
from .recording import Recording, assemble, everywhere
from .write_parquet import KEY, VERSION, library

if TYPE_CHECKING:
    from pyarrow import Array, ChunkedArray, Table

#: The columns of numbers that our own files may have.
_NUMBERS = ("t_s", "dt_s", "V", "mA", "power_mW")
#: So many columns are read at once.
THREADS = 2


def read_parquet(path: Path, options: ReadOptions) -> Log:
    """Read a Parquet file.

    Raises
    ------
    LogError : the library is not installed, the file is damaged, or its columns tell no current.
    """
    parquet = library(path)
    try:
        with parquet.ParquetFile(path, page_checksum_verification=True, memory_map=True) as file:
            rows, meta = file.metadata.num_rows, (file.schema_arrow.metadata or {}).get(KEY)
            numbers = [] if meta is None else [name for name in file.schema_arrow.names if name in _NUMBERS]
            table = file.read([name for name in file.schema_arrow.names if name not in numbers])
        with ThreadPoolExecutor(THREADS) as pool:
            found = dict(zip(numbers, pool.map(lambda name: _column(path, name, rows), numbers), strict=True))
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:80]
        raise LogError(f"{path.name}: the Parquet file cannot be read ({reason}).") from None
    if not rows:
        raise LogError(f"{path.name}: the table has no row.")
    if meta is None:
        return _foreign(path.name, table, options)
    return _ours(path.name, found, table, json.loads(meta))


def _column(path: Path, name: str, rows: int) -> FloatArray:
    """A column of numbers; what is unpacked lies in the same little memory batch by batch."""
    values: FloatArray = room(1, rows)[0]
    at = 0
    with library(path).ParquetFile(path, page_checksum_verification=True, memory_map=True) as file:
        for batch in file.iter_batches(PIECE, columns=[name], use_threads=False):
            values[at : at + len(batch)] = _values(batch.column(0))
            at += len(batch)
    return values


def _ours(name: str, found: dict[str, FloatArray], table: Table, meta: dict[str, Any]) -> Log:
    if meta["version"] != VERSION:
        raise LogError(f"{name}: written as version {meta['version']}; this reads version {VERSION}.")
    t_s, start = found["t_s"], meta["start"]
    rows, has = len(t_s), set(table.column_names)
    state, states = _words(table, "state") if "state" in has else (everywhere(-1, rows), ())
    quality, qualities = _words(table, "quality") if "quality" in has else (everywhere(-1, rows), ())
    return Log(
        source=meta["source"], kind=meta["kind"], t_s=t_s,
        dt_s=found["dt_s"] if "dt_s" in found else intervals(t_s, None).dt_s,
        V=found["V"] if "V" in found else np.broadcast_to(np.float64(np.nan), (rows,)),
        mA=found["mA"], state=state, states=states,
        marker=_values(_together(table["marker"])) if "marker" in has else everywhere(0, rows),
        has_marker="marker" in has, quality=quality, qualities=qualities,
        power_mW=found.get("power_mW"),
        start=datetime.fromisoformat(start) if start else None, missing_s=meta["missing_s"],
        shunt_ohm=meta["shunt_ohm"], notes=tuple(meta["notes"]),
    )  # fmt: skip


def _floats(column: ChunkedArray) -> FloatArray:
    return np.asarray(_values(_together(column)), dtype=np.float64)


def _together(column: ChunkedArray) -> Array:
    """A column in one piece: not copied if it is that already."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _values(column: Array) -> NDArray[Any]:
    """A column of one piece; pyarrow's own way, which loads pandas first, only where something is missing."""
    from pyarrow import types

    plain = types.is_integer(column.type) or types.is_floating(column.type)
    if plain and not column.null_count:
        return np.from_dlpack(column)
    return np.asarray(column.to_numpy(zero_copy_only=False))


def _words(table: Table, name: str) -> tuple[IntArray, tuple[str, ...]]:
    """A dictionary column as codes and names; null is -1."""
    coded = _together(table[name])
    return _values(coded.indices.fill_null(-1)).astype(np.int64), tuple(coded.dictionary.to_pylist())


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
