"""A board's drive over its console: for boards whose drive belongs to the node, not to the computer.

Blocks are compressed where the board can unpack (full builds have zlib), sized by its memory, checked each
by a sum; the whole file is read back on the board itself, so nothing crosses the wire twice.
"""

from __future__ import annotations

import errno
import re
import zlib
from base64 import b64decode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from station.deploy_route import BootOut, NoRoom, ReadOnly, RouteError, RouteLost, Space, read_boot_out
from station.errors import Exit
from station.raw_repl import Garbled, RawRepl, Wire, safe_mode
from station.route_serial_board import DEFINE, PACKED, PROBE, PROBED, SIZE, answer, call, definition

#: How often one call is tried, and how often one file, before the wire is given up.
TRIES, WHOLE_TRIES = 12, 4
#: Bytes of a file in one call: least and most. A quarter of the memory there is room for source and copies.
LEAST, MOST = 256, 8192
#: How long a board is waited for at the beginning, s.
PATIENCE_s = 12.0
#: How long the console is listened to after a reset, s.
BOOT_s = 8.0
#: How long one call may work: sums over ten files, or a block into a slow flash, s.
WORK_s = 8.0
#: The board does not know our function (any more), or the part that it has of it; in any language.
_UNKNOWN, _UNKNOWN_PART = re.compile(rb"NameError.*\b_t\b"), re.compile(rb"NameError.*\b_s\b")
_ABSENT = f"!{errno.ENOENT}"
_REFUSALS = {
    errno.ENOMEM: "the board has not enough memory left to take it: reset it and try again",
    errno.EISDIR: "a folder of that name is there",
    errno.ENOTDIR: "a file is where a folder should be",
    errno.EEXIST: "something of that name is there already",
    errno.ENOTEMPTY: "the folder is not empty",
    errno.EIO: "its flash cannot be read or written",
}
_SETTLED = re.compile(rb"Traceback|Code done running|Press any key|output:")


class _NotThere(RouteError):
    """No such file on the board."""


