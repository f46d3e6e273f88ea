"""Write a log as Parquet, the canonical form: every column and every note comes back as it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from .clock import intervals
from .errors import LogError
from .log import IntArray, Log
from .whole_file import whole_file

#: Where the file's own metadata hold what is no column, and the version of that.
KEY, VERSION = b"torpor-log", 1
#: Rows that are read without a seam: what is read in one piece need not be copied together.
ROWS_TOGETHER = 1 << 26


def library(path: Path) -> Any:
    """pyarrow.parquet, or a sentence that says how to get it."""
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        raise LogError(
            f"{path.name}: Parquet needs the library pyarrow: .venv/bin/python -m pip install pyarrow"
        ) from None
    return parquet


def write_parquet(log: Log, path: Path) -> Path:
    """Write a log; columns that it does not have, or that its times tell, are left out.

    Raises
    ------
    LogError : the library is not installed. OSError : the file cannot be written.
    """
    parquet = library(path)
    import pyarrow as pa

    columns: dict[str, Any] = {"t_s": log.t_s}
    if not np.array_equal(log.dt_s, intervals(log.t_s, None).dt_s):
        columns["dt_s"] = log.dt_s
    if not np.isnan(log.V).all():
        columns["V"] = log.V
    columns["mA"] = log.mA
    if log.has_states:
        columns["state"] = _words(log.state, log.states)
    if log.has_marker:
        columns["marker"] = log.marker
    if log.qualities:
        columns["quality"] = _words(log.quality, log.qualities)
    if log.power_mW is not None:
        columns["power_mW"] = log.power_mW
    table = pa.table(columns).replace_schema_metadata({KEY: json.dumps(_meta(log)).encode()})
    recurring = [name for name in columns if name not in ("t_s", "dt_s")]
    with whole_file(path) as part:
        parquet.write_table(
            table, part, row_group_size=ROWS_TOGETHER, compression="lz4", use_dictionary=recurring,
            write_page_checksum=True,
        )  # fmt: skip
    return path


def _words(codes: IntArray, names: tuple[str, ...]) -> Any:
    """Codes and names as a dictionary column; -1 is null."""
    import pyarrow as pa

    indices = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, list(names))


def _meta(log: Log) -> dict[str, Any]:
    return {
        "version": VERSION, "source": log.source, "kind": log.kind,
        "start": log.start.isoformat() if log.start else None, "missing_s": log.missing_s,
        "shunt_ohm": log.shunt_ohm, "notes": list(log.notes),
    }  # fmt: skip
