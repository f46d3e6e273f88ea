"""A measured profile: read strictly, put in the place of the design's prices."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import SimError
from sim.kernel import Prices
from sim.odds.profile import read_profile

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
