"""A twin behind a console: the raw REPL's protocol before a node whose hardware is the twin's."""

from __future__ import annotations

from sim.doctor import AtPrompt
from sim.run import Twin
from station.raw_repl import PROMPT


class TwinWire:
    """A wire (see station/raw_repl.py). Code runs in the twin's virtual machine; time passes there only.

    Attributes
    ----------
    left : whether the application was started again. spoils : numbers of printed lines of which a bit is
        changed on the way. hangs : text of a check that never answers.
    """

    name = "twin"

    def __init__(self, twin: Twin, spoils: frozenset[int] = frozenset(), hangs: str = "") -> None:
        self.prompt = AtPrompt(twin)
        self.spoils, self.hangs = spoils, hangs
        self.left = self.closed = False
        self._code = bytearray()
        self._said = bytearray(b"dark, 12 lux\r\n")
        self._lines = 0
        self._raw = False
        self._clock_s = 0.0

    def write(self, data: bytes) -> None:
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
        elif data == b"\x03\x02\x04":
            self.left = True
        else:
            self._code += data
            if self._code.endswith(b"\x04"):
                self._run(bytes(self._code[:-1]).decode())
                self._code.clear()

    def _run(self, code: str) -> None:
        self._said += b"OK"
        if self.hangs and self.hangs in code:
            return
        lines, wrong = self.prompt.run(code)
        for line in lines:
            self._lines += 1
            raw = bytearray(line.encode())
            if self._lines in self.spoils:
                raw[-2] ^= 1
            self._said += raw + b"\r\n"
        self._said += b"\x04" + wrong.encode() + b"\x04>"

    def read(self, within_s: float) -> bytes:
        if not self._said:
            self._clock_s += within_s
            return b""
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
