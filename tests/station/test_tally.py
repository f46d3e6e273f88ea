"""What the terminal shows: uploads at once, strangers summed up, a table of nodes."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from station.records import Node, Upload
from station.tally import SUM_s, Tally, shown

NODE = Node(1, "garden", bytes(32), 0.0, "", {}, 0, None, 0, None)


def upload(key: str = "0000000a-1", line: str = '{"mV":3712,"soc":64}') -> Upload:
    return Upload(NODE, "images", key, "0000000a", b"", 50_000, 0, b"", 1_750_000_000.0, line)


class Told:
    def __init__(self) -> None:
        self.now_s = 1000.0
        self.lines: list[str] = []
        self.tally = Tally(self.lines.append, lambda: self.now_s)


@pytest.mark.parametrize(
    ("status", "word"),
    [(201, "kept"), (200, "already here"), (409, "refused, its key is taken"), (507, "refused, no room"),
     (503, "refused, 503")],
)  # fmt: skip
def test_a_node_is_told_of_at_once(status: int, word: str) -> None:
    told = Told()
    told.tally.answered(upload(), status)
    assert told.lines == [f"garden images 0000000a-1 50.0 kB: {word}"]
    assert told.tally.kept["garden"] == (status == 201)


def test_strangers_are_summed_up() -> None:
    told = Told()
    for status in (401, 401, 0, 408, 401):
        told.tally.refused(status)
    assert told.lines == ["refused with 401"]
    told.now_s += SUM_s
    told.tally.refused(404)
    assert told.lines[1:] == ["refused with 401 (2 times)", "hung up", "refused with 408", "refused with 404"]
    told.tally.sum_up()
    assert len(told.lines) == 5


def test_a_stranger_cannot_make_the_sum_long() -> None:
    told = Told()
    told.tally.refused(400)
    for number in range(1000):
        told.tally.trouble(f"trouble {number}")
    told.tally.sum_up()
    assert len(told.lines) == 101


def test_the_table_shows_nodes() -> None:
    file = io.StringIO()
    told = Told()
    told.tally.answered(upload("0000000a-1"), 201)
    told.tally.answered(upload("0000000a-2", "no json"), 200)
    told.tally.answered(upload("0000000a-3"), 201)
    Console(file=file, width=100).print(told.tally.table())
    text = file.getvalue()
    assert "3 requests" in text
    assert [word for word in ("garden", " 2 ", "images 0000000a-3", "3.71 V, 64 %") if word not in text] == []


def test_lines_where_nobody_watches_and_a_table_on_a_terminal() -> None:
    plain, live = io.StringIO(), io.StringIO()
    for file, is_terminal in ((plain, False), (live, True)):
        with shown(Console(file=file, force_terminal=is_terminal, width=100), quiet=False) as tally:
            tally.answered(upload(), 201)
            tally.refused(401)
            tally.refused(401)
    assert plain.getvalue().splitlines() == [
        "garden images 0000000a-1 50.0 kB: kept", "refused with 401", "refused with 401"
    ]  # fmt: skip
    assert "3 requests" in live.getvalue()
    assert "3.71 V, 64 %" in live.getvalue()


def test_quiet_is_quiet() -> None:
    file = io.StringIO()
    with shown(Console(file=file), quiet=True) as tally:
        tally.answered(upload(), 201)
        tally.refused(401)
    assert file.getvalue() == ""
