"""The shutter: which pictures count as dark, and what the next wake may do because of it."""

from __future__ import annotations

from math import nan
from typing import Any

import pytest

from sim.watching import WakeNote

DARK_SO_FAR = 2


def exposed(bench: Any, mV: int) -> Any:
    """A wake at midnight whose camera has taken one picture; `mV` decides over the node's own light."""
    wake = bench.awake()
    wake.record.dark, wake.record.mV, wake.record.dark_luma = DARK_SO_FAR, mV, 24
    wake.record.flags |= bench.load("torpor.flags").NIGHT
    wake.rails.on("camera", lambda: wake.camera and wake.camera.close())
    bench.pass_s(0.1)
    wake.camera = bench.load("arducam").open(wake)
    wake.camera.start(800, 600)
    bench.pass_s(1.0)
    settling = bench.load("settling")
    assert settling.expose(wake, bench.load("torpor.clock").now()) == bench.load("torpor.machine").OK
    return wake


@pytest.mark.parametrize(("above", "dark"), [(0, 0), (-1, DARK_SO_FAR + 1)])
def test_only_unlit_pictures_of_the_dark_use_up_the_three(bench: Any, above: int, dark: int) -> None:
    """Under its own light a night is no reason to stop; without the charge for it, it is."""
    made = type(bench)(design="pico-w-night", start_day=170)
    made.twin.life.note = WakeNote(1, made.world.now, "pin", nan)
    wake = exposed(made, made.load("rows").LIGHT_mV + above)
    assert wake.dark
    assert wake.lit is (above == 0)
    assert wake.record.dark == dark
