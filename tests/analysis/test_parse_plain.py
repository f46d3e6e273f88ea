"""The compiled parser of large plain CSVs: equal to Python's float to the last bit, or it gives up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import analysis.table
from analysis.errors import DamagedLog
from analysis.read import read_log

pytest.importorskip("numba", reason="numba is not installed")
from analysis.parse_plain import MOST_WORDS, Parsed, parse_plain

Write = Callable[..., Path]
SEED = 20261130


def test_every_number_is_pythons_own() -> None:
    draws = np.random.default_rng(SEED)
    cells = [
        f"{value:.{digits}f}"
        for value, digits in zip(draws.normal(0, 10.0 ** draws.integers(-3, 5, 9000)),
                                 draws.integers(0, 9, 9000), strict=True)
    ]  # fmt: skip
    cells += ["1700000000123456", "-0", "+5", ".5", "7.", "0000123.4500", "9007199254740992"] + ["0.1"] * 2
    cells += ["12345678", "00000001", "123456789012345", "999999999999999", "-12345678", "12345678.5"]
    cells += ["1234567.25", "1234567", "-123456", "-0"] + ["0.1"] * 2
    text = "".join(f"{cells[at]},x y,{cells[at + 1]},{cells[at + 2]}\n" for at in range(0, len(cells), 3))
    found = parse_plain(text.encode(), 0, ",", 4, [0, 2, 3], [])
    assert found is not None, f"seed {SEED}"
    assert found.numbers.T.ravel().tolist() == [float(cell) for cell in cells], f"seed {SEED}"


@pytest.mark.parametrize("text", ["1,2\n3,4", "1,2\r\n3,4\r\n", " 1, 2 \n3 ,4\n"])
def test_line_ends_and_blanks(text: str) -> None:
    found = parse_plain(text.encode(), 0, ",", 2, [0, 1], [])
    assert found is not None and found.numbers.tolist() == [[1, 3], [2, 4]]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_is_remembered_of_a_cell_is_its_own(end: str) -> None:
    """More texts than are remembered, of every length, drawn again and again."""
    draws = np.random.default_rng(SEED)
    kinds = [f"{draws.normal(0, 300):.{draws.integers(0, 4)}f}" for _ in range(4000)]
    cells = [kinds[kind] for kind in draws.integers(0, 4000, 60_000)]
    text = "".join(f"{cells[at]},{cells[at + 1]}{end}" for at in range(0, len(cells), 2))
    found = parse_plain(text.encode(), 0, ",", 2, [0, 1], [])
    assert found is not None, f"seed {SEED}"
    assert found.numbers.T.ravel().tolist() == [float(cell) for cell in cells], f"seed {SEED}"


@pytest.mark.parametrize("around", [1, 200])
@pytest.mark.parametrize(
    "row",
    ["1", "1,2,3", "1,", ",2", "1,x", "1,nan", "1,1e3", "1,2#", '1,"2"', "1,2\0", "\r1,2", "1,1.2.3",
     "1,12345678901234567", "1,-", "1,0.1234567890123456789", "1,12345678x", "12345678", "1\0,2", "\0001,2"],
)  # fmt: skip
def test_it_gives_up_at_anything_else(row: str, around: int) -> None:
    rows = "1,2\n" * around
    assert parse_plain(f"{rows}{row}\n{rows}".encode(), 0, ",", 2, [0, 1], []) is None


@pytest.mark.parametrize("cell", ["x\0y", "x#", '"x"', "x,y", "12345678,"])
def test_it_gives_up_at_an_unwanted_cell_that_is_not_plain(cell: str) -> None:
    rows = "1,some words,3\n" * 50
    assert parse_plain(f"{rows}{rows}".encode(), 0, ",", 3, [0, 2], []) is not None
    assert parse_plain(f"{rows}1,{cell},3\n{rows}".encode(), 0, ",", 3, [0, 2], []) is None
    assert parse_plain(f"{rows}1,2,{cell}\n{rows}".encode(), 0, ",", 3, [0, 1], []) is None


def words_of(found: Parsed | None) -> list[str]:
    """The first column of words as it was written; "" for an empty cell."""
    assert found is not None
    return ["" if code < 0 else found.words[0][code] for code in found.codes[0]]


def test_words_that_recur() -> None:
    draws = np.random.default_rng(SEED)
    states = [["BOOT", "SLEEP", "", "BOOTS", "CAPTURE"][kind] for kind in draws.integers(0, 5, 20_000)]
    text = "".join(f"{at},{state},x\n" for at, state in enumerate(states))
    assert words_of(parse_plain(text.encode(), 0, ",", 3, [0], [1])) == states, f"seed {SEED}"
    assert words_of(parse_plain(b"1, a \n2,a\n3,b", 0, ",", 2, [0], [1])) == ["a", "a", "b"]


def test_comments_and_empty_lines_are_no_rows() -> None:
    lines = [f"{at},s{at % 3}" for at in range(20_000)]
    for at in (0, 5, 9_000, 15_000, 20_000):
        lines[at:at] = ["# a gap, of 3 s", "", "#"]
    found = parse_plain("\r\n".join([*lines, "", ""]).encode(), 0, ",", 2, [0], [1])
    assert found is not None and found.numbers[0].tolist() == list(range(20_000))
    assert words_of(found) == [f"s{at % 3}" for at in range(20_000)]
    none = parse_plain(b"# nothing\n\n", 0, ",", 2, [0], [1])
    assert none is not None and none.numbers.shape == (1, 0)


@pytest.mark.parametrize(("kinds", "fits"), [(MOST_WORDS, True), (MOST_WORDS + 1, False)])
def test_too_many_words_are_no_states(kinds: int, fits: bool) -> None:
    text = "".join(f"{at},w{at % kinds}\n" for at in range(40_000))
    assert (parse_plain(text.encode(), 0, ",", 2, [0], [1]) is not None) is fits


def test_a_large_node_log_is_the_same_either_way(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "".join(
        f"{at}.5,1,3.{at % 10},{at % 97},{'BOOT' if at % 3 else ''},{at // 50},measured\n"
        for at in range(5000)
    )
    path = write("t_s,dt_s,V,mA,state,marker,quality\n" + lines)
    plain = read_log(path)
    monkeypatch.setattr(analysis.table, "LARGE", 1000)
    quick = read_log(path)
    for name in ("t_s", "dt_s", "V", "mA", "marker", "state", "quality"):
        np.testing.assert_array_equal(getattr(plain, name), getattr(quick, name))
    assert (quick.states, quick.qualities) == (("BOOT",), ("measured",)) == (plain.states, plain.qualities)


def test_a_large_log_is_the_same_either_way(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "".join(f"{at * 1000},3.{at % 10},{at % 97 / 10},{at // 50}\n" for at in range(5000))
    path = write("time_us,bus_V,current_mA,marker\n" + lines)
    plain = read_log(path)
    monkeypatch.setattr(analysis.table, "LARGE", 1000)
    quick = read_log(path)
    for name in ("t_s", "dt_s", "V", "mA", "marker"):
        np.testing.assert_array_equal(getattr(plain, name), getattr(quick, name))
    path.write_bytes(path.read_bytes() + b"5000000,3.3,x,1\n5001000,3.3,1,1\n")
    with pytest.raises(DamagedLog, match=r"log\.csv line 5002: current_mA is 'x', not a number"):
        read_log(path)
