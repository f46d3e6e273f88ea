"""alarm, microcontroller, watchdog: sleep and reset, with this board's own rules."""

from __future__ import annotations

from math import inf
from types import ModuleType, SimpleNamespace
from typing import Any

from boards import Part
from sim.errors import DeepSleep, Reset
from sim.machine import Machine
from sim.standins.memory import FlashBytes, SleepBytes

_REASONS = "POWER_ON BROWNOUT SOFTWARE DEEP_SLEEP_ALARM RESET_PIN WATCHDOG UNKNOWN RESCUE_DEBUG".split()


def modules(machine: Machine) -> dict[str, ModuleType]:
    watchdog = _Watchdog(machine)
    alarm, alarm_time, alarm_pin = _alarm(machine)
    return {
        "alarm": alarm,
        "alarm.time": alarm_time,
        "alarm.pin": alarm_pin,
        "microcontroller": _microcontroller(machine, watchdog),
        "watchdog": _named(
            "watchdog", WatchDogMode=_MODES, WatchDogTimer=_Watchdog, WatchDogTimeout=_Timeout
        ),
    }


def _named(name: str, **members: Any) -> ModuleType:
    module = ModuleType(name)
    module.__dict__.update(members)
    return module


class TimeAlarm:
    """Counted in steps (row `timer_step`: a whole second on an RP2040), and up to one more."""

    def __init__(self, up_s: float, monotonic_time: float) -> None:
        if monotonic_time <= up_s:
            raise ValueError("Time is in the past.")
        self.monotonic_time = monotonic_time


class PinAlarm:
    def __init__(self, pin: Any, value: bool, edge: bool) -> None:
        self.pin = pin
        self.value = value
        self.edge = edge

    def next_after(self, machine: Machine) -> float:
        """When it goes off: a level that holds already does so at once, an edge must still come."""
        return machine.hardware.next_level(str(self.pin), self.value, self.edge)


def _alarm(machine: Machine) -> tuple[ModuleType, ModuleType, ModuleType]:
    board = machine.hardware.design.board
    world = machine.world

    class BoardTimeAlarm(TimeAlarm):
        def __init__(self, *, monotonic_time: float | None = None, epoch_time: int | None = None) -> None:
            if (monotonic_time is None) == (epoch_time is None):
                raise ValueError("Supply one of monotonic_time or epoch_time")
            world.sync()
            TimeAlarm.__init__(self, world.now - machine.booted_s, float(monotonic_time or 0))

    class BoardPinAlarm(PinAlarm):
        def __init__(self, pin: Any, *, value: bool, edge: bool = False, pull: bool = False) -> None:
            if edge and not board.caps["edge"]:
                raise ValueError("Only level detection is supported on this pin")
            if pull and str(pin) in board.words("input_only"):
                raise ValueError("Cannot pull on input-only pin.")
            if str(pin) in machine.hardware.in_use:
                raise ValueError(f"{pin} in use")
            PinAlarm.__init__(self, pin, bool(value), edge)

    def deep(*alarms: Any, preserve_dios: tuple[Any, ...] = ()) -> None:
        if preserve_dios and not board.caps["preserve_dios"]:
            raise NotImplementedError("preserve_dios")
        if sum(isinstance(one, TimeAlarm) for one in alarms) > 1:
            raise ValueError("Only one alarm.time alarm can be set.")
        check_wake_pins(board, [one for one in alarms if isinstance(one, PinAlarm)])
        world.sync()
        raise DeepSleep(alarms, dict(filter(None, (one.kept() for one in preserve_dios))))

    def light(*alarms: Any) -> Any:
        return _light_sleep(machine, alarms)

    def woke() -> Any:
        if machine.wake_alarm == "time":
            stub = BoardTimeAlarm.__new__(BoardTimeAlarm)
            stub.monotonic_time = 0.0
            return stub
        if machine.wake_alarm == "pin":
            name = machine.wake_pin or machine.hardware.design.pins.get("pir", "")
            known = getattr(machine.cores["board"], name, None) if board.caps["wake_pin_known"] else None
            stub_pin = BoardPinAlarm.__new__(BoardPinAlarm)
            stub_pin.pin, stub_pin.value = known, True
            return stub_pin
        return None

    alarm = _Dynamic("alarm", {"wake_alarm": woke})
    alarm.__dict__.update(
        exit_and_deep_sleep_until_alarms=deep,
        light_sleep_until_alarms=light,
        sleep_memory=SleepBytes(machine),
    )
    times = _named("alarm.time", TimeAlarm=BoardTimeAlarm)
    pins = _named("alarm.pin", PinAlarm=BoardPinAlarm)
    alarm.time, alarm.pin = times, pins  # type: ignore[attr-defined]
    return alarm, times, pins


def check_wake_pins(board: Part, alarms: list[PinAlarm]) -> None:
    """What the hardware of a board can wait for in deep sleep: ValueError at the sleep call, not before."""
    if any(str(one.pin) not in board.words("wake_pins") for one in alarms):
        raise ValueError("Can only alarm on RTC IO from deep sleep.")
    most = board.caps.get("lows_most")
    lows = sum(not one.value for one in alarms)
    if isinstance(most, int) and lows > (most if lows == len(alarms) else 1):
        raise ValueError("Can only alarm on one low pin while others alarm high from deep sleep.")


