"""A drive: lib + one application + the generated node.py + settings.toml. Twin and deploy both use this."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from boards import Design
from boards.schema import KINDS
from sim.application import (
    OWN_SCRIPTS,
    ROOT,
    SCRIPTS,
    dotted,
    folder_of,
    is_own,
    own_files,
    refuse_taken,
    text_of,
)
from sim.errors import DriveError
from sim.modules import SourceFile
from sim.node_camera import DRIVERS, driver_module, sensor_module
from sim.nodefile import node_source, rows_source
from sim.registers import register_bytes

#: Files of the Adafruit bundle that a drive needs. What is built into the board's firmware
#: (NATIVE) lies in the twin only.
LIBRARY = (
    "adafruit_ina219.py",
    "adafruit_register/__init__.py",
    "adafruit_register/i2c_bit.py",
    "adafruit_register/i2c_bits.py",
    "adafruit_register/i2c_struct.py",
    "adafruit_ticks.py",
    "asyncio/__init__.py",
    "asyncio/core.py",
)
NATIVE = (
    "adafruit_bus_device/__init__.py",
    "adafruit_bus_device/i2c_device.py",
    "adafruit_bus_device/spi_device.py",
    "asyncio/task.py",
)

#: Modules of sensors: of these a drive holds its own camera's only, and that where its driver needs it.
SENSORS = frozenset(sensor.lower() for sensor in KINDS["camera"].caps["sensor"].allowed)
#: Modules that only a node with an external clock needs.
OF_CLOCK = frozenset(("torpor.alarmclock", "torpor.ringing", "torpor.ds3231"))
#: Modules that only a node behind a latch needs, one with an SD card, one with a light.
OF_LATCH = frozenset(("latching", "torpor.record_nvm"))
OF_CARD = frozenset(("torpor.card",))
OF_LIGHT = frozenset(("night",))
OF_PANEL = frozenset(("torpor.panel",))
#: Of these a node whose own meter sits in the battery's lead needs both.
OF_NET = frozenset(("torpor.netting",))
#: Only for a radio that heeds where the access point was.
OF_HEED = frozenset(("torpor.nearby",))
#: Only for a board with the memory that TLS takes.
OF_TLS = frozenset(("torpor.secure",))
#: Only for an application with an install mode.
OF_INSTALL = frozenset(f"torpor.{name}" for name in "codes hanging installing lamp showing".split())
#: What runs declared tasks: a drive without a camera needs it.
OF_TASKS = frozenset(
    f"torpor.{name}"
    for name in "admission planning readings reporting retiring scheduler sun taskrecord tasktable "
    "timekeeping triggers".split()
)

_ASYNC = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
_KEY = re.compile(r"[A-Za-z0-9_-]+")

#: Settings of a twin's node; the key is no secret, it exists only inside the run.
TWIN_SETTINGS: dict[str, str | int] = {
    "TORPOR_NODE": "garden",
    "TORPOR_KEY": "5a" * 32,
    "TORPOR_WIFI_SSID": "home",
    "TORPOR_WIFI_PASSWORD": "twelve words",
    "TORPOR_HOST": "192.168.1.10",
}


@dataclass(frozen=True, slots=True)
class Drive:
    """What lies on a node's drive.

    Attributes
    ----------
    modules : dotted name -> file; packages : the dotted names that are packages.
    scripts : "boot.py", "code.py", "safemode.py", "install.py".
    data : path -> bytes of what the firmware reads as it goes (registers of its sensor).
    settings : text of settings.toml; environment : its keys as os.getenv gives them (text).
    """

    modules: Mapping[str, SourceFile]
    packages: frozenset[str]
    scripts: Mapping[str, SourceFile]
    data: Mapping[str, bytes]
    settings: str
    environment: Mapping[str, str]

    @property
    def files(self) -> dict[str, bytes]:
        """What really lies on the drive, by path. A compiled file stands with its source's bytes: more
        than it takes, so that no picture is promised a room that is not there."""
        found = {"/settings.toml": self.settings.encode(), **self.data}
        for file in (*self.scripts.values(), *self.modules.values()):
            if not file.native:
                found["/" + (file.path[:-3] + ".mpy" if file.compiled else file.path)] = file.text.encode()
        return found

    @property
    def size(self) -> int:
        """Bytes of all files that really lie on the drive."""
        return sum(map(len, self.files.values()))


def bundle_folder() -> Path:
    """Where run.py put the Adafruit libraries."""
    folder = Path(sys.prefix) / "cp-bundle"
    if not (folder / "asyncio" / "core.py").is_file():
        raise DriveError(
            f"The Adafruit libraries are not in {folder}: run `python3 run.py test` or `demo` once."
        )
    return folder


def assemble(
    design: Design,
    settings: Mapping[str, str | int] | None = None,
    compiled: bool = False,
    beside: str = "",
) -> Drive:
    """The drive of a design, as files. `compiled`: what is sound to compile lies there as .mpy. `beside`: an
    application that lies there too, and whose code.py is the one that runs (the doctor).

    Raises DriveError if the application does not exist or the settings are no flat table.
    """
    application = folder_of(design)
    if design.firmware != "ready" or not (application / "code.py").is_file():
        raise DriveError(f"{design.name}: the firmware for this design is not there yet.")
    files: dict[str, SourceFile] = {}
    packages: set[str] = set()
    _collect(ROOT / "firmware" / "lib", None, files, packages, compiled)
    bundle = bundle_folder()
    _collect(bundle, LIBRARY, files, packages, compiled)
    _collect(bundle, NATIVE, files, packages, compiled, native=True)
    scripts = {name: SourceFile(name, text_of(ROOT / "firmware" / name)) for name in SCRIPTS}
    own = dict(own_files(design))
    refuse_taken({dotted(place)[0]: path for place, path in own.items()}, files)
    if beside:
        own.update((path.name, path) for path in sorted((ROOT / "firmware" / beside).glob("*.py")))
    for place, path in own.items():
        if place in OWN_SCRIPTS:
            scripts[place] = SourceFile(place, text_of(path))
        else:
            module, is_package = dotted(place)
            packages |= {module} if is_package else set()
            files[module] = _source(place, text_of(path), compiled)
    for name in absent(design):
        del files[name]
    files["node"] = _source("node.py", node_source(design), compiled)
    files["rows"] = _source("rows.py", rows_source(design), compiled)
    text = settings_toml({**TWIN_SETTINGS, **(settings or {})})
    environment = {key: str(value) for key, value in tomllib.loads(text).items()}
    return Drive(files, frozenset(packages), scripts, _registers(application, design), text, environment)


def _registers(application: Path, design: Design) -> dict[str, bytes]:
    """The register values of the camera's sensor, where the application has some."""
    if design.camera is None:
        return {}
    path = application / f"{sensor_module(design)}.regs"
    if not path.is_file():
        return {}
    return {f"/{path.stem}.bin": register_bytes(path.read_text(encoding="utf-8"), path)}


