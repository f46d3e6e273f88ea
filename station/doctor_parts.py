"""Motion sensor, camera, card and soil sensor: from what a check told to what the doctor says."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

from sim.prices import part_mW
from station.doctor_case import Case
from station.doctor_table import Finding, finding
from station.jpeg_walk import walk

#: The sensors' addresses on I2C, by their name.
_ADDRESS = {"OV2640": 0x30, "OV5642": 0x3C, "OV5640": 0x3C, "OV3660": 0x3C}
_DARK_LUMA = 12
#: Errors of the streaming check (firmware/wildcam/jpeg.py) in words.
_ERRORS = {
    1: "it has no beginning", 2: "a segment of its head is broken", 3: "tables are missing in its head",
    4: "it has another size than asked for", 5: "a second head stands in its midst", 6: "it is far too short",
    7: "it is far too long", 8: "its end is missing",
}  # fmt: skip


def of_PIR(case: Case) -> Iterator[Finding]:
    seen, levels = case.heard.one("pir.seen"), case.heard.one("pins.read")
    pir = case.design.pir
    if seen is None or pir is None or (levels and levels["pins"].get(case.pin("pir")) == [1, 0]):
        return
    if seen["first"] and not seen["rises"] and seen["last"]:
        yield finding("pir.stuck", seconds=seen["seconds"])
    elif not seen["rises"] and not seen["first"]:
        yield finding("pir.silent", seconds=seen["seconds"])
    elif seen["longest_ms"] > 1000 * (2.0 * pir.v("hold") + 1.0):
        yield finding("pir.long", s=seen["longest_ms"] / 1000.0, wanted=pir.v("hold"))
    radio = case.heard.one("wifi.pir")
    if radio and radio["after"] and not radio["before"] and not seen["rises"]:
        yield finding("pir.radio")


def of_camera(case: Case) -> Iterator[Finding]:
    failed = case.heard.one("camera.failed")
    if failed:
        yield _start(case, failed)
    else:
        yield from _pictures(case)
        yield from _currents(case)


def _start(case: Case, failed: dict[str, Any]) -> Finding:
    """Why it does not start: the bus, the bridge, the sensor, in the order in which they are needed."""
    sensor = str(case.design.part("camera").caps["sensor"])
    if "pull up" in failed["text"]:
        return finding("camera.no_pullups", power=case.pin("camera_power") or "the board's own")
    if failed.get("echo", 16) < 16:
        lines = " ".join(case.pin(f"camera_{line}") for line in ("sck", "mosi", "miso", "cs"))
        return finding("camera.no_echo", echo=failed["echo"], lines=lines, low=_low(case))
    meter = int(str(case.design.meter.caps["address"]), 0)  # on some boards it is the same bus
    there = [one for one in failed.get("there", []) if one != meter]
    if _ADDRESS[sensor] not in failed.get("there", []):
        if there:
            words = " and ".join(f"0x{one:02x}" for one in there)
            return finding("camera.other", there=words, sensor=sensor, wanted=_ADDRESS[sensor])
        return finding("camera.no_sensor")
    return finding("camera.failed", text=failed["text"])


def _low(case: Case) -> str:
    """Which of the bridge's lines hang low: a hint only, as a camera without power does that too."""
    seen = case.heard.one("pins.read") or {"pins": {}}
    lines = [case.pin(f"camera_{line}") for line in ("sck", "mosi", "miso", "cs")]
    low = [pin for pin in lines if seen["pins"].get(pin) == [0, 0]]
    return f" Low whatever one does: {' '.join(low)}." if low else ""


def _pictures(case: Case) -> Iterator[Finding]:
    frames, missed = case.heard.all("camera.frame"), case.heard.all("camera.no_frame")
    picture = case.heard.one("camera.picture")
    if picture is None:
        if frames or missed:
            yield _none(frames, missed)
        return
    tries = len(frames) + len(missed)
    if tries > 1:
        spoilt = [*missed, *frames[:-1]]
        yield finding("camera.sometimes", tries=tries, text=_why(spoilt[0]))
    light = frames[-1].get("light")
    if light and light[2] < _DARK_LUMA:
        yield finding("camera.dark", luma=light[2])
    yield from _stream(case.heard.picture, picture)


def _none(frames: list[dict[str, Any]], missed: list[dict[str, Any]]) -> Finding:
    if any(not frame["alike"] for frame in frames) or any(one["size"] for one in missed):
        return finding("camera.noisy")
    if not frames:
        return finding("camera.no_frame", text=missed[0]["text"])
    return finding("camera.bad", count=len(frames) + len(missed), text=_why(frames[0]))


def _why(frame: dict[str, Any]) -> str:
    if "text" in frame:
        return str(frame["text"])
    if not frame["alike"]:
        return "two readings of it differed"
    return _ERRORS.get(frame["error"], f"error {frame['error']}")


def _stream(jpeg: bytes, picture: dict[str, Any]) -> Iterator[Finding]:
    """Whether it came over as it was, and whether its coded stream is one."""
    if (len(jpeg), zlib.crc32(jpeg)) != (picture["length"], picture["crc"]):
        yield finding("camera.cut", got=len(jpeg), length=picture["length"])
        return
    walked = walk(jpeg)
    if not walked.whole:
        yield finding("camera.damaged", text=walked.reason.rstrip("."))


def _currents(case: Case) -> Iterator[Finding]:
    """By how much the current rises and falls with the camera; only where the meter can be believed."""
    draws, seen = case.heard.one("camera.draws"), case.heard.one("meter.reads")
    if draws is None or seen is None or not case.measures or None in draws.values():
        return
    design, volts = case.design, seen["mV"][1] / 1000.0
    run = design.part("camera").rows["run"]
    mW = part_mW(design, design.part("camera"), "run")
    wanted = run.value if run.load == "current" else mW / volts
    rise, stays = (draws["on"] - draws["off"]) / 10.0, (draws["after"] - draws["off"]) / 10.0
    if rise < 0.3 * wanted:
        yield finding("camera.no_rise", mA=rise, wanted=wanted)
    switch = case.pin("camera_power")  # without one of its own, the sensor's standby stays
    if switch and rise > 0 and stays > 0.3 * rise:
        yield finding("camera.stays", mA=stays, power=switch)


def of_card(case: Case) -> Iterator[Finding]:
    absent, failed, seen = (case.heard.one(f"card.{code}") for code in ("not_mounted", "failed", "is"))
    if absent:
        lines = " ".join(case.pin(f"sd_{line}") for line in ("sck", "mosi", "miso", "cs", "power"))
        yield finding("card.absent", text=absent["text"], lines=lines)
    if failed:
        yield finding("card.failed", text=failed["text"])
    if seen and not seen["whole"]:
        yield finding("card.garbled")


def of_sensor(case: Case) -> Iterator[Finding]:
    seen = case.heard.one("sensor.reads")
    if seen and seen["failed"] == seen["of"]:
        yield finding("sensor.absent", text=seen["text"], power=case.pin("sensor_power"))
    elif seen and seen["failed"]:
        yield finding("sensor.flaky", failed=seen["failed"], of=seen["of"])
