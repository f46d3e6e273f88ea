"""The policy: every threshold one below, on it and one above; latches and ladders as literal lists."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "firmware/lib/torpor/policy.py"


def order(which: str) -> tuple[str, ...]:
    """Names of a tuple's places, from the module's docstring, which costs a board no memory."""
    text = ast.get_docstring(ast.parse(SOURCE.read_text("utf-8"))) or ""
    return tuple(text.split(which + ": ")[1].split(".")[0].split())


SNAPSHOT, CONFIG = order("Snapshot"), order("Config")

VALUES = {
    "low_pct": 20, "high_pct": 40, "full_pct": 60, "burst_mV": 3300, "batch": 2, "holdoff_s": 30,
    "night": 1, "holdoff_max_s": 3600, "pir_s": 5, "recheck_s": 0, "sag_mV": 2450, "wakes_h": 60, "spool": 7,
    "edge": 0,
}  # fmt: skip
FACTS = {
    "question": 0, "soc": 80, "mV": 3900, "locked": 0, "brownouts": 0, "credit": 0, "waiting": 2,
    "skip_links": 0, "stuck": 0, "dark": 0, "is_dark": 0, "pir_high": 0, "full": 0,
    "camera_skips": 0, "allow": 0, "held": 0, "per_hour": 0, "load_mV": 3900, "picture_mJ": 1500,
    "small_mJ": 700, "join_mJ": 1500, "left_s": 60,
}  # fmt: skip


class Asked:
    """The policy with this test's config; answers as (action, name of the reason)."""

    def __init__(self, bench: Any, reason: dict[str, int]) -> None:
        self.policy = bench.load("torpor.policy")
        self._names = {code: name for name, code in reason.items()}
        assert set(SNAPSHOT) == set(FACTS)
        assert set(CONFIG) == set(VALUES)

    def config(self, **changes: int) -> tuple[int, ...]:
        values = {**VALUES, **changes}
        return tuple(values[name] for name in CONFIG)

    def __call__(self, question: str, config: tuple[int, ...] | None = None, **facts: int) -> tuple[int, str]:
        known = {**FACTS, **facts, "question": getattr(self.policy, question)}
        snapshot = tuple(known[name] for name in SNAPSHOT)
        action, code = self.policy.decide(snapshot, config or self.config())
        assert type(action) is int
        return action, self._names[code]


@pytest.fixture
def ask(shared: Any, reason: dict[str, int]) -> Asked:
    return Asked(shared, reason)


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({"soc": 19}, (1, "LOW_BATTERY")),
        ({"soc": 20}, (0, "GO")),
        ({"soc": 21}, (0, "GO")),
        ({"soc": 39, "locked": 1}, (1, "LOW_BATTERY")),
        ({"soc": 40, "locked": 1}, (0, "RECOVERED")),
        ({"soc": 41, "locked": 1}, (0, "RECOVERED")),
        ({"soc": 39, "brownouts": 2}, (0, "GO")),
        ({"soc": 39, "brownouts": 3}, (1, "LOW_BATTERY")),
        ({"soc": 40, "brownouts": 3}, (0, "GO")),
        ({"soc": 40, "brownouts": 255}, (0, "GO")),
    ],
)
def test_lock_out(ask: Asked, facts: dict[str, int], answer: tuple[int, str]) -> None:
    assert ask("LOCK", **facts) == answer


def test_the_lock_out_is_latched_between_its_two_thresholds(ask: Asked) -> None:
    locked, told = 0, []
    for soc in (21, 20, 19, 20, 21, 39, 40, 39, 21, 20, 19):
        locked, _ = ask("LOCK", soc=soc, locked=locked)
        told.append(locked)
    assert told == [0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("soc", "share"),
    [(0, 0), (19, 0), (20, 0), (21, 25), (39, 475), (40, 500), (41, 525), (59, 975), (60, 1000), (61, 1000)],
)
def test_the_ramp(ask: Asked, soc: int, share: int) -> None:
    assert ask.policy.duty(soc, 0, ask.config()) == share


