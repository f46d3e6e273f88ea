"""10 000 captures per camera with every fault that was seen in the wild, through the firmware's own files.

Each capture is one wake of the real `arducam`, its sensor module, `jpeg` and `picture` (capture, then store),
on a virtual module with one kind of fault, drawn from its seed. The sensor sends pictures of our garden.
Cameras on the connector of an ESP board: camera_esp.

`bad_marked_good`      pictures kept whose bytes differ from what lay in the frame memory: must be 0.
`good_within_retries`  share of captures that end with a picture kept, of those in which at least one exposure
                       was right in memory and the module answered at all.
`invisible_kinds`      faults already wrong in the memory that passed the node's check: the share of exposures
                       with that fault that was kept, and the share of those that the station's walk suspects.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from benchmarks.camera_bench import KINDS, Bench, Kind
from benchmarks.contract import Figure, Progress, Result
from boards import load_design
from sim.devices import CameraFaults, CameraRows
from sim.devices.camera import FRAME_FAULTS, POWER_FAULTS, READ_FAULTS
from sim.pictures import KINDS as VISITORS
from sim.pictures import PicturePool
from station.jpeg_walk import walk

CAPTURES = 10_000
SIZES = ((320, 240), (640, 480))
LIGHT = 0.75
FAULTS = ("", *CameraFaults.kinds())
#: Chance of a fault where it can come: at power-up, at each I2C access, each exposure, piece read, rewind.
CHANCES = {"": 0.0, "nack": 0.0005} | dict.fromkeys(POWER_FAULTS, 1.0)
CHANCES |= dict.fromkeys(FRAME_FAULTS, 0.5) | dict.fromkeys(READ_FAULTS, 0.005) | {"misplaced": 0.05}


@dataclass(slots=True)
class Tally:
    """What became of the captures of one camera."""

    captures: int = 0
    bad_marked_good: int = 0
    able: int = 0
    able_kept: int = 0
    kept: int = 0
    longest_s: float = 0.0
    seen: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    suspected: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


class Watcher:
    """A scene that remembers which frames it gave."""

    def __init__(self, pool: PicturePool, seed: int) -> None:
        self._pool, self._seed = pool, seed
        self.frames: set[bytes] = set()

    def __call__(self, t_s: float, width: int, height: int, qs: int, frame: int) -> bytes:
        visitor = VISITORS[self._seed % len(VISITORS)]
        jpeg = self._pool.picture(width, height, qs, LIGHT, visitor, self._seed // 8 % 2, frame)
        self.frames.add(jpeg)
        return jpeg


def run(progress: Progress) -> Result:
    figures: dict[str, Figure] = {}
    for index, kind in enumerate(KINDS):
        tally, rows = Tally(), rows_of(kind)
        pool = PicturePool(1)
        for seed in range(CAPTURES):
            capture(kind, rows, pool, seed, tally)
            if seed % 100 == 0:
                progress(f"{kind.part}, capture {seed}", (index + seed / CAPTURES) / len(KINDS) / 2)
        figures[kind.part] = figures_of(tally)
    from benchmarks import camera_esp  # it stands on this module

    return Result(figures | camera_esp.figures(progress, 0.5, 0.5))


def rows_of(kind: Kind) -> CameraRows:
    """The real rows of a camera's part."""
    return CameraRows.from_part(load_design(kind.design).part("camera"))


def figures_of(tally: Tally) -> dict[str, Figure]:
    """The figures of one camera."""
    invisible = {
        fault: {
            "kept": round(count / tally.seen[fault], 4),
            "suspected": round(tally.suspected[fault] / count, 4),
        }
        for fault, count in sorted(tally.passed.items())
    }
    return {
        "captures": tally.captures,
        "bad_marked_good": tally.bad_marked_good,
        "good_within_retries": round(tally.able_kept / tally.able, 5) if tally.able else None,
        "invisible_kinds": invisible,
        "kept": tally.kept,
        "could_deliver": tally.able,
        "lost_although_deliverable": dict(tally.failed),
        "did_not_start": dict(tally.refused),
        "longest_s": round(tally.longest_s, 2),
    }


