"""The other side of the embedded interpreter's core modules: requests become calls of stand-ins."""

from __future__ import annotations

import math
from typing import Any

from sim.errors import EndOfWake
from sim.run import Twin


class Far:
    """The other side of the core modules: serves the requests of one script."""

    def __init__(self, twin: Twin) -> None:
        self._life = twin.life
        self._hardware = twin.hardware
        cores = self._cores = twin.life.machine.cores
        self.ended: EndOfWake | None = None
        self._state = ""
        self._count = 0
        self._objects: dict[str | int, Any] = dict(cores.items())
        self._objects |= {
            "far": self,
            "radio": cores["wifi"].radio,
            "watchdog": cores["microcontroller"].watchdog,
            "sleep_memory": _Bytes(cores["alarm"].sleep_memory),
            "nvm": _Bytes(cores["microcontroller"].nvm),
        }

    def answer(self, ask: list[Any], blob: bytes) -> tuple[dict[str, Any], bytes]:
        """Do what is asked; what the stand-in raises goes back as a problem."""
        self._state = ""
        try:
            value, raw = self._do(ask, blob)
        except EndOfWake as end:
            self.ended = end
            return {"problem": "EndOfWake\n0\n"}, b""
        except Exception as error:
            kind = "OSError" if isinstance(error, OSError) else type(error).__name__
            number = (error.args[0] if error.args else 0) if kind == "OSError" else 0
            return {"problem": f"{kind}\n{number if isinstance(number, int) else 0}\n{error}"}, b""
        return {"value": value, "state": self._state}, raw

    def _do(self, ask: list[Any], blob: bytes) -> tuple[Any, bytes]:
        how, target, member, rest = ask
        owner = self._objects[target]
        if how == "put":
            setattr(owner, member, rest[0])
            return None, b""
        found = getattr(owner, member)
        if how == "get":
            return found, b""
        if how == "give":
            return found(*rest, blob), b""
        if how == "take":
            buffer = bytearray(rest.pop())
            count = found(*rest, buffer)
            return count, bytes(buffer)
        value = found(*rest)
        return (self._keep(value), b"") if how == "make" else (value, b"")

    def _keep(self, made: Any) -> int:
        self._count += 1
        self._objects[self._count] = made
        return self._count

    # -- what is not one call of a stand-in ------------------------------------------------------

    def state(self, number: int) -> None:
        self._state = self._life._state_names[number]
        self._life._enter(self._state)

    def entry(self, entry: bytes) -> None:
        self._life._entry(entry)

    def i2c(self, scl: str, sda: str, frequency: int) -> Any:
        return self._cores["busio"].I2C(scl, sda, frequency=frequency)

    def configure(self, bus: int, baudrate: int) -> None:
        self._objects[bus].configure(baudrate=baudrate)

    def woke(self) -> str | None:
        return self._life.machine.wake_alarm

    def reason(self) -> str:
        return self._life.machine.reset_reason

    def temperature(self) -> float | None:
        """Of the chip, None where it has no thermometer."""
        chip_C: float = self._life.machine.cores["microcontroller"].cpu.temperature
        return None if math.isnan(chip_C) else chip_C

    def deep(self, *alarms: int) -> None:
        self._cores["alarm"].exit_and_deep_sleep_until_alarms(*[self._objects[one] for one in alarms if one])

    def time_alarm(self, monotonic_time: float) -> Any:
        return self._cores["alarm.time"].TimeAlarm(monotonic_time=monotonic_time)

    def pin_alarm(self, pin: str, value: bool, edge: bool, pull: bool) -> Any:
        return self._cores["alarm.pin"].PinAlarm(pin, value=value, edge=edge, pull=pull)

    def watchdog_mode(self, mode: str | None) -> None:
        self._objects["watchdog"].mode = getattr(self._cores["watchdog"].WatchDogMode, mode) if mode else None

    def readonly(self) -> bool:
        return bool(self._cores["storage"].getmount("/").readonly)

    def urandom(self, buffer: bytearray) -> None:
        buffer[:] = self._cores["os"].urandom(len(buffer))

    def listdir(self, path: str) -> str:
        return "\n".join(self._cores["os"].listdir(path))

    def stat(self, path: str) -> str:
        return " ".join(map(str, self._cores["os"].stat(path)))

    def statvfs(self, path: str) -> str:
        return " ".join(map(str, self._cores["os"].statvfs(path)))

    def open(self, path: str, mode: str) -> Any:
        return self._life._open(path, mode)

    def radio_on(self) -> None:
        self._cores["wifi"].__dict__["__on_import__"]()

    def runtime(self, name: str) -> Any:
        return getattr(self._cores["supervisor"].runtime, name)

    def scan(self) -> str:
        """A line for each network that is heard: its strength and its name."""
        found = self._cores["wifi"].radio.start_scanning_networks()
        return "\n".join(f"{one.rssi} {one.ssid}" for one in found)

    def join(self, ssid: str, password: str, timeout: float | None) -> None:
        self._cores["wifi"].radio.connect(ssid, password, timeout=timeout)

    def pool(self) -> Any:
        return self._cores["socketpool"].SocketPool(self._cores["wifi"].radio)

    def connect(self, socket: int, host: str, port: int) -> None:
        self._objects[socket].connect((host, port))


class _Bytes:
    """nvm or sleep memory, reached by ranges instead of slices."""

    def __init__(self, memory: Any) -> None:
        self._memory = memory
        self.__getitem__ = memory.__getitem__
        self.__setitem__ = memory.__setitem__
        self.__len__ = memory.__len__

    def read(self, start: int, buffer: bytearray) -> None:
        buffer[:] = self._memory[start : start + len(buffer)]

    def write(self, start: int, stop: int, data: bytes) -> None:
        self._memory[start:stop] = data
