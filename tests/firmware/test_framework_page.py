"""docs/framework.md: the code on the page runs, and what it says of figures is what the code has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from sim.modules import SourceFile

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "framework.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S)


def test_the_whole_application_is_on_the_page() -> None:
    assert BLOCKS[0] == (ROOT / "firmware" / "soil" / "code.py").read_text("utf-8")
    count = sum(len(path.read_text("utf-8").splitlines()) for path in (ROOT / "firmware/soil").glob("*.py"))
    assert f"in {count} lines" in PAGE.replace("\n", " ")
    assert count < 80


@pytest.mark.parametrize("number", range(1, len(BLOCKS)))
def test_the_code_runs_on_the_node(soil_shared: Any, number: int) -> None:
    space = soil_shared.table.run_main(SourceFile("page.py", BLOCKS[number]))
    if number == 1:
        assert [task.name for task in space.tasks] == ["reading", "dew", "burst"]
        assert [task.limits for task in space.tasks][:2] == [(6000, 4600), (3000, 2000)]


def test_there_is_code_of_each_part() -> None:
    assert len(BLOCKS) == 4
    assert sum("assert" in block for block in BLOCKS) == 2


def test_what_the_page_says_of_figures(soil_shared: Any) -> None:
    load = soil_shared.load
    readings, policy, triggers = load("torpor.readings"), load("torpor.policy"), load("torpor.triggers")
    assert "100 of two values" in PAGE and readings.SIZE // 10 == 100
    assert "after 0, 0, 2, 6, 14, 30 wakes" in PAGE
    assert [policy.back_off(fails) for fails in range(6)] == [0, 0, 2, 6, 14, 30]
    assert "in three\ndays" in PAGE.replace("   ", "") and load("torpor.admission").RESERVE_days == 3
    assert "A wake may come 30 s early" in PAGE and load("torpor.timekeeping").EARLY_s == 30
    assert "below 1,560,000,000 seconds" in PAGE and triggers.KNOWN * 60 == 1_560_000_000


def test_every_module_and_name_on_the_page_is_there(soil_shared: Any) -> None:
    table = PAGE.split("## The modules")[1]
    for row in re.findall(r"^\| (`torpor.*?) \|.*\| (.*?) \|$", table, re.M):
        modules = [soil_shared.load(name) for name in re.findall(r"`(torpor\.\w+)`", row[0])]
        assert modules
        for name in re.findall(r"`(\w+)`", row[1]):
            assert any(hasattr(module, name) for module in modules), name
            doc = next(getattr(module, name) for module in modules if hasattr(module, name)).__doc__
            assert doc, f"{name} has no docstring"
