"""What Home Assistant is told of a node: its device with its entities, and the words and numbers they show.

MQTT device discovery: one retained message per node describes all of it
(https://www.home-assistant.io/integrations/mqtt).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from station import __version__
from station.captured import MAKE, camera_of
from station.quiet import is_late, why_quiet
from station.records import Node
from station.standing import Standing

ONLINE, OFFLINE = b"online", b"offline"
#: Kinds of silence that are a problem, and not a node that rests until there is sun.
_PROBLEMS = ("trouble",)


@dataclass(frozen=True, slots=True)
class Topics:
    """Where things are told. `prefix`: of all of them but the discovery's."""

    prefix: str = "torpor"

    @property
    def station(self) -> str:
        """Whether the station runs; the broker says so itself when it is gone."""
        return f"{self.prefix}/status"

    def config(self, node: str) -> str:
        """A node's device."""
        return f"homeassistant/device/{self.prefix.replace('/', '_')}_{node}/config"

    def available(self, node: str) -> str:
        """Whether a node is heard when it should be."""
        return f"{self.prefix}/{node}/availability"

    def state(self, node: str) -> str:
        """Its numbers and words, as JSON."""
        return f"{self.prefix}/{node}/state"

    def image(self, node: str) -> str:
        """Its newest picture."""
        return f"{self.prefix}/{node}/image"

    def all_of(self, node: str) -> tuple[str, ...]:
        """Every topic of a node."""
        return self.config(node), self.available(node), self.state(node), self.image(node)


def device(node: Node, topics: Topics) -> bytes:
    """The message that makes the device: camera nodes have a picture, all have the rest."""
    unique = f"{topics.prefix.replace('/', '_')}_{node.name}"
    parts = _parts(node, topics)
    message = {
        "dev": {
            "identifiers": [unique],
            "name": node.name,
            "manufacturer": MAKE,
            "model": camera_of(node),
            **({"model_id": node.design} if node.design else {}),
        },
        "o": {"name": "Torpor", "sw_version": __version__},
        "cmps": {
            name: {"unique_id": f"{unique}_{name}", **part, **_availability(name, node, topics)}
            for name, part in parts.items()
        },
    }
    return json.dumps(message, ensure_ascii=False).encode()


def _parts(node: Node, topics: Topics) -> dict[str, dict[str, object]]:
    diagnostic = {"entity_category": "diagnostic"}
    measured = {"state_class": "measurement"}
    return {
        "picture": {
            "p": "image", "name": "Picture", "image_topic": topics.image(node.name),
            "content_type": "image/jpeg",
        },
        "battery": {
            **_sensor(node, topics, "Battery", "soc"), **measured, **diagnostic,
            "device_class": "battery", "unit_of_measurement": "%",
        },
        "voltage": {
            **_sensor(node, topics, "Voltage", "voltage"), **measured, **diagnostic,
            "device_class": "voltage", "unit_of_measurement": "V", "suggested_display_precision": 2,
        },
        "pictures_today": {
            **_sensor(node, topics, "Pictures today", "pictures_today"), **measured,
            "icon": "mdi:image-multiple",
        },
        "last_seen": {
            **_sensor(node, topics, "Last seen", "last_seen"), **diagnostic, "device_class": "timestamp",
        },
        "problem": {
            **_sensor(node, topics, "Problem", "problem"), "p": "binary_sensor", "device_class": "problem",
            "payload_on": "True", "payload_off": "False",
        },
        "why": {**_sensor(node, topics, "Why quiet", "why"), "icon": "mdi:sleep"},
    }  # fmt: skip


def _sensor(node: Node, topics: Topics, name: str, value: str) -> dict[str, object]:
    template = f"{{{{ value_json.{value} }}}}"
    return {"p": "sensor", "name": name, "state_topic": topics.state(node.name), "value_template": template}


def _availability(part: str, node: Node, topics: Topics) -> dict[str, object]:
    """What tells of a late node is there as long as the station is; the rest goes with the node."""
    asked = [topics.station]
    if part not in ("last_seen", "problem", "why"):
        asked.append(topics.available(node.name))
    return {"availability": [{"topic": topic} for topic in asked], "availability_mode": "all"}


def state(node: Standing, pictures_today: int, heartbeats: float) -> bytes:
    """What its entities show."""
    quiet = why_quiet(node, heartbeats)
    mV = node.number("mV")
    heard_s = node.node.heard_s
    said = {
        "soc": node.soc,
        "voltage": mV / 1000 if mV else None,
        "pictures_today": pictures_today,
        "last_seen": datetime.fromtimestamp(int(heard_s), UTC).isoformat() if heard_s is not None else None,
        "problem": quiet.kind in _PROBLEMS,
        "why": quiet.why[:255],  # longer states are refused
    }
    return json.dumps(said, ensure_ascii=False).encode()


def availability(node: Standing, heartbeats: float) -> bytes:
    """Offline: it should have been heard by now, or never was."""
    return OFFLINE if node.silent_s is None or is_late(node, heartbeats) else ONLINE
