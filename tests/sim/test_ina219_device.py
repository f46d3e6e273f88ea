"""The INA219 at register level, read through the real adafruit_ina219 and adafruit_bus_device."""

from __future__ import annotations

from typing import Any

import pytest

from sim.devices.ina219 import MeterFaults
from sim.drive import bundle_folder
from sim.modules import SourceFile

FILES = (
    "adafruit_ina219", "adafruit_register", "adafruit_register.i2c_bit", "adafruit_register.i2c_bits",
    "adafruit_register.i2c_struct", "adafruit_bus_device", "adafruit_bus_device.i2c_device",
)  # fmt: skip
SETUP = """
import board, busio, time
from adafruit_ina219 import INA219, Mode, Gain, BusVoltageRange, ADCResolution
i2c = busio.I2C(board.GP7, board.GP6, frequency=400000)
chip = INA219(i2c, 0x40)
def triggered(wait=0.02):
    chip.mode = Mode.SANDBVOLT_TRIGGERED
    time.sleep(wait)
"""


@pytest.fixture
def node(make_machine, make_world):
    """A node whose meter has neither offset nor noise nor gain error, and a load to measure."""

    def make(faults: MeterFaults | None = None) -> Any:
        machine = make_machine(world=make_world(soc=0.501), meter_faults=faults or MeterFaults(offset_uV=0.0))
        meter = machine.hardware.meter
        meter._noise_uV, meter._gain = 0.0, 1.0
        machine.world.load = lambda mA: machine.world.draw("load", 0.0, mA / 1000.0)
        machine._idle_W = machine._busy_W = 0.0  # only what the test draws
        return machine

    return make


@pytest.fixture
def drive(run_text):
    folder = bundle_folder()

    def source(name: str) -> SourceFile:
        path = name.replace(".", "/")
        path = f"{path}/__init__.py" if (folder / path).is_dir() else f"{path}.py"
        return SourceFile(path, (folder / path).read_text(), native=True)

    files = {name: source(name) for name in FILES}
    return lambda machine, text: run_text(machine, SETUP + text, files)


@pytest.fixture(autouse=True)
def no_meter_draw(monkeypatch):
    """The chip's own milliamp would be in every reading."""
    monkeypatch.setattr("sim.hardware.Hardware._meter_load", lambda self: None)


@pytest.mark.parametrize(
    ("mA", "shunt_mV", "current_mA"),
    [
        (0.0, 0.0, 0.0),
        (0.04, 0.0, 0.0),
        (0.06, 0.01, 0.1),
        (123.44, 12.34, 123.4),
        (123.46, 12.35, 123.5),
        (1500.0, 150.0, 1500.0),
    ],
)
def test_current_in_steps_of_ten_microvolts(
    node, drive, mA: float, shunt_mV: float, current_mA: float
) -> None:
    machine = node()
    machine.world.load(mA)
    module = drive(
        machine, "triggered()\nshunt = chip.shunt_voltage\ncurrent = chip.current\nbus = chip.bus_voltage"
    )
    assert module.shunt == pytest.approx(shunt_mV / 1000.0, abs=1e-9)
    assert module.current == pytest.approx(current_mA, abs=1e-6)
    assert module.bus == pytest.approx(3.6, abs=1e-6)


@pytest.mark.parametrize(
    ("soc", "volts"), [(0.499, 3.596), (0.501, 3.6), (0.5035, 3.604), (0.991, 4.188), (0.021, 3.024)]
)
def test_volts_in_steps_of_four_millivolts(make_machine, make_world, drive, soc: float, volts: float) -> None:
    machine = make_machine(world=make_world(soc=soc), meter_faults=MeterFaults(offset_uV=0.0))
    assert drive(machine, "triggered()\nbus = chip.bus_voltage").bus == pytest.approx(volts, abs=1e-6)


def test_power_in_watts(node, drive) -> None:
    machine = node()
    machine.world.load(250.0)
    assert drive(machine, "triggered()\np = chip.power").p == pytest.approx(0.9, abs=0.002)


@pytest.mark.parametrize(
    ("gain", "limit_mA"),
    [("DIV_1_40MV", 400.0), ("DIV_2_80MV", 800.0), ("DIV_4_160MV", 1600.0), ("DIV_8_320MV", 3200.0)],
)
def test_it_clips_at_the_full_scale_of_its_gain(node, drive, gain: str, limit_mA: float) -> None:
    text = f"chip.gain = Gain.{gain}\ntriggered()\ncurrent = chip.current"
    for mA, shown in ((limit_mA - 0.1, limit_mA - 0.1), (limit_mA, limit_mA), (limit_mA + 90.0, limit_mA)):
        machine = node()
        machine.world.load(mA)
        assert drive(machine, text).current == pytest.approx(shown, abs=0.06)


