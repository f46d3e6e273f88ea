"""What a wake loads from its drive, and how much of it the shutter waits for."""

from __future__ import annotations

from dataclasses import dataclass

from sim.modules import SourceFile

#: The module that is loaded when the sensor is set up and its exposure begins to settle.
SETTLING = "settling"


@dataclass(frozen=True, slots=True)
class Shutter:
    """The way to the first capture command of a wake; sizes in bytes of source.

    Attributes
    ----------
    code_s : when code.py began to load. settle_s, command_s : when the exposure began to settle, and when the
        frame was asked for.
    waited_for, compilable : loaded before the first of them, so that the shutter waits for it; the part of it
        that .mpy files could replace.
    overlapped : loaded between the two, while the sensor settles anyway.
    transfers : on any bus before the command.
    """

    code_s: float
    settle_s: float
    command_s: float
    waited_for: int
    compilable: int
    overlapped: int
    transfers: int


class Loads:
    """Files of the present wake with the moment their loading began.

    Attributes
    ----------
    shutter : of the last wake that came to one. transfers : on any bus in this wake so far.
    """

    def __init__(self) -> None:
        self.shutter: Shutter | None = None
        self.transfers = 0
        self._ordered = (0.0, 0)
        self._files: list[tuple[float, str, SourceFile]] = []

    def clear(self) -> None:
        """A new wake begins."""
        self._files.clear()
        self.transfers = 0

    def add(self, now_s: float, name: str, file: SourceFile) -> None:
        self._files.append((now_s, name, file))

    def ordered(self, now_s: float) -> None:
        """The camera is told to take a frame."""
        self._ordered = now_s, self.transfers

    def opened(self) -> None:
        """The wake's first frame began."""
        command_s, transfers = self._ordered
        before = [(began_s, file) for began_s, _, file in self._files if began_s < command_s]
        settle_s = next((began_s for began_s, name, _ in self._files if name == SETTLING), command_s)
        first = [file for began_s, file in before if began_s < settle_s]
        waited_for = sum(file.size for file in first)
        self.shutter = Shutter(
            code_s=next((at_s for at_s, _, file in self._files if file.path == "code.py"), 0.0),
            settle_s=settle_s,
            command_s=command_s,
            waited_for=waited_for,
            compilable=sum(file.size for file in first if file.compilable),
            overlapped=sum(file.size for _, file in before) - waited_for,
            transfers=transfers,
        )
