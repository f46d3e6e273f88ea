"""The core modules' own rules: what a firmware may rely on, and what it trips over."""

from __future__ import annotations

import pytest

from sim.air import Link
from sim.errors import DeepSleep, Reset

STEADY = Link(join_spread=0.0, join_fails=0.0, short_send=0.0, stall=0.0, drop=0.0, lost_answer=0.0)


def error_of(run_text, machine, text: str) -> tuple[str, str]:
    """(type, message) of the exception that the text raises."""
    body = "\n".join("  " + line for line in text.strip().splitlines())
    told = run_text(machine, f"told = None\ntry:\n{body}\nexcept Exception as error:\n  told = error").told
    return type(told).__name__, str(told)


# ---- clocks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("up_s", "shown"),
    [
        (1.2345, 1.2340),  # a millisecond, cut down to 30 bits
        (3599.999, 3599.9990),
        (43_200.010, 43_200.0),  # 12 h: steps of 16 ms
        (604_800.2, 604_800.0),  # a week: a quarter of a second
        (604_800.3, 604_800.25),
    ],
)
def test_monotonic_is_a_short_float(make_machine, make_world, run_text, up_s: float, shown: float) -> None:
    machine = make_machine(world=make_world(end_s=1e9))
    machine.booted_s = 50.0
    machine.world.now = 50.0 + up_s
    value = run_text(machine, "import time\nvalue = time.monotonic()").value
    step = 2.0 ** (int(up_s).bit_length() - 24 + 2)
    assert value == pytest.approx(shown, abs=1e-3)
    assert value / step == int(value / step)


def test_ticks_wrap_65_seconds_after_reset(machine, run_text) -> None:
    text = "from supervisor import ticks_ms\nimport time\nfound = [ticks_ms()]\n"
    text += "for wait in (65.0, 0.535, 0.001, 0.5):\n  time.sleep(wait)\n  found.append(ticks_ms())"
    found = run_text(machine, text).found
    assert found[0] == (1 << 29) - 65_536
    assert found[1:] == pytest.approx([(1 << 29) - 536, (1 << 29) - 1, 0, 500], abs=1)
    assert all(0 <= tick < 1 << 29 for tick in found)


def test_wall_clock_starts_in_2000(machine, run_text) -> None:
    module = run_text(machine, "import time\ntime.sleep(2)\nt = time.time()\nyear = time.localtime().tm_year")
    assert (module.t, module.year) == (946_684_802, 2000)


def test_sleep_idles_and_refuses_the_past(machine, run_text) -> None:
    machine.busy()
    run_text(machine, "import time\ntime.sleep(2)")
    machine.world.flush()
    row = machine.hardware.design.board.rows["idle"]
    assert machine.world.mA[-1] == pytest.approx(row.value * row.at_V / 3.6, rel=1e-5)
    assert error_of(run_text, machine, "import time\ntime.sleep(-1)")[0] == "ValueError"


# ---- watchdog, reset, sleep -------------------------------------------------------------------------------

DOG = "import microcontroller\nfrom watchdog import WatchDogMode\ndog = microcontroller.watchdog\n"


@pytest.mark.parametrize("seconds", ["0", "8.001", "-1"])
def test_watchdog_limits(machine, run_text, seconds: str) -> None:
    assert error_of(run_text, machine, f"{DOG}dog.timeout = {seconds}")[0] == "ValueError"


def test_watchdog_needs_a_timeout_and_knows_no_raise(machine, run_text) -> None:
    assert error_of(run_text, machine, f"{DOG}dog.mode = WatchDogMode.RESET")[0] == "ValueError"
    assert (
        error_of(run_text, machine, f"{DOG}dog.timeout = 8\ndog.mode = WatchDogMode.RAISE")[0]
        == "NotImplementedError"
    )


