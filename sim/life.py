"""One node's life: boot, run the drive's code.py, sleep, wake, lose power, come back."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

from sim.drive import Drive
from sim.errors import DeepSleep, PowerLost, Reset, RunOver, SafeMode, SwitchedOff
from sim.hardware import Hardware
from sim.machine import Machine, bare, sweep, swept, to_be_swept
from sim.modules import ModuleTable, SourceFile
from sim.standins import core_modules
from sim.standins.sleeping import TimeAlarm, by_PIR, deaf, next_alarm
from sim.supply import Supply
from sim.watching import ROW, Frame, JournalEntry, WakeNote, reason_names, unpack_entry

#: The core's busy wait before true deep sleep (beside the firmware's own states, and those of Supply).
FLOOR = "FLOOR"


class Life:
    """Runs a drive on a piece of hardware until the world's end.

    Attributes
    ----------
    notes : one per wake; note : the present one. down : (from_s, until_s) without a supply.
    journal : events as they happen.
    """

    def __init__(
        self, hardware: Hardware, drive: Drive, on_wake: Callable[[float], None] | None = None
    ) -> None:
        self.hardware = hardware
        self.world = hardware.world
        self.drive = drive
        self.machine = Machine(hardware, drive.environment)
        self.machine.cores = core_modules(self.machine)
        self.notes: list[WakeNote] = []
        self._supply = Supply(hardware, self._without_supply, lambda state: self._enter(state))
        self.down = self._supply.down
        self.journal: list[JournalEntry] = []
        self.states: list[tuple[float, int, str]] = []
        self.crashes: list[str] = []
        self.keep_states, self.loads = False, hardware.loads
        self._cause = ""  # of the present wake, as an observer sees it
        self._on_wake = on_wake
        self._reasons = reason_names()
        self._state_names: tuple[str, ...] = ()
        board = hardware.design.board
        self._boot_s = board.v("boot")
        self._radio_boot_s = board.v("radio_boot")
        self._floor_s = board.v("min_awake")
        self._first_floor_s = board.v("first_awake") if "first_awake" in board.rows else self._floor_s
        self._jitter_s = board.v("wake_jitter") if "wake_jitter" in board.rows else 0.0
        own_limit = board.v("supply_min") > hardware.design.protection.v("cut_off")
        self._browns_out = own_limit and bool(board.caps["brownout_known"])
        self._after_sleep = str(board.caps["reset_reason_after_sleep"])
        self._file_open_s = board.v("file_open") / 1000.0
        self._drive_is_hosts = bool(board.caps["usb_native"])
        self._combines = bool(board.caps["combine_pin_and_time"])
        self._sleep_W = {
            "pin": hardware.board_row("deep_sleep_pin"),
            "time": hardware.board_row("deep_sleep_timer"),
        }

    # -- the circle ------------------------------------------------------------------------------

    def run(self) -> None:
        """From power-up to the end of the world."""
        with swept(), suppress(RunOver):
            self._wakes()
        self._supply.close()
        self._close_note()
        self.world.close_books()

    def _wakes(self) -> NoReturn:
        self.hardware.power_up()
        self._restart("POWER_ON", None, self._supply.wait(dark=False) if self._supply.by_latch else "")
        while True:
            lost = None
            to_be_swept(self._supply.by_latch)
            try:
                self._one_wake()
            except PowerLost as end:
                lost = bare(end)
            if lost or self.machine.wake_alarm is None:  # it did not end asleep
                sweep()
            if lost:
                switched = isinstance(lost, SwitchedOff)
                # its own limit was the first to be reached
                dipped = self._browns_out and not (switched or self.world.plant.powered)
                cause = self._supply.wait(dark=not switched)
                self._restart("BROWNOUT" if dipped else "POWER_ON", None, cause)
                self.machine.safe_mode = "BROWNOUT" if dipped else None

    def _restart(self, reason: str, alarm: str | None, cause: str = "", pin: str = "") -> None:
        self.machine.safe_mode = None
        self.machine.wake_pin = pin
        self._cause = cause or alarm or reason
        self.machine.reset_reason = reason
        self.machine.wake_alarm = alarm

    def _one_wake(self) -> None:
        """One reset, one run of code.py, one sleep."""
        try:
            self._boot()
            if self.machine.safe_mode:
                self._execute("safemode.py")
            else:
                self._execute_boot()
                self.machine.to_its_end("code.py", self._execute, self._end_machine, self._enter)
        except DeepSleep as request:
            self._sleep(request)
        except Reset as reset:
            self._reset(reset)
        except (PowerLost, RunOver, KeyboardInterrupt):
            raise
        except BaseException as error:  # SystemExit and CancelledError end code.py like any other
            self._crash(error)
            self._hang()
        else:
            self.world.watchdog_at = None  # it stays armed only when an exception ended the program
            self._hang()

    def _reset(self, reset: Reset) -> None:
        self._end_machine()
        self.world.sync()  # a reset lets go of the latch too
        self._close_note()
        self.hardware.forget_sleep()
        self.hardware.rtc_s = 0.0
        self._restart(reset.reason, None)
        self.machine.safe_mode = reset.why if isinstance(reset, SafeMode) else None

    def _crash(self, error: BaseException) -> None:
        self.crashes.append(f"{self.world.now:.3f} {type(error).__name__}: {error}")

    def _close_note(self) -> None:
        """The wake is over; what it took is known."""
        if self.notes and math.isinf(self.note.asleep_s):
            self.note.asleep_s = self.world.now
            self.note.load_J += self.world.plant.load_total_J

    def _boot(self) -> None:
        world, machine = self.world, self.machine
        if self._on_wake is not None:
            self._on_wake(world.now)
        world.wake += 1
        self.hardware.sleep(False)
        self.loads.clear()
        machine.booted_s = world.now
        pir = self.hardware.pir
        rose = pir.rose_at(world.now) if pir and self._cause == "pin" else math.nan
        self.note = WakeNote(
            world.wake, world.now, self._cause, rose, load_J=-world.plant.load_total_J, task=pir is None
        )
        self.notes.append(self.note)
        self._enter("BOOT")
        self.hardware.files.readonly = self._drive_is_hosts
        machine.radio(None)
        machine.busy()
        jitter_s = self._jitter_s * self.hardware.random.random() if self._jitter_s else 0.0
        world.pass_until(world.now + self._boot_s + jitter_s)
        if self._radio_boot_s:
            world.draw("board", self.hardware.board_row("radio_boot_current"))
            world.pass_until(world.now + self._radio_boot_s)
            machine.busy()

    def _enter(self, state: str) -> None:
        self.world.enter_state(state)
        if self.keep_states:
            self.states.append((self.world.now, self.world.wake, state))

    def _execute_boot(self) -> None:
        """boot.py: whatever it throws goes to boot_out.txt, and code.py runs all the same."""
        try:
            self._execute("boot.py")
        except Exception as error:
            self._crash(error)
        self.hardware.release_pins()

    def _execute(self, script: str) -> None:
        """Run a script of the drive in a virtual machine of its own."""
        file = self.drive.scripts.get(script)
        if file is None:
            return
        machine = self.machine
        table = ModuleTable(
            self.drive.modules,
            self.drive.packages,
            machine.cores,
            machine.prices,
            self.world.counter,
            {"print": machine.print, "open": self._open},
            self._loading,
            self._loaded,
        )
        table.run_main(file)
        self.world.sync()

    def _open(self, path: str, mode: str = "r", **options: Any) -> Any:
        self.world.sync()
        return self.hardware.mounts.open(path, mode)

    def _loading(self, name: str, file: SourceFile) -> None:
        """Compiling is the dearest thing a wake does: charge it where it happens."""
        if file.native:
            return
        self.loads.add(self.world.now + self.world.counter[0] * 1e-9, name, file)
        prices = self.machine.prices
        rate = prices.compile_mpy_byte if file.compiled else prices.compile_py_byte
        self.machine.charge(file.size * rate + self._file_open_s * 1e9)

    def _loaded(self, name: str, module: Any) -> None:
        """Listen where the firmware offers it."""
        if name == "torpor.machine":
            module.watch = lambda state: self._enter(self._state_names[state])
        elif name == "torpor.journal":
            module.watch = self._entry
        elif name in ("table", "torpor.tasktable"):
            self._state_names = module.NAMES
        self.machine.on_loaded(name, module)

    def _entry(self, entry: bytes) -> None:
        if not entry[0] & ROW and isinstance(found := unpack_entry(entry), tuple):
            reason, argument, wake, _ = found
            self.note.reasons.add(reason)
            entered = JournalEntry(self.world.now, wake, self._reasons.get(reason, str(reason)), argument)
            self.journal.append(entered)

    def seen(self, frame: Frame) -> None:
        """The camera began an exposure."""
        if not self.note.frames:
            self.loads.opened()
        self.note.frames.append(frame)

    # -- the ends of a wake ----------------------------------------------------------------------

    def _end_machine(self) -> None:
        """The VM is torn down: pins are inputs, the watchdog is off, the radio leaves its network."""
        self.machine.cores["microcontroller"].watchdog.reset()
        self.world.restart()
        self.hardware.release_pins()
        if self.machine.radio_mode:
            self.machine.leave_air()

    def _sleep(self, request: DeepSleep) -> None:
        world, machine, hardware = self.world, self.machine, self.hardware
        alarms: tuple[Any, ...] = request.alarms
        hardware.held = request.held
        self._end_machine()
        machine.busy()
        cycling = machine.reset_reason == self._after_sleep
        until = machine.booted_s + (self._floor_s if cycling else self._first_floor_s)
        if world.now < until:
            self._enter(FLOOR)
            world.pass_until(until)
        machine.radio(None)
        if not self._combines:  # the pins' clock is gated away in the timed sleep (#7365)
            alarms = tuple(one for one in alarms if isinstance(one, TimeAlarm)) or alarms
        armed = {"time" if isinstance(one, TimeAlarm) else "pin" for one in alarms} or {"pin"}
        world.draw("board", max(self._sleep_W[kind] for kind in armed))
        hardware.sleep(True)
        world.flush()
        self._close_note()
        self.note.by_timer, self.note.fell_s = deaf(machine, alarms)
        self._enter("SLEEP")
        wake_at, alarm = next_alarm(machine, alarms)
        fell_s = world.now
        world.pass_until(wake_at)
        hardware.tick(fell_s - machine.booted_s, world.now - fell_s)
        cause = "time" if isinstance(alarm, TimeAlarm) else "pin"
        seen = cause
        if cause == "pin" and not by_PIR(machine, alarm):  # an external clock's line, in a hold-off or not
            seen = "time" if self.note.by_timer else "clock"
        pin = str(alarm.pin) if cause == "pin" else ""
        self._restart(self._after_sleep, cause, seen, pin)

    def _hang(self) -> None:
        """code.py ended without sleeping: "press any key" for ever, unless the watchdog still runs."""
        self.world.counter[0] = 0
        self.hardware.release_pins()
        if self.machine.radio_mode:
            self.machine.leave_air()
        self.machine.busy()
        try:
            self.world.pass_until(math.inf)
        except Reset as reset:
            self._reset(reset)

    def _without_supply(self) -> None:
        """The board stands still in the middle of whatever it did."""
        self._end_machine()
        self.machine.radio(None)
        self._close_note()
        if self.notes and math.isinf(self.note.off_s):
            self.note.off_s = self.world.now
