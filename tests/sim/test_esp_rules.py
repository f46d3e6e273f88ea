"""ESP boards in the twin: sleep, boot, memory, watchdog and radio by their caps and rows."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from sim.air import Link
from sim.drive import Drive
from sim.errors import DeepSleep, PowerLost, SafeMode
from sim.life import Life
from sim.modules import SourceFile

STEADY = Link(join_spread=0.0, join_fails=0.0)
BOOT_s, JITTER_s, FIRST_s = 0.8, 0.05, 5.0

TEXT = """
import alarm, board, digitalio, microcontroller, time
from alarm import pin as ap, time as at
reason = microcontroller.cpu.reset_reason
R = microcontroller.ResetReason
def pir(): return ap.PinAlarm(board.IO13, value=True, pull=True)
def after(seconds): return at.TimeAlarm(monotonic_time=time.monotonic() + seconds)
deep = alarm.exit_and_deep_sleep_until_alarms
"""


@pytest.fixture
def esp(make_world, make_hardware) -> Callable[..., Life]:
    """An ESP32-CAM with this code.py; no interpreting is charged."""

    def make(
        code: str, safemode: str = "", hours: float = 1.0, world: dict | None = None, **hardware
    ) -> Life:
        made = make_hardware(
            make_world(end_s=hours * 3600.0, **(world or {})), design="esp32-cam", **hardware
        )
        scripts = {"code.py": TEXT + textwrap.dedent(code)}
        if safemode:
            scripts["safemode.py"] = TEXT + textwrap.dedent(safemode)
        files = {name: SourceFile(name, text, native=True) for name, text in scripts.items()}
        life = Life(made, Drive({}, frozenset(), files, {}, "", {}))
        life.keep_states = True
        return life

    return make


def causes(life: Life) -> list[str]:
    return [note.cause for note in life.notes]


def said(life: Life) -> list[str]:
    """What the programs printed, without the time before it."""
    return [line.split(" ", 1)[1].strip() for line in life.machine.console]


# -- sleep --------------------------------------------------------------------------------------------------


def test_both_alarms_in_one_sleep_and_the_reason_says_so(esp) -> None:
    life = esp(
        "woke = alarm.wake_alarm\n"
        "print(reason is R.DEEP_SLEEP_ALARM, type(woke).__name__, getattr(woke, 'pin', 0))\n"
        "deep(pir(), after(1000))",
        motions=[(1500.0, 1501.0)],
    )
    life.run()
    false_start = 1 + said(life).index("True BoardPinAlarm IO13")  # the PIR warms up with a false pulse
    assert said(life)[0] == "False NoneType 0"
    assert "True BoardTimeAlarm 0" in said(life)[false_start:]
    assert 1500.0 in [note.booted_s for note in life.notes if note.cause == "pin"]
    assert {"time", "pin", "POWER_ON"} == set(causes(life))


def test_of_two_that_went_off_the_timer_is_seen(make_machine) -> None:
    from sim.standins.sleeping import PinAlarm, TimeAlarm, next_alarm

    machine = make_machine(design="esp32-cam")
    hardware = machine.hardware
    hardware.lines["IO13"] = lambda: False
    timer = TimeAlarm.__new__(TimeAlarm)
    timer.monotonic_time = 10.0
    due_s, _ = next_alarm(machine, (timer,))
    hardware.random.seed(1)
    due_s, _ = next_alarm(machine, (timer,))
    hardware.next_level = lambda pin, value, edge: due_s  # type: ignore[method-assign]
    for order in ((timer, PinAlarm("IO13", True, False)), (PinAlarm("IO13", True, False), timer)):
        hardware.random.seed(1)
        assert next_alarm(machine, order)[1] is timer


def test_a_level_that_still_holds_wakes_at_once(esp) -> None:
    life = esp("deep(pir())", motions=[(1000.0, 1003.0)])
    life.run()
    wakes = [note.booted_s for note in life.notes if note.booted_s >= 1000.0]
    assert wakes[0] == 1000.0 and len(wakes) >= 5  # 0.8 s each, until it falls at 1005
    assert all(BOOT_s <= b - a <= BOOT_s + JITTER_s for a, b in pairwise(wakes))


def test_the_first_sleep_waits_for_a_computer_and_later_ones_do_not(esp) -> None:
    life = esp("deep(after(100))", hours=0.2)
    life.run()
    first, *rest = life.notes
    assert first.asleep_s == pytest.approx(FIRST_s)
    lengths = [note.asleep_s - note.booted_s for note in rest[:-1]]
    assert len(lengths) >= 4
    assert all(BOOT_s <= length <= BOOT_s + JITTER_s for length in lengths) and len(set(lengths)) > 1


def test_the_timer_has_no_whole_seconds(esp) -> None:
    life = esp("deep(after(0.5))", hours=0.01)
    life.run()
    error = life.hardware.sleep_clock
    slept = [b.booted_s - a.asleep_s for a, b in pairwise(life.notes)]
    assert all(0.5 * (1 + error) - 0.002 <= one <= 0.5 * (1 + error) + 0.002 for one in slept[1:])


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("ap.PinAlarm(board.IO13, value=True, edge=True)", "Only level"),
        ("ap.PinAlarm(board.CAMERA_DATA[4], value=True, pull=True)", "input-only"),
        ("deep(ap.PinAlarm(board.IO4, value=True))", "RTC IO"),
        ("deep(*(ap.PinAlarm(p, value=False) for p in (board.IO13, board.IO14, board.IO15)))", "one low pin"),
        (
            "deep(pir(), *(ap.PinAlarm(p, value=False) for p in (board.IO14, board.IO15)))",
            "one low pin",
        ),
        ("deep(after(1), after(2))", "Only one"),
    ],
)
def test_what_its_alarms_refuse(make_machine, run_text, text: str, error: str) -> None:
    machine = make_machine(design="esp32-cam")
    with pytest.raises(ValueError, match=error):
        run_text(machine, TEXT + text)


@pytest.mark.parametrize(
    "text",
    [
        "ap.PinAlarm(board.IO4, value=True)",  # refused by the sleep call alone
        "ap.PinAlarm(board.CAMERA_DATA[4], value=True)",
    ],
)
def test_what_is_refused_later_can_be_built(make_machine, run_text, text: str) -> None:
    run_text(make_machine(design="esp32-cam"), TEXT + text)


@pytest.mark.parametrize("lows", ["IO14", "IO14 IO15"])
def test_low_pins_that_it_can_wait_for(make_machine, run_text, lows: str) -> None:
    text = f"deep(*(ap.PinAlarm(getattr(board, p), value=False) for p in {lows.split()!r}))"
    with pytest.raises(DeepSleep):
        run_text(make_machine(design="esp32-cam"), TEXT + text)


def test_held_lines_keep_their_level_and_are_let_go_at_the_wake(esp) -> None:
    life = esp(
        "d = digitalio.DigitalInOut(board.IO2)\nd.switch_to_output(value=True)\n"
        "i = digitalio.DigitalInOut(board.IO14)\ndeep(after(600), preserve_dios=[d, i])",
        hours=0.1,
    )
    life.run()
    assert life.hardware.held == {"IO2": True}  # an input by itself is ignored
    assert life.world._amps["rail"] == pytest.approx(0.26e-3)
    life.hardware.sleep(False)
    assert life.hardware.held == {} and life.world._amps["rail"] == 0.0


def test_the_clock_runs_on_through_sleep_and_drifts(esp) -> None:
    life = esp("print(time.time() - 946684800, reason)\ndeep(after(1000))", hours=3.0)
    life.hardware.sleep_clock = 0.04
    life.run()
    clock = [int(line.split()[0]) for line in said(life)]
    for note, seconds in zip(life.notes, clock, strict=True):
        awake_s = sum(b.asleep_s - b.booted_s for b in life.notes[: note.number - 1])
        asleep_s = note.booted_s - awake_s
        assert seconds == pytest.approx(awake_s + asleep_s / 1.04 + BOOT_s, abs=1.2)
    assert life.notes[-1].booted_s - clock[-1] > 300  # eight sleeps, 40 s each


# -- memory -------------------------------------------------------------------------------------------------


def test_sleep_memory_lives_through_deep_sleep_and_nothing_else(esp) -> None:
    code = """
    m = alarm.sleep_memory
    print(len(m), m[0], m[1])
    m[0] += 1
    m[1] = 7
    if m[0] == 3: microcontroller.reset()
    deep(after(100))
    """
    life = esp(code, hours=0.2)
    life.run()
    assert said(life)[:5] == ["3072 0 0", "3072 1 7", "3072 2 7", "3072 0 0", "3072 1 7"]
    assert causes(life)[:4] == ["POWER_ON", "time", "time", "SOFTWARE"]


def test_nvm_is_one_blob_without_a_cheap_append(make_machine, run_text) -> None:
    machine = make_machine(design="esp32-cam")
    world, nvm = machine.world, machine.cores["microcontroller"].nvm
    for text in ("nvm[0] = 1", "nvm[100:104] = b'abcd'", "nvm[0] = 2"):
        began_s = world.now
        run_text(machine, f"import microcontroller\nnvm = microcontroller.nvm\n{text}")
        assert world.now - began_s == pytest.approx(0.060, abs=1e-3)
    assert (nvm.rewrites, nvm.erases, len(nvm)) == (3, 6, 8192)
    assert machine.hardware.nvm[:1] + machine.hardware.nvm[100:104] == b"\x02abcd"


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_torn_write_of_nvm_leaves_the_old_blob(make_machine, run_text, share: float) -> None:
    machine = make_machine(design="esp32-cam")
    machine.hardware.nvm[:4] = b"good"
    before = bytes(machine.hardware.nvm)
    machine.world.cuts.append(machine.world.now + 0.060 * share)
    machine.world._set_next()
    with pytest.raises(PowerLost):
        run_text(machine, "import microcontroller\nmicrocontroller.nvm[2:600] = bytes(598)")
    assert machine.hardware.nvm == before


# -- resets -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "reason"), [("BROWNOUT", "BROWNOUT"), ("HARD_FAULT", "SOFTWARE"), ("WATCHDOG", "WATCHDOG")]
)
def test_what_ends_in_safe_mode(esp, why: str, reason: str) -> None:
    """Brown-out, panic, interrupt watchdog: code.py does not run, safemode.py does, without USB too."""
    life = esp(
        "if reason is R.POWER_ON: time.sleep(10)\nprint('code')\ndeep(after(500))",
        "from supervisor import runtime\n"
        "print(runtime.safe_mode_reason, reason.name, runtime.usb_connected)\n"
        "deep(after(60))",
        hours=0.05,
    )
    pass_until = life.world.pass_until

    def fall(t_s: float) -> None:
        if life.world.wake == 1 and life.world.now > 0.5 and not life.crashes:
            life.crashes.append("fell")
            life.world.stop(SafeMode(why))
        pass_until(t_s)

    life.world.pass_until = fall  # type: ignore[method-assign]
    life.run()
    assert said(life) == [f"{why} {reason} False", "code"]


def test_a_cell_below_the_boards_own_limit_is_a_brown_out(esp) -> None:
    """The board gives up at 3.0 V, before the protection does: that is told, and safemode.py runs."""
    plant = {"capacity": 1.0, "soc": 0.252, "cut_off": 3.3, "restart": 3.31, "sun_W_m2": 60.0}
    life = esp(
        "deep(after(900)) if reason is not R.POWER_ON else time.sleep(2000)",
        "print(reason.name)\ndeep(after(900))",
        world=plant,
        hours=6.0,
    )
    life.run()
    assert life.down and "BROWNOUT" in said(life)
    assert "BROWNOUT" in causes(life)


def test_the_drive_is_the_nodes_own_from_the_start(esp) -> None:
    life = esp(
        "import storage, supervisor\n"
        "print(storage.getmount('/').readonly, supervisor.runtime.usb_connected)\ndeep(pir())",
        hours=0.01,
    )
    life.run()
    assert said(life)[0] == "False False"


def test_a_watchdog_that_raises_does_so_once(make_machine, run_text) -> None:
    text = """