def absent(design: Design) -> frozenset[str]:
    """Modules of the repository that this design's drive does without: parts that it has not."""
    netted = design.meter.caps["lead"] == "battery"
    parts = (
        (design.clock, OF_CLOCK), (design.latch, OF_LATCH), (design.sd, OF_CARD), (design.light, OF_LIGHT),
        (design.runs_tasks, OF_TASKS), (netted, OF_NET), (netted or design.panel_meter, OF_PANEL),
        ((folder_of(design) / "install.py").is_file(), OF_INSTALL),
        (design.board.caps["heeds_bssid"], OF_HEED), (design.board.caps["psram"], OF_TLS),
    )  # fmt: skip
    there = {f"torpor.{name}" for name in _modules("lib/torpor")}
    there |= set() if is_own(design) else _modules(design.application)
    return (_other_cameras(design) | {name for part, names in parts if not part for name in names}) & there


def _modules(folder: str) -> frozenset[str]:
    return frozenset(path.stem for path in (ROOT / "firmware" / folder).glob("*.py"))


def _other_cameras(design: Design) -> frozenset[str]:
    """Sensors and drivers of cameras that this design has not."""
    if design.camera is None:
        return SENSORS | frozenset(DRIVERS.values())
    driver = driver_module(design)
    needed = {driver, sensor_module(design)} if driver == "arducam" else {driver}
    return (SENSORS | frozenset(DRIVERS.values())) - needed


def settings_toml(values: Mapping[str, str | int]) -> str:
    """settings.toml in the subset that CircuitPython reads: basic strings and whole numbers.

    Raises DriveError for anything else.
    """
    lines = []
    for key, value in values.items():
        if not _KEY.fullmatch(key):
            raise DriveError(f"settings: the key {key!r} is not made of letters, digits, - and _ alone.")
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise DriveError(f"settings: {key} is {value!r}, expected text or a whole number.")
        if isinstance(value, str):
            if not value.isprintable():
                raise DriveError(
                    f"settings: {key} is {value!r}, expected text that can be printed on one line."
                )
            quoted = value.replace("\\", "\\\\").replace('"', '\\"')
            lines.append(f'{key} = "{quoted}"')
        else:
            lines.append(f"{key} = {value}")
    return "\n".join(lines) + "\n"


def _collect(
    folder: Path,
    only: tuple[str, ...] | None,
    files: dict[str, SourceFile],
    packages: set[str],
    compiled: bool,
    native: bool = False,
) -> None:
    names = only or tuple(sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py")))
    for name in names:
        text = (folder / name).read_text(encoding="utf-8")
        module = name.removesuffix(".py").replace("/", ".")
        if module.endswith(".__init__"):
            module = module.removesuffix(".__init__")
            packages.add(module)
        path = f"lib/{name}"
        files[module] = SourceFile(path, text, native=True) if native else _source(path, text, compiled)


def _source(name: str, text: str, compiled: bool) -> SourceFile:
    sound = _compilable(text)
    return SourceFile(name, text, compiled=compiled and sound, compilable=sound)


@lru_cache(maxsize=1024)  # every twin asks it of every file
def _compilable(text: str) -> bool:
    # CircuitPython compiles await in its own way: a module with async code has to stay source
    # unless the owner has CircuitPython's own mpy-cross.
    return not any(isinstance(node, _ASYNC) for node in ast.walk(ast.parse(text)))
