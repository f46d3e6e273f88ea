"""What every camera device shares: its rows, and the faults that cameras of this kind show in the wild."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Protocol

from boards import Part

#: (t_s, width, height, QS, frame) -> JPEG; frame 0, 1, 2: exposure has not settled, 3 and more: it has.
Scene = Callable[[float, int, int, int, int], bytes]

#: t_s -> daylight for a camera on a log scale, 0 night to 1 full sun.
Light = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class CameraRows:
    """The figures of a camera part that its devices need.

    Attributes
    ----------
    run_mA, standby_mA : draw of the module at `volts`: sensor clocked, sensor in standby.
    phantom_mA : draw at `phantom_volts`, the bus lines' level, with the rail off and chip select driven high.
    power_up_s : rail on to first answer. reset_settle_s : sensor reset to first answer.
    init_write_gap_s : register writes closer than this are lost.
    settle_s, settle_frames : exposure and white balance after a start.
    frame_small_s, frame_svga_s, frame_uxga_s : frame period up to 352, up to 1024 and above 1024 pixels wide.
    fifo_size_B : a frame of this or more overflows. spi_max_Hz : bits flip above it.
    length_step_B, length_offset_B : FIFO lengths are `step * k + offset`. Zeros where there is no bridge.
    untouched_mA : draw at `volts` while powered and never set up, if it is less than in standby.
    init_s : what its driver takes to set it up, where that is one call.
    """

    run_mA: float
    standby_mA: float
    phantom_mA: float
    volts: float
    phantom_volts: float
    power_up_s: float
    reset_settle_s: float
    init_write_gap_s: float
    settle_s: float
    settle_frames: int
    frame_small_s: float
    frame_svga_s: float
    frame_uxga_s: float
    fifo_size_B: int
    spi_max_Hz: int
    length_step_B: int
    length_offset_B: int
    untouched_mA: float | None = None
    init_s: float = 0.0

    @classmethod
    def from_part(cls, part: Part) -> CameraRows:
        """Read the rows of a camera part; BoardsError if one is missing."""
        run = part.rows["run"]
        frame_s = part.v("frame")

        def period(name: str) -> float:
            return part.v(name) if name in part.rows else frame_s

        def of_bridge(row: str) -> int:
            return int(part.v(row)) if row in part.rows else 0

        return cls(
            run_mA=part.v("run"),
            standby_mA=part.v("standby"),
            phantom_mA=part.v("phantom"),
            volts=run.at_V or 0.0,
            phantom_volts=part.rows["phantom"].at_V or 0.0,
            power_up_s=part.v("power_up"),
            reset_settle_s=part.v("reset_settle"),
            init_write_gap_s=part.v("init_write_gap"),
            settle_s=part.v("settle"),
            settle_frames=int(part.v("settle_frames")),
            frame_small_s=period("frame_small"),
            frame_svga_s=period("frame_svga"),
            frame_uxga_s=period("frame_uxga"),
            fifo_size_B=of_bridge("fifo_size"),
            spi_max_Hz=of_bridge("spi_max"),
            length_step_B=int(str(part.caps.get("length_step", 0))),
            length_offset_B=int(str(part.caps.get("length_offset", 0))),
            untouched_mA=part.v("untouched") if "untouched" in part.rows else None,
            init_s=part.v("init") if "init" in part.rows else 0.0,
        )

    def frame_s(self, width: int) -> float:
        """Frame period at a picture width, s."""
        if width <= 352:
            return self.frame_small_s
        return self.frame_svga_s if width <= 1024 else self.frame_uxga_s


@dataclass(frozen=True, slots=True)
class CameraFaults:
    """Chances of each fault, drawn from `seed`. All zero: a camera that only has its normal habits.

    Attributes
    ----------
    seed : replays the same faults.
    stale_done : at power-up the done flag of an earlier life stands, and two clears are needed.
    spi_test, absent_i2c, scl_stuck : at power-up: the test register does not echo, the sensor never
        acknowledges, SCL is held low. nack : one I2C access is not acknowledged.
    early_done, short_frame, truncated, second_start, flipped_in_fifo, stale_tail, no_start, size_zero,
        over_size : per frame, on the way into the FIFO. Done stands in the middle of the frame; a frame of
        a few hundred bytes with done set; its end is missing; a second frame's head in the middle; bits
        wrong; a block of the frame before it follows the padding; no picture at all; length 0; full FIFO.
    leading_zero, leading_ff, lost_first : per frame, at the FIFO's first byte.
    flipped, lost, doubled, skipped, shifted, short_read : per burst, on the way out: bit 5 of a byte, a byte
        not seen, a byte seen twice, a block of 1024 jumped over, all bits one place late from a byte on,
        nothing but zeros from a byte on.
    misplaced : per reset of the read pointer, which ends somewhere in the first 1024 bytes.
    """

    seed: int = 0
    stale_done: float = 0.0
    spi_test: float = 0.0
    absent_i2c: float = 0.0
    scl_stuck: float = 0.0
    nack: float = 0.0
    early_done: float = 0.0
    short_frame: float = 0.0
    truncated: float = 0.0
    second_start: float = 0.0
    flipped_in_fifo: float = 0.0
    stale_tail: float = 0.0
    no_start: float = 0.0
    size_zero: float = 0.0
    over_size: float = 0.0
    leading_zero: float = 0.0
    leading_ff: float = 0.0
    lost_first: float = 0.0
    flipped: float = 0.0
    lost: float = 0.0
    doubled: float = 0.0
    skipped: float = 0.0
    shifted: float = 0.0
    short_read: float = 0.0
    misplaced: float = 0.0

    @staticmethod
    def kinds() -> tuple[str, ...]:
        """Names of all faults."""
        return tuple(field.name for field in fields(CameraFaults) if field.name != "seed")

    @classmethod
    def only(cls, kind: str, seed: int = 0, chance: float = 1.0) -> CameraFaults:
        """One kind alone; ValueError if there is no such kind."""
        if kind not in cls.kinds():
            raise ValueError(f"camera fault {kind!r} is not known; there are {', '.join(cls.kinds())}.")
        return cls(**{"seed": seed, kind: chance})  # type: ignore[arg-type]


POWER_FAULTS = ("stale_done", "spi_test", "absent_i2c", "scl_stuck")
FRAME_FAULTS = (
    "early_done", "short_frame", "truncated", "second_start", "flipped_in_fifo", "stale_tail", "no_start",
    "size_zero", "over_size", "leading_zero", "leading_ff", "lost_first",
)  # fmt: skip
BURST_FAULTS = ("flipped", "lost", "doubled", "skipped", "shifted", "short_read")
#: All that lies between frame memory and reader: it spoils readings, not the frame.
READ_FAULTS = (*BURST_FAULTS, "misplaced")


class Faults(Protocol):
    """A set of chances by kind, with the seed that replays them."""

    @property
    def seed(self) -> int: ...
    @staticmethod
    def kinds() -> tuple[str, ...]: ...


class Chance:
    """Draws faults; a kind whose chance is 0 costs no draw, so kinds do not shift one another's luck."""

    def __init__(self, faults: Faults, who: str) -> None:
        self.faults = faults
        self.random = random.Random(f"{who} {faults.seed}")
        self._chances = {kind: float(getattr(faults, kind)) for kind in faults.kinds()}

    def hits(self, kind: str) -> bool:
        """Whether one fault happens now."""
        chance = self._chances[kind]
        return chance > 0.0 and self.random.random() < chance

    def draw(self, kinds: tuple[str, ...]) -> str:
        """The first of several faults that happens now, "" for none."""
        return next((kind for kind in kinds if self.hits(kind)), "")

    def any_of(self, kinds: tuple[str, ...]) -> bool:
        """Whether any of several faults can happen at all."""
        return any(self._chances[kind] > 0.0 for kind in kinds)