def test_overflow_is_flagged(node, drive) -> None:
    machine = node()
    machine.world.load(3000.0)
    text = (
        "triggered()\nfine = chip.overflow\ni2c.try_lock()\n"
        "i2c.writeto(0x40, b'\\x05\\xff\\xff')\ni2c.unlock()\ntriggered()\n"
        "over = chip.overflow"
    )
    module = drive(machine, text)
    assert (module.fine, module.over) == (0, 1)


def test_calibration_scales_current_and_has_no_odd_values(node, drive) -> None:
    machine = node()
    machine.world.load(100.0)
    text = (
        "def raw(register, value=None):\n  i2c.try_lock()\n"
        "  if value: i2c.writeto(0x40, bytes([register]) + value)\n"
    )
    text += (
        "  b = bytearray(2)\n  i2c.writeto_then_readfrom(0x40, bytes([register]), b)\n"
        "  i2c.unlock()\n  return b[0] << 8 | b[1]\n"
    )
    text += "odd = raw(5, b'\\x20\\x01')\ntriggered()\ncurrent = raw(4)\nshunt = raw(1)\n"
    module = drive(machine, text)
    assert (module.odd, module.shunt, module.current) == (0x2000, 1000, 2000)


def test_power_down_keeps_the_last_result_and_draws_microamps(node, drive) -> None:
    machine = node()
    machine.world.load(100.0)
    text = (
        "triggered()\nchip.mode = Mode.POWERDOWN\ntime.sleep(0.1)\ncurrent = chip.current\n"
        "ready = chip.conversion_ready"
    )
    module = drive(machine, text)
    assert module.current == pytest.approx(100.0)
    assert machine.hardware.meter.load_mA() == 0.006
    drive_again = "chip.mode = Mode.SANDBVOLT_CONTINUOUS"
    machine.hardware.release_pins()
    drive(machine, drive_again)
    assert machine.hardware.meter.load_mA() == 0.7
    machine.hardware.meter.power(machine.world.now, False)
    assert machine.hardware.meter.load_mA() == 0.0


@pytest.mark.parametrize(
    ("resolution", "ms"),
    [
        ("ADCRES_9BIT_1S", 0.168),
        ("ADCRES_12BIT_1S", 1.064),
        ("ADCRES_12BIT_16S", 17.02),
        ("ADCRES_12BIT_128S", 136.2),
    ],
)
def test_a_triggered_conversion_takes_its_time(node, drive, resolution: str, ms: float) -> None:
    """Both channels; data sheet table: 84 us, 532 us, 8.51 ms and 68.10 ms each."""
    machine = node()
    machine.world.load(100.0)
    text = (
        f"chip.bus_adc_resolution = chip.shunt_adc_resolution = ADCResolution.{resolution}\n"
        f"chip.mode = Mode.POWERDOWN\n"
    )
    text += "chip.mode = Mode.SANDBVOLT_TRIGGERED\nt0 = time.monotonic_ns()\n"
    text += "while not chip.conversion_ready: pass\nms = (time.monotonic_ns() - t0) / 1e6"
    assert drive(machine, text).ms == pytest.approx(ms, abs=1.3)


def test_ready_is_taken_back_by_a_new_conversion(node, drive) -> None:
    machine = node()
    text = (
        "def run():\n  chip.mode = Mode.SANDBVOLT_TRIGGERED\n"
        "  at_once = chip.conversion_ready\n  time.sleep(0.02)\n"
    )
    text += (
        "  return at_once, chip.conversion_ready\n"
        "chip.bus_adc_resolution = ADCResolution.ADCRES_12BIT_16S\nfirst = run()\n"
    )
    text += (
        "chip.mode = Mode.POWERDOWN\nkept = chip.conversion_ready\nsecond = run()\n"
        "chip.power\nread = chip.conversion_ready"
    )
    module = drive(machine, text)
    assert (module.first, module.kept, module.second, module.read) == ((0, 1), 1, (0, 1), 0)


def test_a_triggered_result_stays_and_a_continuous_one_follows(node, drive) -> None:
    machine = node()
    text = (
        "triggered()\nload(50)\ntime.sleep(0.5)\nheld = chip.current\n"
        "chip.mode = Mode.SANDBVOLT_CONTINUOUS\ntime.sleep(0.5)\nfollowed = chip.current"
    )
    machine.world.load(200.0)
    machine.cores["time"].load = machine.world.load
    module = drive(machine, text.replace("load(50)", "time.load(50)"))
    assert (module.held, module.followed) == (pytest.approx(200.0), pytest.approx(50.0))


