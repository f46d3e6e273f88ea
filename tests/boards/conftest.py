"""A copy of a design, or of a part file, with some of its text changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import boards

HOME = Path(boards.__file__).parent

Change = Callable[..., Path]


def replaced(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for old, new in pairs:
        assert text.count(old) >= 1, f"{old!r} is not in the file, this test changes nothing"
        text = text.replace(old, new)
    return text


@pytest.fixture
def changed(tmp_path: Path) -> Change:
    """changed((old, new), ..., design=NAME) writes NAME, changed, to tmp_path and returns its path."""

    def write(*pairs: tuple[str, str], design: str = "pico-w-arducam-2mp") -> Path:
        path = tmp_path / "my.toml"
        path.write_text(
            replaced((HOME / f"{design}.toml").read_text(encoding="utf-8"), pairs), encoding="utf-8"
        )
        return path

    return write


@pytest.fixture
def changed_part(tmp_path: Path, changed: Change) -> Change:
    """changed_part(FILE, (old, new), ...) puts a changed part file beside the default design."""

    def write(file: str, *pairs: tuple[str, str]) -> Path:
        folder = tmp_path / "parts"
        folder.mkdir(exist_ok=True)
        text = (HOME / "parts" / file).read_text(encoding="utf-8")
        (folder / file).write_text(replaced(text, pairs), encoding="utf-8")
        return changed()

    return write
