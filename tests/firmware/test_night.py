"""Light at night: on during the exposure only, and only when it helps; the picture is grey and marked."""

from __future__ import annotations

import io
import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim.run import build
from sim.scenario import Scenario
from sim.watching import WakeNote

MIDNIGHT = {"start_day": 170}


@pytest.fixture
def night(Bench: Any) -> Any:
    """The design with a light at midnight, its camera settled; `wake.dark` is for the test to say."""
    return started(Bench(design="pico-w-night", **MIDNIGHT))


@pytest.fixture
def Bench(bench: Any) -> Any:
    return type(bench)


def started(bench: Any) -> Any:
    bench.w = bench.awake()
    bench.twin.life.note = WakeNote(1, bench.world.now, "pin", math.nan)  # who looks on
    bench.w.rails.on("camera", lambda: bench.w.camera and bench.w.camera.close())
    bench.pass_s(0.1)
    bench.w.camera = bench.load("arducam").open(bench.w)
    bench.w.camera.start(800, 600)
    bench.w.frame = bench.w.camera.frame()
    bench.w.lit = True
    bench.pass_s(1.0)
    bench.night = bench.load("night")
    return bench


def spans(bench: Any) -> list[tuple[float, float]]:
    return [(round(start, 4), round(end, 4)) for start, end in bench.hardware.fittings.lamp._spans]


def picture(bench: Any) -> np.ndarray:
    from PIL import Image

    jpeg = bench.hardware._camera.fifo(bench.world.now)
    with Image.open(io.BytesIO(jpeg[: jpeg.rindex(b"\xff\xd9") + 2])) as image:
        return np.asarray(image.convert("RGB"), np.float32)


def test_on_for_one_exposure_and_no_longer(night: Any) -> None:
    night.w.dark = True
    began = night.world.now
    night.night.begin(night.w)
    ((on, off),) = spans(night)
    assert began <= on < began + 0.02
    assert 0.08 < off - on < 0.18  # up to one frame until the next begins, then the frame of 80 ms
    assert night.w.frame.ready() > 1000
    assert "light" not in night.w.rails._on
    assert night.world._amps["light"] == 0.0


def test_it_draws_only_while_it_is_on(night: Any) -> None:
    night.w.dark = True
    night.night.begin(night.w)
    ((on, off),) = spans(night)
    night.pass_s(5.0)
    night.world.close_books()
    volts = 4.17  # of a full cell under this load
    assert night.world.part_J["light"] == pytest.approx(0.400 * volts * (off - on + 0.001), rel=0.02)


def test_the_ledger_books_it(night: Any) -> None:
    """What is not sampled is priced: the camera's row, and the light's on top while it is on."""
    rows = night.load("rows")
    night.w.enter(2, 5000)
    night.w.dark = True
    night.night.begin(night.w)
    ((on, off),) = spans(night)
    spent = night.w.ledger.spent_mJ()
    assert spent == pytest.approx((off - on) * (rows.PRICES_mW[2] + rows.LIGHT_mW), rel=0.15)


def test_the_frame_is_lit_grey_and_darker_far_away(night: Any) -> None:
    night.w.dark = True
    night.night.begin(night.w)
    night.pass_s(0.5)  # whenever it is looked at: the light has long been off
    pixels = picture(night)
    assert np.abs(pixels[..., 0] - pixels[..., 1]).mean() < 2.0  # no colour
    near, far = pixels[480:].mean(), pixels[:120].mean()
    assert near > 60 > 30 > far
    assert night.twin.life.note.frames[-1].lit


def test_without_the_light_the_same_frame_is_black(night: Any) -> None:
    night.w.lit = False
    night.load("settling").begin(night.w)
    while night.w.frame.ready() is None:
        night.pass_s(0.01)
    assert picture(night).mean() < 25
    assert spans(night) == []


def test_the_exposure_is_read_in_its_own_light(night: Any) -> None:
    """Dark: longest exposure, highest gain, no luma. Lit: less than that, and the target's luma."""
    dark_gain, dark_lines, dark_luma = night.w.frame.light()
    night.w.dark = True
    night.night.begin(night.w)
    gain, lines, luma = night.w.exposure
    assert (dark_gain, dark_lines, dark_luma) == (128, 1248, pytest.approx(4, abs=4))
    assert gain * lines < dark_gain * dark_lines / 2
    assert luma == 64  # what register 24 of the tables aims at


def test_a_flat_battery_is_not_asked_for_it(night: Any) -> None:
    rows = night.load("rows")
    night.w.dark = True
    for mV, lit in ((rows.LIGHT_mV - 1, 0), (rows.LIGHT_mV, 1), (0, 2)):  # 0: a node without a meter
        night.w.record.mV = mV
        night.w.lit = night.night.may(night.w)
        night.load("settling").begin(night.w)
        assert len(spans(night)) == lit, mV


