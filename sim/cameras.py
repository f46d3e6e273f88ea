"""The camera of a twin: its module by the design's part, looking at the garden with its visitors."""

from __future__ import annotations

import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from sim.devices import MODULES, CameraFaults, CameraRows, EspCamera, EspFaults
from sim.devices.lamp import ENOUGH, Lamp
from sim.hardware import Hardware
from sim.life import Life
from sim.pictures import PicturePool
from sim.sky import Sky
from sim.visitors import Visitor
from sim.watching import Frame

#: How far back a visitor that is still there may have come, s.
_LONGEST_VISIT_s = 3600.0


class GardenView:
    """What the lens sees."""

    def __init__(
        self, pool: PicturePool, sky: Sky, found: Sequence[Visitor], lamp: Lamp | None, rows: CameraRows
    ) -> None:
        self._pool, self._lamp, self._frame_s = pool, lamp, rows.frame_s
        self._lit = False
        self._sky, self._found = sky, found
        self._arrivals = [visitor.t_s for visitor in found]

    def shown(self, t_s: float) -> list[int]:
        """Indices of the visitors in view."""
        last = bisect_right(self._arrivals, t_s)
        first = bisect_left(self._arrivals, t_s - _LONGEST_VISIT_s)
        return [index for index in range(first, last) if self._found[index].leave_s >= t_s]

    def picture(self, t_s: float, width: int, height: int, qs: int, frame: int) -> bytes:
        """A sensor's Scene."""
        shown = self.shown(t_s)
        kind = self._found[shown[-1]].kind if shown else "none"
        variant = (shown[-1] if shown else int(t_s // 3600.0)) % 4
        light, lamp = self._sky.light(t_s), self._lamp
        self._lit = lamp is not None and light < ENOUGH and lamp.shines(t_s, t_s + self._frame_s(width))
        if lamp and self._lit:
            return self._pool.lit(width, height, qs, lamp.reach_m, kind, variant, frame)
        return self._pool.picture(width, height, qs, light, kind, variant, frame)

    def exposed(self, t_s: float) -> float:
        """What the exposure control sees."""
        light = self._sky.light(t_s)
        return max(light, self._lamp.light(t_s)) if self._lamp else light

    def frame(self, t_s: float, jpeg: bytes) -> Frame:
        """A note of an exposure."""
        lit = self._lit
        return Frame(t_s, len(jpeg), zlib.crc32(jpeg), self._sky.light(t_s), self.shown(t_s), lit=lit)


def attach_camera(
    pool: PicturePool,
    seed: int,
    hardware: Hardware,
    life: Life,
    sky: Sky,
    found: Sequence[Visitor],
    faults: CameraFaults | EspFaults | None,
) -> None:
    """Build the module of the design's camera part, and wire it."""
    part = hardware.design.part("camera")
    view = GardenView(pool, sky, found, hardware.fittings.lamp, CameraRows.from_part(part))
    if part.caps["bus"] == "espcamera":

        def taken(start_s: float, jpeg: bytes) -> None:
            hardware.loads.ordered(start_s)  # nothing orders a frame: the sensor streams
            life.seen(view.frame(start_s, jpeg))

        assert faults is None or isinstance(faults, EspFaults), "an espcamera has faults of its own"
        camera = EspCamera(
            CameraRows.from_part(part), str(part.caps["sensor"]), view.picture, view.exposed,
            faults or EspFaults(seed), hardware.camera_load,
            taken, lambda: life.note.returned(),
        )  # fmt: skip
        hardware.attach_espcam(camera)
        return

    def scene(t_s: float, width: int, height: int, qs: int, frame: int) -> bytes:
        jpeg = view.picture(t_s, width, height, qs, frame)
        life.seen(view.frame(t_s, jpeg))
        return jpeg

    assert faults is None or isinstance(faults, CameraFaults), "an ArduChip has faults of its own"
    bridge, sensor = MODULES[str(part.caps["sensor"])](
        CameraRows.from_part(part), scene, view.exposed, faults or CameraFaults(seed), hardware.camera_load
    )
    hardware.attach_camera(bridge, sensor)
