"""A twin behind a console: the raw REPL's protocol before a node whose hardware is the twin's."""

from __future__ import annotations

from math import inf

from sim.doctor import AtPrompt
from sim.run import Twin
from station.raw_repl import PROMPT


class TwinWire:
    """A wire (see station/raw_repl.py). Code runs in the twin's virtual machine; time passes there only.

    Attributes
    ----------
    left : whether the application was started again. spoils : numbers of printed lines of which a bit is
        changed on the way. hangs : text of a check that never answers. dead : it does not come
        back from its sleep.
    """

    name = "twin"

    def __init__(
        self, twin: Twin, spoils: frozenset[int] = frozenset(), hangs: str = "", dead: bool = False
    ) -> None:
        self.prompt = AtPrompt(twin)
        self.spoils, self.hangs, self.dead = spoils, hangs, dead
        self.left = self.closed = False
        self._code = bytearray()
        self._said = bytearray(b"dark, 12 lux\r\n")
        self._lines = 0
        self._raw = False
        self._clock_s, self._wakes_s = 0.0, inf

    def write(self, data: bytes) -> None:
        self.left = data == b"\x03\x02\x04"
        if self._code or self._raw:
            return self._typed(data)
        if b"\x01" in data:
            self._raw = True
            self._said += PROMPT
        return None

    def _typed(self, data: bytes) -> None:
        if data == b"\x05A\x01":  # no raw paste here
            self._said += b"R\x00>"
        elif data == b"\r\x03\x03":
            self._code.clear()
        elif data == b"\x01":
            self._code.clear()
            self._said += PROMPT
        elif not self.left:
            self._code += data
            if self._code.endswith(b"\x04"):
                self._run(bytes(self._code[:-1]).decode())
                self._code.clear()

    def _run(self, code: str) -> None:
        self._said += b"OK"
        if self.hangs and self.hangs in code:
            return
        before_s, sleeps = self.prompt.twin.world.now, self.prompt.sleeps
        lines, wrong = self.prompt.run(code)
        slept_s = self.prompt.twin.world.now - before_s
        for line in lines:
            self._lines += 1
            raw = bytearray(line.encode())
            if self._lines in self.spoils:
                raw[-2] ^= 1
            self._said += raw + b"\r\n"
        if self.prompt.sleeps > sleeps:
            self._wakes_s, self._raw = self._clock_s + slept_s, False
        else:
            self._said += b"\x04" + wrong.encode() + b"\x04>"

    def read(self, within_s: float) -> bytes:
        if not self._said:
            self._clock_s += within_s
            if self._clock_s < self._wakes_s or self.dead:
                return b""
            self._wakes_s = inf
            self._said += b"ets Jul 29 2019 12:21:46\r\n"
        said = bytes(self._said)
        self._said.clear()
        return said

    def clock(self) -> float:
        return self._clock_s

    def reopen(self) -> None:
        pass

    def reset(self) -> bool:
        return False

    def close(self) -> None:
        self.closed = True