@pytest.mark.parametrize(("averaged", "shown"), [(False, 20.0), (True, 20.0 + 480.0 * 2.0 / 17.024)])
def test_a_burst_counts_by_its_share_of_the_window(node, drive, averaged: bool, shown: float) -> None:
    """2 ms of 500 mA in the middle of 20 mA: a short conversion misses it, a long one has its share."""
    machine = node()
    machine.cores["time"].load = machine.world.load
    samples = "16S" if averaged else "1S"
    text = f"chip.bus_adc_resolution = chip.shunt_adc_resolution = ADCResolution.ADCRES_12BIT_{samples}\n"
    text += (
        "time.load(20)\nchip.mode = Mode.SANDBVOLT_TRIGGERED\ntime.sleep(0.006)\n"
        "time.load(500)\ntime.sleep(0.002)\ntime.load(20)\n"
    )
    text += "time.sleep(0.02)\ncurrent = chip.current"
    assert drive(machine, text).current == pytest.approx(shown, abs=0.6)


def test_a_power_up_is_a_reset_that_converts_again(node, drive) -> None:
    machine = node()
    meter = machine.hardware.meter
    drive(machine, "chip.mode = Mode.POWERDOWN")
    assert meter.load_mA() == 0.006
    meter.power(machine.world.now, False)
    assert not meter.acknowledges(machine.world.now)
    meter.power(machine.world.now, True)
    assert meter.load_mA() == 0.7  # 0x399F: continuous
    meter.write(0.0, b"\x00")
    assert meter.read(0.0, 2) == b"\x39\x9f"
    meter.write(1.0, b"\x00\x00\x00")
    meter.write(1.0, b"\x00\x80\x00")  # the reset bit
    meter.write(1.0, b"\x00")
    assert meter.read(1.0, 2) == b"\x39\x9f"


@pytest.mark.parametrize(
    ("gain", "shown"), [("DIV_1_40MV", (20.0 * 15 + 400.0 * 2) / 17.024), ("DIV_2_80MV", 0.0)]
)
def test_each_sample_clips_by_itself(node, drive, gain: str, shown: float) -> None:
    """2 ms of 700 mA in 17 ms of 20 mA: the mean is far below full scale, and wrong all the same."""
    machine = node()
    machine.cores["time"].load = machine.world.load
    text = "chip.bus_adc_resolution = chip.shunt_adc_resolution = ADCResolution.ADCRES_12BIT_16S\n"
    text += f"chip.gain = Gain.{gain}\ntime.load(20)\nchip.mode = Mode.SANDBVOLT_TRIGGERED\n"
    text += "time.sleep(0.006)\ntime.load(700)\ntime.sleep(0.002)\ntime.load(20)\ntime.sleep(0.02)\n"
    exact = (20.0 * 15.024 + 700.0 * 2) / 17.024
    assert drive(machine, text + "current = chip.current").current == pytest.approx(shown or exact, abs=0.8)


def test_offset_by_gain(node, drive) -> None:
    """Typical chips: 10, 20, 30, 40 uV (data sheet 7.5); one that is off by 1.5 times that."""
    machine = node()
    machine.hardware.meter._offsets_uV = [1.5 * uV for uV in (10, 20, 30, 40)]
    machine.world.load(10.0)
    text = "found = []\nfor gain in (0, 1, 2, 3):\n  chip.gain = gain\n  triggered()\n"
    found = drive(machine, text + "  found.append(chip.current)").found
    assert found == pytest.approx([10.2, 10.3, 10.4, 10.6], abs=0.051)


def test_offset_and_noise(node, drive) -> None:
    machine = node(MeterFaults(offset_uV=-30.0))
    machine.world.load(10.0)
    assert drive(machine, "triggered()\ni = chip.current").i == pytest.approx(9.7)
    machine.hardware.meter._noise_uV = 70.0
    machine.hardware.release_pins()
    text = "found = []\nfor i in range(200):\n  triggered(0.002)\n  found.append(chip.current)"
    found = drive(machine, text).found
    mean = sum(found) / len(found)
    assert mean == pytest.approx(9.7, abs=0.2)
    assert 0.5 < (sum((one - mean) ** 2 for one in found) / len(found)) ** 0.5 < 0.9


def test_faults_as_the_driver_sees_them(node, drive) -> None:
    with pytest.raises(ValueError, match="No I2C device"):
        drive(node(MeterFaults(absent=True)), "")
    machine = node()
    meter = machine.hardware.meter
    machine.cores["time"].fault = lambda: setattr(meter, "_faults", MeterFaults(seed=4, nack=0.2))
    text = (
        "time.fault()\nfailed = 0\nfor i in range(200):\n  try:\n    chip.bus_voltage\n"
        "  except OSError:\n    failed += 1"
    )
    assert 40 < drive(machine, text).failed < 110  # two transfers each