def test_the_ramp_where_thresholds_touch(ask: Asked) -> None:
    assert ask.policy.duty(20, 0, ask.config(full_pct=20)) == 1000
    assert ask.policy.duty(19, 0, ask.config(full_pct=20)) == 0


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({}, (1, "GO")),
        ({"locked": 1}, (0, "LOW_BATTERY")),
        ({"stuck": 2}, (1, "GO")),
        ({"stuck": 3}, (0, "PIR_STUCK")),
        ({"stuck": 4}, (0, "PIR_STUCK")),
        ({"camera_skips": 1}, (0, "CAMERA_AWAY")),
        ({"camera_skips": 0}, (1, "GO")),
        ({"full": 2, "skip_links": 0}, (1, "GO")),
        ({"full": 2, "skip_links": 1}, (0, "NO_SPACE")),
        ({"full": 0, "skip_links": 1}, (1, "GO")),
        ({"soc": 40, "credit": 499}, (0, "DUTY")),
        ({"soc": 40, "credit": 500}, (1, "GO")),
        ({"soc": 40, "credit": 501}, (1, "GO")),
        ({"soc": 59, "credit": 24}, (0, "DUTY")),
        ({"soc": 60, "credit": 0}, (1, "GO")),
    ],
)
def test_admission_to_the_camera(ask: Asked, facts: dict[str, int], answer: tuple[int, str]) -> None:
    assert ask("CAMERA", **facts) == answer


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({"mV": 3299}, (0, "SAGGING")),
        ({"mV": 3300}, (1, "GO")),
        ({"mV": 3301}, (1, "GO")),
        ({"mV": 0, "soc": 0}, (0, "SAGGING")),  # not measured yet
        ({"mV": 0, "soc": 100}, (1, "GO")),  # without a meter
        ({"mV": 3299, "soc": 100}, (0, "SAGGING")),
    ],
)
def test_rewriting_nvm(ask: Asked, facts: dict[str, int], answer: tuple[int, str]) -> None:
    assert ask("WRITE", **facts) == answer


@pytest.mark.parametrize(
    ("soc", "served"),
    [(40, [0, 1, 0, 1, 0, 1, 0, 1]), (30, [0, 0, 0, 1, 0, 0, 0, 1]), (60, [1] * 8), (20, [0] * 8)],
)
def test_the_share_of_triggers_served(ask: Asked, soc: int, served: list[int]) -> None:
    """The credit as TRIAGE keeps it: duty is added at each trigger, 1000 is paid for a picture."""
    credit, told = 0, []
    for _ in range(8):
        action, _ = ask("CAMERA", soc=soc, credit=credit)
        credit = min(credit + ask.policy.duty(soc, 0, ask.config()) - 1000 * action, 1000)
        told.append(action)
    assert told == served


