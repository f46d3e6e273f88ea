"""Where pictures lie: dated folders, names that the station makes, and how a file becomes durable.

A picture is written whole to incoming/, made durable there, then renamed to its place; a power cut leaves a
.part or a whole file, never half a picture under its name. Names never hold text that came from outside
unchecked: the node is one that the owner added, the key is letters, digits, "-" and "_".
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

PICTURES, INCOMING, THUMBS = "pictures", "incoming", "thumbs"
#: Pictures without a row: of nobody after a kill, of a node that was forgotten.
UNCLAIMED, FORGOTTEN = "unclaimed", "forgotten"
#: Flags that not every system has.
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW | _BINARY


def name_of(node: str, key: str, received_s: float) -> str:
    """Where a picture belongs, below pictures/: YYYY/MM/DD/NODE/HHMMSS_KEY.jpg, in UTC."""
    day = time.strftime("%Y/%m/%d", time.gmtime(received_s))
    return f"{day}/{node}/{time.strftime('%H%M%S', time.gmtime(received_s))}_{key}.jpg"


def make_durable(folder: Path) -> None:
    """Make names in a folder survive a power cut (where a folder can be opened at all)."""
    if os.name == "nt":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


class PictureFiles:
    """The folders of one station. `place` belongs to the writer's thread, `write_part` to any."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._known: set[Path] = set()
        for name in (PICTURES, INCOMING, THUMBS):
            (root / name).mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, name: str) -> Path:
        """Where a picture lies."""
        return self.root / PICTURES / name

    def thumb(self, name: str) -> Path:
        """Where its thumbnail lies, if it has one."""
        return self.root / THUMBS / name

    def write_part(self, content: bytes | memoryview) -> Path:
        """Write a new file and make it durable; OSError leaves nothing behind."""
        path = self.root / INCOMING / f"{secrets.token_hex(12)}.part"
        number = os.open(path, _NEW, 0o600)
        try:
            with open(number, "wb", buffering=0) as file:
                _write_all(file.fileno(), content)
                os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path

    def place(self, part: Path, name: str) -> list[Path]:
        """Give a part its name; returns the folders that must be made durable."""
        path = self.path(name)
        changed = [path.parent, *self._make(path.parent)]
        os.replace(part, path)
        return changed

    def _make(self, folder: Path) -> list[Path]:
        """Make a folder; returns those that hold a new name."""
        missing: list[Path] = []
        while folder not in self._known and folder != self.root:
            missing.append(folder)
            folder = folder.parent
        for one in reversed(missing):
            one.mkdir(mode=0o700, exist_ok=True)
            self._known.add(one)
        return [one.parent for one in missing]

    def forget(self, name: str) -> None:
        """Take a picture away that was placed but never acknowledged."""
        self.path(name).unlink(missing_ok=True)

    def sweep(self, is_known: Callable[[str], bool]) -> tuple[int, int]:
        """Clear up after a kill: parts are deleted, whole pictures that nobody was told of (no row) go to
        unclaimed/. Returns how many of each."""
        parts = list((self.root / INCOMING).glob("*.part"))
        for part in parts:
            part.unlink()
        strays = [name for name in map(self._name, self._all()) if not is_known(name)]
        self.set_aside(UNCLAIMED, strays)
        return len(parts), len(strays)

    def set_aside(self, folder: str, names: Iterable[str]) -> None:
        """Move pictures into another folder of the station, durably; one that is not here is left out."""
        changed = set()
        for name in names:
            aside = self.root / folder / name
            changed.update(self._make(aside.parent))
            with suppress(FileNotFoundError):
                os.replace(self.path(name), aside)
                changed |= {aside.parent, self.path(name).parent}
        for one in changed:
            make_durable(one)

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root / PICTURES).as_posix()

    def _all(self) -> Iterator[Path]:
        for folder, _, names in os.walk(self.root / PICTURES):
            yield from (Path(folder) / name for name in names if name.endswith(".jpg"))

    def free_bytes(self) -> int:
        """What the disk has left for the station."""
        import shutil

        with suppress(OSError):
            return shutil.disk_usage(self.root).free
        return 0


def _write_all(number: int, data: bytes | memoryview) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(number, view) :]
