"""What the image sensors of these modules share: supply, standby, automatic exposure, frames."""

from __future__ import annotations

import errno
from abc import ABC, abstractmethod
from collections.abc import Callable

from sim.devices.camera import CameraFaults, CameraRows, Chance, Light, Scene

#: Decades of illuminance between light 0 and light 1 (sim.sky: 1 lx and 100 000 lx).
DECADES = 5.0
#: Exposure at light 1, lines. Assumption: 0.3 ms in full sun, as small lenses of f/2.8 need.
SUN_LINES = 3.0
#: Bytes of what comes when the registers make no picture: 5000 is in ArduCAM/Arduino #554.
_NOISE_B = 5000


class Sensor(ABC):
    """An image sensor: an I2C target, and the source of frames for its bridge.

    Parameters
    ----------
    scene : gives the JPEG of a frame. light : what the exposure control sees, 0..1.
    on_change : called when a register write changes what the module draws.
    """

    address: int
    name: str

    def __init__(
        self,
        rows: CameraRows,
        scene: Scene,
        light: Light,
        faults: CameraFaults | None = None,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._rows = rows
        self._scene = scene
        self._light = light
        self._on_change = on_change
        self._chance = Chance(faults or CameraFaults(), self.name)
        self._on = False
        self._held = False  # the bridge holds it in standby or reset
        self._ready_s = 0.0
        self._fault = ""
        self._reset(0.0)

    def _reset(self, ready_s: float) -> None:
        """Registers to their defaults; it answers from `ready_s` on."""
        self._defaults()
        self._wake(ready_s)

    def _wake(self, ready_s: float) -> None:
        """Frames and exposure control begin anew; the registers stay."""
        self._ready_s = self.since_s = ready_s

    # -- what each sensor has of its own ---------------------------------------------------------

    @abstractmethod
    def _defaults(self) -> None: ...
    @abstractmethod
    def _asleep(self) -> bool: ...
    @abstractmethod
    def write(self, now_s: float, data: bytes) -> None: ...
    @abstractmethod
    def read(self, now_s: float, count: int) -> bytes: ...
    @property
    @abstractmethod
    def size(self) -> tuple[int, int]: ...
    @property
    @abstractmethod
    def quality(self) -> int: ...
    @property
    @abstractmethod
    def sends_jpeg(self) -> bool: ...

    # -- supply and lines from the bridge --------------------------------------------------------

    def power(self, now_s: float, on: bool) -> None:
        """Supply on or off: every start is a reset."""
        if on and not self._on:
            self._reset(now_s + self._rows.power_up_s)
            self._fault = self._chance.draw(("absent_i2c", "scl_stuck"))
        self._on = on

    def hold(self, now_s: float, held: bool) -> None:
        """PWDN or reset from the bridge: no clock, no answer; the registers stay."""
        if self._held and not held and self._on:
            self._wake(max(now_s, self._ready_s))
        self._held = held

    def load(self, now_s: float) -> tuple[float, float]:
        """Nothing of its own: the module's rows, told by the bridge, cover the sensor."""
        return 0.0, self._rows.volts

    @property
    def running(self) -> bool:
        """Whether it is powered and clocked."""
        return self._on and not self._held and not self._asleep()

    def acknowledges(self, now_s: float) -> bool:
        """Whether it answers to its address; TimeoutError if SCL is held low."""
        if self._fault:
            if self._fault == "scl_stuck" and self._on:
                raise TimeoutError(errno.ETIMEDOUT, "SCL is held low")
            return False
        return self._on and not self._held and now_s >= self._ready_s and not self._chance.hits("nack")

    # -- exposure and frames ---------------------------------------------------------------------

    def _exposed(self, now_s: float, longest: float, highest: float, target: float) -> tuple[int, float, int]:
        """Exposure in lines, gain and mean luma that automatic exposure has come to by now."""
        wanted = SUN_LINES * 10.0 ** (DECADES * (1.0 - self._light(now_s)))
        lines = min(wanted, longest)
        gain = min(max(wanted / lines, 1.0), highest)
        settled = min(1.0, max(0.0, now_s - self.since_s) / max(self._rows.settle_s, 1e-9))
        luma = target * min(1.0, lines * gain / wanted) * settled
        return max(1, round(lines)), gain, min(255, round(luma))

    def period_s(self) -> float:
        """Time of one frame."""
        return self._rows.frame_s(self.size[0])

    def frame(self, start_s: float) -> bytes:
        """What the frame that begins at `start_s` puts on the wire."""
        if not self.sends_jpeg:
            return self._chance.random.randbytes(_NOISE_B).replace(b"\xff\xd8", b"\x3f\xef")
        ran_s = start_s - self.since_s
        index = int(ran_s / self.period_s() + 1e-6)
        if self._rows.settle_s > 0.0:
            index = min(index, int(self._rows.settle_frames * ran_s / self._rows.settle_s + 1e-6))
        width, height = self.size
        return self._scene(start_s, width, height, self.quality, index)