@dataclass(slots=True)
class SerialRoute:
    """One board on one wire.

    Attributes
    ----------
    patience_s : how long a board that says nothing is waited for. block : bytes of a file in one call, fewer
        on a bad wire. notes : what a person should know (safe mode).
    """

    wire: Wire
    patience_s: float = PATIENCE_s
    block: int = 2048
    most: int = MOST
    eight_bits: bool = True
    zlib: bool = False
    notes: tuple[str, ...] = ()
    _repl: RawRepl = field(init=False)
    _boot: BootOut | None = None
    _at_prompt: bool = False
    _defined: bool = False
    _part: int = 0
    _number: int = 0

    def __post_init__(self) -> None:
        self._repl = RawRepl(self.wire)

    @property
    def name(self) -> str:
        return f"serial {self.wire.name}"

    def boot(self) -> BootOut:
        if self._boot is None:
            try:
                text = self.read("boot_out.txt")
            except _NotThere:
                raise RouteError(
                    f"{self.name}: a prompt of Python, but no boot_out.txt: is CircuitPython on it?"
                ) from None
            self._boot = read_boot_out(text.decode("utf-8", "replace"))
        return self._boot

    def files(self) -> dict[str, int]:
        found: dict[str, int] = {}
        while True:
            count, *lines = self._ask("L", len(found).to_bytes(4, "little")).split("\n")
            for line in lines:
                size, _, path = line.partition(" ")
                found[path] = int(size)
            if len(found) >= int(count) or not lines:
                return found

    def space(self) -> Space:
        cluster, total, free = (int(word) for word in self._ask("S", b"").split())
        return Space(total * cluster, free * cluster, cluster)

    def read(self, path: str) -> bytes:
        content, bad = bytearray(), 0
        while True:
            size = min(self.block, 3072)
            head = len(content).to_bytes(4, "little") + size.to_bytes(2, "little")
            try:
                said = self._once("R", head + path.encode())
            except Garbled:
                bad = self._bad(bad)
                continue
            self._refuse(said, path)
            piece = b64decode(said)
            content += piece
            if len(piece) < size:
                return bytes(content)

    def digests(self, paths: Iterable[str]) -> dict[str, str]:
        """Reckoned on the board, ten files in one call."""
        wanted, found = list(paths), {}
        for at in range(0, len(wanted), 10):
            some = wanted[at : at + 10]
            said = self._ask("D", b"\0".join(path.encode() for path in some)).split(" ")
            for path, digest in zip(some, said, strict=True):
                if digest != "-":
                    found[path] = b64decode(digest).hex()
        return found

    def write(self, path: str, content: bytes) -> None:
        if len(path.encode()) > 200:
            raise RouteError(f"{path}: the path is longer than 200 bytes.")
        expected = f"{len(content)} {zlib.crc32(content)}"
        for _ in range(WHOLE_TRIES):
            if self._blocks(path, content) == expected:
                return
        raise RouteError(
            f"{path} reads back differently from {self.name}, {WHOLE_TRIES} times: its flash may be worn.",
            Exit.MISMATCH,
        )

    def rename(self, old: str, new: str) -> None:
        self._ask("M", old.encode() + b"\0" + new.encode(), old)

    def delete(self, path: str) -> None:
        self._ask("X", path.encode(), path)

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """At the prompt no program runs, and a change of files starts none."""
        self._prompt()
        yield

    def restart(self) -> str:
        """A hard reset, and what the console says until the program runs or has failed."""
        for _ in range(TRIES):
            repl = self._prompt()
            self._at_prompt, self._defined, self._boot = False, False, None
            try:
                repl.send(b"import microcontroller\nmicrocontroller.reset()")
                said = repl.listen(BOOT_s, _SETTLED)
            except (OSError, Garbled):  # a port of USB goes with the board
                self.wire.reopen()
                said = repl.listen(BOOT_s, _SETTLED)
            if not said.endswith(b"\x04>"):  # else the call was spoilt, and the board is at its prompt still
                return said.decode("utf-8", "replace").replace("\r", "").removeprefix("OK").strip()
        raise RouteLost(f"{self.name}: the board does not restart; press its reset button.")

    def close(self) -> None:
        """Give the board back: if it was not restarted, its program starts again."""
        with suppress(OSError):  # it is gone: nothing to give back
            if self._at_prompt:
                self._repl.leave()
        self._at_prompt = self._defined = False
        self.wire.close()

    # -- how -------------------------------------------------------------------------------------

    def _blocks(self, path: str, content: bytes) -> str:
        """Send a whole file; the answer to the last block is size and sum as they lie on the medium."""
        at, name, bad = 0, path.encode(), 0
        while True:
            piece = content[at : at + self.block]
            last = at + len(piece) >= len(content)
            packed = zlib.compress(piece, 9) if self.zlib else piece
            flags = 2 * last + (len(packed) < len(piece))
            head = at.to_bytes(4, "little") + bytes((flags, len(name))) + name
            try:
                said = self._once("W", head + min(piece, packed, key=len))
            except Garbled:
                bad = self._bad(bad)
                continue
            if said == _ABSENT and at:  # a reset came before the first block was on the medium
                at, bad = 0, self._bad(bad)
                continue
            self._refuse(said, path)
            at, bad = at + len(piece), 0
            if last:
                return said

    def _ask(self, verb: str, arguments: bytes, path: str = "") -> str:
        """Call a verb until its answer is whole. What it refuses is an error of the route."""
        bad = 0
        while True:
            try:
                said = self._once(verb, arguments)
            except Garbled:
                bad = self._bad(bad)
            else:
                self._refuse(said, path)
                return said

    def _bad(self, count: int) -> int:
        if count + 1 >= TRIES:
            raise RouteLost(
                f"{self.name}: nothing comes through whole, {TRIES} times; try another cable or port."
            )
        return count + 1

    def _once(self, verb: str, arguments: bytes) -> str:
        """One call. Raises Garbled if it or its answer was spoilt, or the board started anew."""
        repl = self._prompt()
        self._number = (self._number + 1) % 256
        try:
            said, wrong = repl.run(call(verb, self._number, arguments, self.eight_bits), WORK_s)
        except Garbled:
            self._at_prompt, self.block = False, max(LEAST, self.block // 2)
            raise
        text = answer(said, self._number)
        if text is not None:
            self.block = min(self.block + self.block // 4, self.most)
            return text
        self._defined = self._defined and not _UNKNOWN.search(wrong)
        self.block = max(LEAST, self.block // 2)
        raise Garbled(wrong.decode("utf-8", "replace"))

    def _prompt(self) -> RawRepl:
        """The prompt, with our function defined there."""
        bad = 0
        while True:
            if not self._at_prompt:
                self._repl.enter(self.patience_s)
                self._at_prompt = True
                self.notes = self.notes or safe_mode(self._repl.heard)
            part = self._part
            try:
                return self._repl if self._defined else self._define()
            except Garbled:
                self._at_prompt, bad = False, self._bad(bad if self._part <= part else 0)

    def _define(self) -> RawRepl:
        """Bring our function there in parts, each with the sum of all before it."""
        while self._part < SIZE:
            size = self.block
            code, expected = definition(self._part, size)
            said, wrong = self._repl.run(code)
            if said.strip() != b"%d" % expected:
                self.block = max(LEAST, size // 2)
                self._part = 0 if _UNKNOWN_PART.search(wrong) else self._part
                raise Garbled(wrong.decode("utf-8", "replace"))
            self._part += size
        said, wrong = self._repl.run(DEFINE)
        if said.strip() != b"ok":
            self._part = 0 if _UNKNOWN_PART.search(wrong) else self._part
            raise Garbled("the function was not defined")
        self.eight_bits = self._carries_high()
        text = answer(self._repl.run(call("H", 0, PACKED, self.eight_bits))[0], 0)
        if text is None:
            raise Garbled("the board did not say what it has")
        free, unpacks = (int(word) for word in text.split())
        self.zlib, self.most = bool(unpacks), max(LEAST, min(MOST, free // 16))
        self.block = min(self.block, self.most)
        self._defined, self._part = True, 0
        return self._repl

    def _carries_high(self) -> bool:
        """Whether bytes above 127 reach the board as they are; if not, it is sent base64."""
        return any(self._repl.run(PROBE)[0].strip() == b"%d" % PROBED for _ in range(3))

    def _refuse(self, text: str, path: str) -> None:
        """What the board answered, as an error of the route if it is one."""
        if not text.startswith("!"):
            return
        number, what = int(text[1:]), f"{path} on {self.name}" if path else self.name
        if number == errno.EROFS:
            raise ReadOnly(
                f"{what}: the drive belongs to the computer, not to the node: deploy to the drive."
            )
        if number == errno.ENOSPC:
            raise NoRoom(f"{what}: the drive is full.")
        if number == errno.ENOENT:
            raise _NotThere(f"{what}: it is not there.")
        if number in _REFUSALS:
            raise RouteError(f"{what}: {_REFUSALS[number]}.")
        raise RouteError(f"{what}: the board refuses ({errno.errorcode.get(number, number)}).")
