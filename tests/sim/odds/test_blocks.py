"""Months, lessons and seasons of a block: what must happen when, and to whom."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from boards import load_design
from sim.odds import engine
from sim.odds.case import Case
from sim.odds.engine import Years
from sim.odds.layout import (  # fmt: skip
    ALIVE,
    BASE,
    CAPACITY_J,
    CREDIT,
    HARVEST,
    LANES,
    LEARNT,
    LEFT,
    MET,
    PER_A,
    PER_NEW,
    REFS,
    ROW,
    ROWS,
    SQUARE,
    STIFF,
    STIFF_NEW,
    TAKEN_J,
    WEAR,
    WISH,
    Q,
)
from sim.odds.lesson import CHARGES, HARVESTS
from sim.odds.lessons import forget, lessons
from sim.odds.wearing import wear
from sim.weather import default_weather

JANUARY, JULY = 0, 6


def state() -> np.ndarray:
    s = np.zeros(ROWS * LANES, dtype=np.float32)
    for row in (ALIVE, LEFT, STIFF_NEW, PER_NEW):
        s[row : row + LANES] = 1.0
    s[CAPACITY_J : CAPACITY_J + LANES] = 40_000.0
    return s


def test_only_who_spoke_with_home_learns() -> None:
    s = state()
    s[Q : Q + LANES] = 0.6
    s[LEARNT : LEARNT + LANES] = 4.0
    s[MET + 1] = 2.0
    s[MET + 2], s[ALIVE + 2] = 1.0, 0.0
    pick = np.zeros(LANES, dtype=np.int32)
    words = np.full(LANES, 1000 | 1 << 10, dtype=np.int32)
    plans = np.ones(CHARGES * HARVESTS, dtype=np.float32)
    season = np.full(24, 1000, dtype=np.float32)
    wants = np.array([3.0, 2.0, 3000.0, 640.0, 20.0], dtype=np.float32)
    lessons(s, pick, words, np.zeros(4 * LANES, dtype=np.float32), np.float32(5), plans, season, 0, wants)
    assert s[REFS : REFS + 3].tolist() == [0.0, 6000.0, 0.0]
    assert s[LEARNT : LEARNT + 3].tolist() == [4.0, 5.0, 4.0]
    assert not s[MET : MET + LANES].any()


def test_who_lost_its_supply_begins_anew() -> None:
    s = state()
    kept = (CREDIT, ROW, HARVEST, BASE, WISH)
    for row in (*kept, LEARNT):
        s[row : row + 2] = 7.0
    s[ALIVE + 1] = 0.0
    forget(s)
    assert [float(s[row]) for row in (*kept, LEARNT)] == [7.0] * 6
    assert [float(s[row + 1]) for row in (*kept, LEARNT)] == [0.0] * 5 + [-1.0]


def test_a_month_of_ageing_by_hand() -> None:
    """Half-way between stored and full; 300 J a day of 40 kJ, a cycle's exponent of 2."""
    s = state()
    s[Q : Q + LANES], s[TAKEN_J : TAKEN_J + LANES] = 0.7, 9000.0
    shelf = np.array([0.0001, 0.0002, 0.0004], dtype=np.float32)
    wear(s, np.float32(30), shelf, np.array([0.5, 2.0, 5.0], dtype=np.float32))
    assert s[SQUARE] == pytest.approx(0.0001 + 0.5 * (0.0002 + 0.5 * 0.0004))
    assert s[WEAR] == pytest.approx(0.5 * 30 * (300 / 40_000) ** 2)
    left = 1 - s[SQUARE] ** 0.5 - s[WEAR]
    assert s[LEFT] == pytest.approx(left)
    assert s[PER_A] == pytest.approx(1 / left)
    assert s[STIFF] == pytest.approx(1 + 5 * (1 - left))


def test_the_plan_of_january_is_made_in_january() -> None:
    """A poor node whose plan grants nothing in January and everything else takes its pictures in July."""
    one = engine.ready(
        Case(load_design("pico-w-arducam-2mp"), (default_weather(),), panel_x=0.12, charge=0.8)
    )
    day = ((np.arange(365) + 181) % 365)[None].astype(np.int32)
    light = np.ones((1, 365), dtype=np.float32)
    plans = np.full((24, CHARGES * HARVESTS), 10.0, dtype=np.float32)
    plans[:2] = 0.0
    months, _ = engine.block(replace(one, plans=plans), Years(day, light), 0)
    generous, _ = engine.block(replace(one, plans=np.full_like(plans, 10.0)), Years(day, light), 0)
    pictures, usual = (found[0, :, 5].mean(axis=1) for found in (months, generous))
    assert pictures[JULY] == usual[JULY]
    assert pictures[JANUARY] < 0.8 * usual[JANUARY]
