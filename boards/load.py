"""Reading a design: its file, the parts it names, its own rows, the cross rules, the notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from boards.check import check_design, lead_of
from boards.model import Design, NoSuchDesign, Part, SleepPlan
from boards.notes import notes_of
from boards.options import read_options
from boards.parts_file import Catalogue, check_complete, read_caps, read_parts, read_rows, shipped_parts
from boards.reading import (
    CAP_TYPES,
    HOME,
    cap,
    missing,
    one_of,
    only_keys,
    read_toml,
    refused,
    sub_table,
    text,
    word,
)
from boards.rules import CapRule
from boards.schema import KINDS, MAY_HAVE, NEEDS, OPTIONAL_KINDS, OWN_MAY_HAVE

DEFAULT_DESIGN = "pico-w-arducam-2mp"
APPLICATIONS = tuple(NEEDS)
FIRMWARE = ("ready", "planned")
_KEYS = ("title", "application", "firmware", "parts", "pins", "sleep", "options", "rows", "caps")


def list_designs() -> tuple[str, ...]:
    """Return the names of the designs that come with the project, the default first."""
    names = sorted(path.stem for path in HOME.glob("*.toml"))
    return tuple(sorted(names, key=lambda name: name != DEFAULT_DESIGN))


def load_design(name: str | Path) -> Design:
    """Load a design by its name, or from a path to a .toml file.

    Parts come from a folder `parts` beside the file, if there is one, else from the project.

    Raises
    ------
    NoSuchDesign : there is none of that name.
    BoardsError : one sentence with file, key, value and what is allowed.
    """
    path = _find(name)
    document = read_toml(path)
    only_keys(path, "", document, _KEYS)
    application = _application(path, document)
    parts = _parts(path, document, application)
    parts["meter"] = _in_its_lead(parts["meter"], parts["charger"])
    optional = {kind: parts.pop(kind, None) for kind in OPTIONAL_KINDS}
    options = read_options(path, sub_table(path, "", document, "options"), optional["camera"] is not None)
    design = Design(
        name=path.stem,
        title=text(path, "", document, "title"),
        application=application,
        firmware=word(path, "", document, "firmware", FIRMWARE),
        path=path,
        **parts,
        **optional,
        sleep=_sleep(path, sub_table(path, "", document, "sleep")),
        pins=MappingProxyType(_pins(path, sub_table(path, "", document, "pins"))),
        options=MappingProxyType({**lockout_of(parts["cell"]), **options}),
        notes=(),
    )
    check_design(design)
    return replace(design, notes=notes_of(design))


def lockout_of(cell: Part) -> dict[str, int]:
    """The options of the lock-out as this cell's rows have them, mV; a design may choose its own."""
    return {f"lockout_{end}_mV": round(1000 * cell.v(f"lockout_{end}")) for end in ("enter", "leave")}


def _find(name: str | Path) -> Path:
    given = Path(name)
    if given.suffix == ".toml":
        if not given.is_file():
            raise NoSuchDesign(
                f"{given}: no such file, a design is a .toml file or {one_of(list_designs())}."
            )
        return given
    if str(name) not in list_designs():
        allowed = f"{one_of(list_designs())}, or a path to a .toml file"
        raise NoSuchDesign(f'There is no design "{name}", allowed is {allowed}.')
    return HOME / f"{name}.toml"


def _application(path: Path, document: dict[str, Any]) -> str:
    """One of the project's, or the owner's own: a folder beside the design's file."""
    name = text(path, "", document, "application")
    if name not in APPLICATIONS and not (path.parent / name / "code.py").is_file():
        must = f"{one_of(APPLICATIONS)}, or a folder beside this file with a code.py in it"
        raise refused(path, "application", name, must)
    return name


def _parts(path: Path, document: dict[str, Any], application: str) -> dict[str, Any]:
    names = sub_table(path, "", document, "parts")
    only_keys(path, "parts", names, KINDS)
    own = path.parent / "parts"
    beside = read_parts(own) if own.is_dir() and own != HOME / "parts" else {}
    catalogue = {**shipped_parts(), **beside}
    needs, may_have = NEEDS.get(application, ()), MAY_HAVE.get(application, OWN_MAY_HAVE)
    found = {
        kind: _part(path, kind, names, catalogue)
        for kind in KINDS
        if kind in names or kind not in OPTIONAL_KINDS or kind in needs
    }
    for kind in found:
        if kind in OPTIONAL_KINDS and kind not in (*needs, *may_have):
            must = f"absent, since {application} has no use for a {kind}"
            raise refused(path, f"parts.{kind}", names[kind], must)
    return _with_own_figures(path, document, found)


def _part(path: Path, kind: str, names: dict[str, Any], catalogue: Catalogue) -> Part:
    known = one_of(name for of_kind, name in catalogue if of_kind == kind)
    if kind not in names:
        raise missing(path, f"parts.{kind}", known)
    name = names[kind]
    if not isinstance(name, str) or (kind, name) not in catalogue:
        raise refused(path, f"parts.{kind}", name, known)
    return catalogue[kind, name]


def _with_own_figures(path: Path, document: dict[str, Any], parts: dict[str, Part]) -> dict[str, Part]:
    """Let rows and caps of the design stand in for those of its parts: a measured figure beats a sheet."""
    rows, caps = (sub_table(path, "", document, key) for key in ("rows", "caps"))
    for where, tables in (("rows", rows), ("caps", caps)):
        only_keys(path, where, tables, parts)
    return {kind: _merged(path, part, rows, caps) for kind, part in parts.items()}


def _in_its_lead(meter: Part, charger: Part) -> Part:
    """A meter that says nowhere in which lead it sits: where this charger lets it."""
    return replace(meter, caps=MappingProxyType({"lead": lead_of(charger), **meter.caps}))


def _merged(path: Path, part: Part, rows: dict[str, Any], caps: dict[str, Any]) -> Part:
    if part.kind not in rows and part.kind not in caps:
        return part
    rules = KINDS[part.kind]
    own_rows = read_rows(path, f"rows.{part.kind}", sub_table(path, "rows", rows, part.kind), rules)
    own_caps = read_caps(path, f"caps.{part.kind}", sub_table(path, "caps", caps, part.kind), rules)
    merged = replace(
        part,
        rows=MappingProxyType({**part.rows, **own_rows}),
        caps=MappingProxyType({**part.caps, **own_caps}),
    )
    check_complete(merged)
    return merged


def _sleep(path: Path, document: dict[str, Any]) -> SleepPlan:
    only_keys(path, "sleep", document, ("alarms", "wake", "edge"))
    rules: Mapping[str, CapRule] = {
        "alarms": CapRule("strs", ("pin", "time")),
        "wake": CapRule("strs"),
        "edge": CapRule("bool"),
    }
    for key, rule in rules.items():
        if key not in document:
            raise missing(path, f"sleep.{key}", CAP_TYPES[rule.type])
        cap(path, f"sleep.{key}", document[key], rule)
    return SleepPlan(tuple(document["alarms"]), tuple(document["wake"]), document["edge"])


def _pins(path: Path, document: dict[str, Any]) -> dict[str, str]:
    for role, pin in document.items():
        cap(path, f"pins.{role}", pin, CapRule("str"))
    return dict(document)
