"""The loader of an ESP32 on a pseudo-terminal: esptool's serial protocol from the chip's side, with faults.

By the letter of esptool's "Serial Protocol" page: SLIP frames, the ROM's commands, RAM upload of the flasher
stub and the stub's commands after it. The stub's code itself is taken, checked and not run: what it does is
done here. The flash is NOR flash: it is erased by sectors, and a write only clears bits.
"""

from __future__ import annotations

import hashlib
import os
import select
import struct
import threading
import tty
import zlib
from dataclasses import dataclass, field
from functools import reduce

ESP32_MAGIC = 0x00F01D83
GOOD_START = (
    "ets Jul 29 2019 12:21:46\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n"
    "load:0x3fff0030,len:4\r\nentry 0x400805b8\r\nAuto-reload is off.\r\ncode.py output:\r\n"
)
READ_ERROR = (
    "rst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n"
    "flash read err, 1000\r\nets_main.c 371 \r\n"
)
#: The SPI controller's command register -> where its second user word and its data are: ESP32, ESP32-S3.
_SPI = {0x3FF42000: (0x3FF42024, 0x3FF42080), 0x60002000: (0x60002020, 0x60002058)}
_MAC = {0x3FF5A004: 0xA1B2C3D4, 0x3FF5A008: 0x0000E8F1, 0x60007044: 0xA1B2C3D4, 0x60007048: 0x0000E8F1}


@dataclass
class Faults:
    """What goes wrong. `cut_after` closes the line after so many blocks; `noisy` garbles every third answer
    once the speed was raised; `mute` never answers; `registers`
    are straps and fuses; `says` is how the board starts after it was written."""

    mute: bool = False
    magic: int = ESP32_MAGIC
    chip_id: int | None = None
    flash_size_id: int = 0x16
    bad_flash: int | None = None  # an address whose byte does not take what is written
    cut_after: int | None = None
    noisy: bool = False
    registers: dict[int, int] = field(default_factory=dict)
    says: str = GOOD_START


