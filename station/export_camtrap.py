"""Camtrap DP 1.0.2: pictures in `media/`, three tables and a description that other programs can read.

Nobody has looked at the pictures for animals: every one is an unclassified observation. The tables are made
anew from the list of what was exported; pictures that the station deleted since stay in the package.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from station.camtrap_fields import TABLES
from station.captured import MAKE
from station.errors import Exit, StationError
from station.export_list import Exported, read_list
from station.records import Node

MEDIA = "media"
#: Where the standard's schemas are, which a package names.
STANDARD = "https://raw.githubusercontent.com/tdwg/camtrap-dp/1.0.2/"
Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Project:
    """Who and what for. `by` : who has the rights to the pictures. `title` : the project's."""

    title: str
    by: str


def check_places(nodes: Iterable[Node]) -> None:
    """StationError if a node's place is not known: the format has no deployment without one."""
    for node in nodes:
        if node.latitude is None or node.longitude is None:
            raise StationError(
                f"Nobody has told where node {node.name} stands, which Camtrap DP asks for:"
                f" torpor node place {node.name} LATITUDE LONGITUDE.",
                Exit.USAGE,
            )


def write_package(out: Path, nodes: Sequence[Node], project: Project) -> None:
    """Describe what lies in `out`/media. StationError if a node of the list is not among `nodes`."""
    lines = sorted(read_list(out / MEDIA), key=lambda line: (datetime.fromisoformat(line.time), line.file))
    if not lines:
        raise StationError("There is no picture to export, and a Camtrap DP without one is none.")
    there = _nodes_of(lines, nodes)
    check_places(there)
    tables: dict[str, list[Row]] = {
        "deployments": [_deployment(node, lines) for node in there],
        "media": [_medium(line) for line in lines],
        "observations": [_observation(line) for line in lines],
    }
    for table, rows in tables.items():
        _write(out / f"{table}.csv", table, rows)
    _put(out / "datapackage.json", json.dumps(_package(there, lines, project), indent=2, ensure_ascii=False))


def _nodes_of(lines: Iterable[Exported], nodes: Iterable[Node]) -> list[Node]:
    by_name = {node.name: node for node in nodes}
    names = sorted({line.node for line in lines})
    if strange := [name for name in names if name not in by_name]:
        raise StationError(f"The package has pictures of {strange[0]}, which is no node of this station.")
    return [by_name[name] for name in names]


def _deployment(node: Node, every: Sequence[Exported]) -> Row:
    lines = [line for line in every if line.node == node.name]
    return {
        "deploymentID": node.name,
        "locationID": node.name,
        "locationName": node.name,
        "latitude": node.latitude,
        "longitude": node.longitude,
        "deploymentStart": lines[0].time,
        "deploymentEnd": lines[-1].time,
        "cameraID": node.name,
        "cameraModel": f"{MAKE}-{lines[-1].camera}",
        "timestampIssues": _word(any(line.time_is != "taken" for line in lines)),
    }


def _medium(line: Exported) -> Row:
    issues = ["The timestamp is of its arrival: it may have waited on the node."] * (line.time_is != "taken")
    return {
        "mediaID": _id(line),
        "deploymentID": line.node,
        "captureMethod": "activityDetection",
        "timestamp": line.time,
        "filePath": f"{MEDIA}/{line.file}",
        "filePublic": _word(False),
        "fileName": line.file.rpartition("/")[2],
        "fileMediatype": "image/jpeg",
        "mediaComments": " ".join([*issues, *([f"Suspect: {line.suspect}"] if line.suspect else [])]),
    }


def _observation(line: Exported) -> Row:
    return {
        "observationID": _id(line),
        "deploymentID": line.node,
        "mediaID": _id(line),
        "eventStart": line.time,
        "eventEnd": line.time,
        "observationLevel": "media",
        "observationType": "unclassified",
    }


def _package(nodes: Sequence[Node], lines: Sequence[Exported], project: Project) -> dict[str, object]:
    return {
        "resources": [_resource(table) for table in TABLES],
        "profile": STANDARD + "camtrap-dp-profile.json",
        "name": "-".join(["torpor", *(node.name for node in nodes)]),
        "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "title": project.title,
        "contributors": [{"title": project.by, "role": "rightsHolder"}],
        "sources": [{"title": "Torpor"}],
        "project": {
            "title": project.title,
            "samplingDesign": "opportunistic",
            "captureMethod": ["activityDetection"],
            "individualAnimals": False,
            "observationLevel": ["media"],
        },
        "spatial": _spatial(nodes),
        "temporal": {"start": lines[0].time[:10], "end": lines[-1].time[:10]},
        "taxonomic": [],
    }


def _resource(table: str) -> dict[str, str]:
    return {
        "name": table,
        "path": f"{table}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": f"{STANDARD}{table}-table-schema.json",
    }


def _spatial(nodes: Sequence[Node]) -> dict[str, object]:
    """GeoJSON: the places, and the box around them."""
    places = [[node.longitude or 0.0, node.latitude or 0.0] for node in nodes]
    east, north = zip(*places, strict=True)
    return {
        "type": "MultiPoint",
        "bbox": [min(east), min(north), max(east), max(north)],
        "coordinates": places,
    }


def _id(line: Exported) -> str:
    return f"{line.node}:{line.key}"


def _word(truth: bool) -> str:
    return "true" if truth else "false"


def _write(path: Path, table: str, rows: Iterable[Row]) -> None:
    part = path.with_suffix(".part")
    with part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [name for name, _, _ in TABLES[table]], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    os.replace(part, path)


def _put(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    part.write_text(text + "\n", encoding="utf-8")
    os.replace(part, path)
