"""What the node would take of its settings, and what never works."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from station.doctor_table import Finding, finding


def traps(settings: Mapping[str, object]) -> Iterator[Finding]:
    """One finding for each, wrong or doubtful."""
    values = {key: str(value) for key, value in settings.items()}
    for key in ("TORPOR_WIFI_SSID", "TORPOR_WIFI_PASSWORD", "TORPOR_HOST"):
        if values.get(key, "") != values.get(key, "").strip():
            yield finding("settings.blank", key=key)
    if re.fullmatch(r"(.)\1{63}", values.get("TORPOR_KEY", "")):
        yield finding("settings.key")
    yield from _of_host(values.get("TORPOR_HOST", "").strip())
    ssid = values.get("TORPOR_WIFI_SSID", "")
    if re.search(r"5 ?G(Hz)?\b", ssid, re.IGNORECASE):
        yield finding("settings.5GHz", ssid=ssid)
    if "CIRCUITPY_WIFI_SSID" in values:
        yield finding("settings.always")


def _of_host(host: str) -> Iterator[Finding]:
    if re.search(r"[/:@ ]", host):
        yield finding("settings.host", host=host)
    elif host.lower() == "localhost" or host.startswith(("127.", "0.")):
        yield finding("settings.loop", host=host)
    elif host.lower().endswith(".local"):
        yield finding("settings.local", host=host)