@dataclass
class EspRom:
    """The chip. `port` is what one opens; `flash` its 4 MiB; `commands` every command that came."""

    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self.flash = bytearray(b"\x00" * (4 << 20))
        self.commands: list[int] = []
        self.registers = {0x40001000: self.faults.magic, **_MAC, **self.faults.registers}
        self.stub = self.fast = self.finished = False
        self._at = self._blocks = self._answers = 0
        self._inflate = zlib.decompressobj()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self) -> EspRom:
        return self

    def __exit__(self, *exc: object) -> None:
        self._closing.set()
        if self._master >= 0:
            os.write(self._slave, b"\xc0")  # wakes the thread
        self._thread.join()
        for handle in (self._master, self._slave):
            if handle >= 0:
                os.close(handle)

    def _serve(self) -> None:
        frame: bytearray | None = None
        while not self._closing.is_set() and self._master >= 0:
            if not select.select([self._master], [], [], 0.1)[0]:
                self._start()
                continue
            try:
                data = os.read(self._master, 65536)
            except OSError:
                continue
            for byte in data:
                if byte != 0xC0:
                    if frame is not None:
                        frame.append(byte)
                elif frame:
                    self._take(bytes(frame).replace(b"\xdb\xdc", b"\xc0").replace(b"\xdb\xdd", b"\xdb"))
                    frame = None
                else:
                    frame = bytearray()

    def _start(self) -> None:
        """The line is quiet: esptool has pulled its (here missing) reset line, and the chip starts. Again and
        again, since nobody can tell from here when that was."""
        if self.finished:
            os.write(self._master, self.faults.says.encode())

    def _take(self, frame: bytes) -> None:
        if len(frame) < 8 or frame[0] != 0:
            return
        _, command, size, checksum = struct.unpack_from("<BBHI", frame)
        body = frame[8 : 8 + size]
        if self.faults.mute:
            return
        self.commands.append(command)
        answer = _COMMANDS.get(command)
        if answer is None or (command >= 0xD0 and not self.stub):
            self._say(command, status=(1, 5))
        elif command in _SUMMED and _sum(body[16:]) != checksum:
            self._say(command, status=(1, 7))
        else:
            getattr(self, answer)(command, body)

    def _say(self, command: int, value: int = 0, data: bytes = b"", status: tuple[int, int] = (0, 0)) -> None:
        tail = bytes(status) + (b"" if self.stub else b"\x00\x00")
        packet = struct.pack("<BBHI", 1, command, len(data) + len(tail), value) + data + tail
        packet = packet.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc")
        self._answers += 1
        if self.fast and self.faults.noisy and self._answers % 3 == 0:
            packet = b"\xdb\x81" + packet[3:]
        os.write(self._master, b"\xc0" + packet + b"\xc0")

    def sync(self, command: int, body: bytes) -> None:
        """What esptool sends just after it has pulled the reset line, which a pseudo-terminal has not."""
        assert body == b"\x07\x07\x12\x20" + 32 * b"\x55"
        self.stub = self.fast = self.finished = False
        for _ in range(8):
            self._say(command, 0x20120707)

    def security(self, command: int, body: bytes) -> None:
        del body
        if self.faults.chip_id is None:  # an ESP32's ROM does not know the command
            self._say(command, status=(1, 5))
        else:
            self._say(command, data=struct.pack("<I8BII", 0, 0, *[0] * 7, self.faults.chip_id, 0))

    def read_register(self, command: int, body: bytes) -> None:
        self._say(command, self.registers.get(struct.unpack("<I", body)[0], 0))

    def write_register(self, command: int, body: bytes) -> None:
        address, value = struct.unpack_from("<II", body)
        self.registers[address] = value
        if address in _SPI and value & 1 << 18:
            second, data = _SPI[address]
            self.registers[address] = 0
            flash_id = self.faults.flash_size_id << 16 | 0x40C8
            asked = {0x9F: flash_id, 0x5A: 0x50444653}
            self.registers[data] = asked.get(self.registers[second] & 0xFF, 0)
        self._say(command)

    def fine(self, command: int, body: bytes) -> None:
        del body
        self._say(command)

    def ram_end(self, command: int, body: bytes) -> None:
        _, entry = struct.unpack("<II", body)
        self._say(command)
        if entry:
            self.stub = True
            os.write(self._master, b"\xc0OHAI\xc0")

    def baud(self, command: int, body: bytes) -> None:
        self._say(command)
        self.fast = struct.unpack("<II", body)[0] > 115200

    def erase(self, command: int, body: bytes) -> None:
        del body
        self.flash[:] = b"\xff" * len(self.flash)
        self._say(command)

    def begin(self, command: int, body: bytes) -> None:
        size, _, _, offset = struct.unpack_from("<IIII", body)
        first, last = offset // 4096 * 4096, -(-(offset + size) // 4096) * 4096
        self.flash[first:last] = b"\xff" * (last - first)
        self._at, self._blocks, self._inflate = offset, 0, zlib.decompressobj()
        self._say(command)

    def data(self, command: int, body: bytes) -> None:
        size, sequence = struct.unpack_from("<II", body)
        if self.faults.cut_after is not None and self._blocks >= self.faults.cut_after:
            self._cut()
            return
        if sequence == self._blocks:  # a block that is sent again was lost on its way back
            content = body[16 : 16 + size]
            self._program(self._inflate.decompress(content) if command == 0x11 else content)
            self._blocks += 1
        self._say(command)

    def _cut(self) -> None:
        """The line is gone. Its other end stays open: a terminal of another process must not get the name,
        which is tried again."""
        end, self._master = self._master, -1
        os.close(end)

    def _program(self, content: bytes) -> None:
        at, end = self._at, self._at + len(content)
        old, new = int.from_bytes(self.flash[at:end]), int.from_bytes(content)
        self.flash[at:end] = (old & new).to_bytes(len(content))
        if self.faults.bad_flash is not None and at <= self.faults.bad_flash < end:
            self.flash[self.faults.bad_flash] = 0
        self._at = end

    def md5(self, command: int, body: bytes) -> None:
        address, size = struct.unpack_from("<II", body)
        digest = hashlib.md5(self.flash[address : address + size], usedforsecurity=False)
        self._say(command, data=digest.digest() if self.stub else digest.hexdigest().encode())
        self.finished = True


def _sum(data: bytes) -> int:
    return reduce(lambda state, byte: state ^ byte, data, 0xEF)


_COMMANDS = {
    0x02: "begin", 0x03: "data", 0x04: "fine", 0x05: "fine", 0x06: "ram_end", 0x07: "fine", 0x08: "sync",
    0x09: "write_register", 0x0A: "read_register", 0x0B: "fine", 0x0D: "fine", 0x0F: "baud", 0x10: "begin",
    0x11: "data", 0x12: "fine", 0x13: "md5", 0x14: "security", 0xD0: "erase",
}  # fmt: skip
_SUMMED = (0x03, 0x07, 0x11)
