"""A bench for the camera driver: the firmware's own files on a tiny busio, wired to a virtual camera.

Smaller and faster than the whole twin: no power, no Wi-Fi, no prices of interpreting; time passes on the
buses and in waits. The tests of the driver stand on it, and the camera benchmark.
"""

from __future__ import annotations

import binascii
import builtins
import importlib
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from benchmarks.camera_buses import Bus, Drive, Line
from sim.devices import ArduChip, CameraFaults, CameraRows, mini_2mp_plus, mini_5mp_plus
from sim.devices.camera import Scene
from sim.registers import register_bytes
from sim.sensor_jpeg import header

FIRMWARE = Path(__file__).resolve().parents[1] / "firmware"

#: Rows of this bench alone: short, so that tests are quick; a frame lasts 80 ms.
ROWS = CameraRows(
    run_mA=60.0,
    standby_mA=30.0,
    phantom_mA=11.0,
    volts=3.3,
    phantom_volts=3.3,
    power_up_s=0.02,
    reset_settle_s=0.03,
    init_write_gap_s=0.0,
    settle_s=0.24,
    settle_frames=3,
    frame_small_s=0.033,
    frame_svga_s=0.080,
    frame_uxga_s=0.080,
    fifo_size_B=0x7FFFFF,
    spi_max_Hz=8_000_000,
    length_step_B=1024,
    length_offset_B=8,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A camera module: its part, its virtual device, its firmware module, and quick rows for tests."""

    part: str
    design: str
    make: Callable[..., tuple[ArduChip, Any]]
    sensor: str
    rows: CameraRows


KINDS = (
    Kind("arducam-mini-2mp-plus", "pico-w-arducam-2mp", mini_2mp_plus, "ov2640", ROWS),
    Kind(
        "arducam-mini-5mp-plus",
        "pico-w-arducam-5mp",
        mini_5mp_plus,
        "ov5642",
        replace(ROWS, init_write_gap_s=0.001, length_step_B=8, length_offset_B=0),
    ),
)


def fake_jpeg(seed: object, qs: int, width: int, height: int, length: int = 12_000) -> bytes:
    """The sensor's header, a scan of noise with stuffed FF, the end marker."""
    scan = random.Random(str(seed)).randbytes(length).replace(b"\xff", b"\xff\x00")
    return header(qs, width, height) + scan + b"\xff\xd9"


def noise(t_s: float, width: int, height: int, qs: int, frame: int) -> bytes:
    """A scene whose every frame is another one, long enough for its size."""
    return fake_jpeg(f"{t_s:.4f}", qs, width, height, max(12_000, width * height >> 7))


def path_of(name: str) -> Path:
    """The file of a firmware module: `arducam`, or `torpor.clock`."""
    package, _, module = name.rpartition(".")
    return FIRMWARE / ("lib/torpor" if package else "wildcam") / f"{module}.py"


@cache
def registers(sensor: str) -> bytes:
    """A sensor's register values as they lie on a drive."""
    path = FIRMWARE / "wildcam" / f"{sensor}.regs"
    return register_bytes(path.read_text(encoding="utf-8"), path)


@cache
def _code(name: str) -> CodeType:
    path = path_of(name)
    return compile(path.read_text(encoding="utf-8"), str(path), "exec")


def finished(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine returns that waits for nothing but its bench's clock."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waits for something else")


class Bench:
    """One module on one controller, powered, with the driver ready to start."""

    def __init__(
        self,
        faults: CameraFaults | None = None,
        rows: CameraRows | None = None,
        view: Scene = noise,
        light: float = 0.8,
        powered: bool = True,
        kind: Kind = KINDS[0],
    ) -> None:
        self.now_s = 0.0
        self.kind = kind
        self.rows = rows or kind.rows
        self.bridge, self.sensor = kind.make(self.rows, view, lambda _: light, faults)
        self.bridge.power(0.0, powered)
        self.drive = Drive({f"/{kind.sensor}.bin": registers(kind.sensor)})
        self.i2c = Bus(self, self.sensor)
        self.spi = Bus(self, self.bridge)
        self.cs = Line(self, self.bridge)
        self._modules: dict[str, Any] = {}
        self._stand_ins()
        self.arducam, self.driver, self.jpeg = (self.load(name) for name in ("arducam", kind.sensor, "jpeg"))
        self.camera = self.arducam.open(None)
        self._frame: Any = None
        self.error: type[Exception] = self.arducam.CameraError

    @property
    def frame(self) -> Any:
        """The picture to order and to read, made when the camera has started."""
        size = self.camera.width, self.camera.height
        if self._frame is None or (self._frame.width, self._frame.height) != size:
            self._frame = self.camera.frame()
        return self._frame

    def spend(self, duration_s: float) -> None:
        assert duration_s >= 0.0
        self.now_s += duration_s

    # -- modules ---------------------------------------------------------------------------------

    def _stand_ins(self) -> None:
        def module(name: str, **content: Any) -> None:
            made = ModuleType(name)
            made.__dict__.update(content)
            self._modules[name] = made

        module("time", sleep=self.spend, monotonic=lambda: self.now_s)
        module("supervisor", ticks_ms=lambda: (int(self.now_s * 1000) + (1 << 29) - 65) % (1 << 29))
        module("micropython", const=lambda value: value)
        module("microcontroller", delay_us=lambda us: self.spend(us * 1e-6))
        module("asyncio", sleep_ms=self._sleep_ms, core=None)
        module("busio", SPI=lambda *pins: self.spi, I2C=lambda *pins, frequency: self.i2c)
        module("digitalio", DigitalInOut=lambda pin: self.cs)
        module("board", pin=None)
        lines = ("pin",) * 6
        module("node", SENSOR=self.kind.sensor, SPI_Hz=8_000_000, I2C_Hz=400_000, CAMERA_PINS=lines)
        module("rows", SPOOL=("flash",))
        module("torpor")
        self._modules |= {"binascii": binascii, "os": self.drive.os, "storage": self.drive.storage}

    def load(self, name: str) -> Any:
        """The firmware module of this bench; nothing goes into sys.modules."""
        if name not in self._modules and not path_of(name).exists():
            self._modules[name] = importlib.import_module(name)  # what desktop and board share: struct
        if name not in self._modules:
            made = ModuleType(name)
            own = {"__import__": self._import, "open": self.drive.open}
            made.__dict__["__builtins__"] = {**vars(builtins), **own}
            exec(_code(name), made.__dict__)
            self._modules[name] = made
        return self._modules[name]

    def _import(self, name: str, *rest: Any) -> Any:
        module = self.load(name)
        if name == "torpor":
            for part in rest[2] or ():
                setattr(module, part, self.load(f"torpor.{part}"))
        return module

    # -- what the application's steps do ---------------------------------------------------------

    async def _sleep_ms(self, ms: int) -> None:
        self.spend(ms / 1000)

    run = staticmethod(finished)

    def expose(self) -> int:
        """One frame into the FIFO -> bytes in it."""
        self.frame.begin()
        while (size := self.frame.ready()) is None:
            self.spend(0.005)
        return int(size)

    def settle(self) -> None:
        self.spend(2 * self.rows.settle_s)

    def reading(self, chunk: int = 1024) -> tuple[Any, bytes]:
        """Rewind and read the frame through a check: (check, the picture's bytes)."""
        frame = self.frame
        frame.rewind()
        check = self.jpeg.Check(frame.width, frame.height)
        buffer, stream = bytearray(chunk), b""
        while True:
            count = frame.read_into(buffer)
            stream += buffer[:count]
            if not count or check.feed(buffer, count) is not None:
                break
        check.finish()
        return check, stream[max(0, check.start) :][: check.length]

    def picture(self) -> tuple[int, bytes]:
        """One exposure as the firmware judges it: (0, picture) if good, else (error code, b"")."""
        jpeg = self.jpeg
        try:
            self.expose()
            checks = []
            for _ in range(2):
                check, kept = self.reading()
                if check.error:
                    return check.error, b""
                checks.append((check.start, check.length, check.crc))
            return (0, kept) if checks[0] == checks[1] else (jpeg.UNLIKE, b"")
        except self.error:
            return int(jpeg.NO_FRAME), b""
