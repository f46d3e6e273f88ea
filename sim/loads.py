"""What a wake loads from its drive, and how much of it before the shutter."""

from __future__ import annotations

from sim.modules import SourceFile


class Loads:
    """Files of the present wake with the moment their loading began; sizes in source bytes.

    Attributes
    ----------
    before_shutter : loaded before the last wake's first capture command; compilable : the part of it that
        .mpy files could replace.
    """

    def __init__(self) -> None:
        self.before_shutter = self.compilable = 0
        self._files: list[tuple[float, SourceFile]] = []

    def clear(self) -> None:
        """A new wake begins."""
        self._files.clear()

    def add(self, now_s: float, file: SourceFile) -> None:
        self._files.append((now_s, file))

    def shutter(self, command_s: float) -> None:
        """The capture command of the wake's first exposure was given."""
        before = [file for began_s, file in self._files if began_s < command_s]
        self.before_shutter = sum(file.size for file in before)
        self.compilable = sum(file.size for file in before if file.compilable)
