"""A measured profile: read strictly, put in the place of the design's prices."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import SimError
from sim.kernel import Prices
from sim.odds.profile import MeasuredState, Profile, read_profile
from sim.odds.profile_text import profile_text

DESIGN = Prices(*(float(value) for value in range(1, 14)))


def written(folder: Path, text: str) -> Path:
    path = folder / "profile.toml"
    path.write_text(text)
    return path


def test_what_was_measured_takes_the_place_of_what_was_assumed(tmp_path: Path) -> None:
    text = 'title = "garden"\n[states]\nsleep_mW = 0.71\nwake_mJ = 3100\nbig_KiB = 42\n'
    text += "[uncertainty]\nsleep_mW = 0.071\n"
    profile = read_profile(written(tmp_path, text))
    assert profile.title == "garden"
    found = profile.prices(DESIGN)
    assert (found.sleep_W, found.wake_J, found.scarce_J, found.big_KiB) == pytest.approx(
        (0.00071, 3.1, 3.1, 42)
    )
    assert (found.booked_W, found.refused_J, found.picture_J, found.join_J) == (2.0, 6.0, 8.0, 10.0)
    assert profile.unsure() == pytest.approx({"sleep_W": 0.1})


def test_a_scarce_wake_of_its_own(tmp_path: Path) -> None:
    profile = read_profile(written(tmp_path, "[states]\nwake_mJ = 3100\nscarce_mJ = 4000\n"))
    assert profile.prices(DESIGN).scarce_J == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "[states] is missing, expected a table."),
        ("[states]\n", "[states] is empty, expected one of sleep_mW"),
        ("states = 3\n", "[states] is 3, expected a table."),
        ("[states]\nsleep_W = 1\n", "[states] sleep_W is unknown; there are sleep_mW"),
        ("[states]\nsleep_mW = -1\n", "[states] sleep_mW is -1, expected a number from 0"),
        ("[states]\nsleep_mW = true\n", "[states] sleep_mW is True, expected a number from 0"),
        ("[states]\nsleep_mW = nan\n", "[states] sleep_mW is nan, expected a number from 0"),
        ('[states]\nsleep_mW = "1"\n', "[states] sleep_mW is '1', expected a number from 0"),
        ("[states]\nsleep_mW = 1\n[uncertainty]\nwake_mJ = 1\n", "[uncertainty] wake_mJ has no figure in"),
        (
            "[states]\nsleep_mW = 1\n[extra]\n",
            "'extra' is unknown; there are title, from, measured, states, uncertainty.",
        ),
        ("title = 3\n[states]\nsleep_mW = 1\n", "title is 3, expected text."),
        ("[states\n", "is no valid TOML"),
    ],
)
def test_what_is_wrong_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SimError) as problem:
        read_profile(path)
    assert str(problem.value).startswith(f"{path}: {said}")


def test_a_profile_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SimError, match="cannot be read"):
        read_profile(tmp_path / "no.toml")


MEASURED = "[measured.CONNECT]\nmW = 512.0\noff_mW = 51.2\nV = 3.92\ns = 4.4\nvisits = 214\n"


def test_measured_states(tmp_path: Path) -> None:
    text = '[from]\nlog = "node_log.csv"\ndays = 21.5\n' + MEASURED + "[measured.SLEEP]\nmW = 7\n"
    profile = read_profile(written(tmp_path, text))
    assert profile.measured["CONNECT"] == MeasuredState(512.0, 51.2, 3.92, 4.4, 214)
    assert profile.means == {"CONNECT": (512.0, 3.92), "SLEEP": (7.0, None)}
    assert profile.unsure() == {"join_J": pytest.approx(0.1)}
    assert profile.origin == {"log": "node_log.csv", "days": 21.5}
    assert profile.prices(DESIGN) == DESIGN  # they follow from the states, by the twin


def test_it_comes_back_from_its_own_text(tmp_path: Path) -> None:
    profile = Profile(
        'the "garden"', {"join_mJ": 5200.0}, {"join_mJ": 120.0},
        {"UPLOAD": MeasuredState(612.25, 10.5, 3.9, 0.75, 31), "SLEEP": MeasuredState(0.0)},
        {"log": "a\\b.csv", "days": 0.5},
    )  # fmt: skip
    text = profile_text(profile, ("It was cold.",))
    assert text.startswith('# It was cold.\ntitle = "the \\"garden\\""\n\n[from]\nlog = "a\\\\b.csv"\n')
    again = read_profile(written(tmp_path, text))
    assert again == Profile(
        profile.title, profile.states, profile.uncertainty,
        {**profile.measured, "UPLOAD": MeasuredState(612.25, 10.5, 3.9, 0.75, 31)}, profile.origin,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[measured.PARTY]\nmW = 1\n", "[measured.PARTY] is unknown; there are BOOT, TRIAGE"),
        ("[measured.SLEEP]\noff_mW = 1\n", "[measured.SLEEP] has no mW."),
        ("[measured.SLEEP]\nmW = 1\nV = 0\n", "[measured.SLEEP] V is 0, expected more than 0."),
        ("[measured.SLEEP]\nmW = -1\n", "[measured.SLEEP] mW is -1, expected a number from 0"),
        ("[measured.SLEEP]\nmA = 1\n", "[measured.SLEEP] mA is unknown; there are mW, off_mW, V, s, visits."),
        ("[measured]\nSLEEP = 3\n", "[measured.SLEEP] is 3, expected a table."),
        ("measured = 3\n", "[measured] is 3, expected a table."),
        ("[measured]\n", "[states] is missing, expected a table."),
    ],
)
def test_what_is_wrong_with_a_measured_state(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SimError) as problem:
        read_profile(path)
    assert str(problem.value).startswith(f"{path}: {said}")
