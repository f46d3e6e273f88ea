"""A node's measured energy profile, as a file: what its actions cost at the battery.

title = "garden, three weeks of its log"
[states]                  # what is left out keeps the design's own price
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
[uncertainty]             # of any of them, in its own unit: plus or minus
sleep_mW = 0.05
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.errors import SimError
from sim.kernel import Prices

#: Key of the file -> field of Prices, and what one unit of the file is in the field's.
KEYS = {
    "sleep_mW": ("sleep_W", 1e-3), "awake_mW": ("awake_W", 1e-3), "wake_mJ": ("wake_J", 1e-3),
    "scarce_mJ": ("scarce_J", 1e-3), "refused_mJ": ("refused_J", 1e-3), "dark_mJ": ("dark_J", 1e-3),
    "picture_mJ": ("picture_J", 1e-3), "small_mJ": ("small_J", 1e-3), "join_mJ": ("join_J", 1e-3),
    "kib_mJ": ("kib_J", 1e-3), "big_KiB": ("big_KiB", 1.0), "small_KiB": ("small_KiB", 1.0),
}  # fmt: skip
#: A larger figure is a mistake of the unit: a thousand watts, a megajoule.
MOST = 1e9


@dataclass(frozen=True, slots=True)
class Profile:
    """Attributes
    ----------
    title : for people. states, uncertainty : by KEYS, in the file's units.
    """

    title: str
    states: Mapping[str, float]
    uncertainty: Mapping[str, float]

    def prices(self, design: Prices) -> Prices:
        """The design's prices with the measured ones in their place; what the node believes of its sleep
        stays what its rows say."""
        found = {KEYS[key][0]: value * KEYS[key][1] for key, value in self.states.items()}
        if "wake_mJ" in self.states and "scarce_mJ" not in self.states:
            found["scarce_J"] = found["wake_J"]
        return replace(design, **found)

    def unsure(self) -> dict[str, float]:
        """Relative uncertainties, by the fields of Prices."""
        return {
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
    unknown = next((key for key in data if key not in ("title", "states", "uncertainty")), None)
    if unknown is not None:
        raise SimError(f"{path}: {unknown!r} is unknown; there are title, states, uncertainty.")
    title = data.get("title", path.stem)
    if not isinstance(title, str):
        raise SimError(f"{path}: title is {title!r}, expected text.")
    states = _figures(path, "states", data.get("states"))
    uncertainty = _figures(path, "uncertainty", data.get("uncertainty", {}))
    if not states:
        raise SimError(f"{path}: [states] is empty, expected one of {', '.join(KEYS)} or more.")
    alone = next((key for key in uncertainty if key not in states), None)
    if alone is not None:
        raise SimError(f"{path}: [uncertainty] {alone} has no figure in [states].")
    return Profile(title, states, uncertainty)


def _figures(path: Path, section: str, values: Any) -> dict[str, float]:
    if not isinstance(values, dict):
        said = "is missing" if values is None else f"is {values!r}"
        raise SimError(f"{path}: [{section}] {said}, expected a table.")
    found = {}
    for key, value in values.items():
        if key not in KEYS:
            raise SimError(f"{path}: [{section}] {key} is unknown; there are {', '.join(KEYS)}.")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value <= MOST:
            raise SimError(f"{path}: [{section}] {key} is {value!r}, expected a number from 0 to {MOST:g}.")
        found[key] = float(value)
    return found
