"""The paths of a node: its drive, and what is mounted into it until the virtual machine ends."""

from __future__ import annotations

from typing import Any

from sim.drivefs import DriveFiles
from sim.errors import BoardOSError
from sim.volume import absolute

_EPERM = 1


class Mounts:
    """`table` : mounted volumes by their path ("/sd")."""

    def __init__(self, root: DriveFiles) -> None:
        self.root = root
        self.table: dict[str, DriveFiles] = {}

    def at(self, path: str) -> tuple[DriveFiles, str]:
        """The volume that a path leads to, and the path inside it."""
        path = absolute(path)
        for point, files in self.table.items():
            if path == point or path.startswith(point + "/"):
                return files, path[len(point) :] or "/"
        return self.root, path

    def open(self, path: str, mode: str = "r") -> Any:
        files, inner = self.at(path)
        return files.open(inner, mode)

    def rename(self, old: str, new: str) -> None:
        """Only within one volume."""
        (files, old_inner), (others, new_inner) = self.at(old), self.at(new)
        if files is not others:
            raise BoardOSError(_EPERM, "Operation not permitted")
        files.rename(old_inner, new_inner)
