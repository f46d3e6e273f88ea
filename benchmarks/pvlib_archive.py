"""Files of pvlib's own tests: in its source archive, fetched by name; not ours to pass on."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path


def archived(name: str) -> Path | None:
    """Where such a file lies, kept beside the installed packages; None if it cannot be fetched."""
    kept = Path(sys.prefix) / "weather" / name
    if not kept.is_file() and not _fetch(name, kept):
        return None
    return kept


def _fetch(name: str, kept: Path) -> bool:
    kept.parent.mkdir(exist_ok=True)
    archive = kept.parent / f"pvlib-{version('pvlib')}.tar.gz"
    if not archive.is_file():
        wanted = f"pvlib=={version('pvlib')}"
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:", "--quiet"]
        done = subprocess.run([*command, "-d", str(kept.parent), wanted], capture_output=True, check=False)
        if done.returncode or not archive.is_file():
            return False
    with tarfile.open(archive) as files:
        for member in files.getmembers():
            if member.name.endswith(f"/tests/data/{name}"):
                source = files.extractfile(member)
                assert source is not None
                kept.write_bytes(source.read())
                return True
    return False