def test_watchdog_bites_after_the_last_feed(machine, run_text) -> None:
    arm = f"{DOG}import time\ndog.timeout = 8.0\ndog.mode = WatchDogMode.RESET\n"
    with pytest.raises(Reset):
        run_text(machine, f"{arm}time.sleep(7.9)\ndog.feed()\ntime.sleep(9)")
    assert machine.world.now == pytest.approx(15.9, abs=0.001)
    machine.world.restart()
    run_text(machine, f"{arm}dog.mode = None\ntime.sleep(20)")


def test_microcontroller_reset_and_reasons(machine, run_text) -> None:
    with pytest.raises(Reset) as reset:
        run_text(
            machine, "import microcontroller\ntry:\n  microcontroller.reset()\nexcept Exception:\n  pass"
        )
    assert reset.value.reason == "SOFTWARE"
    machine.world.restart()
    for reason in ("POWER_ON", "SOFTWARE", "WATCHDOG"):
        machine.reset_reason = reason
        text = f"import microcontroller as m\nsame = m.cpu.reset_reason is m.ResetReason.{reason}"
        assert run_text(machine, text).same


ALARM = "import alarm, time, board, digitalio\nfrom alarm import time as at, pin as ap\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at.TimeAlarm(monotonic_time=time.monotonic() - 1)", ("ValueError", "past")),
        ("at.TimeAlarm(monotonic_time=time.monotonic() + 1, epoch_time=5)", ("ValueError", "one of")),
        ("at.TimeAlarm()", ("ValueError", "one of")),
        ("at.TimeAlarm(5)", ("TypeError", "")),
        ("ap.PinAlarm(board.GP13, True)", ("TypeError", "")),
        (
            "d = digitalio.DigitalInOut(board.GP13)\nap.PinAlarm(board.GP13, value=True)",
            ("ValueError", "GP13 in use"),
        ),
        (
            "t = at.TimeAlarm(monotonic_time=99)\nalarm.exit_and_deep_sleep_until_alarms(t, t)",
            ("ValueError", "Only one"),
        ),
        (
            (
                "d = digitalio.DigitalInOut(board.GP14)\n"
                "alarm.exit_and_deep_sleep_until_alarms(preserve_dios=(d,))"
            ),
            ("NotImplementedError", ""),
        ),
    ],
)
def test_alarms_refuse(machine, run_text, text: str, expected: tuple[str, str]) -> None:
    kind, message = error_of(run_text, machine, ALARM + text)
    assert kind == expected[0]
    assert expected[1] in message


def test_deep_sleep_passes_except_exception_and_runs_finally(machine, run_text) -> None:
    text = (
        ALARM
        + "pin = ap.PinAlarm(board.GP13, value=True, pull=True)\nlog = alarm.sleep_memory\ntry:\n  try:\n"
    )
    text += (
        "    alarm.exit_and_deep_sleep_until_alarms(pin)\n  except Exception:\n"
        "    log[0] = 1\nfinally:\n  log[1] = 7"
    )
    with pytest.raises(DeepSleep) as request:
        run_text(machine, text)
    assert [(str(one.pin), one.value) for one in request.value.alarms] == [("GP13", True)]
    assert bytes(machine.hardware.sleep_memory[:2]) == b"\x00\x07"


def test_wake_alarm_shapes_on_an_rp2040(machine, run_text) -> None:
    text = ALARM + (
        "woke = alarm.wake_alarm\nis_pin = isinstance(woke, ap.PinAlarm)\n"
        "is_time = isinstance(woke, at.TimeAlarm)"
    )
    module = run_text(machine, text)
    assert module.woke is None
    machine.wake_alarm = "pin"
    module = run_text(machine, text)
    assert (module.is_pin, module.is_time, module.woke.pin) == (True, False, None)
    machine.wake_alarm = "time"
    module = run_text(machine, text)
    assert (module.is_pin, module.is_time, module.woke.monotonic_time) == (False, True, 0.0)


