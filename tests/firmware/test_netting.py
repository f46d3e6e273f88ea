"""Load and sun told apart by a meter in the battery's lead, against figures worked out by hand.

The XIAO takes 265 mW with its CPU busy by its rows; a reading has 2.7 mW of the meter's own in it.
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.firmware.conftest import REASONS, Bench

MEASURED, PARTLY, INFERRED = 0, 0x10, 0x40
BUSY_mW, OWN_mW = 265, 2.7
PRICES_mW = (265, 265, 430, 430, 430, 493, 493, 240, 76, 265)
CONNECT, CAPTURE, STORE, SLEEP = 5, 3, 4, 8
HOLD_mV = 4150


@pytest.fixture(scope="module")
def xiao() -> Bench:
    return Bench(design="xiao-s3-sense")


class Net:
    """Such books over a journal that only listens, on a clock that the test moves. `dark` as its camera sees
    it; None: a node without one."""

    def __init__(self, bench: Bench, dark: bool | None = False, told: int = 0) -> None:
        bench.reset()
        self.now = 0
        bench.put("supervisor", ticks_ms=lambda: self.now % (1 << 29))
        assert (bench.load("rows").BOOT_mW, bench.load("rows").SUN_METER) == (BUSY_mW, (HOLD_mV,))
        self.rows: list[tuple[int, int, int, int, int]] = []
        self.events: list[tuple[int, int]] = []
        self.record = bench.load("torpor.record").Record()
        self.record.load(bytes(240))
        self.record.wake = 1
        self.wake = SimpleNamespace(record=self.record, journal=self, visits=(), told=told)
        if dark is not None:
            self.wake.dark = dark
        self.books = bench.load("torpor.netting").NetLedger(self.wake, PRICES_mW)

    def row(self, state: int, mV: int, ms: int, mJ: int, how: int) -> None:
        self.rows.append((state, mV, ms, mJ, how))

    def event(self, reason: int, argument: int = 0) -> None:
        self.events.append((reason, argument))

    def read(self, mW: float, mV: int = 3800, base: bool = False) -> None:
        """A reading at which the battery gives so much."""
        (self.books.learn if base else self.books.sample)(mV, round((mW + OWN_mW) * 10_000 / mV))

    def visit(self, state: int, mW: float, ms: int = 1000, mV: int = 3800) -> None:
        """A state with readings all through it."""
        self.books.begin(state)
        for _ in range(ms // 200):
            self.now += 200
            self.read(mW, mV)
        self.books.end()


def test_what_is_missing_at_the_base_is_the_suns(xiao: Bench) -> None:
    """165 mW of sun under 265 and under 465 mW of load."""
    net = Net(xiao)
    net.books.begin(CONNECT)
    net.read(100, base=True)
    net.books.end()
    net.visit(CONNECT, 300)
    assert net.rows[-1] == (CONNECT, 3800, 1000, pytest.approx(465, abs=3), PARTLY)
    assert net.record.dear == 64


def test_by_night_it_is_a_ledger_like_any(xiao: Bench) -> None:
    net = Net(xiao)
    net.read(BUSY_mW, base=True)
    net.visit(CONNECT, 465)
    assert net.rows == [(CONNECT, 3800, 1000, pytest.approx(465, abs=3), MEASURED)]


@pytest.mark.parametrize(
    ("dark", "wake", "mW", "dears"),
    [
        (False, 1, 265, [64, 64, 64]),
        (False, 1, 100, [64, 64, 64]),  # sun, or a board that takes less: who knows
        (False, 16, 100, [64, 64, 64]),
        (False, 1, -500, [64, 64, 64]),
        (False, 1, 530, [72, 80, 88]),  # no sun makes it more
        (True, 1, 132.5, [56, 48, 40]),  # and there is none
        (True, 1, 265, [64, 64, 64]),
        (None, 15, 100, [64, 64, 64]),  # nobody sees the dark: slowly
        (None, 16, 100, [63, 62, 61]),
        (None, 1, 530, [72, 80, 88]),
    ],
)
def test_how_dear_the_board_is(
    xiao: Bench, dark: bool | None, wake: int, mW: float, dears: list[int]
) -> None:
    net = Net(xiao, dark)
    net.record.wake = wake
    found = []
    for _ in dears:
        net.read(mW, base=True)
        found.append(net.record.dear)
    assert found == dears


def test_a_dear_board_draws_more_under_the_same_sun(xiao: Bench) -> None:
    net = Net(xiao)
    net.record.dear = 96  # one and a half times its rows
    net.read(100, base=True)
    net.visit(CONNECT, 300)
    assert net.rows == [(CONNECT, 3800, 1000, pytest.approx(300 + 1.5 * 265 - 100, abs=3), PARTLY)]


def test_what_was_read_before_the_base_waits_for_it(xiao: Bench) -> None:
    """The picture, read in full sun: the battery took 70 mW. What comes behind keeps its place."""
    net = Net(xiao)
    net.visit(CAPTURE, -70)
    net.books.begin(STORE)
    net.now += 500
    net.books.end()
    assert net.rows == []
    assert net.books.spent[CAPTURE] == 0
    net.books.begin(CONNECT)
    net.read(-235, base=True)  # 500 mW of sun
    assert [(state, ms, mJ, how) for state, _, ms, mJ, how in net.rows] == [
        (CAPTURE, 1000, pytest.approx(430, abs=3), PARTLY),
        (STORE, 500, 215, INFERRED),
    ]
    assert net.books.spent[CAPTURE] == pytest.approx(430, abs=3)


def test_where_nobody_has_told_the_rows_do(xiao: Bench) -> None:
    net = Net(xiao)
    net.visit(CAPTURE, -70)
    net.books.add(SLEEP, 100, 7)
    assert [(state, ms, mJ, how) for state, _, ms, mJ, how in net.rows] == [
        (CAPTURE, 1000, 430, INFERRED),
        (SLEEP, 100, 7, INFERRED),
    ]


@pytest.mark.parametrize(
    ("mV", "base_mW", "said"),
    [
        (HOLD_mV - 2, 0, (565, PARTLY)),
        (HOLD_mV, 0, (493, INFERRED)),  # held by its charger: the state's own row
        (HOLD_mV + 2, 0, (493, INFERRED)),
        (HOLD_mV + 2, BUSY_mW, (300, MEASURED)),  # no charge flows: nothing holds it
    ],
)
@pytest.mark.parametrize("before", [False, True])
def test_at_the_chargers_end_voltage_a_reading_says_nothing(
    xiao: Bench, mV: int, base_mW: float, said: tuple[int, int], before: bool
) -> None:
    net = Net(xiao)
    if not before:
        net.read(base_mW, base=True)
    net.visit(CONNECT, 300, mV=mV)
    if before:
        net.read(base_mW, base=True)
    assert [(mJ, how) for _, _, _, mJ, how in net.rows] == [(pytest.approx(said[0], abs=4), said[1])]


def test_one_reading_at_the_end_voltage_spoils_its_visit_and_no_other(xiao: Bench) -> None:
    net = Net(xiao)
    net.books.begin(CAPTURE)
    for mV in (HOLD_mV + 2, HOLD_mV - 100):
        net.now += 200
        net.read(300, mV)
    net.books.end()
    net.visit(STORE, 165)
    net.books.begin(CONNECT)
    net.read(165, base=True)  # 100 mW of sun
    assert [(state, ms, mJ, how) for state, _, ms, mJ, how in net.rows] == [
        (CAPTURE, 400, 172, INFERRED),
        (STORE, 1000, pytest.approx(265, abs=3), PARTLY),
    ]


def test_a_full_battery_by_night_is_read_like_any(xiao: Bench) -> None:
    net = Net(xiao)
    net.books.begin(CONNECT)
    net.now += 200
    net.read(BUSY_mW, HOLD_mV + 2)
    net.read(BUSY_mW, HOLD_mV + 2, base=True)
    net.books.end()
    assert net.rows == [(CONNECT, HOLD_mV + 2, 200, pytest.approx(53, abs=1), MEASURED)]


def test_what_is_missing_in_the_dark_is_no_sun(xiao: Bench) -> None:
    """A board that takes half of what its rows say is not yet found out."""
    net = Net(xiao, dark=True)
    net.read(BUSY_mW / 2, base=True)
    net.visit(CONNECT, 300)
    assert net.books.charging(net.wake) == (0, 0)
    assert net.events == [(REASONS["SUN"], 0)]
    assert net.rows == [(CONNECT, 3800, 1000, pytest.approx(300, abs=3), MEASURED)]


@pytest.mark.parametrize(("base_mW", "mW"), [(BUSY_mW, -300), (BUSY_mW, -10), (100, -200)])
def test_the_sun_comes_out_between_two_readings(xiao: Bench, base_mW: float, mW: float) -> None:
    """Nothing takes less than nothing: such a reading is not believed."""
    net = Net(xiao)
    net.read(base_mW, base=True)
    net.visit(CONNECT, mW)
    assert net.rows == [(CONNECT, 3800, 1000, pytest.approx(493, abs=4), INFERRED)]


@pytest.mark.parametrize(
    ("mW", "mV", "told", "brought_J", "event"),
    [
        (100, 3800, 0, 0, 8),  # 165 mW; nobody knows how long it slept
        (100, 3800, 1 + 3600, 594, 8),
        (100, 3800, 1 + 30_000, 1188, 8),  # two hours at most
        (BUSY_mW, 3800, 1 + 3600, 0, 0),
        (100, HOLD_mV + 10, 1 + 3600, 0, 8),  # held: asleep it takes less
    ],
)
def test_what_the_sun_has_brought(
    xiao: Bench, mW: float, mV: int, told: int, brought_J: int, event: int
) -> None:
    net = Net(xiao, told=told)
    net.books.begin(CONNECT)
    net.read(mW, mV, base=True)
    extra, mJ = net.books.charging(net.wake)
    assert extra == 0  # the current that was read has it in it
    assert mJ / 1000 == pytest.approx(brought_J, abs=6)
    assert net.events == [(REASONS["SUN"], event)]