def test_off_when_the_camera_fails(Bench: Any) -> None:
    """No frame comes: the driver gives up after two seconds, and the light is off."""
    bench = started(Bench(design="pico-w-night", **MIDNIGHT))
    bench.hardware._camera._fifo.start = lambda *_: None
    bench.w.dark = True
    with pytest.raises(bench.load("arducam").CameraError):
        bench.night.begin(bench.w)
    assert "light" not in bench.w.rails._on
    ((on, off),) = spans(bench)
    assert off - on < 2.2


def test_off_when_the_supply_goes(night: Any) -> None:
    """The pin's pull-down does it: cut off in the middle of an exposure, nothing burns in the next life."""
    from sim.errors import PowerLost

    night.w.dark = True
    night.world.cuts = [night.world.now + 0.05]
    with pytest.raises(PowerLost):
        night.night.begin(night.w)
    night.world.restart()
    night.hardware.power_down()
    assert night.hardware.fittings.lamp._spans[-1][1] < night.world.now + 0.1
    assert night.world._amps["light"] == 0.0


def test_an_ir_cut_filter_shows_none_of_it() -> None:
    from boards import load_design
    from sim.devices.lamp import Lamp

    part = load_design("pico-w-night").light
    assert part
    lamp = Lamp(part, passes=False)
    lamp.power(1.0, True)
    assert not lamp.shines(1.1, 1.2)
    assert lamp.light(1.1) == 0.0


def test_light_by_hand() -> None:
    """Reach 4 m, scene at 2.5 m: 2 log10(1.6) decades above what just suffices, of five in all."""
    from boards import load_design
    from sim.devices.lamp import Lamp

    part = load_design("pico-w-night").light
    assert part
    lamp = Lamp(part, passes=True)
    lamp.power(1.0, True)
    assert lamp.light(1.0) == 0.0  # it rises for a millisecond
    assert lamp.light(1.001) == pytest.approx(0.35 + 0.4 * 0.20412)
    lamp.power(2.0, False)
    assert lamp.shines(1.001, 2.0) and not lamp.shines(1.5, 2.001) and not lamp.shines(1.0, 1.5)
    for number in range(20):
        lamp.power(3.0 + number, True)
        lamp.power(3.5 + number, False)
    assert len(lamp._spans) == 8
    assert all(a[1] <= b[0] for a, b in pairwise(lamp._spans))


def test_a_design_without_a_light_has_no_module_for_it(bench: Any) -> None:
    assert bench.load("rows").LIGHT_mV == 0
    with pytest.raises(ImportError):
        bench.load("night")
    assert build(Scenario(days=1, quiet=True)).hardware.fittings.lamp is None


# -- the mark ------------------------------------------------------------------------------------------------


def home_of(bench: Any) -> Any:
    return bench.twin.home


def test_the_mark_survives_sleep_and_comes_home(Bench: Any, reason: dict[str, int]) -> None:
    """Stored dark, its exposure in the journal; sent by a later wake, which knows the mark by the name."""
    bench = started(Bench(design="pico-w-night", **MIDNIGHT))
    wake, picture = bench.w, bench.load("picture")
    wake.dark = True
    bench.night.begin(wake)
    assert bench.do(picture.capture(wake)) == bench.load("torpor.machine").OK
    bench.do(bench.load("storing").store(wake))
    assert f"/spool/{wake.key}n.jpg" in bench.files.files
    events = dict(bench.events(wake.journal.entries))
    assert events[reason["GAIN"]] == wake.exposure[0] and events[reason["LINES"]] == wake.exposure[1] >> 3
    key = wake.key
    wake.rails.off("camera")
    bench.reset("SOFTWARE", "pin")
    later = bench.awake()
    send(bench, later)
    stored = home_of(bench).pictures[key]
    assert (stored.dark, stored.gain, stored.lines) == (True, 0, 0)
    assert f"/spool/{key}n.jpg" not in bench.files.files


@pytest.mark.parametrize("is_dark", [False, True])
def test_the_same_wake_tells_the_exposure_too(Bench: Any, is_dark: bool) -> None:
    bench = started(Bench(design="pico-w-night", **MIDNIGHT))
    wake, picture = bench.w, bench.load("picture")
    wake.lit = False
    wake.frame.begin()
    wake.dark, wake.exposure = is_dark, (32, 400, 90)
    assert bench.do(picture.capture(wake)) == bench.load("torpor.machine").OK
    bench.do(bench.load("storing").store(wake))
    send(bench, wake)
    stored = home_of(bench).pictures[wake.key]
    assert (stored.dark, stored.gain, stored.lines) == (is_dark, 32, 400)


def send(bench: Any, wake: Any) -> None:
    burst, link = bench.load("burst"), bench.load("torpor.link")
    assert link.join(wake.settings, wake.feed)
    assert bench.do(burst.send(wake)) == bench.load("torpor.machine").OK


def test_a_faulty_camera_still_lets_the_light_go(Bench: Any) -> None:
    """The done flag never clears: begin() itself raises."""
    bench = started(Bench(design="pico-w-night", **MIDNIGHT))
    bench.w.frame.done = lambda: True
    bench.w.dark = True
    with pytest.raises(bench.load("arducam").CameraError, match="does not clear"):
        bench.night.begin(bench.w)
    assert "light" not in bench.w.rails._on
