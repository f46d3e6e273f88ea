"""The same captures with the cameras on a board's own connector, through `espcam`, `jpeg` and `picture`.

What counts as memory here is the buffer that espcamera hands out; faults between sensor and buffer are
already wrong in it. The picture is copied once, so that what is checked and what is stored cannot differ.
"""

from __future__ import annotations

from benchmarks.camera import CAPTURES, LIGHT, Tally, Watcher, count, figures_of, wake
from benchmarks.contract import Figure, Progress
from benchmarks.esp_bench import DESIGNS, EspBench, design_of
from sim.devices import EspFaults
from sim.devices.espcam import LOST, WRONG
from sim.pictures import PicturePool

SIZES = ((800, 600), (320, 240))
FAULTS = ("", *EspFaults.kinds())
#: Chance of a fault where it can come: at power-up, at each I2C access, at each frame.
CHANCES = {"": 0.0, "nack": 0.02, "absent_i2c": 1.0, "scl_stuck": 1.0, "probe_fails": 0.5}
CHANCES |= dict.fromkeys((*LOST, *WRONG), 0.5)
#: Faults that leave a whole picture in the buffer.
HARMLESS = ("", "stale_tail")


def figures(progress: Progress, first: float, share: float) -> dict[str, Figure]:
    """All captures of every such camera; `progress` runs from `first` by `share`."""
    found: dict[str, Figure] = {}
    for index, design in enumerate(DESIGNS):
        tally, pool = Tally(), PicturePool(1)
        for seed in range(CAPTURES):
            capture(design, pool, seed, tally)
            if seed % 100 == 0:
                done = (index + seed / CAPTURES) / len(DESIGNS)
                progress(f"{design}, capture {seed}", first + share * done)
        found[design_of(design).part("camera").name] = figures_of(tally)
    return found


def measure(design: str, captures: int) -> Tally:
    """The tally of the first seeds."""
    tally, pool = Tally(), PicturePool(1)
    for seed in range(captures):
        capture(design, pool, seed, tally)
    return tally


def capture(design: str, pool: PicturePool, seed: int, tally: Tally) -> None:
    """One wake with one kind of fault, tallied by what really lay in the driver's buffers."""
    fault = FAULTS[seed % len(FAULTS)]
    faults = EspFaults.only(fault, seed, CHANCES[fault]) if fault else EspFaults(seed)
    view = Watcher(pool, seed)
    bench = EspBench(design, faults, view, LIGHT)
    bench.spend(bench.rows.power_up_s + bench.design.part("rail").v("rise"))
    exposures = _exposures(bench)
    kept = wake(bench, SIZES[seed // len(FAULTS) % len(SIZES)])
    in_memory = kept is not None and any(kept in jpeg for _, jpeg in bench.frames)
    count(tally, fault, exposures, kept, in_memory, kept in view.frames, bench.now_s)


def _exposures(bench: EspBench) -> list[tuple[str, bool]]:
    """A list that grows with each exposure: its fault, and whether a whole picture came of it."""
    found: list[tuple[str, bool]] = []
    bench.camera = camera = bench.open()
    ready, device = camera.ready, bench.device

    def watched() -> int | None:
        waited = not camera.size
        try:
            size: int | None = ready()
        except bench.error:
            found.append((device.last_fault, False))
            raise
        if size and waited:
            found.append((device.last_fault, device.last_fault in HARMLESS))
        return size

    camera.ready = watched
    return found
