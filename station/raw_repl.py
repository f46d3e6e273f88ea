"""The raw REPL of a board: how to get its prompt out of whatever it is doing, and how to run code there.

The wire may lose, change and double bytes, and the board may start anew at any time. So nothing that comes
back is believed here beyond the frame of the protocol; who runs code checks its answer by a sum.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

from station.deploy_route import RouteError, RouteLost

CTRL_A, CTRL_B, CTRL_C, CTRL_D = b"\x01", b"\x02", b"\x03", b"\x04"
PROMPT = b"raw REPL; CTRL-B to exit\r\n>"
#: How long a board may take for one round of its answer, s.
ANSWER_s = 3.0
#: How long to wait for a prompt after each knock, s; a board that is writing to its flash takes that long.
KNOCK_s = 0.5
#: What CircuitPython puts into a terminal's title whenever something of it changes, in the midst of the rest.
TITLE = re.compile(rb"\x1b\]0;[^\x1b\x07]*(?:\x1b\\|\x07)")
ESCAPE = 0x1B
#: How long the rest of a title is waited for, s.
TITLE_s = 0.2
#: How much of what a board said before its prompt is kept, bytes.
HEARD = 4000


class Wire(Protocol):
    """Bytes to a board and back, and the clock that its waiting is measured by."""

    @property
    def name(self) -> str: ...

    def read(self, within_s: float) -> bytes:
        """What is there, as soon as something is; b"" if nothing comes in time. OSError if the port went."""

    def write(self, data: bytes) -> None: ...

    def clock(self) -> float: ...

    def reopen(self) -> None:
        """The port anew, after it went away. RouteLost if it does not come back."""

    def reset(self) -> bool:
        """Pull the board's reset line, if the adapter has one."""

    def close(self) -> None: ...


class Garbled(Exception):
    """The protocol broke: bytes were lost or changed, or the board started anew. Enter again, then repeat."""