def test_light_sleep_returns_the_alarm_that_went_off(make_machine, run_text) -> None:
    machine = make_machine(motions=[(30.0, 31.0)])
    text = ALARM + "pin = ap.PinAlarm(board.GP13, value=True)\ntimer = at.TimeAlarm(monotonic_time=10)\n"
    text += "first = alarm.light_sleep_until_alarms(pin, timer) is timer\nt1 = time.monotonic()\n"
    text += "second = alarm.light_sleep_until_alarms(pin) is pin\nt2 = time.monotonic()\n"
    text += (
        "low = alarm.light_sleep_until_alarms(ap.PinAlarm(board.GP13, value=False))\nt3 = time.monotonic()"
    )
    module = run_text(machine, text)
    assert (module.first, module.second) == (True, True)
    assert 10.0 <= module.t1 < 11.01  # whole seconds, one more at most
    assert module.t2 == pytest.approx(30.0, abs=0.01)
    assert module.t3 == pytest.approx(33.0, abs=0.01)  # hold 2 s
    row = machine.hardware.design.board.rows["light_sleep"]
    longest = max(range(len(machine.world.dt_s)), key=machine.world.dt_s.__getitem__)
    assert machine.world.mA[longest] == pytest.approx((row.value * row.at_V) / 3.6, rel=1e-5)


def test_an_edge_alarm_misses_a_level_that_holds_already(make_machine, run_text) -> None:
    machine = make_machine(motions=[(0.0, 5.0), (100.0, 101.0)])
    text = ALARM + (
        "a = ap.PinAlarm(board.GP13, value=True, edge=EDGE)\n"
        "alarm.light_sleep_until_alarms(a)\nt = time.monotonic()"
    )
    assert run_text(machine, text.replace("EDGE", "False")).t < 0.01
    assert run_text(machine, text.replace("EDGE", "True")).t == pytest.approx(100.0, abs=0.01)


def test_a_pin_that_nothing_moves_never_wakes(make_machine, run_text) -> None:
    from sim.errors import RunOver

    machine = make_machine(motions=[(5.0, 6.0)])
    with pytest.raises(RunOver):
        run_text(machine, ALARM + "alarm.light_sleep_until_alarms(ap.PinAlarm(board.GP10, value=True))")


# ---- memories and the drive -------------------------------------------------------------------------------


def test_nvm_appends_and_rewrites(machine, run_text) -> None:
    text = "import microcontroller, time\nnvm = microcontroller.nvm\nspent = []\n"
    text += "for value in (b'\\xff\\xff', b'\\x01\\xff', b'\\x02\\xff', b'\\xff\\xff', b'\\x09\\x09'):\n"
    text += (
        "  t = time.monotonic_ns()\n  nvm[8:10] = value\n"
        "  spent.append((time.monotonic_ns() - t) / 1e6)\nsize = len(nvm)\nnvm[9] = 3"
    )
    module = run_text(machine, text)
    board = machine.hardware.design.board
    append, rewrite = board.v("nvm_append"), board.v("nvm_rewrite")
    assert module.spent == pytest.approx([append, append, rewrite, rewrite, append], abs=1.01)
    assert (module.size, machine.hardware.nvm[8:10]) == (4096, b"\x09\x03")


@pytest.mark.parametrize("memory", ["alarm.sleep_memory", "microcontroller.nvm"])
def test_memories_have_a_fixed_size(machine, run_text, memory: str) -> None:
    text = f"import alarm, microcontroller\nm = {memory}\n"
    assert error_of(run_text, machine, text + "m[0:4] = b'abc'")[0] == "ValueError"
    assert error_of(run_text, machine, text + "m[len(m) - 2:len(m) + 2] = b'abcd'")[0] == "ValueError"
    assert error_of(run_text, machine, text + "m[len(m)] = 1")[0] == "IndexError"


def test_a_drive_that_the_computer_may_write_is_read_only(machine, run_text) -> None:
    text = (
        "import os\nfound = []\n"
        "for call in (lambda: open('/a.txt', 'w'), lambda: os.mkdir('/spool'), lambda: os.remove('/a')):\n"
    )
    text += "  try:\n    call()\n  except OSError as error:\n    found.append(error.errno)\n"
    assert run_text(machine, text).found == [30, 30, 30]
    module = run_text(machine, "import storage\nstorage.remount('/', readonly=False)\n" + text)
    assert module.found == [2]


