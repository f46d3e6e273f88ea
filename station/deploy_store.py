"""Versions of boards that were deployed to, kept on this computer: what lay on a board before, for `torpor
rollback`, and what an interrupted deploy was about.

One folder per board (its UID) in the user's data folder. Contents lie there once each, by their SHA-256.
Folders and files are the owner's alone: settings hold secrets.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from station.deploy_image import SETTINGS, Image, digest
from station.errors import StationError
from station.files import make_durable
from station.lock import locked

#: Where to keep versions, if not in the user's data folder.
FOLDER = "TORPOR_VERSIONS"
_DEPLOY, _ROLLBACK = "deploy", "rollback"
_PREVIOUS, _PENDING, _DEPLOYED = "previous.json", "pending.json", "deployed.json"


def kept_in() -> Path:
    """The folder of all boards."""
    return Path(os.environ.get(FOLDER) or user_data_path("torpor", appauthor=False) / "boards")


class Versions:
    """What is kept of one board."""

    def __init__(self, board: str, folder: Path | None = None) -> None:
        self.folder = (folder or kept_in()) / (_safe(board) or "unknown")

    def previous(self) -> Image | None:
        """What lay there before the last deploy that was completed."""
        return self._load(_PREVIOUS)

    def pending(self) -> Image | None:
        """What lay there before a deploy that was begun and has not ended."""
        return self._load(_PENDING)

    def deployed(self) -> frozenset[str]:
        """Paths that deploys have written, whether or not they were completed."""
        return frozenset(map(str, self._read(_DEPLOYED).get("paths", ())))

    def design_begun(self) -> str:
        """The design of a deploy that was begun and has not ended, "" if there is none."""
        return str(self._read(_PENDING).get("to", ""))

    def settings_begun(self) -> bytes | None:
        """The settings.toml that such a deploy was to write, None if it was to write none."""
        return self.has(str(self._read(_PENDING).get("settings") or "none"))

    def has(self, content_digest: str) -> bytes | None:
        """A content that is kept; None if it is not, or spoilt."""
        try:
            content = (self.folder / "contents" / content_digest).read_bytes()
        except OSError:
            return None
        return content if digest(content) == content_digest else None

    def target_of_rollback(self) -> Image | None:
        """What a rollback brings: after an interrupted deploy what was there before it, else what was there
        before the last one."""
        return self.pending() if self._interrupted_deploy else self.previous()

    @property
    def _interrupted_deploy(self) -> bool:
        return self._read(_PENDING).get("what") == _DEPLOY

    @contextmanager
    def held(self) -> Iterator[None]:
        """Inside, no other deploy of this computer changes the board; StationError if one does."""
        self._make(self.folder)
        with locked(self.folder, "torpor deploy or rollback"):
            yield

    def begin(
        self, before: Image, paths: Iterable[str], to: Image | None = None, rollback: bool = False
    ) -> None:
        """Before the first change: what is there, which paths will be written, and what it is to become."""
        settings = to.files.get(SETTINGS) if to else None
        for content in (*before.files.values(), *([settings] if settings else [])):
            self._keep(content)
        self._write(_DEPLOYED, {"version": 1, "paths": sorted(self.deployed() | set(paths))})
        what = _ROLLBACK if rollback and not self._interrupted_deploy else _DEPLOY
        listed = {"design": before.design, "files": dict(before.digests), "gone": sorted(before.gone)}
        becomes = {"to": to.design if to else "", "settings": digest(settings) if settings else ""}
        self._write(_PENDING, {"version": 1, "what": what, **becomes, **listed})

    def done(self, rollback: bool = False) -> None:
        """All of it is there: what was before is what a rollback brings. An interrupted deploy that was
        rolled back leaves nothing."""
        if rollback and self._interrupted_deploy:
            (self.folder / _PENDING).unlink()
        else:
            os.replace(self.folder / _PENDING, self.folder / _PREVIOUS)
        make_durable(self.folder)
        wanted = set(self._read(_PREVIOUS).get("files", {}).values())
        for path in (self.folder / "contents").glob("*"):  # none where nothing was there before
            if path.name not in wanted:
                path.unlink(missing_ok=True)

    def _load(self, name: str) -> Image | None:
        told = self._read(name)
        if not told:
            return None
        files: dict[str, bytes] = {}
        for path, content_digest in dict(told["files"]).items():
            content = self.has(str(content_digest))
            if content is None:
                raise StationError(f"{self.folder}: the kept {path} is missing or spoilt.")
            files[str(path)] = content
        return Image(str(told.get("design", "")), files, frozenset(map(str, told.get("gone", ()))))

    def _read(self, name: str) -> dict[str, Any]:
        try:
            found = json.loads((self.folder / name).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _keep(self, content: bytes) -> None:
        if self.has(digest(content)) is None:
            self._replace(self.folder / "contents" / digest(content), content)

    def _write(self, name: str, document: dict[str, Any]) -> None:
        self._replace(self.folder / name, json.dumps(document, indent=1).encode())

    def _replace(self, path: Path, content: bytes) -> None:
        """Whole or not at all, durable, and readable by its owner alone."""
        self._make(path.parent)
        part = path.with_name(f"{secrets.token_hex(8)}.part")
        number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with open(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
        make_durable(path.parent)

    def _make(self, last: Path) -> None:
        for folder in (self.folder.parent, self.folder, last):  # parents=True would not set the mode
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _safe(board: str) -> str:
    """A name for a folder, whatever a board says of itself."""
    return "".join(letter for letter in board if letter.isalnum() or letter in "-_")[:64]
