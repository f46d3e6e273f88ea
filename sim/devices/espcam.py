"""A sensor on the camera connector of an ESP board, driven by esp32-camera: frames by DMA into buffers.

Source of the habits: espressif/esp32-camera (cam_hal: buffers of width * height / 5, FB-OVF, NO-SOI, NO-EOI;
frames with any of these are given back unseen) and what its users met (#143 probe fails until a power cycle,
#383, #406, #633 first and stale frames, #150, #185 spoiled frames in bright light).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

from sim.devices.camera import CameraFaults, CameraRows, Chance, Light, Scene
from sim.devices.ov2640 import OV2640
from sim.devices.ov5640 import OV5640

_BLOCK_B = 1024  # of one DMA transfer
_HEAD_B = 623
_SHARE = 5  # bytes of a buffer: width * height / 5

#: espcamera.FrameSize by name: width and height as esp32-camera's table has them.
FRAME_SIZES = {
    "R96X96": (96, 96), "QQVGA": (160, 120), "QCIF": (176, 144), "HQVGA": (240, 176), "R240X240": (240, 240),
    "QVGA": (320, 240), "CIF": (400, 296), "HVGA": (480, 320), "VGA": (640, 480), "SVGA": (800, 600),
    "XGA": (1024, 768), "HD": (1280, 720), "SXGA": (1280, 1024), "UXGA": (1600, 1200), "FHD": (1920, 1080),
    "P_HD": (720, 1280), "P_3MP": (864, 1536), "QXGA": (2048, 1536), "QHD": (2560, 1440),
    "WQXGA": (2560, 1600), "P_FHD": (1080, 1920), "QSXGA": (2560, 1920),
}  # fmt: skip
#: By the camera part's cap `sensor`.
SENSORS: dict[str, type[OV2640] | type[OV5640]] = {"OV2640": OV2640, "OV5640": OV5640}


class NotFound(Exception):
    """No sensor answered the driver's probe."""


@dataclass(frozen=True, slots=True)
class EspFaults:
    """Chances of each fault, drawn from `seed`.

    Attributes
    ----------
    absent_i2c, scl_stuck, probe_fails : at power-up: the sensor never answers; SCL is held low; it does not
        answer until its supply is cut and given again. nack : one I2C access is not acknowledged.
    no_frame, no_soi, no_eoi, overflow : per frame, lost by the driver: VSYNC missed, no start marker at
        byte 0, no end marker, more than the buffer takes.
    flipped, lost_block, second_start, stale_tail : per frame, wrong in the buffer: a few bits; a DMA block
        missing; a second frame's head in the middle; the end of an older frame behind the picture's.
    """

    seed: int = 0
    absent_i2c: float = 0.0
    scl_stuck: float = 0.0
    probe_fails: float = 0.0
    nack: float = 0.0
    no_frame: float = 0.0
    no_soi: float = 0.0
    no_eoi: float = 0.0
    overflow: float = 0.0
    flipped: float = 0.0
    lost_block: float = 0.0
    second_start: float = 0.0
    stale_tail: float = 0.0

    @staticmethod
    def kinds() -> tuple[str, ...]:
        """Names of all faults."""
        return tuple(field.name for field in fields(EspFaults) if field.name != "seed")

    @classmethod
    def only(cls, kind: str, seed: int = 0, chance: float = 1.0) -> EspFaults:
        """One kind alone; ValueError if there is no such kind."""
        if kind not in cls.kinds():
            raise ValueError(f"camera fault {kind!r} is not known; there are {', '.join(cls.kinds())}.")
        return cls(**{"seed": seed, kind: chance})  # type: ignore[arg-type]


LOST = ("no_frame", "no_soi", "no_eoi", "overflow")
WRONG = ("flipped", "lost_block", "second_start", "stale_tail")


@dataclass(slots=True)
class Shot:
    """A frame in a buffer: when its exposure began, its bytes, its fault."""

    start_s: float
    jpeg: bytes
    fault: str