def test_statvfs_and_getenv(machine, run_text) -> None:
    text = (
        "import os\nstat = os.statvfs('/')\nname = os.getenv('NAME')\n"
        "number = os.getenv('NUMBER')\nnone = os.getenv('X', 'y')"
    )
    module = run_text(machine, text)
    assert module.stat[:5] == (512, 512, 1016, 1016, 1016)
    assert (module.name, module.number, module.none) == ("robin", "12", "y")  # 10.2: always text
    assert machine.world.now == pytest.approx(3 * 0.0029, abs=1e-4)


def test_hash_and_checksum_cost_the_boards_rows(machine, run_text) -> None:
    text = (
        "import hashlib\nfrom binascii import crc32\nh = hashlib.new('sha256', b'')\n"
        "h.update(bytes(1024))\nc = crc32(bytes(1024))"
    )
    module = run_text(machine, text)
    machine.world.sync()
    assert machine.world.now == pytest.approx(1024 * (0.98 + 0.186) * 1e-6, rel=1e-6)
    assert module.c == 0xEFB5AF2E
    assert not hasattr(module.h, "hexdigest")
    assert error_of(run_text, machine, "import hashlib\nhashlib.sha256(b'')")[0] == "AttributeError"


def test_chance_of_the_node_is_not_the_desktops(make_machine, run_text) -> None:
    import random

    random.seed(5)
    expected = random.Random(5).random()
    text = "import random\nrandom.seed(9)\nx = random.randrange(1000000)"
    assert run_text(make_machine(), text).x == run_text(make_machine(), text).x
    assert random.random() == expected
    assert error_of(run_text, make_machine(), "import math\nmath.isclose(1, 1)")[0] == "AttributeError"


# ---- pins and buses ---------------------------------------------------------------------------------------


def test_a_pin_has_one_owner(machine, run_text) -> None:
    text = "import board, digitalio, busio\na = digitalio.DigitalInOut(board.GP6)\n"
    assert error_of(run_text, machine, text + "digitalio.DigitalInOut(board.GP6)") == (
        "ValueError",
        "GP6 in use",
    )
    machine.hardware.release_pins()
    assert error_of(run_text, machine, text + "busio.I2C(board.GP7, board.GP6)") == (
        "ValueError",
        "GP6 in use",
    )
    machine.hardware.release_pins()
    run_text(machine, text + "a.deinit()\na.deinit()\nb = digitalio.DigitalInOut(board.GP6)")
    assert error_of(run_text, machine, text.replace("GP6", "GP8") + "a.deinit()\na.value")[0] == "ValueError"
    assert error_of(run_text, machine, "import board\nboard.GP23")[0] == "AttributeError"


def test_a_load_switch_opens_when_its_pin_is_let_go(machine, run_text) -> None:
    bridge = machine.hardware._camera
    text = "import board, digitalio\np = digitalio.DigitalInOut(board.GP14)\n"
    run_text(machine, text + "p.switch_to_output(value=True)\np.value = True\nq = p.value\np.deinit()")
    assert bridge.told == [("power", True), ("power", False)]
    bridge.told.clear()
    run_text(machine, text + "p.direction = digitalio.Direction.OUTPUT\np.value = True")
    machine.hardware.release_pins()  # the end of a virtual machine
    assert bridge.told == [("power", True), ("power", False)]
    assert error_of(run_text, machine, text + "p.value = True")[0] == "AttributeError"


def test_a_bus_without_pull_ups(machine, run_text) -> None:
    text = "import board, busio\nbusio.I2C(board.GP9, board.GP8)"
    kind, message = error_of(run_text, machine, text)
    assert (kind, "pull up" in message) == ("RuntimeError", True)
    machine.hardware.drive_pin("GP14", True)  # the camera's rail carries them; the pins were let go
    assert error_of(run_text, machine, text) == ("NoneType", "None")
    assert (
        error_of(run_text, machine, "import board, busio\nbusio.I2C(board.GP1, board.GP0)")[0]
        == "RuntimeError"
    )


