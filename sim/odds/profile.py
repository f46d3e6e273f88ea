"""A node's measured energy profile, as a file that `torpor simulate` and the odds both take.

title = "garden, three weeks of its log"
[from]                    # for people: what it was made from
log = "node_log.csv"
[measured.CONNECT]        # a state of the firmware; AWAKE: all of a wake; what is left out keeps its rows
mW = 512.0                # its mean at the battery
off_mW = 14.0             # plus or minus
V = 3.92                  # the battery's voltage meanwhile
s = 4.4                   # a visit's mean length
visits = 214
[states]                  # prices for the odds that go before what follows from [measured]
sleep_mW = 0.71           # asleep, waiting for motion
wake_mJ = 3100            # a motion with its picture taken, beside picture and radio: boot, triage, hold-off
scarce_mJ = 3400          # the same where energy is scarce
refused_mJ = 820          # a motion that is refused a picture
dark_mJ = 900             # looking, and finding it too dark
picture_mJ = 2600         # a whole picture, taken and kept
small_mJ = 2100           # a small one
join_mJ = 5200            # joining Wi-Fi
kib_mJ = 42               # sending a KiB
awake_mW = 110            # awake and doing nothing, for a node that never sleeps
big_KiB = 42              # size of a whole picture
small_KiB = 12
[uncertainty]             # of any of [states], in its own unit: plus or minus
sleep_mW = 0.05
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from sim.differences import AWAKE
from sim.errors import SimError
from sim.kernel import Prices
from sim.prices import STATES, TASK_STATES

#: Key of the file -> field of Prices, and what one unit of the file is in the field's.
KEYS = {
    "sleep_mW": ("sleep_W", 1e-3), "awake_mW": ("awake_W", 1e-3), "wake_mJ": ("wake_J", 1e-3),
    "scarce_mJ": ("scarce_J", 1e-3), "refused_mJ": ("refused_J", 1e-3), "dark_mJ": ("dark_J", 1e-3),
    "picture_mJ": ("picture_J", 1e-3), "small_mJ": ("small_J", 1e-3), "join_mJ": ("join_J", 1e-3),
    "kib_mJ": ("kib_J", 1e-3), "big_KiB": ("big_KiB", 1.0), "small_KiB": ("small_KiB", 1.0),
}  # fmt: skip
#: Prices that are mostly one state's: its relative uncertainty is theirs.
PRICES_OF = {
    "SLEEP": ("sleep_W",), "BOOT": ("wake_J", "scarce_J", "refused_J"), "CAMERA": ("dark_J",),
    "CAPTURE": ("picture_J", "small_J"), "CONNECT": ("join_J",), "UPLOAD": ("kib_J",),
    AWAKE: ("wake_J", "scarce_J", "refused_J", "dark_J", "picture_J", "small_J", "join_J", "kib_J"),
}  # fmt: skip
#: States that a profile may name.
NAMES = (*dict.fromkeys(name for name in (*STATES, *TASK_STATES) if name != "-"), "FLOOR", "OFF", AWAKE)
#: A larger figure is a mistake of the unit: a thousand watts, a megajoule.
MOST = 1e9
_SECTIONS = ("title", "from", "measured", "states", "uncertainty")


@dataclass(frozen=True, slots=True)
class MeasuredState:
    """What a log says of one state: mean power and its uncertainty, mW; the battery's voltage, V (None: not
    known); a visit's mean length, s, and how many there were (0: not known)."""

    mW: float
    off_mW: float = 0.0
    V: float | None = None
    s: float = 0.0
    visits: int = 0


