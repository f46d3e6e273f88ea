"""What time a node with declared tasks believes it is: told, counted, put right, drifting."""

from __future__ import annotations

from typing import Any

import pytest

from tests.firmware.conftest import Bench

NOON_s = 1_750_420_800


@pytest.fixture
def esp() -> Bench:
    """A node whose own clock runs on through sleep."""
    return Bench(design="esp32-soil")


def keeper(bench: Any, **record: int) -> tuple[Any, Any]:
    wake, keeping = bench.task_wake(), bench.load("torpor.timekeeping")
    for name, value in record.items():
        setattr(wake.record, name, value)
    wake.told_s = None
    return wake, keeping


def test_before_anybody_told_it_time_counts_from_the_start(soil: Any) -> None:
    wake, keeping = keeper(soil)
    assert keeping.now(wake) == soil.load("torpor.clock").awake() // 1000
    wake.told_s, wake.record.since_sync_s = None, 7200
    assert keeping.now(wake) == 7200 + soil.load("torpor.clock").awake() // 1000


def test_the_external_clock_is_believed_once_it_was_set(soil: Any) -> None:
    wake, keeping = keeper(soil, since_sync_s=500)
    assert keeping.now(wake) < 1000
    soil.load("torpor.alarmclock").keep_time(wake, NOON_s)
    wake.told_s = None
    assert keeping.now(wake) == NOON_s
    wake.dog.mode = None
    soil.pass_s(61.0)
    assert keeping.now(wake) == NOON_s + 61  # by the wake's own milliseconds, without asking again


def test_where_the_clock_is_silent_time_is_counted(soil: Any) -> None:
    wake, keeping = keeper(soil, sync_s=NOON_s, since_sync_s=3600)
    soil.hardware.clock.power(soil.world.now, False)
    assert keeping.now(wake) == NOON_s + 3600 + soil.load("torpor.clock").awake() // 1000


def test_the_boards_own_clock_where_it_runs_on(esp: Any) -> None:
    wake, keeping = keeper(esp)
    board_s = esp.load("time").time()
    wake.record.sync_s, wake.record.heard_s, wake.record.since_sync_s = NOON_s, board_s - 5000, 77
    assert keeping.now(wake) == NOON_s + 5000
    wake.told_s, wake.record.heard_s = None, board_s + 1  # it was set back by a reset
    assert keeping.now(wake) == pytest.approx(NOON_s + 77 + esp.load("torpor.clock").awake() // 1000, abs=1)


@pytest.mark.parametrize(
    ("since_s", "true_s", "drift"),
    [
        (21_601, 21_817, 10_099),  # 1 % slow
        (86_400, 84_672, 9_800),
        (21_600, 22_000, 0),  # too short a time to tell
        (86_400, 100_000, 10_500), (86_400, 10_000, 9_500),  # nonsense is bounded
    ],
)  # fmt: skip
def test_two_signed_answers_tell_the_drift(esp: Any, since_s: int, true_s: int, drift: int) -> None:
    wake, keeping = keeper(esp)
    wake.record.sync_s, wake.record.heard_s = NOON_s, esp.load("time").time() - since_s
    keeping.learn(wake, NOON_s + true_s)
    assert wake.record.drift == drift


def test_a_first_answer_tells_no_drift(esp: Any) -> None:
    wake, keeping = keeper(esp)
    wake.record.sync_s, wake.record.heard_s = 0, esp.load("time").time() - 90_000
    keeping.learn(wake, NOON_s)
    assert wake.record.drift == 0


def test_drift_is_taken_out_of_time_and_of_sleep(esp: Any) -> None:
    wake, keeping = keeper(esp, sync_s=NOON_s, drift=9_800)  # it counts 2 % too much
    wake.record.heard_s = esp.load("time").time() - 10_000
    assert keeping.now(wake) == NOON_s + 9_800
    assert keeping.to_sleep(wake, 9_800) == 10_000
    wake.record.drift = 0
    assert keeping.to_sleep(wake, 9_800) == 9_800


@pytest.mark.parametrize(
    ("ran", "minute", "up_to"),
    [
        (0x0100, 0x50100, 0x50100), (0x00FF, 0x50100, 0x500FF),
        (0xFFFF, 0x50000, 0x4FFFF),  # modulo 65536
        (0x0101, 0x50100, 0x50101),  # put back by a minute since
        (0x0100 + 719, 0x50100, 0x50100 + 719), (0x0100 + 720, 0x50100, 0x40100 + 720),
    ],
)  # fmt: skip
def test_up_to_which_minute_triggers_were_looked_at(soil: Any, ran: int, minute: int, up_to: int) -> None:
    wake, keeping = keeper(soil, ran=ran)
    assert keeping.ran(wake.record, minute) == up_to


@pytest.mark.parametrize(
    ("by_s", "anew"), [(43_199, False), (43_200, True), (-43_199, False), (-43_200, True)]
)
def test_a_large_step_of_the_clock_begins_anew(esp: Any, by_s: int, anew: bool) -> None:
    wake, keeping = keeper(esp)
    record = wake.record
    record.sync_s, record.heard_s, record.ran = NOON_s, esp.load("time").time(), 77
    before_s = keeping.now(wake)
    record.sync_s += by_s
    keeping.moved(wake, before_s + by_s)
    assert record.ran == (keeping.minute(wake) & 0xFFFF if anew else 77)


@pytest.mark.parametrize(
    ("latitude", "longitude", "place"), [(52, 4, (520, 40)), (-34, -58, (-340, -580)), (90, 0, (900, 0))]
)
def test_the_place_in_tenths(soil: Any, latitude: int, longitude: int, place: Any) -> None:
    wake, keeping = keeper(soil)
    wake.settings.update(latitude=latitude, longitude=longitude)
    assert keeping.place(wake) == place
