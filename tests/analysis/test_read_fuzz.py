"""Spoilt files of every shape: a log that is sound, or one sentence; never anything else."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from analysis.errors import LogError
from analysis.read import ReadOptions, read_log

SHAPES = (
    "timestamp_ms,voltage_V,current_mA,power_mW,marker\n"
    + "".join(f"{10 * at},3.3,{at}.5,3,0\n" for at in range(40)),
    "t_s;V;mA\n" + "".join(f"{at},5;3,3;1,{at}\n" for at in range(30)),
    "TimeStamp, Voltage (V), Current (mA)\n" + "".join(f"23:59:{at}.5, 3.3, 10\n" for at in range(40, 60)),
    "created_at,entry_id,field1,status\n"
    + "".join(f'2025-10-26T02:{at}:00+02:00,{at},1,"a, b"\n' for at in range(10, 40)),
    "[171,167,32]\r\n" * 20,
    "Bus Voltage:  5.02 V\nCurrent:    28.9 mA\n\n" * 12,
    "protocol: 4\nschema: 1 m timestamp_s:uint32 voltage:double current:double\ncontent: text\n\n"
    + "".join(f"1.0\t1\t{at}\t{1440424734 + at}\t4.1\t0.03\n" for at in range(20)),
)  # fmt: skip
LETTERS = b'0123456789,;\t\n\r"#-+.eE:TZ \0{}[]nan'


def spoilt(draws: random.Random) -> bytes:
    """A shape with up to five cuts, copies and foreign bytes."""
    data = bytearray(draws.choice(SHAPES).encode())
    for _ in range(draws.randint(0, 5)):
        at = draws.randrange(len(data)) if data else 0
        deed = draws.randrange(4)
        if deed == 0:
            del data[at : at + draws.randint(1, 60)]
        elif deed == 1:
            data[at:at] = bytes(draws.choices(LETTERS, k=draws.randint(1, 8)))
        elif deed == 2:
            data[at:at] = data[: draws.randint(1, 200)]
        elif data:
            data[at] = draws.randrange(256)
    return bytes(data)


def said(draws: random.Random) -> ReadOptions:
    """What an owner might say."""
    return ReadOptions(
        salvage=draws.random() < 0.5, timezone=draws.choice([None, "Europe/Berlin"]), time_unit="s",
        rate_hz=10.0, voltage_unit=draws.choice([None, "V"]), current_unit=draws.choice([None, "A"]),
        current_column=draws.choice([None, None, "field1"]),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_a_sound_log_or_one_sentence(tmp_path: Path, seed: int) -> None:
    draws, path, read = random.Random(seed), tmp_path / "log.txt", 0
    for number in range(60):
        path.write_bytes(spoilt(draws))
        try:
            log = read_log(path, said(draws))
        except LogError as error:
            assert "\n" not in str(error) and str(error).endswith("."), f"seed {seed}, file {number}"
            continue
        read += 1
        rows = len(log.t_s)
        same = all(len(column) == rows for column in (log.dt_s, log.V, log.mA, log.state, log.marker))
        assert rows and same, f"seed {seed}, file {number}"
        assert np.isfinite(log.mA).all() and (log.dt_s >= 0).all(), f"seed {seed}, file {number}"
        assert (np.diff(log.t_s) >= 0).all(), f"seed {seed}, file {number}"
    assert read > 5
