"""The three tables of Camtrap DP 1.0.2, column by column: name, type, and what its values must be.

The standard's own schemas are on the web, and the package names them; these say the same in short, so that
the writer keeps its order and a package can be checked without a network. https://camtrap-dp.tdwg.org/data
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: A column: name, type, constraints (as in Table Schema).
Column = tuple[str, str, Mapping[str, Any]]

_NEEDED: Mapping[str, Any] = {"required": True}
_KEY: Mapping[str, Any] = {"required": True, "unique": True}
_FREE: Mapping[str, Any] = {}
_POSITIVE: Mapping[str, Any] = {"minimum": 0}
_RIGHT_ANGLE: Mapping[str, Any] = {"minimum": -90, "maximum": 90}
_SHARE: Mapping[str, Any] = {"minimum": 0, "maximum": 1}
_SIZE: Mapping[str, Any] = {"minimum": 1e-15, "maximum": 1}

_FEATURES = (
    "roadPaved roadDirt trailHiking trailGame roadUnderpass roadOverpass roadBridge culvert burrow nestSite"
    " carcass waterSource fruitingTree"
).split()

DEPLOYMENTS: tuple[Column, ...] = (
    ("deploymentID", "string", _KEY),
    ("locationID", "string", _FREE),
    ("locationName", "string", _FREE),
    ("latitude", "number", {"required": True, **_RIGHT_ANGLE}),
    ("longitude", "number", {"required": True, "minimum": -180, "maximum": 180}),
    ("coordinateUncertainty", "integer", {"minimum": 1}),
    ("deploymentStart", "datetime", _NEEDED),
    ("deploymentEnd", "datetime", _NEEDED),
    ("setupBy", "string", _FREE),
    ("cameraID", "string", _FREE),
    ("cameraModel", "string", _FREE),
    ("cameraDelay", "integer", _POSITIVE),
    ("cameraHeight", "number", _POSITIVE),
    ("cameraDepth", "number", _POSITIVE),
    ("cameraTilt", "integer", _RIGHT_ANGLE),
    ("cameraHeading", "integer", {"minimum": 0, "maximum": 360}),
    ("detectionDistance", "number", _POSITIVE),
    ("timestampIssues", "boolean", _FREE),
    ("baitUse", "boolean", _FREE),
    ("featureType", "string", {"enum": _FEATURES}),
    ("habitat", "string", _FREE),
    ("deploymentGroups", "string", _FREE),
    ("deploymentTags", "string", _FREE),
    ("deploymentComments", "string", _FREE),
)

MEDIA: tuple[Column, ...] = (
    ("mediaID", "string", _KEY),
    ("deploymentID", "string", _NEEDED),
    ("captureMethod", "string", {"enum": ["activityDetection", "timeLapse"]}),
    ("timestamp", "datetime", _NEEDED),
    ("filePath", "string", {"required": True, "pattern": r"^(?=^[^./~])(^((?!\.{2}).)*$).*$"}),
    ("filePublic", "boolean", _NEEDED),
    ("fileName", "string", _FREE),
    ("fileMediatype", "string", {"required": True, "pattern": r"^(image|video|audio)/.*$"}),
    ("exifData", "object", _FREE),
    ("favorite", "boolean", _FREE),
    ("mediaComments", "string", _FREE),
)

OBSERVATIONS: tuple[Column, ...] = (
    ("observationID", "string", _KEY),
    ("deploymentID", "string", _NEEDED),
    ("mediaID", "string", _FREE),
    ("eventID", "string", _FREE),
    ("eventStart", "datetime", _NEEDED),
    ("eventEnd", "datetime", _NEEDED),
    ("observationLevel", "string", {"required": True, "enum": ["media", "event"]}),
    ("observationType", "string",
     {"required": True, "enum": ["animal", "human", "vehicle", "blank", "unknown", "unclassified"]}),
    ("cameraSetupType", "string", {"enum": ["setup", "calibration"]}),
    ("scientificName", "string", _FREE),
    ("count", "integer", {"minimum": 1}),
    ("lifeStage", "string", {"enum": ["adult", "subadult", "juvenile"]}),
    ("sex", "string", {"enum": ["female", "male"]}),
    ("behavior", "string", _FREE),
    ("individualID", "string", _FREE),
    ("individualPositionRadius", "number", _POSITIVE),
    ("individualPositionAngle", "number", _RIGHT_ANGLE),
    ("individualSpeed", "number", _POSITIVE),
    ("bboxX", "number", _SHARE),
    ("bboxY", "number", _SHARE),
    ("bboxWidth", "number", _SIZE),
    ("bboxHeight", "number", _SIZE),
    ("classificationMethod", "string", {"enum": ["human", "machine"]}),
    ("classifiedBy", "string", _FREE),
    ("classificationTimestamp", "datetime", _FREE),
    ("classificationProbability", "number", _SHARE),
    ("observationTags", "string", _FREE),
    ("observationComments", "string", _FREE),
)  # fmt: skip

TABLES: Mapping[str, tuple[Column, ...]] = {
    "deployments": DEPLOYMENTS,
    "media": MEDIA,
    "observations": OBSERVATIONS,
}
#: Which column of a table names a row of another: (column, table, its key).
REFERENCES: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "deployments": (),
    "media": (("deploymentID", "deployments", "deploymentID"),),
    "observations": (("deploymentID", "deployments", "deploymentID"), ("mediaID", "media", "mediaID")),
}
#: Times as the standard has them: to the second, with a zone.
TIME = "%Y-%m-%dT%H:%M:%S%z"


def table_schema(table: str) -> dict[str, Any]:
    """One table as a Table Schema (Frictionless)."""
    columns = TABLES[table]
    return {
        "fields": [
            {
                "name": name,
                "type": kind,
                "format": TIME if kind == "datetime" else "default",
                "constraints": dict(rules),
            }
            for name, kind, rules in columns
        ],
        "missingValues": [""],
        "primaryKey": [columns[0][0]],
        "foreignKeys": [
            {"fields": [column], "reference": {"resource": other, "fields": [key]}}
            for column, other, key in REFERENCES[table]
        ],
    }
