"""--weather at the command line: files, places, and PVGIS only when it is asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def simulate(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "station", "simulate", "--days", "0.05", "--json", *arguments]
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env=environment, timeout=300
    )


def test_a_place_without_a_file_gets_made_up_weather(tmp_path: Path) -> None:
    done = simulate(tmp_path, "--weather", "-33.9,18.4", "--seed", "3")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["site"]["name"] == "33.90S 18.40E"


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("--weather", "none.epw"), 1, "none.epw: No such file or directory, expected a weather file"),
        (("--weather", "95,8"), 1, "95,8: expected a latitude up to 90, a longitude up to 180"),
        (("--download",), 2, "--download: wants --weather LATITUDE,LONGITUDE beside it."),
        (
            ("--weather", "a.epw", "--download"),
            2,
            "--download: wants --weather LATITUDE,LONGITUDE beside it.",
        ),
    ],
)
def test_what_cannot_be_weather_is_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    done = simulate(tmp_path, *arguments)
    assert done.returncode == code
    assert sentence in " ".join(done.stderr.split()) and "Traceback" not in done.stderr
