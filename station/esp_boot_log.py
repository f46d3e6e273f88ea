"""What an ESP board's boot messages mean, in words, and what to do about them.

Sources: ESP-IDF and ESP32 ROM messages; adafruit/circuitpython #7433; esp32.com t=5703 and t=1298;
espressif/esp-idf #113 and #3735; squeezelite-esp32 #28; lemariva's uPyCam #18.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Why the ROM finds no bootloader, the likeliest first. `{at}` is where this image was or is to be written.
SIX_CAUSES = (
    "Wrong offset: the image was written where the ROM does not look. `torpor flash` reads the place from "
    "the image ({at}); a tool that asks for it must be told exactly that.",
    "The flash was erased and then only an application was written, without bootloader and partition table. "
    "Write the whole image.",
    "A wrong or partial image: for another chip, or a download that broke off. "
    "`torpor flash --check IMAGE` says which.",
    "GPIO12 (MTDI) was high at reset, and the flash runs at 1.8 V then. Take off what hangs on GPIO12: an SD "
    "card, a sensor, a pull-up; or burn the fuse once: espefuse set-flash-voltage 3.3V.",
    "The 3.3 V sag while the flash is read: a thin USB cable, a weak adapter, no capacitor beside the board. "
    "Try another supply (500 mA at least) and a short cable.",
    "The flash is encrypted for good (eFuse), or the mode in the image's header is one that this flash lacks "
    "(QIO on a DIO-only chip). `espefuse summary` shows the fuse; for the mode take the board's own image.",
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A message of the boot log: the words of the ROM, what they say, what to do."""

    seen: str
    meaning: str
    todo: tuple[str, ...]


#: (pattern, meaning, what to do); `None` stands for the six causes.
_KNOWN: tuple[tuple[re.Pattern[str], str, tuple[str, ...] | None], ...] = (
    (
        re.compile(r"flash read err, \d+|ets_main\.c \d+|invalid header: 0x[0-9a-f]+", re.IGNORECASE),
        "The chip's ROM finds no bootloader in the flash.",
        None,
    ),
    (
        re.compile(
            r"wrong boot mode detected \(0x[0-9a-f]+\)|boot:0x[0-9a-f]+ \(DOWNLOAD[^)]*\)?"
            r"|waiting for download",
            re.IGNORECASE,
        ),
        "The chip waits for a download: GPIO0 was low at reset.",
        (
            "Take the jumper or wire from IO0 (GPIO0) to GND off, then press reset.",
            "On a camera adapter with one button only: it is reset; IO0 has no line there and must be wired "
            "to GND for flashing, and freed afterwards.",
        ),
    ),
    (
        re.compile(r"brownout detector was triggered|BROWNOUT_RST|RTCWDT_BROWN_OUT", re.IGNORECASE),
        "The supply sagged and the chip reset itself.",
        (
            "Give it 5 V from a supply of 1 A by a short, thick cable, not from a hub.",
            "A capacitor of 470 uF or more at the board's supply helps while the radio or the camera starts.",
        ),
    ),
    (
        re.compile(r"csum err:|image hash failed|checksum failed|SHA-256 comparison failed", re.IGNORECASE),
        "The application in the flash is damaged.",
        ("Flash again, slower: --baud 115200.", "If it happens again, the supply sags or the flash is worn."),
    ),
    (
        re.compile(r"no bootable app partitions|partition \d+ invalid|invalid magic number", re.IGNORECASE),
        "The bootloader runs but finds no application in its partition table.",
        ("Write the whole image, with --erase.",),
    ),
    (
        re.compile(r"Detected size\(\d+k\) smaller than the size in the binary image header", re.IGNORECASE),
        "The board's flash is smaller than the image expects.",
        ("Take the image of this very board.",),
    ),
    (
        re.compile(r"PSRAM ID read error|psram.*not found|Failed to init external RAM", re.IGNORECASE),
        "The memory beside the chip (PSRAM) does not answer; pictures need it.",
        ("Is it a module with PSRAM? On the ESP32, IO16 and IO17 belong to it: leave them free.",),
    ),
)
_REPEATED = 2


def troubles(log: str, at: str = "as `torpor flash --check` says") -> list[Trouble]:
    """Return what a boot log tells of, in the order of its messages.

    A single `flash read err` that is followed by a good boot is a stutter at power-up and harmless.
    """
    found = []
    for pattern, meaning, todo in _KNOWN:
        if (seen := pattern.search(log)) and not (todo is None and _stutter(log, pattern)):
            words = todo if todo is not None else six_causes(at)
            found.append((seen.start(), Trouble(seen[0], meaning, words)))
    return [trouble for _, trouble in sorted(found, key=lambda one: one[0])]


def six_causes(at: str) -> tuple[str, ...]:
    """The six causes of `flash read err, 1000`, in the order in which to look at them."""
    return tuple(cause.replace("{at}", at) for cause in SIX_CAUSES)


def booted(log: str) -> bool:
    """Whether the log shows a start that went through, as far as a log can show it."""
    return bool(re.search(r"Adafruit CircuitPython \d|code\.py output:|Auto-reload is|>>> ", log))


def _stutter(log: str, pattern: re.Pattern[str]) -> bool:
    last = [seen.end() for seen in pattern.finditer(log)][-1]
    resets = len(re.findall(r"flash read err", log))
    return resets < _REPEATED and booted(log[last:])
