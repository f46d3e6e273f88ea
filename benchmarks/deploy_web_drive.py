"""What a web workflow does to a drive, a folder here, and what it tells of its files."""

from __future__ import annotations

import shutil
from pathlib import Path


def entry(one: Path) -> dict[str, object]:
    return {
        "name": one.name,
        "directory": one.is_dir(),
        "modified_ns": 946684800000000000,
        "file_size": one.stat().st_size if one.is_file() else 0,
    }


def make_folder(where: Path) -> tuple[int, bytes]:
    if where.is_dir():
        return 204, b""
    if not where.parent.is_dir():
        return 404, b""
    where.mkdir()
    return 201, b""


def delete(where: Path) -> int:
    if where.is_dir():
        shutil.rmtree(where)
    elif where.exists():
        where.unlink()
    else:
        return 404
    return 204
