"""The same node on each kind of cell: what it says of its charge, and that its lock-out is the cell's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import boards
from boards import load_design
from sim.nodefile import node_values
from sim.scenario import Scenario
from tests.scenarios.conftest import Told

#: Cell, charger, protection; by how much the estimate may be low and high, in points. LFP's plateau
#: says least; the cool hours of a summer night are in all of them.
CELLS = {
    "NMC": ("nmc-18650-3000", "tp4056", "dw01", 6, 1),
    "LFP": ("lfp-18650-1500", "cn3158", "lfp-protection", 9, 4),
    "LiPo": ("lipo-2000", "tp4056", "dw01", 6, 1),
    "NiMH": ("nimh-3xaa", "nimh-regulator", "nimh-cutoff", 5, 1),
}


def design(folder: Path, chemistry: str) -> Path:
    text = Path(boards.__file__).with_name("pico-w-arducam-2mp.toml").read_text("utf-8")
    for key, name in zip(("cell", "charger", "protection"), CELLS[chemistry][:3], strict=True):
        text = re.sub(rf'^{key} = ".*"$', f'{key} = "{name}"', text, flags=re.M)
    path = folder / "my.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("chemistry", CELLS)
def test_the_charge_that_the_node_believes_in(
    chemistry: str, tmp_path: Path, live: Callable[..., Told]
) -> None:
    """Down a week of summer under a panel that is much too small: little less than there is, hardly more."""
    path = design(tmp_path, chemistry)
    scenario = Scenario(design=str(path), days=6.0, start_day=180, panel_scale=0.05, soc=0.7)
    told = live(scenario)
    hours = told.twin.plant.books.soc
    off = [said - 100.0 * hours[int(t_s // 3600)] for t_s, _, said in told.events("BATTERY") if t_s < 518_000]
    assert len(off) > 100
    low, high = CELLS[chemistry][3:]
    assert -low < min(off) < max(off) < high


@pytest.mark.parametrize("chemistry", CELLS)
def test_the_lock_out_is_the_cells_own(chemistry: str, tmp_path: Path, live: Callable[..., Told]) -> None:
    """Nearly flat at midnight: it locks itself out, draws no picture from it, and the sun brings it back."""
    path = design(tmp_path, chemistry)
    values = node_values(load_design(path))
    assert 12 <= values["LOW_PCT"] <= 22
    assert 34 <= values["HIGH_PCT"] <= 40
    told = live(Scenario(design=str(path), days=3.0, start_day=180, soc=0.1))
    locked = told.events("LOW_BATTERY")[0][0]
    back = told.events("RECOVERED")[0][0]
    assert locked < 3600.0 < back
    assert not [t_s for t_s, _, _ in told.events("PICTURE", "SENT") if locked < t_s < back]
    assert told.count("PICTURE") > 3
    assert told.twin.life.down == []
