"""A profile as the text of its file; `read_profile` reads it back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from sim.odds.profile import Profile


def profile_text(profile: Profile, comments: tuple[str, ...] = ()) -> str:
    """TOML; `comments` stand at its head, for people."""
    parts = [*(f"# {line}".rstrip() for line in comments), f"title = {_value(profile.title)}"]
    parts += _section("from", profile.origin)
    for name, one in profile.measured.items():
        parts += _section(f"measured.{name}", {"mW": one.mW, **_told(asdict(one))})
    parts += _section("states", profile.states) + _section("uncertainty", profile.uncertainty)
    return "\n".join(parts) + "\n"


def _told(figures: Mapping[str, object]) -> dict[str, object]:
    """Figures that are known: neither nothing nor zero."""
    return {key: value for key, value in figures.items() if value}


def _section(name: str, values: Mapping[str, object]) -> list[str]:
    if not values:
        return []
    return ["", f"[{name}]", *(f"{key} = {_value(value)}" for key, value in values.items())]


def _value(value: object) -> str:
    """A TOML value: text quoted, figures with as many digits as mean something."""
    if isinstance(value, float):
        return f"{value:.5g}" if abs(value) < 1e5 else f"{value:.0f}"
    return json.dumps(value, ensure_ascii=False)
