"""What can go wrong in the twin, outside and inside the virtual node."""

from __future__ import annotations

from collections.abc import Mapping


class SimError(Exception):
    """A run cannot be set up or carried on; the message is one sentence for the owner."""


class DriveError(SimError):
    """The drive of a node cannot be assembled."""


class BoardOSError(OSError):
    """An OSError as the board raises it: told apart by its errno alone, whereas the desktop would make a
    ConnectionResetError of some numbers, and `except ConnectionError` would catch what it must not."""


BoardOSError.__name__ = "OSError"


class EndOfWake(BaseException):
    """Ends a virtual machine from the inside. Like the board's own, it is no `Exception`."""


class DeepSleep(EndOfWake):
    """`alarm.exit_and_deep_sleep_until_alarms` was called; `alarms` are those armed, `held` the outputs whose
    level is to stay."""

    def __init__(self, alarms: tuple[object, ...], held: Mapping[str, bool] | None = None) -> None:
        super().__init__()
        self.alarms = alarms
        self.held = dict(held or {})


class Reset(EndOfWake):
    """The chip restarts: `reason` is "SOFTWARE", "WATCHDOG" or "POWER_ON"."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class Reload(EndOfWake):
    """`supervisor.reload()`: another script runs in a new virtual machine, without a reset."""

    def __init__(self, script: str) -> None:
        super().__init__()
        self.script = script


class SafeMode(Reset):
    """The chip restarts into safe mode: `why` is a name of supervisor.SafeModeReason."""

    def __init__(self, why: str) -> None:
        super().__init__(why if why in ("BROWNOUT", "WATCHDOG") else "SOFTWARE")  # a panic is SOFTWARE too
        self.why = why


class PowerLost(EndOfWake):
    """The supply is gone."""


class SwitchedOff(PowerLost):
    """The latch has opened: the board has no supply until its PIR closes it again."""


class RunOver(EndOfWake):
    """The stretch to be simulated has ended while the node was awake."""
