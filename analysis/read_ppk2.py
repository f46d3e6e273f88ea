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

from .errors import LogError
from .log import IntArray, Log
from .read_options import ReadOptions
from .recording import Recording, assemble

#: One sample: microamperes, and two bits for each of eight inputs (1 low, 2 high, 3 both, 0 unknown).
FRAME = np.dtype([("uA", "<f4"), ("inputs", "<u2")])
SAMPLES_FILE, META_FILE = "session.raw", "metadata.json"


def read_ppk2(path: Path, options: ReadOptions) -> Log:
    """Read a session; samples that the profiler lost (NaN) are gaps.

    Raises
    ------
    LogError : the archive is damaged, holds no session, or does not tell its rate.
    """
    meta, raw = _members(path)
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
    found = Recording(
        path.name, seen / float(rate), frames["uA"][seen].astype(np.float64) * 1e-3, start=start,
        marker=inputs(frames["inputs"][seen]), notes=torn, line_of="sample {}".format,
    )  # fmt: skip
    return assemble(found, options)


def inputs(pairs: NDArray[np.uint16]) -> IntArray:
    """Two bits per input -> one number; an input that was high for a part of the sample is high."""
    total = np.zeros(len(pairs), dtype=np.int64)
    for number in range(8):
        total |= ((pairs >> (2 * number + 1)) & 1).astype(np.int64) << number
    return total


def _members(path: Path) -> tuple[dict[str, Any], bytes]:
    """The metadata and the raw samples of an archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            meta = json.loads(archive.read(META_FILE))
            return dict(meta.get("metadata", {})), archive.read(SAMPLES_FILE)
    except KeyError as error:
        raise LogError(
            f"{path.name}: a ZIP, but no session of the Power Profiler ({error.args[0]})"
        ) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise LogError(f"{path.name}: the archive is damaged ({str(error)[:80]}).") from None
    except (ValueError, AttributeError, TypeError):
        raise LogError(f"{path.name}: {META_FILE} is not the JSON of a session.") from None