@pytest.mark.parametrize(
    ("facts", "night", "answer"),
    [
        ({"dark": 255}, 1, (1, "GO")),
        ({"is_dark": 1, "dark": 2}, 1, (1, "GO")),
        ({"is_dark": 1, "dark": 3}, 1, (0, "TOO_DARK")),
        ({"is_dark": 1, "dark": 4}, 1, (0, "TOO_DARK")),
        ({"is_dark": 1, "dark": 0}, 0, (0, "TOO_DARK")),
        ({"is_dark": 0, "dark": 0}, 0, (1, "GO")),
    ],
)
def test_dark_frames(ask: Asked, facts: dict[str, int], night: int, answer: tuple[int, str]) -> None:
    assert ask("KEEP", ask.config(night=night), **facts) == answer


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({}, (1, "GO")),
        ({"locked": 1}, (0, "LOW_BATTERY")),
        ({"waiting": 0}, (0, "NOTHING")),
        ({"waiting": 1}, (0, "BATCH")),
        ({"waiting": 3}, (1, "GO")),
        ({"skip_links": 1}, (0, "BACK_OFF")),
        ({"mV": 3299}, (0, "SAGGING")),
        ({"mV": 3300}, (1, "GO")),
        ({"mV": 3301}, (1, "GO")),
        ({"mV": 1}, (0, "SAGGING")),
        ({"mV": 0}, (1, "GO")),  # no meter
        ({"soc": 50, "waiting": 5}, (0, "BATCH")),  # six: joining costs what a picture does
        ({"soc": 50, "waiting": 6}, (1, "GO")),
        ({"soc": 50, "waiting": 5, "held": 59}, (0, "BATCH")),
        ({"soc": 50, "waiting": 5, "held": 60}, (1, "AGE")),
        ({"soc": 60, "waiting": 5, "allow": 251}, (1, "GO")),
    ],
)
def test_opening_the_link(ask: Asked, facts: dict[str, int], answer: tuple[int, str]) -> None:
    assert ask("LINK", **facts) == answer


def test_the_batch_is_as_large_as_a_join_is_dear(ask: Asked) -> None:
    config = ask.config(batch=1)
    assert [ask.policy.batch(999, join, 1500, config) for join in (0, 400, 500, 750, 1499, 1500, 9000)] == [
        1, 1, 2, 3, 5, 6, 7,
    ]  # fmt: skip
    assert ask.policy.batch(1000, 9000, 1500, config) == 1
    assert ask.policy.batch(0, 9000, 1500, ask.config(batch=1, spool=255)) == 8
    assert ask.policy.batch(0, 9000, 1500, ask.config(batch=20)) == 20


@pytest.mark.parametrize(
    ("soc", "allow", "share"),
    [
        (69, 1, 0), (70, 1, 0), (71, 1, 33), (80, 1, 333), (94, 1, 800), (95, 1, 1000), (96, 1, 1000),
        (80, 25, 565), (80, 26, 574), (80, 60, 718), (80, 61, 722), (40, 25, 96), (41, 1, 0),
        (80, 188, 750), (80, 189, 752), (80, 251, 1000), (94, 2, 800), (94, 26, 872), (95, 2, 1000),
        (20, 251, 0), (21, 251, 25), (40, 251, 500), (60, 251, 1000), (40, 101, 400), (40, 2, 4),
        (40, 26, 100), (19, 101, 0),
    ],
)  # fmt: skip
def test_the_share_of_a_plan(ask: Asked, soc: int, allow: int, share: int) -> None:
    assert ask.policy.duty(soc, allow, ask.config()) == share


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({}, (0, "GO")),
        ({"full": 2}, (1, "SMALL")),
        ({"soc": 29, "allow": 1}, (0, "GO")),  # a join is shared by six: 250 mJ
        ({"soc": 29, "allow": 1, "small_mJ": 625}, (1, "SMALL")),
        ({"soc": 29, "allow": 1, "small_mJ": 626}, (0, "GO")),  # two of them would be dearer than one
        ({"soc": 78, "allow": 1, "small_mJ": 625}, (0, "GO")),
        ({"soc": 77, "allow": 1, "small_mJ": 625}, (1, "SMALL")),
    ],
)
def test_the_size_of_a_picture(ask: Asked, facts: dict[str, int], answer: tuple[int, str]) -> None:
    assert ask("TIER", **facts) == answer


@pytest.mark.parametrize(
    ("left_s", "answer"),
    [
        (60, (1, "GO")),
        (21, (1, "GO")),
        (20, (1, "GO")),
        (19, (0, "BATCH")),
        (0, (0, "BATCH")),
        (-1, (0, "BATCH")),
    ],
)
def test_a_slow_session_leaves_the_rest_for_the_next(
    ask: Asked, left_s: int, answer: tuple[int, str]
) -> None:
    assert ask("MORE", left_s=left_s) == answer