@dataclass(slots=True)
class RawRepl:
    """A prompt on a wire.

    Attributes
    ----------
    paste : whether the board paces what it is sent (raw paste); None until it was asked.
    heard : what the board said before its prompt.
    """

    wire: Wire
    paste: bool | None = None
    heard: bytes = b""
    _come: bytearray = field(default_factory=bytearray)

    def enter(self, patience_s: float) -> None:
        """Stop what runs there and get the prompt, within `patience_s`.

        Raises RouteLost if nothing answers, RouteError if what answers gives no prompt.
        """
        ends, pulled, self.heard = self.wire.clock() + patience_s, False, b""
        halfway = self.wire.clock() + patience_s / 4
        while True:
            if self._knock():
                return
            now = self.wire.clock()
            if not self.heard and not pulled and now > halfway:
                pulled = self.wire.reset() or True
            if now >= ends:
                raise self._silence(patience_s)

    def run(self, code: bytes, within_s: float = ANSWER_s) -> tuple[bytes, bytes]:
        """What the code printed, and its traceback. The code holds none of the bytes 1 to 4.

        Raises Garbled if the answer is none.
        """
        self._come.clear()
        if self.paste is not False and self._paste(code):
            self._until(CTRL_D, ANSWER_s)
        else:
            self._plain(code)
            if self._until(b"OK", ANSWER_s):
                raise Garbled("something came before OK")
        said, wrong = self._until(CTRL_D, within_s), self._until(CTRL_D, ANSWER_s)
        if self._until(b">", ANSWER_s):
            raise Garbled("something came before the prompt")
        return said, wrong

    def send(self, code: bytes) -> None:
        """Code that never answers: it resets the board. Garbled if the port goes before it is sent."""
        self._come.clear()
        self._plain(code)

    def leave(self) -> None:
        """Start the board's program again, as after a change of files."""
        self.wire.write(CTRL_C + CTRL_B + CTRL_D)

    def listen(self, for_s: float, until: re.Pattern[bytes] | None = None) -> bytes:
        """What the board says within a time, or until it has said that and is quiet."""
        ends, said = self.wire.clock() + for_s, b""
        while (left_s := ends - self.wire.clock()) > 0:
            piece = self.wire.read(min(left_s, 1.0))
            said += piece
            if until is not None and not piece and until.search(said):
                break
        return TITLE.sub(b"", said)

    # -- how -------------------------------------------------------------------------------------

    def _knock(self) -> bool:
        """One try at the prompt. A line that was begun is broken off, a program is stopped, then raw mode."""
        try:
            self.wire.write(b"\r" + CTRL_C + CTRL_C)
            self._hear(0.1)
            self.wire.write(CTRL_A)
            ends, said = self.wire.clock() + KNOCK_s, b""
            while (left_s := ends - self.wire.clock()) > 0:
                said += self._hear(left_s)
                if TITLE.sub(b"", said).endswith(PROMPT):
                    return True
        except OSError:
            self.wire.reopen()
        return False

    def _hear(self, within_s: float) -> bytes:
        piece = self.wire.read(within_s)
        self.heard = (self.heard + piece)[-HEARD:]
        return piece

    def _paste(self, code: bytes) -> bool:
        """Send by windows. False if this board has no raw paste; nothing was sent then."""
        self._send(b"\x05A\x01")
        answer = self._take(2)
        if answer != b"R\x01":
            if answer not in (b"R\x00", b"ra"):
                raise Garbled(f"raw paste was answered by {answer!r}")
            self.paste = False
            self._until(b">", ANSWER_s)
            return False
        self.paste = True
        window = int.from_bytes(self._take(2), "little")
        if not 16 <= window <= 0x4000:
            self.paste = False  # what it says of its window is spoilt: then without
            raise Garbled(f"a window of {window} bytes")
        left, at = window, 0
        while at < len(code):
            left = self._credit(left, window)
            piece = code[at : at + left]
            self._send(piece)
            at, left = at + len(piece), left - len(piece)
        self._send(CTRL_D)
        self._windows_done()
        return True

    def _credit(self, left: int, window: int) -> int:
        """Windows that the board has opened; waits for one if none is left."""
        while True:
            if not left and not self._come:
                self._fill(ANSWER_s)
            while self._come:
                byte = self._come.pop(0)
                if byte != 1:
                    raise Garbled(f"{byte:#x} came instead of a window")
                left += window
            if left:
                return left

    def _windows_done(self) -> None:
        """The windows that were still opened on the way come before the end."""
        while True:
            if not self._come:
                self._fill(ANSWER_s)
            if self._come[0] != 1:
                return
            del self._come[0]

    def _plain(self, code: bytes) -> None:
        """Without windows: pieces that fit into the board's buffer, and time to take each."""
        for at in range(0, len(code), 128):
            self._send(code[at : at + 128])
            self._come += self._read(0.005)
        self._send(CTRL_D)

    def _take(self, count: int) -> bytes:
        while len(self._come) < count:
            self._fill(ANSWER_s)
        taken = bytes(self._come[:count])
        del self._come[:count]
        return taken

    def _until(self, end: bytes, within_s: float) -> bytes:
        while (at := self._come.find(end)) < 0:
            self._fill(within_s)
        taken = bytes(self._come[:at])
        del self._come[: at + len(end)]
        return taken

    def _fill(self, within_s: float) -> None:
        piece = self._read(within_s)
        if not piece:
            raise Garbled("no answer in time")
        self._come += piece
        while ESCAPE in self._come and piece:
            self._come[:] = TITLE.sub(b"", self._come)
            piece = self._read(TITLE_s) if ESCAPE in self._come else b""
            self._come += piece

    def _read(self, within_s: float) -> bytes:
        try:
            return self.wire.read(within_s)
        except OSError:
            self.wire.reopen()
            raise Garbled("the port went away") from None

    def _send(self, data: bytes) -> None:
        try:
            self.wire.write(data)
        except OSError:
            self.wire.reopen()
            raise Garbled("the port went away") from None

    def _silence(self, patience_s: float) -> RouteError:
        """Why there is no prompt, as far as what was heard tells."""
        name, text = self.wire.name, TITLE.sub(b"", self.heard).decode("utf-8", "replace")
        if not self.heard:
            return RouteLost(
                f"{name} has not answered for {patience_s:.0f} s: if the node sleeps, press its reset button "
                "while this waits (--wait 60 waits longer); if not, look at the cable and the port."
            )
        if "waiting for download" in text:
            return RouteError(
                f"The board on {name} waits for an image, not for code: take the bridge from IO0 to GND away "
                "and press its reset button."
            )
        if "invalid header" in text or "flash read err" in text:
            return RouteError(f"The board on {name} finds no firmware to start: flash CircuitPython first.")
        if text.count("\ufffd") > len(text) / 4:
            return RouteError(
                f"What {name} says is no text: is the rate of 115200 baud right for this board?"
            )
        lines = [line for line in text.splitlines() if line.strip() and line.isprintable()] or ["nothing"]
        return RouteError(
            f"{name} talks but gives no prompt in {patience_s:.0f} s: is CircuitPython on it? "
            f"Its last line was: {lines[-1][:80]}"
        )


def safe_mode(heard: bytes) -> tuple[str, ...]:
    """What a board that started in safe mode said of it, as a sentence; nothing of any other."""
    if b"safe mode" not in heard:
        return ()
    lines = heard.decode("utf-8", "replace").splitlines()
    why = next((after for line, after in pairwise(lines) if "in safe mode because" in line), "").strip()
    return (f"The board was in safe mode{': ' + why.rstrip('.') if why else ''}.",)
