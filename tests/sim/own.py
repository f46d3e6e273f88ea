"""The nest box of docs/own-application.md, as files."""

from __future__ import annotations

from pathlib import Path

from tests.docs.commands import ROOT, files

PAGE = ROOT / "docs" / "own-application.md"


def nest_box(folder: Path) -> Path:
    """Write every file of the page into a folder; returns the design's."""
    for name, text in files(PAGE).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder / "nestbox.toml"