@pytest.mark.parametrize(
    ("load_mV", "answer"),
    [(2449, (0, "SAGGING")), (2450, (1, "GO")), (2451, (1, "GO")), (0, (1, "GO")), (1, (0, "SAGGING"))],
)
def test_one_more_picture_in_a_session(ask: Asked, load_mV: int, answer: tuple[int, str]) -> None:
    assert ask("MORE", load_mV=load_mV) == answer


@pytest.mark.parametrize(
    ("facts", "recheck_s", "answer"),
    [
        ({"per_hour": 60}, 3600, (0, "WATCH")),
        ({"per_hour": 61}, 3600, (60, "BUSY")),
        ({"per_hour": 61}, 0, (0, "WATCH")),  # a timed sleep is dearer there than the wakes
        ({"per_hour": 61, "pir_high": 1}, 3600, (30, "RETRIGGER")),
    ],
)
def test_a_budget_of_wakes(
    ask: Asked, facts: dict[str, int], recheck_s: int, answer: tuple[int, str]
) -> None:
    assert ask("SLEEP", ask.config(recheck_s=recheck_s), **facts) == answer


@pytest.mark.parametrize(
    ("timed", "watching", "prices_uW", "best"),
    [
        (0, 1, (7400, 30000, 0, 0), 0),
        (1, 0, (7400, 30000, 0, 0), 1),
        (1, 0, (7400, 30000, 7400, 0), 2),
        (1, 0, (7400, 0, 0, 0), -1),
        (1, 1, (7400, 30000, 7400, 0), -1),
        (1, 1, (7400, 30000, 0, 9000), 3),
        (1, 0, (7400, 9000, 0, 9000), 1),
        (0, 1, (9000, 9000, 0, 8000), 3),
    ],
)
def test_the_cheapest_way_that_fits(
    ask: Asked, timed: int, watching: int, prices_uW: tuple[int, ...], best: int
) -> None:
    assert ask.policy.way(timed, watching, prices_uW) == best


def test_in_the_night_few_motions_are_looked_at(ask: Asked) -> None:
    config = ask.config()
    assert [ask.policy.served(60, 126, dark, config) for dark in (0, 2, 3, 255)] == [500, 500, 62, 62]
    assert ask.policy.served(95, 1, 255, config) == 1000
    assert ask("CAMERA", soc=60, allow=126, credit=500) == (1, "GO")
    assert ask("CAMERA", soc=60, allow=126, credit=500, dark=3) == (0, "DUTY")


def test_a_picture_in_poor_light_needs_more_light_when_energy_is_scarce(ask: Asked) -> None:
    assert [ask.policy.darkest(24, share) for share in (1000, 999, 500, 0)] == [24, 24, 36, 48]
    assert ask.policy.darkest(200, 0) == 255


def test_the_ladder_of_a_pir_that_does_not_fall(ask: Asked) -> None:
    told = [ask("SLEEP", pir_high=1, stuck=stuck) for stuck in (0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 255)]
    assert told == [
        (30, "RETRIGGER"), (60, "RETRIGGER"), (120, "RETRIGGER"), (240, "PIR_STUCK"), (480, "PIR_STUCK"),
        (960, "PIR_STUCK"), (1920, "PIR_STUCK"), (3600, "PIR_STUCK"), (3600, "PIR_STUCK"),
        (3600, "PIR_STUCK"), (3600, "PIR_STUCK"),
    ]  # fmt: skip
    assert ask("SLEEP", pir_high=0, stuck=255) == (0, "WATCH")


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({"soc": 59}, (0, "WATCH")),
        ({"soc": 60}, (30, "RETRIGGER")),
        ({"soc": 59, "pir_high": 2}, (0, "WATCH")),
        ({"soc": 60, "pir_high": 2}, (5, "RADIO")),
        ({"soc": 94, "allow": 250}, (0, "WATCH")),
        ({"soc": 94, "allow": 251}, (30, "RETRIGGER")),
        ({"locked": 1}, (0, "WATCH")),
        ({"soc": 59, "stuck": 2}, (0, "WATCH")),
        ({"soc": 59, "stuck": 3}, (240, "PIR_STUCK")),
        ({"soc": 59, "pir_high": 0}, (0, "WATCH")),
    ],
)
def test_where_energy_is_scarce_what_still_moves_is_let_be(
    ask: Asked, facts: dict[str, int], answer: tuple[int, str]
) -> None:
    assert ask("SLEEP", ask.config(edge=1), **{"pir_high": 1, **facts}) == answer


