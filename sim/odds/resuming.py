"""Finished parts on the disk: what an interrupted run has, the next one need not work out again.

A part is one JSON file, named by its question's fingerprint and its number, and there whole or not at all.
Counts are mostly zeros, so only the others are written.
"""

from __future__ import annotations

import json
import os
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import SimError
from sim.odds.tally import Tally

FOLDER = "parts"


class Shelf:
    """A folder of parts; `resume`: parts that lie there are taken."""

    def __init__(self, folder: Path, resume: bool = False) -> None:
        self._folder = folder / FOLDER
        self._resume = resume

    def get(self, name: str) -> dict[str, Any] | None:
        """A part that is there; None if it is not, or is damaged: it is then made again."""
        if not self._resume:
            return None
        try:
            found = json.loads((self._folder / f"{name}.json").read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def put(self, name: str, made: dict[str, Any]) -> None:
        """Keep a part; SimError, one sentence, where the folder cannot be written."""
        path = self._folder / f"{name}.json"
        part = path.with_name(f"{name}.{os.getpid()}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(made), "utf-8")
            os.replace(part, path)
        except OSError as error:
            raise SimError(f"{path}: cannot be written ({error.strerror}).") from None


def packed(tally: Tally) -> dict[str, Any]:
    """A tally as plain JSON values; numbers come back exactly."""
    return {field.name: _packed(getattr(tally, field.name)) for field in fields(tally)}


def unpacked(kept: dict[str, Any]) -> Tally:
    """Out of such values."""
    empty = Tally.empty()
    return Tally(
        **{field.name: _unpacked(kept[field.name], getattr(empty, field.name)) for field in fields(empty)}
    )


def _packed(value: Any) -> Any:
    if not isinstance(value, np.ndarray):
        return int(value)
    flat = value.ravel()
    at = np.flatnonzero(flat)
    return {"shape": list(value.shape), "at": at.tolist(), "is": flat[at].tolist()}


def _unpacked(kept: Any, like: Any) -> Any:
    if not isinstance(like, np.ndarray):
        return int(kept)
    flat = np.zeros(int(np.prod(kept["shape"])), dtype=like.dtype)
    flat[np.array(kept["at"], dtype=np.int64)] = kept["is"]
    return flat.reshape(kept["shape"])