import microcontroller, time
from watchdog import WatchDogMode, WatchDogTimeout
dog = microcontroller.watchdog
dog.timeout = 4000.0
dog.mode = WatchDogMode.RAISE
try:
    time.sleep(5000)
except WatchDogTimeout as error:
    told = type(error).__name__
woke = time.monotonic()
mode = dog.mode
time.sleep(9000)
"""
    machine = make_machine(design="esp32-cam")
    module = run_text(machine, text)
    assert (module.told, module.mode) == ("WatchDogTimeout", None)
    assert module.woke == pytest.approx(4000.0, abs=1.0)


def test_an_undriven_pin_is_pulled_up_while_awake(make_machine) -> None:
    """So an active-high switch with a weak pull-down comes on, and a power-down that is high is off."""
    assert not make_machine(design="esp32-cam").hardware.switch.on
    assert make_machine(design="xiao-s3-sense").hardware.switch.on  # nothing switches it


@pytest.mark.parametrize(("kohm", "on"), [(100.0, True), (10.0, False)])
def test_a_switch_that_is_on_at_high(kohm: float, on: bool) -> None:
    from dataclasses import replace
    from types import MappingProxyType

    from boards import load_design
    from sim.switch import CameraSwitch

    esp, pico = load_design("xiao-s3-sense"), load_design("pico-w-arducam-2mp")
    rows = dict(pico.rail.rows)
    rows["pull_down"] = replace(rows["pull_down"], value=kohm)
    rail = replace(pico.rail, rows=MappingProxyType(rows))
    wired = replace(esp, rail=rail, pins=MappingProxyType({**esp.pins, "camera_power": "D2"}))
    told: list[bool] = []
    switch = CameraSwitch(wired, told.append)
    switch.supply(True)
    assert switch.on is on
    switch.drive(True)
    assert switch.on
    switch.drive(None)
    switch.sleep(True)
    assert not switch.on  # in deep sleep the pin floats, and the resistor wins


# -- radio --------------------------------------------------------------------------------------------------

WIFI = "import wifi, time\nradio = wifi.radio\n"


def test_a_radio_that_is_disabled_is_off(make_machine, run_text) -> None:
    machine = make_machine(design="esp32-cam", link=STEADY)
    run_text(machine, WIFI + "radio.connect('home', 'twelve words')")
    assert machine.radio_mode == "idle" and machine.world._watts["radio"] > 0.0
    run_text(machine, "import wifi\nwifi.radio.enabled = False")
    assert machine.radio_mode is None and machine.world._watts["radio"] == 0.0


def test_channel_and_address_make_the_join_shorter_and_must_be_right(make_machine, run_text) -> None:
    def join(hint: str) -> tuple[float, Any]:
        machine = make_machine(design="esp32-cam", link=STEADY)
        text = f"told = None\ntry:\n  radio.connect('home', 'twelve words'{hint})\n"
        text += "except ConnectionError as error:\n  told = error"
        module = run_text(machine, WIFI + text + "\ninfo = radio.ap_info")
        return machine.world.now, module

    plain_s, module = join("")
    assert (module.info.channel, len(module.info.bssid)) == (6, 6)
    hinted_s, module = join(f", channel=6, bssid={module.info.bssid!r}")
    assert module.told is None and hinted_s == pytest.approx(plain_s / 2, rel=0.01)
    assert module.info.rssi == -60
    assert join(", channel=11")[1].told is not None
    assert join(", bssid=bytes(6)")[1].told is not None
    assert join(", bssid=bytes(6)")[1].info is None


def test_the_access_point_is_heard_as_strongly_as_the_scenario_says(make_machine, run_text) -> None:
    machine = make_machine(design="xiao-s3-sense", link=Link(rssi_dBm=-77.6))
    module = run_text(machine, WIFI + "radio.connect('home', 'twelve words')\ninfo = radio.ap_info")
    assert module.info.rssi == -78


def test_a_pico_w_heeds_neither(machine, run_text) -> None:
    with pytest.raises(NotImplementedError):
        run_text(machine, WIFI + "radio.ap_info")


@pytest.mark.parametrize(
    "board_id", ["ai-thinker-esp32-cam", "seeed_xiao_esp32_s3_sense", "adafruit_esp32s3_camera"]
)
def test_the_boards_have_espcamera(board_id: str) -> None:
    import re
    import sysconfig
    from pathlib import Path

    stub = Path(sysconfig.get_path("purelib")) / "board_definitions" / board_id / "__init__.pyi"
    text = stub.read_text("utf-8")
    assert re.search(r"Included modules: .*\bespcamera, espidf\b", text)


@pytest.mark.parametrize("name", ["esp32-cam", "xiao-s3-sense", "memento"])
def test_every_pin_of_the_connector_is_one_of_the_board(name: str) -> None:
    import sysconfig
    from pathlib import Path

    from boards import load_design

    board = load_design(name).board
    stub = Path(sysconfig.get_path("purelib")) / "board_definitions" / str(board.caps["circuitpython_board"])
    text = (stub / "__init__.pyi").read_text("utf-8")
    for pin in board.camera_pins.values():
        assert f"\n{pin}: " in text, pin