I2C = "import board, busio\ni2c = busio.I2C(board.GP7, board.GP6, frequency=400000)\n"


@pytest.mark.parametrize(
    "call", ["i2c.writeto(0x40, b'')", "i2c.readfrom_into(0x40, bytearray(2))", "i2c.scan()"]
)
def test_i2c_needs_its_lock(machine, run_text, call: str) -> None:
    assert error_of(run_text, machine, I2C + call) == ("RuntimeError", "Function requires lock")
    machine.hardware.release_pins()
    assert error_of(run_text, machine, I2C + "i2c.try_lock()\n" + call) == ("NoneType", "None")
    machine.hardware.release_pins()
    assert error_of(run_text, machine, I2C + "i2c.deinit()\n" + call)[0] == "ValueError"


def test_i2c_locks_answers_and_wire_time(machine, run_text) -> None:
    text = I2C + (
        "locks = [i2c.try_lock(), i2c.try_lock()]\ni2c.unlock()\n"
        "locks.append(i2c.try_lock())\nfound = i2c.scan()\n"
    )
    text += (
        "try:\n  i2c.writeto(0x41, b'')\nexcept OSError as error:\n  errno = error.errno\nr = bytearray(4)\n"
    )
    module = run_text(machine, text)
    assert (module.locks, module.found, module.errno) == ([True, False, True], [0x40], 19)
    machine.hardware.release_pins()
    machine.world.sync()
    before = machine.world.now
    run_text(
        machine,
        I2C + "i2c.try_lock()\ni2c.writeto_then_readfrom(0x40, b'\\x00', bytearray(4), in_start=1, in_end=3)",
    )
    machine.world.sync()
    wire = (2 + 3) * 9 / 400_000  # address and data bytes of both parts
    python = 3 * machine.prices.method_call * 0e-9
    assert machine.world.now - before == pytest.approx(wire + 2 * 55e-6 + python, rel=1e-6)


def test_spi(machine, run_text) -> None:
    text = "import board, busio\nspi = busio.SPI(board.GP2, board.GP3, board.GP4)\nb = bytearray(6)\n"
    assert error_of(run_text, machine, text + "spi.write(b'1')") == ("RuntimeError", "Function requires lock")
    machine.hardware.release_pins()
    run = text + (
        "spi.try_lock()\nspi.configure(baudrate=4000000)\nf = spi.frequency\n"
        "spi.write(b'abcd', start=1, end=3)\nspi.readinto(b, start=2, end=5)"
    )
    machine.world.sync()
    before = machine.world.now
    module = run_text(machine, run)
    machine.world.sync()
    assert (module.f, bytes(module.b)) == (4_000_000, b"\0\0\0\1\2\0")
    assert machine.hardware._camera.told[-1] == ("write", b"bc")
    assert machine.world.now - before == pytest.approx(2 * 40e-6 + 5 * 8 / 4e6, rel=1e-6)


@pytest.mark.parametrize("mode", ["polarity=1", "phase=1", "polarity=1, phase=1"])
def test_spi_in_another_mode_than_0_is_a_bit_late_both_ways(machine, run_text, mode: str) -> None:
    run_text(
        machine,
        "import board, busio\nspi = busio.SPI(board.GP2, board.GP3, board.GP4)\nspi.try_lock()\n"
        f"spi.configure({mode})\nspi.write(b'\\x81\\x02')\nb = bytearray(3)\nspi.readinto(b)\n"
        "assert b == b'\\x00\\x00\\x81', b\n",
    )
    assert ("write", b"\x40\x81") in machine.hardware._camera.told


# ---- radio and sockets ------------------------------------------------------------------------------------

