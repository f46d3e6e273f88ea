"""Damaged files: refused with line and reason, and what is whole only when it is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.errors import DamagedLog, LogError
from analysis.read import ReadOptions, read_log

HEAD = b"t_s,V,mA\n0,3.3,1\n1,3.3,2\n"
TAIL = b"4,3.3,5\n5,3.3,6\n"
SALVAGE = ReadOptions(salvage=True)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (b"2,3.\0\0\0\0\n", "a NUL byte"),
        (b"2,3.3,3,9\n", "4 cells where the header has 3"),
        (b"2,3.3\n", "2 cells where the header has 3"),
        (b"t_s,V,mA\n", "t_s is 't_s', not a number"),
        (b"2,3.3,OVF\n", "mA is 'OVF', not a number"),
        (b"2,3.3,\n", "mA is '', not a number"),
        (b"2,3.3,nan\n", "mA is 'nan', not a number"),
        (b"2,3.3,inf\n", "mA is 'inf', not a number"),
        (b"\xef\xff\xfe\xef,\xff,\xff\n", "bytes that are no text"),
    ],
)
def test_a_damaged_line(tmp_path: Path, damage: bytes, reason: str) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(HEAD + damage + TAIL)
    with pytest.raises(DamagedLog, match=r"^log\.csv line 4: .*; --salvage reads the rest\.$"):
        read_log(path)
    log = read_log(path, SALVAGE)
    assert log.mA.tolist() == [1, 2, 5, 6]
    assert log.notes == (f"Line 4 could not be read and was left out: {reason}.",)


def test_the_gap_of_what_was_left_out_stays_open(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(HEAD + b"x\n" * 40 + b"50,3.3,7\n51,3.3,8\n")
    log = read_log(path, SALVAGE)
    assert log.missing_s == 48 and log.dt_s.tolist() == [1, 1, 1, 1]
    assert log.notes[0] == (
        "40 lines could not be read and were left out; the first is line 4: 1 cells where the header has 3."
    )


def test_lines_keep_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b"# a comment\n" + HEAD + b"x\n\n3,3.3,3\n2,3.3,4\n" + b"2.1,3.3,4\n" * 25)
    log = read_log(path, SALVAGE)
    assert "The clock begins anew 1 time(s)" in log.notes[1]
    with pytest.raises(DamagedLog, match="line 5: 1 cells"):
        read_log(path)


def test_nothing_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b"t_s,V,mA\n\0\0\0\nx\n")
    with pytest.raises(LogError, match=r"no line can be read; line 2: a NUL byte\."):
        read_log(path, SALVAGE)
