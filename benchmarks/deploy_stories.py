"""What deploys are about, for the interruptions: what lies on the board, what is to lie there, what the owner
has there beside."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from boards import Design, load_design
from station.deploy_image import LICENCES, MANIFEST, SETTINGS, STARTS, Image, image_of, manifest
from station.deploy_run import Wanted
from station.deploy_settings import example, merged

KINDS = ("first", "update", "settings", "other design")
DESIGN, OTHER = "pico-w-arducam-2mp", "pico-w-rtc"
BOOT_OUT = (
    b"Adafruit CircuitPython 10.2.1 on 2026-05-12; Raspberry Pi Pico W with rp2040\r\n"
    b"Board ID:raspberry_pi_pico_w\r\nUID:E66118604B5F2B21\r\n"
)
#: The owner's own lines: they are never to be lost.
OWN = '# under the pear tree\nMY_OWN = "stays"  # as it is\n'
_SETTINGS: dict[str, str | int] = {
    "TORPOR_NODE": "garden",
    "TORPOR_KEY": "5a" * 32,
    "TORPOR_WIFI_SSID": "home",
    "TORPOR_WIFI_PASSWORD": "twelve words",
    "TORPOR_HOST": "192.168.1.10",
}


@dataclass(frozen=True)
class Story:
    """One deploy: `before` is all that lies on the board, `wanted` what the owner asks for."""

    kind: str
    before: Mapping[str, bytes]
    wanted: Wanted = field(repr=False)


@cache
def firmware(name: str) -> Mapping[str, bytes]:
    """All files of a design but settings and manifest; made once, as it is compiled."""
    made = image_of(load_design(name), "").files
    return {path: content for path, content in made.items() if path not in (SETTINGS, MANIFEST)}


def make(design: Design, settings: str, compiled: bool, own: Path | None) -> Image:
    """As `image_of`, without compiling anew."""
    del compiled, own
    kept = dict(firmware(design.name))
    starts = {path: kept.pop(path) for path in STARTS}
    files = {**kept, SETTINGS: settings.encode(), **starts}
    return Image(design.name, {**files, MANIFEST: manifest(design.name, files)})


def story(kind: str, seed: int) -> Story:
    """A board and a deploy; which files an update changes comes from the seed."""
    owners: dict[str, bytes] = {
        "boot_out.txt": BOOT_OUT,
        "notes.txt": b"mine\n" * 100,
        "lib/mine.py": b"A = 1\n",
    }
    if kind == "first":
        first = {"code.py": b'print("Hello World!")\n', SETTINGS: OWN.encode()}
        return Story(kind, {**owners, **first}, Wanted(load_design(DESIGN), _SETTINGS))
    old = OTHER if kind == "other design" else DESIGN
    files = dict(firmware(old))
    if kind == "update":
        files = older(files, random.Random(f"deploy {seed}"))
    text = merged(OWN + example(load_design(old)), _SETTINGS)
    files[SETTINGS] = text.encode()
    files[MANIFEST] = manifest(old, files)
    return Story(kind, {**owners, **files}, Wanted(load_design(DESIGN), {"TORPOR_BATCH": 2 + seed % 7}))


def older(files: Mapping[str, bytes], dice: random.Random) -> dict[str, bytes]:
    """A version before: a third of the files differ, some were sources, one is no longer needed."""
    made: dict[str, bytes] = {}
    for path, content in files.items():
        if path == LICENCES or dice.random() > 1 / 3:
            made[path] = content
        elif path.endswith(".mpy") and dice.random() < 0.3:
            made[path.removesuffix(".mpy") + ".py"] = b"# as source\n" * (len(content) // 4)
        else:
            made[path] = b"# before\n" + content[: dice.randrange(len(content) + 1)]
    return made | {"lib/torpor/forgotten.mpy": b"C\x06" + bytes(700)}
