"""A day of the 5MP design: its own sensor's module on the drive, its camera straight on the battery."""

from __future__ import annotations

import pytest

from sim.scenario import Scenario

DAY = Scenario(
    design="pico-w-arducam-5mp",
    days=0.8,
    start_day=170,
    quiet=True,
    visits=((36_000.0, 20.0), (50_000.0, 4.0)),
)

#: A wake by motion: registers of a sensor that wants 1 ms between writes (0.7 s), then 1 s of settling.
BY_PIN = [(0.0, "BOOT"), (2.7, "BOOT"), (2.8, "TRIAGE"), (2.8, "CAMERA"), (4.6, "CAPTURE"), (6.2, "STORE"),
          (9.4, "CONNECT"), (13.5, "UPLOAD"), (15.5, "SETTLE"), (15.5, "SLEEP"), (15.6, "SLEEP")]  # fmt: skip


@pytest.fixture
def told(live, steady):
    return live(DAY.change(link=steady))


def test_states_and_fates(told):
    states = [(t_s - 36_000.0, state) for t_s, state in told.states() if 36_000.0 <= t_s < 36_030.0]
    told.same(states, BY_PIN, within_s=0.6)
    assert told.fates() == {"delivered": 1, "left before the shutter": 1}
    assert told.twin.life.notes[1].frames[0].t_s - 36_000.0 == pytest.approx(4.6, abs=0.2)


def test_pictures_of_the_asked_size_came_home(told):
    frames = {frame.key: frame for note in told.twin.life.notes for frame in note.frames}
    stored = told.twin.home.pictures
    assert len(stored) == 3
    for key, picture in stored.items():
        assert (picture.size, picture.crc32) == (frames[key].size, frames[key].crc32)
        head = told.twin.pictures[key]
        frame = head.find(b"\xff\xc0")
        assert (head[frame + 5 : frame + 7], head[frame + 7 : frame + 9]) == (b"\x03\xc0", b"\x05\x00")


def test_only_its_own_sensor_lies_on_the_drive(told):
    drive = told.twin.life.drive
    assert "ov5642" in drive.modules
    assert "ov2640" not in drive.modules


def test_the_camera_is_paid_from_the_battery(told):
    """390 mA at whatever voltage the cells have, from rail on to rail off: about 6 s a picture."""
    world = told.twin.world
    on_s = sum(
        end - start
        for (start, state), (end, _) in zip(told.states(), told.states()[1:], strict=False)
        if state in ("CAMERA", "CAPTURE", "STORE")
    )
    joules = world.part_J["camera"]
    assert joules == pytest.approx(on_s * 0.39 * 4.1, rel=0.15)
    assert world.part_J["camera"] > 20.0
