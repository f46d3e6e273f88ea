"""time, supervisor: clocks that restart at each reset, wrap and lose precision as the board's do."""

from __future__ import annotations

import struct
import time as desktop_time
from types import ModuleType, SimpleNamespace

from sim.errors import Reload
from sim.machine import Machine

_PERIOD = 1 << 29
_PRIMED = _PERIOD - 65_536  # the first wrap comes 65 s after power-on

#: Clocks start here (2000-01-01), Unix seconds: an RP2040's at every boot, an ESP's when its power came.
_YEAR_2000 = 946_684_800


#: supervisor.SafeModeReason, from circuitpython-stubs.
_SAFE_MODES = (
    "NONE BROWNOUT FLASH_WRITE_FAIL GC_ALLOC_OUTSIDE_VM HARD_FAULT INTERRUPT_ERROR NLR_JUMP_FAIL "
    "NO_CIRCUITPY NO_HEAP PROGRAMMATIC SAFE_MODE_PY_ERROR SDK_FATAL_ERROR STACK_OVERFLOW "
    "USB_BOOT_DEVICE_NOT_INTERFACE_ZERO USB_TOO_MANY_ENDPOINTS USB_TOO_MANY_INTERFACE_NAMES USER WATCHDOG"
).split()


def modules(machine: Machine) -> dict[str, ModuleType]:
    return {"time": _time(machine), "supervisor": _supervisor(machine)}


def short_float(value: float) -> float:
    """A float as CircuitPython stores it: 30 bits, the last two of single precision are cut off."""
    bits = struct.unpack("<I", struct.pack("<f", value))[0]
    return float(struct.unpack("<f", struct.pack("<I", bits & ~3))[0])


def _time(machine: Machine) -> ModuleType:
    world = machine.world
    module = ModuleType("time")

    def sleep(seconds: float) -> None:
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        machine.idle(seconds)

    def up_s() -> float:
        world.sync()
        return world.now - machine.booted_s

    def seconds() -> int:
        return int(_YEAR_2000 + machine.hardware.rtc_s + up_s())

    module.sleep = sleep  # type: ignore[attr-defined]
    module.monotonic = lambda: short_float(int(up_s() * 1000) / 1000)  # type: ignore[attr-defined]
    module.monotonic_ns = lambda: int(up_s() * 1000) * 1_000_000  # type: ignore[attr-defined]
    module.time = seconds  # type: ignore[attr-defined]
    module.struct_time = desktop_time.struct_time  # type: ignore[attr-defined]
    module.localtime = lambda at=None: desktop_time.gmtime(seconds() if at is None else at)  # type: ignore[attr-defined]
    return module


def _supervisor(machine: Machine) -> ModuleType:
    world = machine.world
    module = ModuleType("supervisor")

    def ticks_ms() -> int:
        world.sync()
        return (_PRIMED + int((world.now - machine.booted_s) * 1000)) % _PERIOD

    module.ticks_ms = ticks_ms  # type: ignore[attr-defined]
    reasons = SimpleNamespace(**{name: name for name in _SAFE_MODES})

    class Runtime(SimpleNamespace):
        @property
        def safe_mode_reason(self) -> str:
            return machine.safe_mode or "NONE"

        @property
        def usb_connected(self) -> bool:
            """Unless a test says otherwise, while the bench pin is held."""
            hardware = machine.hardware
            return hardware.bench if hardware.computer is None else hardware.computer

    def set_next_code_file(filename: str) -> None:
        machine.next_script = filename.lstrip("/")

    def reload() -> None:
        world.sync()
        world.stop(Reload(machine.next_script))

    module.set_next_code_file = set_next_code_file  # type: ignore[attr-defined]
    module.reload = reload  # type: ignore[attr-defined]
    module.SafeModeReason = reasons  # type: ignore[attr-defined]
    module.runtime = Runtime(  # type: ignore[attr-defined]
        serial_connected=False, autoreload=True, run_reason=None
    )
    return module