class EspCamera:
    """Driver and sensor. Times are the caller's; `wait` says when something will have happened.

    Parameters
    ----------
    sensor : a name in SENSORS. scene, light : see Sensor. on_change : the draw may have changed.
    on_taken, on_back : a frame (start, bytes) was handed out; the one handed out before went back.
    """

    def __init__(
        self,
        rows: CameraRows,
        sensor: str,
        scene: Scene,
        light: Light,
        faults: EspFaults | None = None,
        on_change: Callable[[], None] = lambda: None,
        on_taken: Callable[[float, bytes], None] = lambda start_s, jpeg: None,
        on_back: Callable[[], None] = lambda: None,
    ) -> None:
        faults = faults or EspFaults()
        on_bus = CameraFaults(
            faults.seed, absent_i2c=faults.absent_i2c, scl_stuck=faults.scl_stuck, nack=faults.nack
        )
        self.sensor = SENSORS[sensor](rows, scene, light, on_bus, on_change)
        self.rows = rows
        self._chance = Chance(faults, "espcam")
        self._on_change, self._on_taken, self._on_back = on_change, on_taken, on_back
        self._on = self.live = self._touched = self._deaf = False
        self.held: Shot | None = None
        self._queue: list[Shot] = []
        self.last_fault = ""

    # -- supply ----------------------------------------------------------------------------------

    def power(self, now_s: float, on: bool) -> None:
        """Rail on or off; off loses everything."""
        if on == self._on:
            return
        self._on = on
        self.sensor.power(now_s, on)
        self._touched = False
        self._deaf = on and self._chance.hits("probe_fails")

    def load(self, now_s: float) -> tuple[float, float]:
        """(mA, V): streaming, standing after use, never used, or with the rail off."""
        rows = self.rows
        if not self._on:
            return rows.phantom_mA, rows.phantom_volts
        if self.live:
            return rows.run_mA, rows.volts
        idle_mA = rows.standby_mA if self._touched or rows.untouched_mA is None else rows.untouched_mA
        return idle_mA, rows.volts

    def release(self, now_s: float) -> None:
        """The virtual machine ended, and the driver with it."""
        self.stop(now_s)

    # -- the driver ------------------------------------------------------------------------------

    def probe(self, now_s: float) -> None:
        """Ask for the sensor. Raises NotFound, or TimeoutError with SCL held low."""
        if self._deaf or not self.sensor.acknowledges(now_s):
            raise NotFound

    def begin(self, now_s: float, size: tuple[int, int], quality: int, buffers: int, latest: bool) -> None:
        """Set the sensor up and stream into `buffers` buffers; `latest`: newer frames replace unread ones."""
        self.sensor.set_up(now_s, *size, quality)
        self.live = self._touched = True
        self._buffers, self._latest = buffers, latest and buffers > 1
        self._limit_B = size[0] * size[1] // _SHARE
        self._drop(now_s)
        self._on_change()

    def stop(self, now_s: float) -> None:
        """deinit(): no clock any more; the sensor keeps what supply it has."""
        self._drop(now_s)
        if self.live:
            self.live = False
            self._on_change()

    def _drop(self, now_s: float) -> None:
        self.held = None
        self._queue = []
        self._from_s = now_s

    def give_back(self, now_s: float) -> None:
        """The buffer handed out last is the driver's again."""
        if self.held is None:
            return
        self._run(now_s)
        if self._full:
            self._from_s = now_s
        self.held = None
        self._on_back()

    def wait(self, now_s: float, patience_s: float) -> float:
        """When a frame will be there, at most `patience_s` from now."""
        until_s = now_s + patience_s
        self._run(now_s)
        while not self._queue and self._end_s() <= until_s:
            now_s = self._end_s()
            self._run(now_s)
        return now_s if self._queue else until_s

    def available(self, now_s: float) -> bool:
        """Whether a frame waits."""
        self._run(now_s)
        return bool(self._queue)

    def take(self, now_s: float) -> bytes | None:
        """Hand out the oldest frame that waits (with `latest` the newest)."""
        self._run(now_s)
        if not self._queue:
            return None
        shot = self.held = self._queue.pop(0)
        self.last_fault = shot.fault
        self._on_taken(shot.start_s, shot.jpeg)
        return shot.jpeg

    # -- frames ----------------------------------------------------------------------------------

    @property
    def _full(self) -> bool:
        return len(self._queue) + (self.held is not None) >= self._buffers

    def _end_s(self) -> float:
        """End of the next frame that begins with a buffer free for it."""
        if (self._full and not self._latest) or not (
            self.live and self.sensor.running and self.sensor.sends_jpeg
        ):
            return float("inf")
        period, since_s = self.sensor.period_s(), self.sensor.since_s
        ahead = max(0, -(-(self._from_s - since_s - 1e-9) // period))
        return float(since_s + (ahead + 1) * period)

    def _run(self, now_s: float) -> None:
        """Everything that came in until now."""
        while (end_s := self._end_s()) <= now_s:
            period = self.sensor.period_s()
            if self._latest and end_s + period <= now_s:
                # of frames that replace each other only the last one counts
                end_s += (now_s - end_s) // period * period
            self._from_s = end_s
            if (shot := self._shot(end_s - period)) is None:
                continue
            if self._full:
                self._queue.pop(0)
            self._queue.append(shot)

    def _shot(self, start_s: float) -> Shot | None:
        lost = self._chance.draw(LOST)
        if lost:
            self.last_fault = lost
            return None
        jpeg = self.sensor.frame(start_s)
        if len(jpeg) > self._limit_B:
            self.last_fault = "overflow"
            return None
        fault = self._chance.draw(WRONG)
        return Shot(start_s, self._spoiled(jpeg, fault) if fault else jpeg, fault)

    def _spoiled(self, jpeg: bytes, fault: str) -> bytes:
        chance = self._chance.random
        middle = chance.randrange(_HEAD_B, max(_HEAD_B + 1, len(jpeg) - 2))
        if fault == "lost_block":
            return jpeg[:middle] + jpeg[min(middle + _BLOCK_B, len(jpeg) - 2) :]
        if fault == "second_start":
            return jpeg[:middle] + jpeg[: len(jpeg) - middle - 2] + b"\xff\xd9"
        if fault == "stale_tail":  # the driver looks for the end marker from the back
            return jpeg + jpeg[-chance.randrange(16, _BLOCK_B) :]
        spoiled = bytearray(jpeg)
        for _ in range(chance.randrange(1, 4)):
            spoiled[chance.randrange(len(spoiled) - 2)] ^= 0x20
        return bytes(spoiled)
