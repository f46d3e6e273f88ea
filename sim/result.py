"""What a run of the twin leaves behind: plain data that analysis and station read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

#: How a visitor can end. The first two are good ends; every other one is a reason to be lost.
FATES = (
    "delivered",
    "waiting",
    "left before the shutter",
    "hold-off",
    "awake, busy",
    "too dark",
    "low battery",
    "no space",
    "camera failed",
    "lost in the air",
    "not seen by the PIR",
    "node off",
)


@dataclass(frozen=True, slots=True)
class Segments:
    """A stretch of exact history: piecewise constant current, one entry per change.

    All arrays have the same length. `state` holds state names, `marker` wake numbers;
    `V` is the battery terminal voltage, `mA` the current that the load takes out of it.
    """

    t_s: FloatArray
    dt_s: FloatArray
    V: FloatArray
    mA: FloatArray
    state: list[str]
    marker: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture the virtual camera's frame became.

    `t_s` is the start of the exposure, in seconds since the start of the run; `jpeg` is
    kept for only some days; `fate` is one of FATES; `visitors` is how many were in view;
    `dark` is the node's own mark (of pictures that are not at home, the sky's); `lit` says that its
    light was on during the exposure.
    """

    key: str
    t_s: float
    size: int
    crc32: int
    fate: str
    visitors: int
    dark: bool
    jpeg: bytes | None = None
    lit: bool = False


@dataclass(frozen=True, slots=True)
class ReadingFate:
    """One reading of a node with a sensor.

    `t_s` is when the sensor gave it, `said_s` what the node told of that time (nan: nobody knows), both in s
    since the start of the run; `fate` is "delivered", "waiting" or "lost"; `arrived_s` is infinity unless it
    is at home.
    """

    t_s: float
    values: tuple[int, ...]
    fate: str
    said_s: float
    arrived_s: float


@dataclass(frozen=True, slots=True)
class Booked:
    """Awake states of one node's log.

    Attributes
    ----------
    awake_J : as booked. plus_minus_J : the truth lies within. measured : share of awake_J with readings
        behind it, 0..1. by_state_J : the same by state.
    """

    awake_J: float
    plus_minus_J: float
    measured: float
    by_state_J: dict[str, float]


@dataclass(frozen=True, slots=True)
class Worn:
    """Years until the sector of flash that is erased most often has been as often as its row promises, at the
    rate of a run: of the drive (the entries of the folder in which pictures wait) and of nvm; infinity if
    it never was. `cycles` is the row.
    """

    drive_years: float
    nvm_years: float
    cycles: float


@dataclass(frozen=True, slots=True)
class RunResult:
    """One simulated stretch of one node's life.

    Attributes
    ----------
    start : local standard time of t_s = 0, with the site's UTC offset.
    hour_* : arrays with one entry per hour of the run.
        soc: state of charge at the end of the hour (0..1); harvest_Wh: into battery and load
        behind the charger; available_Wh: what the panel could have given at that moment if
        nothing had been full, cold or clipped; load_Wh: taken by the node at the battery
        terminals; down_s: seconds without a supply; temp_C: air; poa_W_m2: plane of array.
    energy_by_state_Wh, time_by_state_s : per firmware state, "SLEEP" and "BOOT" included.
    energy_by_part_Wh : per part of the node ("board", "radio", "camera", "PIR", "meter", ...).
    fates : count per entry of FATES (all visitors, every one exactly once).
    journal_counts : count per reason in the node's own journal.
    wakes : number of wakes; wakes_by_cause: e.g. visitor, false trigger, hold-off timer, restart.
    empties, empties_Wh : pictures without a visitor, and the energy their wakes took.
    readings, of : of a node with a sensor, and the names of their values (None and (): it has none).
    wake_trace : exact history of one ordinary wake with an upload, a little sleep on both sides.
    flash : how long the flash lasts; None: not counted.
    booked : what the node itself booked while awake, and how sure that is.
    books : closing errors of the two books, relative ("charge", "energy").
    """

    design: str
    title: str
    site: str
    latitude: float
    longitude: float
    start: datetime
    days: float
    seed: int
    hour_soc: FloatArray
    hour_harvest_Wh: FloatArray
    hour_available_Wh: FloatArray
    hour_load_Wh: FloatArray
    hour_down_s: FloatArray
    hour_temp_C: FloatArray
    hour_poa_W_m2: FloatArray
    energy_by_state_Wh: dict[str, float]
    time_by_state_s: dict[str, float]
    energy_by_part_Wh: dict[str, float]
    fates: dict[str, int]
    journal_counts: dict[str, int]
    wakes: int
    wakes_by_cause: dict[str, int]
    empties: int
    empties_Wh: float
    pictures: list[Picture]
    wake_trace: Segments
    pir_to_frame_s: FloatArray
    books: dict[str, float]
    wall_s: float
    notes: list[str] = field(default_factory=list)
    readings: list[ReadingFate] | None = None
    of: tuple[str, ...] = ()
    booked: Booked | None = None
    flash: Worn | None = None