def test_what_rose_beside_the_radio_is_only_let_fall(ask: Asked) -> None:
    assert ask("SLEEP", pir_high=2, stuck=0) == (5, "RADIO")
    assert ask("SLEEP", pir_high=2, stuck=9) == (5, "RADIO")


def test_every_hold_off_fits_the_records_field(ask: Asked) -> None:
    seconds, _ = ask("SLEEP", ask.config(holdoff_s=3600), pir_high=1, stuck=255)
    assert seconds == 3600 <= 0xFFFF


@pytest.mark.parametrize(
    ("fails", "kib", "tenth_mJ", "pays"),
    [(0, 200, 150, False), (1, 200, 150, True), (9, 200, 150, True),
     # half of it costs 60 mJ and a little less: 12 KiB at 10 mJ, 120 KiB at 1 mJ
     (1, 12, 100, False), (1, 12, 102, True), (1, 120, 10, False), (1, 122, 10, True), (1, 0, 255, False)],
)  # fmt: skip
def test_asking_for_what_broke_off_must_pay(
    ask: Asked, fails: int, kib: int, tenth_mJ: int, pays: bool
) -> None:
    assert ask.policy.resumes(fails, kib << 10, tenth_mJ) is pays


def test_the_back_off_of_a_link_that_fails(ask: Asked) -> None:
    assert [ask.policy.back_off(fails) for fails in range(9)] == [0, 0, 2, 6, 14, 30, 32, 32, 32]
    assert ask.policy.back_off(255) == 32


def test_the_policy_is_pure_and_in_whole_numbers() -> None:
    tree = ast.parse(SOURCE.read_text("utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"micropython", "torpor.reasons"}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.Global | ast.Attribute)]
    assert not [
        node for node in ast.walk(tree) if isinstance(node, ast.Constant) and type(node.value) is float
    ]
    assert not [
        node for node in ast.walk(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
    ]
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    inside = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert calls - inside == {"const", "len", "max", "min", "range"}


@pytest.mark.parametrize(
    ("locked", "recheck_s", "pir_high", "seconds"),
    [(1, 3600, 0, 3600), (1, 3600, 1, 3600), (1, 0, 0, 0), (0, 3600, 0, 0), (0, 3600, 1, 30)],
)
def test_a_locked_node_with_a_clock_looks_by_clock(
    ask: Asked, locked: int, recheck_s: int, pir_high: int, seconds: int
) -> None:
    answer = ask("SLEEP", ask.config(recheck_s=recheck_s), locked=locked, pir_high=pir_high)
    assert answer[0] == seconds


@pytest.mark.parametrize(
    ("hours", "silent_s", "tried", "seconds"),
    [
        (0, 0, False, 0), (0, 10**6, True, 0), (24, 0, False, 86_400), (24, 86_339, False, 61),
        (24, 86_340, False, 60), (24, 86_341, False, 60), (24, 90_000, False, 60), (24, 90_000, True, 3600),
        (24, 82_799, True, 3601), (24, 82_801, True, 3600), (1, 0, False, 3600),
    ],
)  # fmt: skip
def test_when_a_silent_node_must_speak(
    ask: Asked, hours: int, silent_s: int, tried: bool, seconds: int
) -> None:
    assert ask.policy.ring(hours, silent_s, tried) == seconds
