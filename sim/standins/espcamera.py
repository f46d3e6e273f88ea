"""espcamera and espidf: only on boards that have a camera connector."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any

from sim.devices.espcam import FRAME_SIZES, EspCamera, NotFound
from sim.machine import Machine
from sim.standins.pins import claim

#: The largest that each sensor's driver takes.
_LARGEST = {"ov2640": "UXGA", "ov5640": "QSXGA"}
_PULSE_s = 0.01  # PWDN high (espressif/esp32-camera); then low, and the row `power_up` until the probe
_ESP_ERR_NOT_FOUND = 0x105
#: What a buffer holds once it is the driver's again: anything but the picture.
_STALE = b"\xa5"


class IDFError(OSError):
    """espidf.IDFError: an ESP-IDF function failed."""


class Named:
    """A value of one of the module's enumerations."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


def modules(machine: Machine) -> dict[str, ModuleType]:
    if not machine.hardware.design.board.camera_pins:
        return {}
    espidf, espcamera = ModuleType("espidf"), ModuleType("espcamera")
    espidf.__dict__.update(IDFError=IDFError, MemoryError=MemoryError)
    espcamera.__dict__.update(
        Camera=_camera(machine),
        FrameSize=_FRAME_SIZES,
        PixelFormat=_FORMATS,
        GrabMode=_MODES,
    )
    return {"espidf": espidf, "espcamera": espcamera}


def _named(names: str) -> SimpleNamespace:
    return SimpleNamespace(**{name: Named(name) for name in names.split()})


_FRAME_SIZES = _named(" ".join(FRAME_SIZES))
_FORMATS = _named("RGB565 GRAYSCALE JPEG")
_MODES = _named("WHEN_EMPTY LATEST")


