"""Small hand-made runs and logs for the tests of analysis: no simulator is needed."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import log_page as page_module
from analysis.log import Log
from analysis.log_page import log_page
from analysis.states import state_table
from sim.result import FATES, Picture, RunResult, Segments
from tests.analysis.page_in_browser import Open, Page
from tests.analysis.page_logs import duty
from tests.browser import Browser

BATTERY_WH = 9.0
#: (state, seconds, mA, mA of 4 ms bursts that come every 20 ms, 0 for none)
WAKE = (
    ("SLEEP", 3.0, 1.4, 0.0), ("BOOT", 1.6, 41.0, 0.0), ("TRIAGE", 0.08, 41.0, 0.0),
    ("CAMERA", 0.9, 98.0, 0.0),
    ("CAPTURE", 0.25, 118.0, 0.0), ("STORE", 0.6, 92.0, 0.0), ("CONNECT", 3.2, 75.0, 0.0),
    ("UPLOAD", 2.4, 90.0, 260.0), ("SETTLE", 0.12, 45.0, 0.0), ("SLEEP", 3.0, 1.4, 0.0),
)  # fmt: skip


def wake_trace() -> Segments:
    """One wake: piecewise constant, with bursts while it sends."""
    t, rows = 0.0, []
    for state, length, mA, burst in WAKE:
        pieces = [(0.016, mA), (0.004, burst)] * round(length / 0.02) if burst else [(length, mA)]
        for dt, value in pieces:
            rows.append((t, dt, value, state))
            t += dt
    return Segments(
        t_s=np.array([row[0] for row in rows]), dt_s=np.array([row[1] for row in rows]),
        V=np.full(len(rows), 3.9), mA=np.array([row[2] for row in rows]),
        state=[row[3] for row in rows], marker=np.full(len(rows), 4242),
    )  # fmt: skip


def jpeg(seed: int, dark: bool) -> bytes:
    """A small real JPEG with some structure."""
    from PIL import Image, ImageDraw

    draws = np.random.default_rng(seed)
    sky, ground = ((24, 26, 40), (16, 22, 16)) if dark else ((168, 196, 222), (92, 128, 70))
    image = Image.new("RGB", (320, 240), sky)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 140, 320, 240), fill=ground)
    x, y = int(draws.integers(30, 250)), int(draws.integers(130, 190))
    draw.ellipse((x, y, x + 46, y + 26), fill=(92, 66, 44))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=80)
    return file.getvalue()


def _weather(days: int, start: datetime) -> tuple[np.ndarray, np.ndarray]:
    """Plane-of-array and air temperature by hour: short dull winters, some dark weeks."""
    hour = np.arange(24 * days)
    into_year = (start.timetuple().tm_yday - 1 + hour / 24) % 365
    season = 0.5 - 0.5 * np.cos(2 * np.pi * (into_year + 10) / 365)
    cloud = np.repeat(np.random.default_rng(7).beta(1.6, 1.1, days), 24)
    sun = np.clip(np.sin(np.pi * ((hour % 24) - 6.5 + season) / (9 + 4 * season)), 0, None)
    sun[((hour % 24) < 5) | ((hour % 24) > 20)] = 0
    return 950 * sun * (0.15 + 0.85 * cloud) * (0.45 + 0.55 * season), 4 + 18 * season + 4 * sun


def make_result(
    days: int = 365, panel_W: float = 2.0, load_W: float = 0.035, start_soc: float = 0.9
) -> RunResult:
    """A run with a plain battery: full it spills, empty it is down until the sun is back."""
    start = datetime(1990, 1, 1, tzinfo=timezone(timedelta(hours=-5)))
    poa, temp = _weather(days, start)
    available = 0.55 * panel_W * poa / 1000
    soc = np.empty(24 * days)
    harvest, load, down = np.zeros(24 * days), np.zeros(24 * days), np.zeros(24 * days)
    level, is_down = start_soc * BATTERY_WH, False
    for hour in range(24 * days):
        is_down = level < 0.05 if not is_down else level < 0.1 * BATTERY_WH
        load[hour] = 0.0 if is_down else load_W * (1.6 if 6 <= hour % 24 <= 19 else 0.7)
        down[hour] = 3600.0 if is_down else 0.0
        harvest[hour] = min(available[hour], BATTERY_WH - level + load[hour])
        level = max(level + harvest[hour] - load[hour], 0.0)
        soc[hour] = level / BATTERY_WH
    visitors = 12 * days
    fates = dict.fromkeys(FATES, 0)
    down_part = float(down.mean() / 3600)
    fates["node off"] = round(visitors * down_part)
    fates["left before the shutter"] = round(visitors * 0.2)
    fates["hold-off"], fates["awake, busy"], fates["waiting"] = 20, 8, 3
    fates["not seen by the PIR"], fates["too dark"] = round(visitors * 0.1), 40
    fates["delivered"] = visitors - sum(fates.values())
    total = float(load.sum())
    return RunResult(
        design="pico-w-arducam-2mp", title="Raspberry Pi Pico W + Arducam 2MP, 2 W panel, one 18650",
        site="Greensboro, North Carolina", latitude=36.1, longitude=-79.95, start=start, days=float(days),
        seed=1,
        hour_soc=soc, hour_harvest_Wh=harvest, hour_available_Wh=available, hour_load_Wh=load,
        hour_down_s=down,
        hour_temp_C=temp, hour_poa_W_m2=poa,
        energy_by_state_Wh={"SLEEP": 0.3 * total, "BOOT": 0.1 * total, "CAMERA": 0.1 * total,
                            "CAPTURE": 0.1 * total,
                            "CONNECT": 0.25 * total, "UPLOAD": 0.15 * total},
        time_by_state_s={"SLEEP": 86400.0 * days * 0.95, "BOOT": 16.0 * days, "CAMERA": 30.0 * days,
                         "CAPTURE": 20.0 * days, "CONNECT": 100.0 * days, "UPLOAD": 60.0 * days},
        energy_by_part_Wh={"board": 0.45 * total, "radio": 0.3 * total, "camera": 0.2 * total,
                           "PIR": 0.05 * total},
        fates=fates, journal_counts={"UPLOADED": fates["delivered"], "HOLD_OFF": 20}, wakes=30 * days,
        wakes_by_cause={"visitor": 9 * days, "false trigger": 20 * days, "hold-off timer": days},
        empties=20 * days, empties_Wh=0.4 * total, pictures=make_pictures(days), wake_trace=wake_trace(),
        pir_to_frame_s=np.linspace(2.0, 4.0, 101), books={"charge": 2.1e-9, "energy": 3.4e-8}, wall_s=41.2,
        notes=["This board cannot wake by clock in its cheap sleep: no heartbeat is promised."],
    )  # fmt: skip


def make_pictures(days: int) -> list[Picture]:
    """Pictures with bytes on the first day, on day 9 and on the last; one of them is broken."""
    pictures = []
    for day in sorted({0, min(9, days - 1), days - 1}):
        for number in range(4 if day == 9 else 15):
            t_s = 86400.0 * day + 3600 * (6 + number)
            dark = number > 12
            data = jpeg(100 * day + number, dark)
            data = data[: len(data) // 3] if number == 0 else data
            fate = "camera failed" if number == 0 else ("waiting" if number == 3 else "delivered")
            pictures.append(
                Picture(f"{day:04d}-{number}", t_s, 41000 + 1000 * number, 7, fate, number % 3, dark, data)
            )
    pictures.append(Picture("no-bytes", 86400.0 * min(20, days - 1), 40000, 9, "delivered", 1, False, None))
    return pictures


@pytest.fixture(scope="session")
def good_year() -> RunResult:
    """A year without an hour down."""
    return make_result()


@pytest.fixture(scope="session")
def bad_year() -> RunResult:
    """A year on a third of the panel: the node dies in winter."""
    return make_result(panel_W=0.55)


@pytest.fixture()
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a text file and return its path."""

    def writer(text: str, name: str = "log.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode())
        return path

    return writer


@pytest.fixture(scope="session")
def real_logs() -> Path:
    """The folder of real power logs beside the project; skips where there is none."""
    folder = Path(__file__).parents[2].parent / "shared" / "data" / "logs"
    if not folder.is_dir():
        pytest.skip(f"the real power logs are not at {folder}")
    return folder


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    made = Browser(tmp_path_factory.mktemp("profile"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def opens(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Open:
    """Opens the page of a log; each is made once."""
    folder, made = tmp_path_factory.mktemp("pages"), dict[str, Page]()

    def of(name: str, log: Callable[[], Log], **how: Any) -> Page:
        if name not in made:
            found = log()
            table = state_table(found)
            with pytest.MonkeyPatch.context() as patch:
                if name == "noise":  # a log too heavy for its page, without its millions of rows
                    patch.setattr(page_module, "MOST_PACKED", 150_000)
                path = log_page(found, table, folder / f"{name}.html")
            made[name] = Page(browser, path, found, table)
        return made[name].open(**how)

    return of


@pytest.fixture
def small(opens: Open) -> Page:
    return opens("small", lambda: duty(60_000))