@dataclass(frozen=True, slots=True)
class Profile:
    """Attributes
    ----------
    title : for people. states, uncertainty : by KEYS, in the file's units. measured : by NAMES. origin : what
        it was made from, for people.
    """

    title: str
    states: Mapping[str, float]
    uncertainty: Mapping[str, float]
    measured: Mapping[str, MeasuredState] = field(default_factory=dict)
    origin: Mapping[str, str | float] = field(default_factory=dict)

    @property
    def means(self) -> dict[str, tuple[float, float | None]]:
        """Mean mW and V of each measured state."""
        return {name: (one.mW, one.V) for name, one in self.measured.items()}

    def prices(self, design: Prices) -> Prices:
        """The design's prices with those of the file in their place; what the node believes of its sleep
        stays what its rows say."""
        found = {KEYS[key][0]: value * KEYS[key][1] for key, value in self.states.items()}
        if "wake_mJ" in self.states and "scarce_mJ" not in self.states:
            found["scarce_J"] = found["wake_J"]
        return replace(design, **found)

    def unsure(self) -> dict[str, float]:
        """Relative uncertainties, by the fields of Prices."""
        found = {
            price: one.off_mW / one.mW
            for name in (AWAKE, *PRICES_OF)
            if (one := self.measured.get(name)) and one.mW and one.off_mW
            for price in PRICES_OF[name]
        }
        return found | {
            KEYS[key][0]: off / self.states[key] for key, off in self.uncertainty.items() if self.states[key]
        }


def read_profile(path: Path) -> Profile:
    """Read a profile; SimError, one sentence, for whatever is not as expected."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SimError(f"{path}: cannot be read ({error.strerror}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SimError(f"{path}: is no valid TOML ({error}).") from None
    unknown = next((key for key in data if key not in _SECTIONS), None)
    if unknown is not None:
        raise SimError(f"{path}: {unknown!r} is unknown; there are {', '.join(_SECTIONS)}.")
    title = data.get("title", path.stem)
    if not isinstance(title, str):
        raise SimError(f"{path}: title is {title!r}, expected text.")
    measured = _measured(path, data.get("measured", {}))
    states = _figures(path, "states", data.get("states", {} if measured else None))
    uncertainty = _figures(path, "uncertainty", data.get("uncertainty", {}))
    if not states and not measured:
        raise SimError(f"{path}: [states] is empty, expected one of {', '.join(KEYS)} or more.")
    alone = next((key for key in uncertainty if key not in states), None)
    if alone is not None:
        raise SimError(f"{path}: [uncertainty] {alone} has no figure in [states].")
    return Profile(title, states, uncertainty, measured, _table(path, "from", data.get("from", {})))


def _table(path: Path, section: str, values: Any) -> dict[str, Any]:
    if not isinstance(values, dict):
        said = "is missing" if values is None else f"is {values!r}"
        raise SimError(f"{path}: [{section}] {said}, expected a table.")
    return values


def _measured(path: Path, values: Any) -> dict[str, MeasuredState]:
    found = {}
    for name, figures in _table(path, "measured", values).items():
        if name not in NAMES:
            raise SimError(f"{path}: [measured.{name}] is unknown; there are {', '.join(NAMES)}.")
        section = f"measured.{name}"
        keys = [one.name for one in fields(MeasuredState)]
        numbers = {
            key: _number(path, section, key, value, keys)
            for key, value in _table(path, section, figures).items()
        }
        if "mW" not in numbers:
            raise SimError(f"{path}: [{section}] has no mW.")
        if numbers.get("V", 1.0) <= 0.0:
            raise SimError(f"{path}: [{section}] V is {numbers['V']:g}, expected more than 0.")
        visits = int(numbers.pop("visits", 0.0))
        found[name] = MeasuredState(**numbers, visits=visits)
    return found


def _figures(path: Path, section: str, values: Any) -> dict[str, float]:
    return {
        key: _number(path, section, key, value, list(KEYS))
        for key, value in _table(path, section, values).items()
    }


def _number(path: Path, section: str, key: str, value: Any, keys: list[str]) -> float:
    if key not in keys:
        raise SimError(f"{path}: [{section}] {key} is unknown; there are {', '.join(keys)}.")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value <= MOST:
        raise SimError(f"{path}: [{section}] {key} is {value!r}, expected a number from 0 to {MOST:g}.")
    return float(value)
