"""What both tiers live through: wakes through every state of the camera's table, with pictures of 200 kB."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sim.run
from sim.air import Link
from sim.application import ROOT
from sim.devices import CameraFaults
from sim.pictures import SETTLED, PicturePool
from sim.run import Twin, build
from sim.scenario import Scenario

#: A link without chance: joining takes three seconds, nothing is lost.
STEADY = Link(join_spread=0.0, join_fails=0.0, short_send=0.0, stall=0.0, drop=0.0, lost_answer=0.0)

#: The sensor's quality register at which the garden fills 200 kB at 1600x1200.
QS = 6

Event = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Wakes:
    """One life: a scenario, what is wrong with its camera, and (module, head of a step, new first line)."""

    scenario: Scenario
    faults: Mapping[str, Any] = field(default_factory=dict)
    edit: tuple[str, str, str] | None = None


def _life(**changes: Any) -> Scenario:
    return Scenario(start_day=170, quiet=True, **{"days": 0.5, "link": STEADY, **changes})


#: Stays so short that the PIR has fallen before the node sleeps again.
_STAY_s = 3.0


def _visits(*times_s: float) -> tuple[tuple[float, float], ...]:
    return tuple((time_s, _STAY_s) for time_s in times_s)


_ONE = _visits(36_000.0)
_AWAY = replace(STEADY, join_s=0.5, outages=((0.0, 37_200.0),))
_BAD = Link(drop=0.002, lost_answer=0.3)
_CRITICAL = ("waking", "def triage(wake):", "    return machine.CRITICAL")  # no step says so by itself
_THROWS = ("storing", "async def store(wake):", "    1 // 0")

LIVES: Mapping[str, Wakes] = {
    "motion": Wakes(_life(visits=_ONE)),
    "too dark": Wakes(_life(days=0.05, visits=_visits(600.0, 1200.0, 1800.0, 2400.0, 3000.0))),
    "Wi-Fi away, upload later": Wakes(
        _life(visits=_visits(36_000.0, 36_500.0, 37_000.0, 37_500.0, 38_000.0), link=_AWAY)
    ),
    "a bad link": Wakes(_life(visits=_visits(36_000.0, 37_000.0), link=_BAD)),
    "PIR stuck": Wakes(_life(stuck_PIR=(36_000.0, 36_800.0), visits=_visits(39_000.0))),
    "camera silent": Wakes(_life(visits=_ONE), {"absent_i2c": 1.0}),
    "frames without a start": Wakes(_life(visits=_ONE), {"no_start": 1.0}),
    "locked out": Wakes(_life(days=1.7, soc=0.06, seed=3, visits=_visits(9_000.0, 50_000.0, 143_000.0))),
    "hanging it up": Wakes(_life(days=0.0015, install=True, visits=_visits(60.0))),
    "recovering": Wakes(_life(days=0.01), edit=_CRITICAL),
    "a step throws": Wakes(_life(days=0.01), edit=_THROWS),
}


class _Fine(PicturePool):
    """The garden in finer quality than the firmware asks for; pictures are made once per process."""

    _made: dict[tuple[Any, ...], bytes] = {}  # noqa: RUF012

    def picture(
        self,
        width: int,
        height: int,
        qs: int,
        light: float,
        kind: str = "none",
        variant: int = 0,
        frame: int = SETTLED,
    ) -> bytes:
        key = (width, height, round(light, 2), kind, variant % 2, frame)
        if key not in self._made:
            self._made[key] = super().picture(width, height, QS, light, kind, variant % 2, frame)
        return self._made[key]


def uxga(folder: Path, design: str = "pico-w-arducam-2mp") -> Path:
    """A design (the default node's) with pictures of 1600x1200, as a file in `folder`."""
    text = (ROOT / "boards" / f"{design}.toml").read_text("utf-8")
    text, count = re.subn(r'frame_size = "\d+x\d+"', 'frame_size = "1600x1200"', text)
    assert count == 1
    path = folder / "uxga.toml"
    path.write_text(text, "utf-8")
    return path


def node_of(wakes: Wakes, design: Path, compiled: bool = False) -> Twin:
    """A fresh twin of one of LIVES."""
    before = vars(sim.run)["picture_pool"]
    vars(sim.run)["picture_pool"] = _Fine
    try:
        twin = build(
            wakes.scenario.change(design=str(design), compiled=compiled),
            camera_faults=CameraFaults(7, **wakes.faults),
        )
    finally:
        vars(sim.run)["picture_pool"] = before
    if wakes.edit:
        module, head, line = wakes.edit
        files = dict(twin.life.drive.modules)
        text = files[module].text
        assert text.count(head) == 1
        files[module] = replace(files[module], text=text.replace(head, f"{head}\n{line}"))
        twin.life.drive = replace(twin.life.drive, modules=files)
    return twin


def story_of(twin: Twin, live: Callable[[], None]) -> list[Event]:
    """Let a twin live; every state it entered (-1) and every journal entry (its argument), in order.

    FLOOR is left out: it is no state of the firmware but what the core does when a wake was short.
    """
    told: list[Event] = []
    life = twin.life
    enter, write = life._enter, life._entry

    def entered(state: str) -> None:
        if state != "FLOOR":
            told.append((state, -1))
        enter(state)

    def noted(entry: bytes) -> None:
        before = len(life.journal)
        write(entry)
        told.extend((found.reason, found.argument) for found in life.journal[before:])

    life._enter, life._entry = entered, noted  # type: ignore[method-assign]
    live()
    return told
