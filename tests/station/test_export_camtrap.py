"""`torpor export camtrap-dp`: a package that Frictionless validates, offline.

The standard's schemas lie on the web; a package names their addresses. Here it is validated against the same
tables as station/camtrap_fields.py has them, in the standard's own words where they bind.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from frictionless import Package, Resource, Schema

from station.camtrap_fields import TABLES, table_schema

Run = Callable[[str], tuple[int, str, str]]
Keep = Callable[..., bytes]
DAY_s = 86_400.0
NOON = 1_777_630_953.0  # 1 May 2026, 10:22:33 UTC
URL = "https://raw.githubusercontent.com/tdwg/camtrap-dp/1.0.2/"


def validated(out: Path) -> list[tuple[str, str]]:
    """What Frictionless has against a package: (table, kind of error) each."""
    described = json.loads((out / "datapackage.json").read_text("utf-8"))
    resources = [
        Resource(
            name=one["name"], path=one["path"], format=one["format"], encoding=one["encoding"],
            schema=Schema.from_descriptor(table_schema(one["name"])),
        )
        for one in described["resources"]
    ]  # fmt: skip
    report = Package(resources=resources, basepath=str(out)).validate()
    assert [task.name for task in report.tasks] == ["deployments", "media", "observations"]
    found = [(task.name, error.type) for task in report.tasks for error in task.errors]
    return [*(("package", error.type) for error in report.errors), *found]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def told(row: dict[str, str]) -> dict[str, str]:
    """The columns of a row in which something stands."""
    return {name: value for name, value in row.items() if value}


@pytest.fixture
def package(run: Run, keep: Keep, tmp_path: Path) -> Path:
    """Two of the garden, one of them waited on the node; one of the shed."""
    keep("0000000a-1")
    keep("0000000a-2", NOON + DAY_s, '{"wake":9,"cause":1}')
    keep("0000000b-1", NOON - 3600, node="shed")
    run("node place garden 52.52 13.405")
    run("node place shed -33.5 151.25")
    out = tmp_path / "package"
    said = run(f"export camtrap-dp {out} --by 'Ada Lovelace' --title Hedgehogs --zone Europe/Berlin")
    assert said == (0, f"{out}: 3 new, 0 there already.\n", "")
    return out


def test_it_validates(package: Path) -> None:
    assert validated(package) == []


def test_deployments(package: Path) -> None:
    garden, shed = rows(package / "deployments.csv")
    assert told(garden) == {
        "deploymentID": "garden", "locationID": "garden", "locationName": "garden",
        "latitude": "52.52", "longitude": "13.405",
        "deploymentStart": "2026-05-01T12:22:33+02:00", "deploymentEnd": "2026-05-02T12:22:33+02:00",
        "cameraID": "garden", "cameraModel": "Torpor-Arducam Mini 2MP Plus", "timestampIssues": "true",
    }  # fmt: skip
    assert (shed["latitude"], shed["timestampIssues"]) == ("-33.5", "false")


def test_media_and_observations(package: Path) -> None:
    media = rows(package / "media.csv")
    assert [row["mediaID"] for row in media] == ["shed:0000000b-1", "garden:0000000a-1", "garden:0000000a-2"]
    assert told(media[1]) == {
        "mediaID": "garden:0000000a-1", "deploymentID": "garden", "captureMethod": "activityDetection",
        "timestamp": "2026-05-01T12:22:33+02:00", "filePublic": "false", "fileMediatype": "image/jpeg",
        "filePath": "media/garden/2026-05-01/garden_20260501_122233_0000000a-1.jpg",
        "fileName": "garden_20260501_122233_0000000a-1.jpg",
    }  # fmt: skip
    assert media[2]["mediaComments"] == "The timestamp is of its arrival: it may have waited on the node."
    assert all((package / row["filePath"]).is_file() for row in media)
    assert told(rows(package / "observations.csv")[1]) == {
        "observationID": "garden:0000000a-1", "mediaID": "garden:0000000a-1", "deploymentID": "garden",
        "eventStart": "2026-05-01T12:22:33+02:00", "eventEnd": "2026-05-01T12:22:33+02:00",
        "observationLevel": "media", "observationType": "unclassified",
    }  # fmt: skip


def test_what_the_profile_asks_for(package: Path) -> None:
    found = json.loads((package / "datapackage.json").read_text("utf-8"))
    assert found["profile"] == URL + "camtrap-dp-profile.json"
    assert [(one["name"], one["profile"], one["schema"]) for one in found["resources"]] == [
        (name, "tabular-data-resource", f"{URL}{name}-table-schema.json")
        for name in ("deployments", "media", "observations")
    ]
    assert found["created"].endswith("Z")
    assert found["contributors"] == [{"title": "Ada Lovelace", "role": "rightsHolder"}]
    assert found["project"] == {
        "title": "Hedgehogs", "samplingDesign": "opportunistic", "captureMethod": ["activityDetection"],
        "individualAnimals": False, "observationLevel": ["media"],
    }  # fmt: skip
    assert found["spatial"] == {
        "type": "MultiPoint", "bbox": [13.405, -33.5, 151.25, 52.52],
        "coordinates": [[13.405, 52.52], [151.25, -33.5]],
    }  # fmt: skip
    assert found["temporal"] == {"start": "2026-05-01", "end": "2026-05-02"}
    assert found["taxonomic"] == []


def test_it_goes_on_with_what_is_new(run: Run, keep: Keep, package: Path) -> None:
    keep("0000000a-3", NOON + 2 * DAY_s)
    code, out, _ = run(f"export camtrap-dp {package} --by Ada --zone Europe/Berlin --node garden")
    assert (code, out) == (0, f"{package}: 1 new, 2 there already.\n")
    assert [row["deploymentID"] for row in rows(package / "media.csv")] == ["shed"] + ["garden"] * 3
    assert rows(package / "deployments.csv")[0]["deploymentEnd"] == "2026-05-03T12:22:33+02:00"
    assert validated(package) == []


@pytest.mark.parametrize(
    ("table", "column", "value", "kind"),
    [
        ("deployments", "latitude", "91", "constraint-error"),
        ("deployments", "deploymentStart", "2026-05-01 12:22", "type-error"),
        ("media", "deploymentID", "attic", "foreign-key"),
        ("media", "filePath", "../secret.jpg", "constraint-error"),
        ("media", "timestamp", "", "constraint-error"),
        ("observations", "mediaID", "garden:x", "foreign-key"),
        ("observations", "observationType", "hedgehog", "constraint-error"),
    ],
)
def test_the_check_finds_what_is_wrong(package: Path, table: str, column: str, value: str, kind: str) -> None:
    path = package / f"{table}.csv"
    found = rows(path)
    found[0][column] = value
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [name for name, _, _ in TABLES[table]])
        writer.writeheader()
        writer.writerows(found)
    assert (table, kind) in validated(package)


def test_a_node_without_a_place_is_named(run: Run, keep: Keep, tmp_path: Path) -> None:
    keep("0000000a-1")
    assert run(f"export camtrap-dp {tmp_path}/out --by Ada") == (
        2, "", "torpor: Nobody has told where node garden stands, which Camtrap DP asks for:"
        " torpor node place garden LATITUDE LONGITUDE.\n"
    )  # fmt: skip
    assert not (tmp_path / "out").exists()


def test_without_a_picture_there_is_no_package(run: Run, tmp_path: Path) -> None:
    run("node add garden")
    run("node place garden 52.52 13.405")
    assert run(f"export camtrap-dp {tmp_path}/out --by Ada") == (
        1, "", "torpor: There is no picture to export, and a Camtrap DP without one is none.\n"
    )  # fmt: skip
