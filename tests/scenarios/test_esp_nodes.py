"""The camera application on the ESP designs: their own boot, sleep, memory and camera, the same firmware."""

from __future__ import annotations

import pytest

from sim.errors import Reset
from sim.scenario import Scenario

DESIGNS = ("esp32-cam", "xiao-s3-sense", "memento")
DAY_s = 86_400.0

#: Two visits on the first day, and a day without any.
CALM = Scenario(days=2.2, start_day=170, quiet=True, visits=((36_000.0, 20.0), (50_000.0, 3.0)))

#: One wake by motion, s after it. What differs is the platform's (BLE wait on the S3) and the camera's. The
#: access point is where it was at power-up: half of a join.
WAKES = {
    "esp32-cam": [(0.0, "BOOT"), (1.0, "BOOT"), (1.0, "TRIAGE"), (1.0, "CAMERA"), (1.7, "CAPTURE"),
                  (2.1, "STORE"), (3.0, "CONNECT"), (5.4, "UPLOAD"), (6.0, "SETTLE"), (6.1, "SLEEP"),
                  (6.2, "SLEEP")],
    "xiao-s3-sense": [(0.0, "BOOT"), (1.7, "BOOT"), (1.7, "TRIAGE"), (1.7, "CAMERA"), (2.4, "CAPTURE"),
                      (2.9, "STORE"), (3.7, "CONNECT"), (6.0, "UPLOAD"), (6.7, "SETTLE"), (6.8, "SLEEP"),
                      (6.9, "SLEEP")],
    "memento": [(0.0, "BOOT"), (1.7, "BOOT"), (1.7, "TRIAGE"), (1.7, "CAMERA"), (3.1, "CAPTURE"),
                (3.6, "STORE"), (4.4, "CONNECT"), (6.8, "UPLOAD"), (7.5, "SETTLE"), (7.6, "SLEEP"),
                (7.8, "SLEEP")],
}  # fmt: skip


@pytest.fixture(params=DESIGNS)
def calm(request, live_once, steady):
    return live_once(CALM.change(design=request.param, link=steady))


def test_states_of_a_visit(calm):
    design = calm.twin.design.name
    states = [(t_s - 36_000.0, state) for t_s, state in calm.states() if 36_000.0 <= t_s < 36_020.0]
    calm.same(states, WAKES[design], within_s=0.3)


def test_every_picture_came_home_whole(calm):
    frames = {frame.key: frame for note in calm.twin.life.notes for frame in note.frames if frame.key}
    stored = calm.twin.home.pictures
    assert len(stored) == 3  # at power-up and of both visits
    for key, picture in stored.items():
        assert (picture.size, picture.crc32) == (frames[key].size, frames[key].crc32)


def test_a_day_without_motion_brings_a_heartbeat_by_the_boards_own_clock(calm):
    """It is armed beside the pin, counts from the last signed answer, and no more often than asked."""
    last = [t_s for t_s, _, _ in calm.events("SENT") if t_s < DAY_s][-1]
    ((beat_s, _, _),) = calm.events("HEARTBEAT")
    drift = 0.02 if calm.twin.design.board.v("sleep_clock_error") <= 0.02 else 0.05
    assert beat_s - last == pytest.approx(DAY_s, rel=drift)
    assert calm.events("SENT")[-1][0] > beat_s


def test_the_camera_is_closed_before_the_network_and_off_in_sleep(calm):
    """espcamera and sockets do not get on (#10678); power-down is held through sleep where there is one."""
    assert calm.count("SEND_FAILED") == calm.count("JOIN_FAILED") == 0
    world, design = calm.twin.world, calm.twin.design
    camera_W = world.part_J["camera"] / world.now
    if design.rail.caps["switched"]:
        assert camera_W < 0.001
        assert calm.twin.hardware.held == {"CAMERA_PWDN": True}
    else:  # the XIAO's stays powered; the notes say what that costs
        assert camera_W == pytest.approx(0.02 * 4.1, rel=0.15)
        assert any("camera" in note for note in design.notes)


@pytest.mark.parametrize("design", DESIGNS)
def test_without_a_drive_the_picture_waits_in_memory_and_the_camera_is_let_go(live, steady, design):
    """Its copy outlives the camera, which must be closed before the network, or that hangs."""

    def prepare(twin):
        twin.hardware.bench = True
        boot = twin.life._boot

        def booted():
            boot()
            twin.hardware.files.readonly = True

        twin.life._boot = booted

    told = live(
        CALM.change(design=design, days=0.02, visits=((300.0, 9.0), (700.0, 9.0)), link=steady),
        prepare=prepare,
    )
    assert told.count("READ_ONLY") == told.count("PICTURE") == told.count("SENT") == 3
    assert told.count("STORED") == told.count("SEND_FAILED") == 0
    assert told.fates() == {"delivered": 2}


