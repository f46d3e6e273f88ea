"""Everything that the doctor says of one examination, worst first."""

from __future__ import annotations

from collections.abc import Iterator

from station import doctor_asleep, doctor_parts, doctor_radio, doctor_wires
from station.doctor_case import Case
from station.doctor_table import Finding, finding

#: In the order in which one thing is the reason of the next.
_SUBJECTS = (
    doctor_wires.of_board, doctor_wires.of_pins, doctor_wires.of_meter, doctor_wires.of_clock,
    doctor_parts.of_PIR, doctor_parts.of_camera, doctor_parts.of_card, doctor_parts.of_sensor,
    doctor_radio.of_wifi, doctor_radio.of_home, doctor_radio.of_sleep,
    doctor_asleep.of_asleep,
)  # fmt: skip


def judge(case: Case) -> list[Finding]:
    """What is wrong and what to do; empty for a healthy node."""
    found = [*_of_checks(case), *(one for subject in _SUBJECTS for one in subject(case))]
    return sorted(dict.fromkeys(found), key=lambda one: one.weight)


def _of_checks(case: Case) -> Iterator[Finding]:
    """Checks that did not come to their end."""
    for told in case.heard.all("check.crashed"):
        absent = "no module named" in told["text"]
        if absent:
            yield finding("files.absent", text=told["text"], design=case.design.name)
        else:
            yield finding("check.crashed", check=told["check"], text=told["text"])
    for told in case.heard.all("check.hung"):
        yield finding("check.hung", check=told["check"])
    for told in case.heard.all("check.garbled"):
        yield finding("check.garbled", check=told["check"], count=told["count"])
    if case.by_air:
        yield finding("console.by_air")
    if case.heard.all("doctor.unfinished"):
        yield finding("doctor.unfinished")
