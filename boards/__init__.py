"""Node designs as data: `load_design` reads and checks one, every figure with its source."""

from boards.load import DEFAULT_DESIGN, list_designs, load_design, lockout_of
from boards.model import BoardsError, Design, NoSuchDesign, Part, Row, SleepPlan, Table
from boards.places import Place, picture_places
from boards.ways import (
    CLOCK,
    DEEP_BOTH,
    DEEP_PIN,
    DEEP_TIMER,
    LATCH,
    WAIT,
    WakeWay,
    half_full_V,
    heartbeat_way,
    regulator_efficiency,
    wake_ways,
    watts_of,
)

__all__ = [
    "CLOCK",
    "DEEP_BOTH",
    "DEEP_PIN",
    "DEEP_TIMER",
    "DEFAULT_DESIGN",
    "LATCH",
    "WAIT",
    "BoardsError",
    "Design",
    "NoSuchDesign",
    "Part",
    "Place",
    "Row",
    "SleepPlan",
    "Table",
    "WakeWay",
    "half_full_V",
    "heartbeat_way",
    "list_designs",
    "load_design",
    "lockout_of",
    "picture_places",
    "regulator_efficiency",
    "wake_ways",
    "watts_of",
]