def _camera(machine: Machine) -> type:
    hardware, world = machine.hardware, machine.world
    connector = hardware.design.board.camera_pins

    class Camera:
        """One camera at a time. JPEG alone: take() gives bitmaps of other formats, which nobody needs."""

        def __init__(
            self,
            *,
            data_pins: Any,
            pixel_clock_pin: Any,
            vsync_pin: Any,
            href_pin: Any,
            i2c: Any,
            external_clock_pin: Any = None,
            external_clock_frequency: int = 20_000_000,
            powerdown_pin: Any = None,
            reset_pin: Any = None,
            pixel_format: Any = _FORMATS.RGB565,
            frame_size: Any = _FRAME_SIZES.QQVGA,
            jpeg_quality: int = 15,
            framebuffer_count: int = 1,
            grab_mode: Any = _MODES.WHEN_EMPTY,
        ) -> None:
            self._driver: EspCamera | None = None
            if not 2 <= jpeg_quality <= 55:
                raise ValueError("jpeg_quality must be 2-55")
            if not 1 <= framebuffer_count <= 2:
                raise ValueError("framebuffer_count must be 1-2")
            if not 0 < external_clock_frequency <= 40_000_000:
                raise ValueError("external_clock_frequency must be 0-40000000")
            if len(data_pins) != 8:
                raise ValueError("data_pins length must be 8")
            if pixel_format is not _FORMATS.JPEG:
                raise NotImplementedError("the virtual camera gives JPEG only")
            self._frame_size, self._quality = frame_size, jpeg_quality
            self._buffers, self._mode = framebuffer_count, grab_mode
            lines = {
                "pclk": pixel_clock_pin,
                "vsync": vsync_pin,
                "href": href_pin,
                "xclk": external_clock_pin,
            }
            lines |= {"pwdn": powerdown_pin, "reset": reset_pin}
            owned = [pin for pin in (*data_pins, *lines.values()) if pin is not None]
            taken: list[str] = []
            try:
                taken.extend(claim(machine, pin) for pin in owned)  # those before a taken one stay in it
                self._start(data_pins, lines, i2c)
            except BaseException:
                hardware.in_use.difference_update(taken)
                raise
            self._pins = taken

        def _start(self, data_pins: Any, lines: dict[str, Any], i2c: Any) -> None:
            world.sync()
            driver = hardware.espcam
            if lines["pwdn"] is not None:
                hardware.drive_pin(str(lines["pwdn"]), True)
                world.spend(_PULSE_s)
                hardware.drive_pin(str(lines["pwdn"]), False)
                world.spend(driver.rows.power_up_s if driver else _PULSE_s)
            try:
                wired = [str(lines["xclk"]), *i2c.pins] == [
                    connector[role] for role in ("xclk", "scl", "sda")
                ]
                if driver is None or driver.live or not wired:
                    raise NotFound
                driver.probe(world.now)
            except (NotFound, TimeoutError):
                if lines["pwdn"] is not None:
                    hardware.release_pin(str(lines["pwdn"]))
                raise IDFError(_ESP_ERR_NOT_FOUND, "Requested resource not found") from None
            self._driver = driver
            streams = all(str(lines[role]) == connector[role] for role in ("pclk", "vsync", "href"))
            own_data = getattr(machine.cores["board"], connector["data"])
            self._blind = not streams or list(map(str, data_pins)) != list(map(str, own_data))
            self._powerdown = lines["pwdn"]
            self._view: memoryview | None = None
            self._begin()

        def _begin(self) -> None:
            driver = self._live()
            largest = FRAME_SIZES[_LARGEST[driver.sensor.name]]
            size = FRAME_SIZES[self._frame_size.name]
            if size[0] * size[1] > largest[0] * largest[1]:
                size = largest  # the driver takes its sensor's largest instead
            self._size = size
            world.spend(driver.rows.init_s + driver.rows.reset_settle_s)
            driver.begin(world.now, size, self._quality, self._buffers, self._mode is _MODES.LATEST)

        def _live(self) -> EspCamera:
            if self._driver is None:
                raise ValueError(
                    "Object has been deinitialized and can no longer be used. Create a new object."
                )
            return self._driver

        def _give_back(self) -> None:
            """The view handed out last is not valid any more: its bytes are the driver's."""
            if self._view is not None:
                self._buffer[:] = _STALE * len(self._buffer)
                self._view = None

        # -- frames --------------------------------------------------------------------------

        def take(self, timeout: float | None = 0.25) -> memoryview | None:
            driver = self._live()
            world.sync()
            self._give_back()
            driver.give_back(world.now)
            patience_s = 0.25 if timeout is None else timeout
            until_s = world.now + patience_s if self._blind else driver.wait(world.now, patience_s)
            machine.idle(until_s - world.now)
            jpeg = None if self._blind else driver.take(world.now)
            if jpeg is None:
                return None
            self._buffer = bytearray(jpeg)
            self._view = memoryview(self._buffer).toreadonly().cast("b")
            return self._view

        @property
        def frame_available(self) -> bool:
            driver = self._live()
            world.sync()
            return not self._blind and driver.available(world.now)

        def reconfigure(
            self,
            frame_size: Any = None,
            pixel_format: Any = None,
            grab_mode: Any = None,
            framebuffer_count: int | None = None,
        ) -> None:
            self._live()
            world.sync()
            self._give_back()
            self._frame_size = frame_size or self._frame_size
            self._mode = grab_mode or self._mode
            self._buffers = framebuffer_count or self._buffers
            self._begin()

        def deinit(self) -> None:
            if self._driver is None:
                return
            world.sync()
            self._give_back()
            self._driver.stop(world.now)
            self._driver = None
            hardware.in_use.difference_update(self._pins)
            if self._powerdown is not None:  # reset, not held
                hardware.release_pin(str(self._powerdown))

        # -- what it tells -------------------------------------------------------------------

        @property
        def width(self) -> int:
            self._live()
            return self._size[0]

        @property
        def height(self) -> int:
            self._live()
            return self._size[1]

        @property
        def quality(self) -> int:
            return self._quality

        @quality.setter
        def quality(self, value: int) -> None:
            """Lower is better, whatever its documentation says."""
            if not 0 <= value <= 63:
                raise ValueError("quality must be 0-63")
            driver = self._live()
            world.sync()
            self._quality = value
            driver.sensor.set_quality(world.now, value)

        @property
        def sensor_name(self) -> str:
            return self._live().sensor.name.upper()

        @property
        def frame_size(self) -> Any:
            return self._frame_size

        @property
        def grab_mode(self) -> Any:
            return self._mode

        @property
        def framebuffer_count(self) -> int:
            return self._buffers

        @property
        def max_frame_size(self) -> Any:
            return getattr(_FRAME_SIZES, _LARGEST[self._live().sensor.name])

        def __enter__(self) -> Camera:
            return self

        def __exit__(self, *exc: object) -> None:
            self.deinit()

    return Camera