def measure(kind: Kind, seeds: Iterable[int]) -> Tally:
    """The tally of some seeds."""
    tally, rows, pool = Tally(), rows_of(kind), PicturePool(1)
    for seed in seeds:
        capture(kind, rows, pool, seed, tally)
    return tally


def capture(kind: Kind, rows: CameraRows, pool: PicturePool, seed: int, tally: Tally) -> None:
    """One wake: start, settle, expose, check, keep. Tallied by what really lay in the memory."""
    fault = FAULTS[seed % len(FAULTS)]
    faults = CameraFaults.only(fault, seed, CHANCES[fault]) if fault else CameraFaults(seed)
    view = Watcher(pool, seed)
    bench = Bench(faults, rows, view, LIGHT, kind=kind)
    exposures: list[tuple[str, bool]] = []
    kept = wake(bench, SIZES[seed // len(FAULTS) % len(SIZES)], lambda: _listen(bench, exposures))
    in_memory = kept is not None and kept in bench.bridge.fifo(bench.now_s)
    count(tally, fault, exposures, kept, in_memory, kept in view.frames, bench.now_s)


def count(
    tally: Tally,
    fault: str,
    exposures: list[tuple[str, bool]],
    kept: bytes | None,
    in_memory: bool,
    as_sent: bool,
    took_s: float,
) -> None:
    """Enter one capture: what was kept, whether it lay so in memory, whether the sensor had sent it so."""
    tally.captures += 1
    tally.longest_s = max(tally.longest_s, took_s)
    tally.seen.update(found for found, _ in exposures)
    able = any(right for _, right in exposures)
    tally.able += able
    tally.able_kept += able and kept is not None
    if able and kept is None:
        tally.failed[fault or "none"] += 1
    if not exposures:
        tally.refused[fault or "none"] += 1
    if kept is None:
        return
    tally.kept += 1
    if not in_memory:
        tally.bad_marked_good += 1
    elif not as_sent:
        tally.passed[exposures[-1][0]] += 1
        tally.suspected[exposures[-1][0]] += not walk(kept).whole


def _listen(bench: Bench, found: list[tuple[str, bool]]) -> None:
    """Let a list grow with each exposure that the driver begins: its fault, and whether the whole frame, as
    the sensor gave it, comes to lie in the memory and is said to have its length."""
    begin, view, fifo = bench.frame.begin, bench.sensor._scene, bench.bridge._fifo

    def begun() -> None:
        begin()
        fault = bench.bridge.last_fault
        usable = fault in ("", "leading_zero", "leading_ff", "stale_tail")
        found.append((fault, usable and fifo._end_s < float("inf")))

    assert view
    bench.frame.begin = begun


def wake(bench: Any, size: tuple[int, int], listen: Callable[[], None] = lambda: None) -> bytes | None:
    """CAMERA, CAPTURE and STORE of the application -> the file it left, None without one. `listen` is called
    when the frame is there to be ordered."""
    rails = SimpleNamespace(off=lambda name: None)  # the memory is compared afterwards
    record = SimpleNamespace(boot=1, picture=0, waiting=0, flags=0, camera_fails=0)
    shared: Any = SimpleNamespace(
        camera=bench.camera,
        journal=SimpleNamespace(event=lambda *_: None),
        rails=rails,
        record=record,
        settings={"spool_kib": 0},
        shot=None,
        feed=lambda: None,
        end=bench.load("torpor.clock").after(60_000),
        exposure=None,
        dark=False,
        lit=False,
    )
    picture, storing, ok = bench.load("picture"), bench.load("storing"), bench.load("torpor.machine").OK
    try:
        bench.camera.start(*size)
        bench.spend(bench.rows.settle_s)
        shared.frame = bench.frame
        listen()
        shared.frame.light()
        shared.frame.begin()
    except bench.error:
        return None
    if bench.run(picture.capture(shared)) != ok:
        return None
    bench.run(storing.store(shared))
    files = [data for path, data in bench.drive.files.items() if path.endswith(".jpg")]
    assert len(files) <= 1 and all(zlib.crc32(data) for data in files)
    return files[0] if files else None