def test_a_stuck_PIR_is_held_off_by_timer(live, steady):
    told = live(
        CALM.change(design="esp32-cam", days=0.6, visits=(), stuck_PIR=(7200.0, 40_000.0), link=steady)
    )
    assert told.count("PIR_STUCK") >= 5
    assert told.count("PICTURE") <= 5


@pytest.mark.parametrize("design", DESIGNS)
def test_locked_out_it_looks_for_the_sun_by_clock(live, steady, design):
    """The timed sleep costs no more than the other here: motion does not even wake it."""
    visits = tuple((3600.0 + 600.0 * number, 20.0) for number in range(40))
    told = live(
        CALM.change(
            design=design, days=0.4, soc=0.30, panel_scale=0.01, link=steady, visits=visits,
            settings={"TORPOR_LOW_PCT": 45, "TORPOR_HIGH_PCT": 55},
        )
    )  # fmt: skip
    assert {note.cause for note in told.twin.life.notes[1:]} == {"time"}
    assert told.fates() == {"low battery": len(visits)}


def test_sleep_memory_is_gone_after_a_watchdog_reset_and_no_key_is_used_twice(live, steady):
    """On an ESP up to 10.2.1 any reset but deep sleep zeroes it: a new life, another boot number."""

    def prepare(twin):
        enter = twin.life._enter

        def entered(state):
            enter(state)
            if state == "UPLOAD" and len(twin.life.notes) == 2:
                twin.world.stop(Reset("WATCHDOG"))

        twin.life._enter = entered

    told = live(CALM.change(design="esp32-cam", days=0.8, link=steady), prepare=prepare)
    assert [argument for _, _, argument in told.events("WOKE")][:3] == [0, 2, 3]  # COLD, PIN, WATCHDOG
    assert told.count("NEW_LIFE") == 2
    keys = {key.partition("-")[0] for key in told.twin.home.pictures}
    assert len(keys) == 2
    assert told.fates() == {"delivered": 2}  # the first visitor's picture lay on the drive


@pytest.mark.parametrize(("days", "home"), [(2.0, 2), pytest.param(6.0, 11, marks=pytest.mark.full)])
def test_a_brown_out_ends_in_safe_mode_and_the_sun_brings_it_back(live, days, home):
    """ESP boards stay in safe mode after a brown-out: safemode.py must let them try again."""
    told = live(
        Scenario(design="esp32-cam", days=days, start_day=100, soc=0.01, panel_scale=0.25, cell_scale=0.05)
    )
    assert told.twin.life.down or told.count("SAFE_MODE")
    assert told.fates()["delivered"] >= home


#: One visit; what is sent is private.
PRIVATE = CALM.change(days=0.5, settings={"TORPOR_TLS": 1})


@pytest.mark.parametrize("design", DESIGNS)
def test_with_the_stations_certificate_what_is_sent_is_private(live, steady, design):
    """A handshake a session, 1.5 s of it; all else is as without."""

    def prepare(twin):
        twin.hardware.files.install({"/home.pem": b"-----BEGIN CERTIFICATE-----\n"})

    told = live(PRIVATE.change(design=design, link=steady), prepare=prepare)
    open_ = live(PRIVATE.change(design=design, link=steady, settings={}))
    assert told.count("SENT") == open_.count("SENT") == 2
    assert set(told.twin.home.pictures) == set(open_.twin.home.pictures)
    spent = [twin.world.time_by_state_s["UPLOAD"] for twin in (told.twin, open_.twin)]
    assert spent[0] - spent[1] == pytest.approx(2 * 1.5, abs=0.4)


@pytest.mark.parametrize("design", ["esp32-cam", "pico-w-arducam-2mp"])
def test_without_certificate_or_memory_for_it_tls_is_refused_by_name(live, steady, design):
    told = live(PRIVATE.change(design=design, link=steady, days=0.1))
    assert told.events("SETTINGS_BAD")[0][2] == 22
    assert told.twin.home.requests == 0
    said = "".join(told.twin.life.machine.console)
    assert (
        "/home.pem, the certificate, is not there"
        if design == "esp32-cam"
        else "expected a whole number 0 to 0"
    ) in said