def _light_sleep(machine: Machine, alarms: tuple[Any, ...]) -> Any:
    world = machine.world
    world.sync()
    until_s, alarm = next_alarm(machine, alarms)
    world.draw("board", machine.hardware.board_row("light_sleep"))
    world.pass_until(until_s)
    machine.busy()
    return alarm


def by_PIR(machine: Machine, alarm: Any) -> bool:
    """Whether an alarm is the PIR's."""
    return isinstance(alarm, PinAlarm) and str(alarm.pin) == machine.hardware.design.pins.get("pir")


def deaf(machine: Machine, alarms: tuple[Any, ...]) -> tuple[bool, float]:
    """Whether no motion can end this sleep; and until when none can: the PIR is high and must fall first."""
    for_PIR = [one for one in alarms if by_PIR(machine, one)]
    pir = machine.hardware.pir
    waits = pir is not None and any(one.edge for one in for_PIR)
    return not for_PIR, pir.next_fall(machine.world.now) if pir and waits else 0.0


def next_alarm(machine: Machine, alarms: tuple[Any, ...]) -> tuple[float, Any]:
    """Which alarm goes off first, and when (infinity and None: none ever). The timer counts its steps, one
    more at most, and those of its own clock."""
    world = machine.world
    best: tuple[float, Any] = (inf, None)
    for one in alarms:
        if isinstance(one, TimeAlarm):
            asked_s = max(machine.booted_s + one.monotonic_time - world.now, 0.0)
            hardware = machine.hardware
            step_s = hardware.design.board.v("timer_step")
            at = world.now + asked_s * (1.0 + hardware.sleep_clock) + step_s * hardware.random.random()
        else:
            at = one.next_after(machine)
        if at < best[0] or (at == best[0] and isinstance(one, TimeAlarm)):  # the timer is looked at first
            best = (at, one)
    return best


class _Dynamic(ModuleType):
    """A module with members that are computed when they are read."""

    def __init__(self, name: str, computed: dict[str, Any]) -> None:
        super().__init__(name)
        self.__dict__["_computed"] = computed

    def __getattr__(self, name: str) -> Any:
        computed = self.__dict__["_computed"]
        if name in computed:
            return computed[name]()
        raise AttributeError(f"'module' object has no attribute '{name}'")


class _Mode:
    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"microcontroller.ResetReason.{self.name}"


_MODES = SimpleNamespace(RAISE=_Mode("RAISE"), RESET=_Mode("RESET"))


class _Timeout(Exception):
    """watchdog.WatchDogTimeout."""


_Timeout.__name__ = "WatchDogTimeout"


class _Watchdog:
    """RESET only on an RP2040, at most 8 s; setting the timeout feeds it. RAISE, where there is one, raises
    WatchDogTimeout once in whatever runs, and is then off."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._timeout: float | None = None
        self._mode: _Mode | None = None
        self._most = machine.hardware.design.board.v("watchdog_max")

    @property
    def timeout(self) -> float | None:
        return self._timeout

    @timeout.setter
    def timeout(self, seconds: float) -> None:
        if not 0 < seconds <= self._most:
            raise ValueError(f"timeout must be 0-{self._most:g}")
        self._timeout = seconds
        if self._mode is not None:
            self.feed()

    @property
    def mode(self) -> _Mode | None:
        return self._mode

    @mode.setter
    def mode(self, mode: _Mode | None) -> None:
        if mode is _MODES.RAISE and not self._machine.hardware.design.board.caps["watchdog_raise"]:
            raise NotImplementedError("RAISE mode is not implemented")
        if mode is not None and self._timeout is None:
            raise ValueError("WatchDogTimer.timeout must be greater than 0")
        self._mode = mode
        self._machine.world.watchdog_raises = self._bark if mode is _MODES.RAISE else None
        if mode is None:
            self._machine.world.watchdog_at = None
        else:
            self.feed()

    def feed(self) -> None:
        world = self._machine.world
        world.sync()
        if self._timeout is not None and self._mode is not None:
            world.watchdog_at = world.now + self._timeout

    def _bark(self) -> Exception:
        self._mode = None
        return _Timeout("")

    def reset(self) -> None:
        """A new virtual machine finds it disarmed."""
        self._timeout = self._mode = None
        self._machine.world.watchdog_at = self._machine.world.watchdog_raises = None


def _microcontroller(machine: Machine, watchdog: _Watchdog) -> ModuleType:
    reasons = SimpleNamespace(**{name: _Mode(name) for name in _REASONS})

    class Cpu:
        frequency = 125_000_000

        @property
        def reset_reason(self) -> Any:
            return getattr(reasons, machine.reset_reason)

        @property
        def temperature(self) -> float:
            """The chip is as warm as the box, and a little more; an ESP32 does not know."""
            board = machine.hardware.design.board
            if "chip_warm" not in board.rows:
                return float("nan")
            world = machine.world
            box_C = world.plant.cell_C
            return box_C[int(world.now // 3600.0) % len(box_C)] + board.v("chip_warm")

    def reset() -> None:
        machine.world.sync()
        machine.world.stop(Reset("SOFTWARE"))

    def delay_us(microseconds: int) -> None:
        machine.world.sync()
        machine.world.spend(microseconds * 1e-6)  # a busy wait

    return _named(
        "microcontroller",
        cpu=Cpu(),
        ResetReason=reasons,
        nvm=FlashBytes(machine),
        watchdog=watchdog,
        reset=reset,
        delay_us=delay_us,
    )
