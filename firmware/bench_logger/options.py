"""The owner's settings: shunt, range, zero and rate, from settings.toml."""

import os

from chip import RANGES_mV

# key -> (without one, least, most)
NUMBERS = {
    "BENCH_SHUNT_MOHM": (100, 1, 100000),
    "BENCH_RANGE_MV": (320, 40, 320),
    "BENCH_ZERO_UV": (0, -1000, 1000),
    "BENCH_HZ": (100, 1, 450),
    "BENCH_ADDRESS": (0x40, 0x40, 0x4F),
    "BENCH_I2C_HZ": (400000, 10000, 1000000),
}
WORDS = {"BENCH_SCL": "SCL", "BENCH_SDA": "SDA", "BENCH_MARKERS": ""}
MARKERS = 2  # pins that find room beside a voltage


def read():
    """Every setting by its key. Raises ValueError: one sentence."""
    found = {key: _number(key, *NUMBERS[key]) for key in NUMBERS}
    found.update({key: str(os.getenv(key, WORDS[key])) for key in WORDS})
    if found["BENCH_RANGE_MV"] not in RANGES_mV:
        raise ValueError("BENCH_RANGE_MV is %d, expected 40, 80, 160 or 320." % found["BENCH_RANGE_MV"])
    if len(found["BENCH_MARKERS"].split()) > MARKERS:
        raise ValueError("BENCH_MARKERS names more than %d pins." % MARKERS)
    return found


def _number(key, without, least, most):
    said = os.getenv(key, without)
    try:
        value = int(said)
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise ValueError("%s is %s, expected a whole number from %d to %d." % (key, said, least, most))
    return value
