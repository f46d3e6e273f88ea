"""What the doctor may find, and how one finding gets its figures."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any

_TABLE = Path(__file__).with_name("doctor_findings.toml")


class Weight(IntEnum):
    """How bad: the worst is told first."""

    WRONG = 0
    DOUBTFUL = 1
    NOTE = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the doctor says: what is wrong, and what to do."""

    code: str
    weight: Weight
    what: str
    do: str


def finding(code: str, **figures: Any) -> Finding:
    """A row of the table with its figures."""
    row = table()[code]
    return Finding(
        code, Weight[row["weight"].upper()], _told(row["what"], figures), _told(row["do"], figures)
    )


@cache
def table() -> dict[str, dict[str, str]]:
    """Code -> weight, what, do."""
    return tomllib.loads(_TABLE.read_text(encoding="utf-8"))


def _told(sentence: str, figures: dict[str, Any]) -> str:
    return sentence.format(**figures)
