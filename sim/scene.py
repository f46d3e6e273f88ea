"""What the virtual camera looks at: whoever is there, in daylight or in the node's own light."""

from __future__ import annotations

import zlib
from bisect import bisect_left, bisect_right

from sim.devices import MODULES, CameraFaults, CameraRows
from sim.devices.lamp import ENOUGH
from sim.hardware import Hardware
from sim.life import Life
from sim.pictures import PicturePool
from sim.sky import Sky
from sim.visitors import Visitor
from sim.watching import Frame


def attach_camera(
    pool: PicturePool,
    hardware: Hardware,
    life: Life,
    sky: Sky,
    found: list[Visitor],
    faults: CameraFaults,
) -> None:
    """Put the design's camera on its hardware; `found` are the visitors it may see, in order of time."""
    part, lamp = hardware.design.camera, hardware.lamp
    rows = CameraRows.from_part(part)
    arrivals = [visitor.t_s for visitor in found]

    def scene(t_s: float, width: int, height: int, qs: int, frame: int) -> bytes:
        last = bisect_right(arrivals, t_s)
        first = bisect_left(arrivals, t_s - 3600.0)
        shown = [index for index in range(first, last) if found[index].leave_s >= t_s]
        kind = found[shown[-1]].kind if shown else "none"
        light = sky.light(t_s)
        variant = (shown[-1] if shown else int(t_s // 3600.0)) % 4
        lit = lamp is not None and lamp.shines(t_s, t_s + rows.frame_s(width)) and light < ENOUGH
        if lamp and lit:
            jpeg = pool.lit(width, height, qs, lamp.reach_m, kind, variant, frame)
        else:
            jpeg = pool.picture(width, height, qs, light, kind, variant, frame)
        life.seen(Frame(t_s, len(jpeg), zlib.crc32(jpeg), light, shown, lit=lit))
        return jpeg

    def exposed(t_s: float) -> float:
        """What the exposure control sees."""
        return max(sky.light(t_s), lamp.light(t_s)) if lamp else sky.light(t_s)

    bridge, sensor = MODULES[str(part.caps["sensor"])](
        rows,
        scene,
        exposed,
        faults,
        hardware.camera_load,
    )
    hardware.attach_camera(bridge, sensor)
