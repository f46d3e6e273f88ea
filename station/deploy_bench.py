"""`torpor deploy --app bench_logger`: a logger of any board with an INA219, for `torpor record`. Its files go
as they are; its settings are checked by its own rules."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from sim.application import ROOT
from station import deploy_settings
from station.deploy_choice import LOGGER
from station.deploy_image import MANIFEST, SETTINGS, Image, manifest
from station.deploy_route import Route
from station.deploy_run import Ready, existing_settings, ready, versions_of
from station.errors import Exit, StationError

_FOLDER = ROOT / "firmware" / LOGGER


def prepare_logger(values: Mapping[str, str | int], route: Route) -> Ready:
    """Look at the board and plan; nothing is changed. `values`: keys of settings.toml.

    Raises
    ------
    StationError : settings that the logger would not take, no room, ...
    """
    boot, versions = route.boot(), versions_of(route.boot())
    found = existing_settings(route, versions)
    example = (_FOLDER / "settings.example.toml").read_text("utf-8")
    text = deploy_settings.merged(found if found and found.strip() else example, values)
    deploy_settings.check_lines(text, boot.version)
    check(deploy_settings.values_of(text))
    return ready(image_of_logger(text), route, boot, versions, ())


def image_of_logger(settings: str) -> Image:
    """What is to lie on its drive."""
    files = {path.name: path.read_bytes() for path in sorted(_FOLDER.glob("*.py"))}
    files[SETTINGS] = settings.encode()
    return Image(LOGGER, {**files, MANIFEST: manifest(LOGGER, files)})


def check(values: Mapping[str, object]) -> None:
    """StationError, one sentence, if firmware/bench_logger/options.py would not take them."""
    rules = _rules(values)
    known = {*rules["NUMBERS"], *rules["WORDS"]}
    if strange := next((key for key in values if key.startswith("BENCH_") and key not in known), None):
        raise StationError(f"{strange} is no setting of the logger; there is: {', '.join(sorted(known))}.",
                           Exit.USAGE)  # fmt: skip
    try:
        rules["read"]()
    except ValueError as error:
        raise StationError(str(error), Exit.USAGE) from None


def _rules(values: Mapping[str, object]) -> dict[str, Any]:
    """The names of options.py, whose os.getenv gives these values."""
    chip: dict[str, Any] = {}
    exec((_FOLDER / "chip.py").read_text("utf-8"), chip)
    there = {"os": SimpleNamespace(getenv=values.get), "chip": SimpleNamespace(**chip)}
    importing = {**vars(builtins), "__import__": lambda name, *rest: there[name]}
    names: dict[str, Any] = {"__builtins__": importing}
    exec((_FOLDER / "options.py").read_text("utf-8"), names)
    return names
