"""The example settings, and what the node does with wrong ones."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sim.drive import TWIN_SETTINGS, settings_toml
from sim.scenario import Scenario
from sim.watching import NodeRow, unpack_entry

EXAMPLE = Path(__file__).parents[2] / "firmware" / "wildcam" / "settings.example.toml"


def test_example_is_complete_and_runs(live, steady):
    values = tomllib.loads(EXAMPLE.read_text("utf-8"))
    text = EXAMPLE.read_text("utf-8")
    told = live(
        Scenario(
            days=0.01,
            quiet=True,
            link=steady,
            settings={
                **values,
                "TORPOR_KEY": "5a" * 32,
                "TORPOR_WIFI_SSID": "home",
                "TORPOR_WIFI_PASSWORD": "twelve words",
            },
        )
    )
    assert told.count("SENT") == 1
    source = (EXAMPLE.parents[1] / "lib" / "torpor" / "validate.py").read_text("utf-8")
    keys = [line.split('"')[1] for line in source.splitlines() if line.startswith('    ("TORPOR_')]
    assert len(keys) == 23
    assert [key for key in keys if key not in text] == []


def test_wrong_settings_are_named_and_the_node_sleeps(live, steady):
    told = live(Scenario(days=0.1, quiet=True, link=steady, settings={"TORPOR_BATCH": 0}), prepare=None)
    assert told.events("SETTINGS_BAD")[0][2] == 9
    assert told.twin.home.requests == 0
    assert [state for _, state in told.states()][-1] == "SLEEP"
    assert len(told.events("WOKE")) < 10
    assert "TORPOR_BATCH is 0, expected a whole number 1 to 20" in "".join(told.twin.life.machine.console)


#: One long visit: a wake by motion at 100 s, hold-offs by timer after it; and a last visit.
LONG = Scenario(days=0.01, start_day=170, quiet=True, visits=((100.0, 200.0), (700.0, 3.0)),
                settings={"TORPOR_DARK_LUMA": 0})  # fmt: skip


def edit(*changes):
    """Somebody writes settings.toml: (at the first wake after s, what is different)."""
    left = list(changes)

    def prepare(twin):
        def on_wake(now_s):
            while left and now_s >= left[0][0]:
                at_s, values = left.pop(0)
                text = settings_toml({**TWIN_SETTINGS, "TORPOR_DARK_LUMA": 0, **values})
                twin.hardware.files.files["/settings.toml"] = text.encode()
                twin.hardware.files.stamps["/settings.toml"] = 1_700_000_000 + int(at_s)
                twin.life.machine.environment = {
                    key: str(value) for key, value in tomllib.loads(text).items()
                }

        twin.life._on_wake = on_wake

    return prepare


def told_of(told) -> list[tuple[str, int]]:
    wanted = told.events("WOKE", "SETTINGS_NEW", "SETTINGS_BAD", "SLEPT", "SENT")
    return [(reason, argument) for t_s, reason, argument in wanted if t_s > 90.0]


def test_a_changed_file_counts_from_the_next_wake_that_was_not_motion(live, steady):
    told = live(LONG.change(link=steady), prepare=edit((50.0, {"TORPOR_HOLDOFF_S": 75})))
    assert told_of(told)[:7] == [
        ("WOKE", 2), ("SENT", 1), ("SLEPT", 1),  # by motion: 30 s, as before
        ("WOKE", 1), ("SETTINGS_NEW", 0), ("SENT", 1), ("SLEPT", 3),  # 75 s, doubled
    ]  # fmt: skip
    assert told.count("SETTINGS_NEW") == 2  # the first boot's, and this one: afterwards it is packed


def test_a_changed_file_counts_at_a_cold_boot(live, steady):
    def prepare(twin):
        edit((300.0, {"TORPOR_HOLDOFF_S": 75}))(twin)
        twin.world.cuts = [400.0]

    told = live(LONG.change(link=steady, visits=((700.0, 60.0),)), prepare=prepare)
    assert [t_s for t_s, _, _ in told.events("SETTINGS_NEW")] == pytest.approx([3.3, 403.5], abs=0.5)
    assert next(minutes for t_s, _, minutes in told.events("SLEPT") if t_s > 700.0) == 2


def test_a_spoilt_file_leaves_the_last_good_set(live, steady):
    changes = ((50.0, {"TORPOR_BATCH": 0}), (160.0, {"TORPOR_BATCH": 1, "TORPOR_HOLDOFF_S": 75}))
    told = live(LONG.change(link=steady), prepare=edit(*changes))
    assert told_of(told)[:13] == [
        ("WOKE", 2), ("SENT", 1), ("SLEPT", 1),
        ("WOKE", 1), ("SETTINGS_BAD", 9), ("SENT", 1), ("SLEPT", 1),  # 60 s: still the old set
        ("WOKE", 1), ("SETTINGS_NEW", 0), ("SENT", 1), ("SLEPT", 5),  # 75 s, doubled twice
        ("WOKE", 1), ("SLEPT", 0),
    ]  # fmt: skip
    console = "".join(told.twin.life.machine.console)
    assert console.count("TORPOR_BATCH is 0, expected a whole number 1 to 20") == 1


def flashes(told) -> list[float]:
    """How long the LED was lit, each time."""
    lit = told.twin.hardware.fittings.lit
    ends = [t_s for t_s, on in lit if not on]
    return [round(min(end for end in ends if end > t_s) - t_s, 2) for t_s, on in lit if on]


#: Nothing but motion wakes it.
FEW = Scenario(days=0.01, start_day=170, quiet=True, visits=((300.0, 3.0), (600.0, 3.0)))


@pytest.mark.parametrize(
    ("values", "index", "seen"),
    [
        ({"TORPOR_NODE": ""}, 0, [0.15]),
        ({"TORPOR_HOST": ""}, 4, [0.6]),
        ({"TORPOR_BATCH": 0}, 9, [0.6, 0.6]),
        ({"TORPOR_SPOOL_KIB": -1}, 13, [0.6, 0.6, 0.15, 0.15, 0.15, 0.15]),
        ({"TORPOR_HEARTBEAT_H": 1}, 17, [0.6, 0.6, 0.6, 0.15, 0.15, 0.15]),  # it has no clock for one
    ],
)  # fmt: skip
def test_the_led_says_which_key_is_wrong(live, steady, values, index, seen):
    """A long flash for each five and a short one for each one, twice over; once an hour: it has no set."""
    told = live(FEW.change(days=0.1, link=steady, settings=values))
    assert next(argument for _, _, argument in told.events("SETTINGS_BAD")) == index
    wakes = told.count("WOKE")
    assert wakes == 3
    assert flashes(told) == pytest.approx(seen * 2 * wakes, abs=0.02)
    assert [note.asleep_s - note.booted_s < 14.0 for note in told.twin.life.notes] == [True] * wakes
    assert told.twin.home.requests == 0
    assert told.states()[-1][1] == "SLEEP"


def test_a_set_that_is_too_long_to_keep_is_one_very_long_flash(live, steady):
    """It works on with what it read, but cannot keep it."""
    quotes = {"TORPOR_NODE": '"' * 32, "TORPOR_WIFI_SSID": '"' * 32, "TORPOR_WIFI_PASSWORD": '"' * 64}
    told = live(FEW.change(link=steady, settings={**quotes, "TORPOR_HOST": '"' * 64}))
    assert {argument for _, _, argument in told.events("SETTINGS_BAD")} == {255}
    assert flashes(told) == [2.0, 2.0]  # at power-up
    assert told.count("PICTURE") >= 2


def test_what_blinking_costs_is_counted(live, steady):
    """In the twin by its part, on the node in the row of its SLEEP: what the LED and the way to it take."""
    from sim.nodefile import node_values
    from sim.prices import led_mW

    told = live(FEW.change(days=0.001, visits=(), link=steady, settings={"TORPOR_SPOOL_KIB": -1}))
    lit_s = sum(flashes(told))
    dark_s = 2 * (1.0 + 6 * 0.25)
    reach_mW, light_mW = led_mW(told.twin.design)
    assert (reach_mW, light_mW) == pytest.approx((7.4 * 5.0, 2.2 * 5.0))
    booted = told.count("WOKE")
    expected_J = (reach_mW * (lit_s + booted * dark_s) + light_mW * lit_s) / 1000.0
    assert told.twin.world.part_J["LED"] == pytest.approx(expected_J, rel=0.01)
    kept = bytes(told.twin.hardware.nvm[1040:]).rstrip(b"\xff")
    rows = [unpack_entry(kept[at : at + 8]) for at in range(0, len(kept) - 7, 8)]
    slept = next(row for row in rows if isinstance(row, NodeRow) and row.state == 8)
    assert slept.dt_s == pytest.approx(lit_s / booted + dark_s, abs=0.3)
    assert pytest.approx(slept.dt_s * node_values(told.twin.design)["BLINK_mW"] / 1000.0, rel=0.05) == slept.J


def test_no_light_for_a_set_that_is_good(live, steady):
    assert live(FEW.change(link=steady)).twin.hardware.fittings.lit == []


def test_with_a_last_good_set_it_blinks_at_a_cold_boot_alone(live, steady):
    def prepare(twin):
        edit((50.0, {"TORPOR_BATCH": 0}))(twin)
        twin.world.cuts = [450.0]

    told = live(LONG.change(link=steady), prepare=prepare)
    assert told.count("SETTINGS_BAD") >= 3
    assert flashes(told) == pytest.approx([0.6] * 4, abs=0.02)
    assert {t_s // 450.0 for t_s, _ in told.twin.hardware.fittings.lit} == {1.0}
    assert told.count("SENT") >= 4


def test_locked_out_it_stays_dark(live, steady):
    def prepare(twin):
        edit((50.0, {"TORPOR_BATCH": 0}))(twin)
        twin.world.cuts = [450.0]

    told = live(LONG.change(link=steady, soc=0.12, panel_scale=0.01), prepare=prepare)
    assert told.count("LOW_BATTERY") >= 2
    assert told.count("SETTINGS_BAD") >= 1
    assert told.twin.hardware.fittings.lit == []
