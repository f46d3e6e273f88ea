"""Read .ppk2, the session of Nordic's Power Profiler: a ZIP of raw samples and its rate."""

from __future__ import annotations

import json
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import DamagedLog, LogError
from .log import IntArray, Log
from .read_options import ReadOptions
from .recording import Recording, assemble
from .salvage_ppk2 import members_of_cut_zip

#: One sample: microamperes, and two bits for each of eight inputs (1 low, 2 high, 3 both, 0 unknown).
FRAME = np.dtype([("uA", "<f4"), ("inputs", "<u2")])
SAMPLES_FILE, META_FILE = "session.raw", "metadata.json"
#: Where a session that was written here says which log it was: another meter's.
WRITTEN_FROM = "torporLog"


def read_ppk2(path: Path, options: ReadOptions) -> Log:
    """Read a session; samples that the profiler lost (NaN) are gaps.

    Raises
    ------
    LogError : the archive is damaged or cut off (see --salvage), holds no session, or does not tell its rate.
    """
    meta, raw, notes = _members(path, options.salvage)
    rate = meta.get("samplesPerSecond") or options.rate_hz
    if not isinstance(rate, int | float) or not rate > 0:
        raise LogError(f"{path.name}: {META_FILE} tells no samplesPerSecond; say --rate in Hz.")
    frames = np.frombuffer(raw[: len(raw) - len(raw) % FRAME.itemsize], dtype=FRAME)
    seen = np.flatnonzero(np.isfinite(frames["uA"]))
    if not seen.size:
        raise LogError(f"{path.name}: the session holds no sample.")
    started = meta.get("startSystemTime")
    start = datetime.fromtimestamp(started / 1000, UTC) if isinstance(started, int | float) else None
    torn = ("The last sample is torn and was left out.",) if len(raw) % FRAME.itemsize else ()
    source = meta.get(WRITTEN_FROM)
    found = Recording(
        source if isinstance(source, str) else path.name, seen / float(rate),
        frames["uA"][seen].astype(np.float64) * 1e-3, start=start,
        marker=inputs(frames["inputs"][seen]), notes=(*notes, *torn), line_of="sample {}".format,
    )  # fmt: skip
    return assemble(found, options)


def inputs(pairs: NDArray[np.uint16]) -> IntArray:
    """Two bits per input -> one number; an input that was high for a part of the sample is high."""
    total = np.zeros(len(pairs), dtype=np.int64)
    for number in range(8):
        total |= ((pairs >> (2 * number + 1)) & 1).astype(np.int64) << number
    return total


def _members(path: Path, salvage: bool) -> tuple[dict[str, Any], bytes, tuple[str, ...]]:
    """The metadata, the raw samples, and what was missing of the archive."""
    try:
        files, notes = _files(path, salvage)
        meta = json.loads(files.get(META_FILE, b"{}"))
        return dict(meta.get("metadata", {})), files[SAMPLES_FILE], notes
    except KeyError:
        raise LogError(
            f"{path.name}: a ZIP, but no session of the Power Profiler (it holds no {SAMPLES_FILE})."
        ) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise LogError(f"{path.name}: the archive is damaged ({str(error)[:80]}).") from None
    except (ValueError, AttributeError, TypeError):
        raise LogError(f"{path.name}: {META_FILE} is not the JSON of a session.") from None


def _files(path: Path, salvage: bool) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The session's files by name; of an archive whose end is missing what stands before the cut."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            here = {SAMPLES_FILE, META_FILE} & set(archive.namelist())
            return {name: archive.read(name) for name in here}, ()
    if not salvage:
        raise DamagedLog(f"{path.name}: the archive was not closed, or its end is missing")
    return members_of_cut_zip(path.read_bytes()), (
        "The archive's end is missing; this is what it still holds.",
    )
