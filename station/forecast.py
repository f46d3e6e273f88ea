"""What a node can expect of a typical year, per half-month; `station.typical_year` computes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

DAYS = 365
#: Half-months of a year.
HALVES = 24


@dataclass(frozen=True, slots=True)
class Half:
    """One half-month: state of charge (0..1; `low` and `high` hold four fifths of its hours), and a mean
    day's harvest and load, Wh, and pictures."""

    low: float
    middle: float
    high: float
    harvest_Wh: float
    load_Wh: float
    pictures: float
    down_h: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """A node's typical year.

    Attributes
    ----------
    key : of what it was made from. site : whose weather. halves : 24, the first of January first.
    """

    key: str
    site: str
    halves: tuple[Half, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a forecast is made from. weather : a file, "" the default site's."""

    design: str
    settings: tuple[tuple[str, int], ...]
    weather: str

    @classmethod
    def of(cls, design: str, settings: Mapping[str, str | int], weather: str) -> Asked:
        """Only whole numbers say anything to the model."""
        return cls(design, tuple(sorted((k, v) for k, v in settings.items() if isinstance(v, int))), weather)

    @property
    def key(self) -> str:
        """Names it; a changed design file is another one."""
        path = Path(self.design)
        text = path.read_text(encoding="utf-8") if path.suffix == ".toml" and path.is_file() else ""
        return hashlib.sha256(repr((self, text)).encode()).hexdigest()[:16]


def to_json(made: Forecast) -> str:
    """As it is kept."""
    return json.dumps(asdict(made), indent=1, ensure_ascii=False)


def from_json(text: str) -> Forecast | None:
    """What was kept; None if it is none of ours."""
    try:
        found = json.loads(text)
        halves = tuple(Half(**half) for half in found["halves"])
        made = Forecast(str(found["key"]), str(found["site"]), halves)
    except (ValueError, TypeError, KeyError):
        return None
    return made if len(halves) == HALVES else None


def half_of(day_of_year: int) -> int:
    """The half-month of a day (1 is 1 January)."""
    return min(max(day_of_year - 1, 0), DAYS - 1) * HALVES // DAYS
