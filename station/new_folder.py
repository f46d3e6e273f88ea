"""The folder of a new node: settings, design, wiring, answers. Only what is different is written."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analysis.wiring import wiring_of
from analysis.wiring_list import wiring_markdown
from analysis.wiring_svg import wiring_svg
from boards import Design, load_design
from station.deploy_settings import example, merged, values_of
from station.errors import Exit, StationError
from station.new_answers import Answers
from station.new_answers_file import ANSWERS, text_of
from station.new_design import DESIGN, design_of, loaded, refuse_changed
from station.node_settings import refused

SETTINGS = "settings.toml"
#: Stands for a key that only the station can give, where settings are checked without one.
_NO_KEY = "0" * 64


@dataclass(frozen=True, slots=True)
class NewNode:
    """A node that is to be made: checked whole, nothing written yet.

    Attributes
    ----------
    design_text : of its design file, empty if the design stands in a file already.
    secret : the network's password.
    """

    answers: Answers
    design: Design
    design_text: str
    secret: str

    @property
    def name(self) -> str:
        return self.answers["name"]

    def design_name(self, folder: Path) -> str:
        """What `torpor deploy --board` is told, and the station."""
        if self.design_text:
            return str(folder / DESIGN)
        given = self.answers["design"]
        return str(Path(given).resolve()) if given.endswith(".toml") else given

    def deploy_command(self, folder: Path) -> str:
        """What brings it onto its board."""
        design, settings = self.design_name(folder), str(folder / SETTINGS)
        return f"torpor deploy --board {shlex.quote(design)} --settings {shlex.quote(settings)}"


def new_node(answers: Answers, secret: str, folder: Path) -> NewNode:
    """All of it checked: parts that fit, settings that the node would take, nothing in the folder that would
    be lost. One sentence if not."""
    refuse_changed(folder / DESIGN)
    design, text = design_of(answers)
    node = NewNode(answers, design, text, secret)
    if told := refused(design, {**values_for(node), "TORPOR_KEY": _NO_KEY}):
        raise StationError(f"{told}.", Exit.USAGE)
    return node


def values_for(node: NewNode) -> dict[str, str | int]:
    """What the answers say of settings.toml."""
    answers = node.answers
    latitude = round(float(answers["latitude"]))
    return {
        "TORPOR_NODE": answers["name"],
        "TORPOR_WIFI_SSID": answers["wifi"],
        "TORPOR_WIFI_PASSWORD": node.secret,
        "TORPOR_HOST": answers["host"],
        "TORPOR_PORT": int(answers["port"]),
        "TORPOR_LATITUDE": max(-89, min(89, latitude)),
        "TORPOR_LONGITUDE": round(float(answers["longitude"])),
    }


def write_folder(folder: Path, node: NewNode, key: str | None) -> dict[str, str]:
    """Write what is different; file -> "new", "changed" or "as it was".

    Parameters
    ----------
    key : the node's key in hexadecimal; None: nobody has one for it yet.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawing, table = _wiring_texts(node.answers["design"], node.design_text)
    files = {ANSWERS: text_of(node.answers), "wiring.svg": drawing, "wiring.md": table}
    if node.design_text:
        files[DESIGN] = node.design_text
    elif (folder / DESIGN).exists():
        (folder / DESIGN).unlink()
    done = {name: _write(folder / name, text, 0o644) for name, text in files.items()}
    return {SETTINGS: _write(folder / SETTINGS, _settings(folder, node, key), 0o600), **done}


@cache
def _wiring_texts(name: str, text: str) -> tuple[str, str]:
    """Drawing and list; of many nodes with one design they are made once."""
    found = wiring_of(loaded(text) if text else load_design(name))
    return wiring_svg(found), wiring_markdown(found)


def settings_there(folder: Path) -> Mapping[str, object]:
    """What settings.toml has already; nothing if there is none."""
    path = folder / SETTINGS
    return values_of(path.read_text("utf-8"), str(path)) if path.is_file() else {}


def _settings(folder: Path, node: NewNode, key: str | None) -> str:
    """The file that is there, or the example, with what the answers say; other lines stay as they are."""
    path = folder / SETTINGS
    text = path.read_text("utf-8") if path.is_file() else example(node.design)
    there = values_of(text, str(path))
    wanted = values_for(node) | ({"TORPOR_KEY": key} if key else {})
    new = {name: value for name, value in wanted.items() if there.get(name) != value}
    return merged(text, new)


def _write(path: Path, text: str, mode: int) -> str:
    """Whole or not at all: beside it first, with its mode from the first byte."""
    before = path.read_bytes() if path.is_file() else None
    if before == text.encode():
        path.chmod(mode)
        return "as it was"
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(text.encode())
    beside.replace(path)
    return "new" if before is None else "changed"
