"""What the camera bench has in place of a board: its buses, its chip select line, its drive."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any, Protocol

from sim.devices import ArduChip


class Clock(Protocol):
    """The bench's time."""

    now_s: float

    def spend(self, duration_s: float) -> None: ...


class Bus:
    """busio.SPI and busio.I2C of the bench; time passes with each call and byte."""

    def __init__(self, bench: Clock, target: Any) -> None:
        self._bench, self._target = bench, target
        self._locked = False
        self.baudrate = 0
        self.written: list[tuple[float, bytes]] = []

    def try_lock(self) -> bool:
        if self._locked:
            return False
        self._locked = True
        return True

    def deinit(self) -> None:
        """Nothing to let go of here."""

    def unlock(self) -> None:
        assert self._locked
        self._locked = False

    def configure(self, *, baudrate: int, polarity: int = 0, phase: int = 0) -> None:
        assert self._locked and polarity == 0 and phase == 0
        self.baudrate = baudrate

    def write(self, buffer: Any, *, start: int = 0, end: int | None = None) -> None:
        assert self._locked
        data = bytes(buffer[start:end])
        self._bench.spend(20e-6 + len(data) * 8 / self.baudrate)
        self._target.write(self._bench.now_s, data)

    def readinto(self, buffer: Any, *, start: int = 0, end: int | None = None) -> None:
        assert self._locked
        view = memoryview(buffer)[start:end]
        self._bench.spend(20e-6 + len(view) * 8 / self.baudrate)
        view[:] = self._target.read(self._bench.now_s, len(view), self.baudrate)

    def _answers(self, address: int) -> None:
        assert self._locked
        self._bench.spend(80e-6)
        try:
            there = address == self._target.address and self._target.acknowledges(self._bench.now_s)
        except TimeoutError:
            self._bench.spend(1.0)  # the port gives up on a held SCL after a second
            raise
        if not there:
            raise OSError(19, "No such device")

    def writeto(self, address: int, buffer: Any, *, start: int = 0, end: int | None = None) -> None:
        self._answers(address)
        data = bytes(buffer[start:end])
        self.written.append((self._bench.now_s, data))
        self._target.write(self._bench.now_s, data)

    def readfrom_into(self, address: int, buffer: Any, *, start: int = 0, end: int | None = None) -> None:
        self._answers(address)
        view = memoryview(buffer)[start:end]
        view[:] = self._target.read(self._bench.now_s, len(view))


class Line:
    """digitalio.DigitalInOut as an output."""

    def __init__(self, bench: Clock, bridge: ArduChip) -> None:
        self._bench, self._bridge = bench, bridge
        self._level = False
        self.value = True

    def switch_to_output(self, value: bool) -> None:
        self.value = value

    def deinit(self) -> None:
        """The level stays as it was left: what pulls it then is not this bench's matter."""

    @property
    def value(self) -> bool:
        return self._level

    @value.setter
    def value(self, level: bool) -> None:
        self._level = level
        self._bridge.select(self._bench.now_s, not level)


class Drive:
    """The node's drive: its files, and `os`, `storage` and `open` over them."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.os = SimpleNamespace(
            mkdir=lambda path: None,
            listdir=lambda path: [name[len(path) + 1 :] for name in self.files],
            remove=self.files.pop,
            rename=lambda old, new: self.files.__setitem__(new, self.files.pop(old)),
            stat=lambda path: (0,) * 6 + (len(self.files[path]),),
            statvfs=lambda path: (4096, 4096, 4096, 4096),
        )
        self.storage = SimpleNamespace(getmount=lambda path: SimpleNamespace(readonly=False))

    def open(self, path: str, mode: str = "rb") -> io.BytesIO:
        files = self.files

        class File(io.BytesIO):
            def close(self) -> None:
                if not self.closed and mode == "wb":
                    files[path] = self.getvalue()
                super().close()

        return File(files[path] if mode == "rb" else b"")