JOIN = "import wifi, socketpool, time\nwifi.radio.connect('home', 'twelve words', timeout=6)\n"
CONNECT = JOIN + (
    "pool = socketpool.SocketPool(wifi.radio)\n"
    "s = pool.socket(pool.AF_INET, pool.SOCK_STREAM)\ns.settimeout(2)\n"
)
CONNECT += "s.connect(('192.168.1.10', 80))\n"


def test_a_join_that_fails_is_a_connection_error(make_machine, run_text) -> None:
    away = make_machine(link=Link(outages=((0.0, 99.0),)))
    assert error_of(run_text, away, JOIN)[0] == "ConnectionError"
    assert away.world.now == pytest.approx(6.0, abs=0.01)
    for bad in ("connect('')", "connect('x' * 33)", "connect('home', 'short')"):
        assert error_of(run_text, away, f"import wifi\nwifi.radio.{bad}")[0] == "ValueError"
    assert (
        error_of(run_text, away, "import wifi\nwifi.radio.enabled = False\nwifi.radio.connect('home')")[0]
        == "RuntimeError"
    )


def test_one_pool_per_radio_and_vm(make_machine, run_text) -> None:
    machine = make_machine(link=STEADY)
    text = "import wifi, socketpool\nsocketpool.SocketPool(wifi.radio)\n"
    assert error_of(run_text, machine, text + "socketpool.SocketPool(wifi.radio)")[0] == "RuntimeError"
    assert error_of(run_text, machine, text) == ("NoneType", "None")  # a new virtual machine


def test_send_takes_a_part_and_receive_times_out(make_machine, run_text) -> None:
    machine = make_machine(link=STEADY)
    text = CONNECT + (
        "took = s.send(b'PUT / HTTP/1.1\\r\\nContent-Length: 99999\\r\\n\\r\\n"
        "' + bytes(20000))\nt = time.monotonic()\ntry:\n  s.recv_into(bytearray(9))\n"
    )
    text += "except OSError as error:\n  errno = error.errno\nwaited = time.monotonic() - t\ns.close()\n"
    text += "try:\n  s.send(b'x')\nexcept OSError as error:\n  closed = error.errno"
    module = run_text(machine, text)
    assert module.took == 8 * 1460
    assert (module.errno, module.closed) == (116, 128)
    assert module.waited == pytest.approx(2.0, abs=0.01)


def test_a_socket_without_a_network(make_machine, run_text) -> None:
    machine = make_machine(link=STEADY)
    text = CONNECT.replace("wifi.radio.connect", "(lambda *a, **k: 0)")
    kind, _ = error_of(run_text, machine, text)
    assert kind == "OSError"
    machine = make_machine(link=STEADY)
    text = CONNECT + "wifi.radio.enabled = False\ntry:\n  s.send(b'abc')\nexcept ConnectionError:\n  pass"
    kind, message = error_of(run_text, machine, text)  # a plain OSError on the board
    assert (kind, "104" in message) == ("OSError", True)


def test_what_the_radio_draws(make_machine, run_text) -> None:
    machine = make_machine(link=STEADY)
    rows = machine.hardware.design.board.rows
    machine.busy()

    def drawn() -> float:
        return machine.world.load_W / 5.0 * 1000.0

    seen: dict[str, float] = {}
    machine.hardware.pir.radio_burst = lambda now: seen.__setitem__("join", drawn())
    run_text(machine, "import time")
    assert drawn() == pytest.approx(rows["busy"].value)
    run_text(machine, "import wifi")
    assert drawn() == pytest.approx(34.0 + rows["radio_left"].value - rows["light_sleep"].value)
    run_text(machine, JOIN)
    assert seen["join"] == pytest.approx(rows["radio_join"].value)  # the row is the whole board's
    assert drawn() == pytest.approx(34.0 + rows["radio_idle"].value - rows["idle"].value)
    machine.radio("tx")
    assert drawn() == pytest.approx(rows["radio_tx"].value)
    run_text(machine, "import wifi\nwifi.radio.enabled = False")
    assert drawn() == pytest.approx(34.0 + rows["radio_left"].value - rows["light_sleep"].value)
