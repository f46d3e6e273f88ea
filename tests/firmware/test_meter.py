"""The INA219 through the real adafruit_ina219 on a powered node: zero, ranges, what is no reading, blocking
calls. Currents are what the test draws; data sheet SBOS448G."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.firmware.conftest import Bench

OWN_mA = 0.7 * 3.3 / 0.85  # of the meter itself while it converts, in mW: divided by the battery's volts


def reader(bench: Any, uV: float = 0.0) -> Callable[[float], int]:
    """Reads the meter of a node that draws exactly so many mA, in 0.1 mA."""
    chip, world = bench.hardware.meter, bench.world
    chip._offsets_uV, chip._noise_uV, chip._gain = [uV] * 4, 0.0, 1.0
    wake = bench.awake()
    meter = bench.load("torpor.meter").of(wake)
    for part in list(world._watts):
        world.draw(part, 0.0)
    bench.hardware._meter_load = lambda: None  # its own milliamp would be in every reading
    chip._on_change = lambda: None

    def read(mA: float) -> int:
        world.draw("load", 0.0, mA / 1000.0)
        bench.machine.radio_mode = None
        meter.start()
        bench.pass_s(0.018)
        return int(meter.read()[1])

    return read


@pytest.mark.parametrize(
    ("mA", "shown"),
    [
        (0.0, 0),
        (0.04, 0),
        (0.06, 1),
        (46.0, 460),
        (799.9, 7999),
        (800.0, 8000),
        (800.1, 8000),
        (3000.0, 8000),
    ],
)
def test_more_than_its_range_is_at_least_so_much(bench: Any, mA: float, shown: int) -> None:
    """PGA /2, 80 mV over 0.1 ohm."""
    assert reader(bench)(mA) == shown
    assert bench.load("rows").METER_TOP == 8000


@pytest.mark.parametrize(("zero_uV", "shown"), [(0, 463), (30, 460), (-30, 466), (25, 460)])
def test_the_owners_zero_is_taken_off(zero_uV: int, shown: int) -> None:
    """46 mA through a chip that shows 30 uV without any."""
    node = Bench(settings={"TORPOR_ZERO_UV": zero_uV})
    assert reader(node, uV=30.0)(46.0) == shown


@pytest.mark.parametrize("zero_uV", [-100, 100])
def test_the_zero_of_a_clipped_reading_is_no_question(zero_uV: int) -> None:
    node = Bench(settings={"TORPOR_ZERO_UV": zero_uV})
    read = reader(node, uV=float(zero_uV))
    assert (read(46.0), read(900.0)) == (460, 8000)
    assert read(798.9 if zero_uV > 0 else 800.9) < 8000  # what is not clipped never looks so


@pytest.mark.parametrize(("uV", "taken"), [(-126, False), (-125, True), (0, True), (125, True), (126, False)])
def test_no_chip_is_further_off_zero_than_its_sheet_says(bench: Any, uV: int, taken: bool) -> None:
    """PGA /2, A grade: 125 uV at most."""
    validate = bench.load("torpor.validate")
    values = {"TORPOR_NODE": "a", "TORPOR_KEY": "5a" * 32, "TORPOR_WIFI_SSID": "b", "TORPOR_HOST": "c"}
    values["TORPOR_ZERO_UV"] = str(uV)
    if taken:
        assert validate.read(values.get)["zero_uV"] == uV
    else:
        with pytest.raises(validate.SettingsError, match=f"TORPOR_ZERO_UV is {uV}, expected .* -125 to 125"):
            validate.read(values.get)


def test_overflow_is_at_least_too(bench: Any) -> None:
    """A calibration that overflows the power register at 46 mA."""
    read = reader(bench)
    bench.hardware.meter.write(bench.world.now, b"\x05\xff\xfe")
    assert read(46.0) == 460
    assert read(600.0) == 8000


def test_what_was_never_converted_is_no_reading(bench: Any) -> None:
    meter = bench.load("torpor.meter").of(bench.awake())
    meter.start()
    bench.pass_s(0.010)  # of the 17.02 ms
    with pytest.raises(OSError):
        meter.read()
    assert bench.hardware.meter.load_mA() < 0.1  # and it is off


def test_a_chip_that_a_sharp_load_has_reset_reads_right_again(bench: Any) -> None:
    read = reader(bench)
    bench.hardware.meter._reset(bench.world.now)  # continuous, PGA /8, one sample
    assert read(900.0) == 8000  # range and averaging are set anew at each start
    assert read(46.0) == 460
    assert bench.hardware.meter.load_mA() < 0.1


def test_a_busy_reading_is_of_a_busy_cpu(bench: Any) -> None:
    wake = bench.awake()
    chip = bench.load("torpor.meter").of(wake)
    volts = bench.twin.plant.volts
    bench.machine.busy()
    busy, idle = chip.read_busy()[1], chip.read_now()[1]
    rows = bench.load("rows")
    own_mA = OWN_mA / volts
    assert busy / 10 == pytest.approx(rows.PRICES_mW[1] / volts + own_mA, abs=0.5)  # TRIAGE
    assert idle / 10 == pytest.approx(rows.PRICES_mW[7] / volts + own_mA, abs=0.5)  # SETTLE


def test_polling_ends_with_a_chip_that_is_never_ready(bench: Any) -> None:
    chip = bench.load("torpor.meter").of(bench.awake())
    bench.hardware.meter._conversion_s = 100.0
    began_s = bench.world.now
    with pytest.raises(OSError):
        chip.read_busy()
    assert bench.world.now - began_s < 0.3


def _connected(node: Any) -> tuple[int, float, float]:
    """CONNECT of a node with a picture: first byte of its row, what it booked and what it took, mJ."""
    wake = node.awake()
    node.machine.busy()
    wake.enter(5, 16_000)
    wake.record.waiting = 1
    node.world.sync()
    node.world.flush()
    before_J = node.twin.plant.load_total_J
    assert node.load("torpor.joining").join(wake) == node.load("torpor.machine").OK
    wake.ledger.end()
    node.world.flush()
    row = next(entry for entry in reversed(wake.journal.entries) if entry[0] & 0x8F == 0x85)
    return row[0], int.from_bytes(row[6:8], "little"), 1000.0 * (node.twin.plant.load_total_J - before_J)


@pytest.mark.parametrize("currents", [0.5, 1.0, 2.0])
def test_the_joins_own_current_is_what_prices_it(currents: float) -> None:
    """The call blocks, and the chip converts meanwhile: whatever the row says."""
    head, booked_mJ, taken_mJ = _connected(Bench(currents=currents))
    assert head == 0x80 | 0x10 | 5  # read, not wholly
    assert taken_mJ > 1000.0 * currents
    assert booked_mJ == pytest.approx(taken_mJ, rel=0.03)


def test_a_join_without_a_meter_costs_what_its_row_says(bench: Any) -> None:
    bench.hardware.meter.power(bench.world.now, False)
    head, booked_mJ, taken_mJ = _connected(bench)
    assert head == 0x80 | 0x40 | 5
    assert booked_mJ == pytest.approx(taken_mJ, rel=0.03)  # this board draws what its rows say


def test_clipping_is_told_once_a_wake_with_its_count(bench: Any, reason: dict[str, int]) -> None:
    wake = bench.awake()
    falling = bench.load("torpor.falling")
    falling.book(wake, 0, 0, 0)
    assert reason["CLIPPED"] not in dict(bench.events(wake.journal.entries))
    for _ in range(3):
        wake.ledger.sample(4000, 8000)
    falling.book(wake, 0, 0, 0)
    assert bench.events(wake.journal.entries)[-1] == (reason["CLIPPED"], 3)
