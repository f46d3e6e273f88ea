"""The box: warmer in the sun, later than the sun, and the battery and the chip in it know."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from boards import BoardsError, load_design
from boards.reading import HOME
from sim.box import Box, box_of
from sim.hour_table import hour_table
from sim.run import build
from sim.scenario import Scenario
from sim.sky import Sky
from sim.weather import default_weather

Write = Callable[[str], Path]


@pytest.fixture
def with_option(tmp_path: Path) -> Write:
    """The default design with lines more in its options."""

    def write(lines: str) -> Path:
        text = (HOME / "pico-w-arducam-2mp.toml").read_text(encoding="utf-8")
        path = tmp_path / "boxed.toml"
        path.write_text(text.replace("[options]\n", f"[options]\n{lines}\n"), encoding="utf-8")
        return path

    return write


def test_steady_sun_warms_it_by_so_much() -> None:
    air, sun = np.full(48, 30.0), np.full(48, 800.0)
    assert Box(0.016, 2.0).temperature_C(air, sun) == pytest.approx(np.full(48, 42.8))
    assert Box().temperature_C(air, sun) is air


def test_it_follows_an_hour_of_sun_late_and_forgets_it() -> None:
    air, sun = np.zeros(48), np.zeros(48)
    sun[10] = 1000.0
    found = Box(0.01, 2.0).temperature_C(air, sun)
    first = 10.0 * (1.0 - np.exp(-0.5))
    assert found[9] == pytest.approx(0.0, abs=1e-6)
    assert found[10:13] == pytest.approx([first, first * np.exp(-0.5), first * np.exp(-1.0)])
    assert found.sum() == pytest.approx(10.0)  # what comes in goes out
    sharp = Box(0.01, 0.0).temperature_C(air, sun)
    assert sharp[10] == 10.0 and sharp.sum() == 10.0


def test_the_last_evening_warms_the_first_morning() -> None:
    sun = np.zeros(24)
    sun[23] = 1000.0
    assert Box(0.01, 2.0).temperature_C(np.zeros(24), sun)[0] > 2.0


def test_the_default_design_has_none() -> None:
    design = load_design("pico-w-arducam-2mp")
    assert box_of(design) == (0.0, 1.0)
    twin = build(Scenario(days=0.1))
    assert twin.plant.cell_C == twin.sky.air_C


def test_twin_and_table_take_the_same_box(with_option: Write) -> None:
    """A grey box: the charger's ban of 45 C bites in a summer whose air never sees 36 C."""
    path = with_option("box_K_m2_W = 0.016")
    twin = build(Scenario(str(path), days=0.1, start_day=180))
    table = hour_table(twin.design, twin.sky)
    assert table.cell_C.tolist() == twin.plant.cell_C
    extra = table.cell_C - np.array(twin.sky.air_C)
    assert extra.min() >= -1e-12 and 12.0 < extra.max() < 17.0
    assert max(twin.sky.air_C) < 36.0
    bare = hour_table(load_design("pico-w-arducam-2mp"), twin.sky)
    hot = ~table.allowed & bare.allowed
    assert 5 < hot.sum() < 100
    assert (table.allowed & ~bare.allowed).sum() > 20  # and it thaws sooner on a bright frosty day


def test_the_chip_in_the_box_tells_its_warmth(with_option: Write) -> None:
    twin = build(Scenario(str(with_option("box_K_m2_W = 0.02")), days=0.6, start_day=180))
    twin.live()
    board = twin.design.board
    cpu = twin.life.machine.cores["microcontroller"].cpu
    hour = int(twin.world.now // 3600.0) % 8760
    assert cpu.temperature == pytest.approx(twin.plant.cell_C[hour] + board.v("chip_warm"))
    assert cpu.temperature > twin.sky.air_C[hour] + board.v("chip_warm") + 2.0


def test_a_box_that_cannot_be_is_refused(with_option: Write) -> None:
    with pytest.raises(BoardsError, match=r"options.box_K_m2_W is 0.2, but must be a number from 0 to 0.1."):
        load_design(with_option("box_K_m2_W = 0.2"))


def test_a_sky_of_its_own() -> None:
    sky = Sky.prepare(default_weather(), load_design("pico-w-arducam-2mp").panel, 60.0)
    assert hour_table(load_design("pico-w-arducam-2mp"), sky).cell_C.tolist() == sky.air_C
