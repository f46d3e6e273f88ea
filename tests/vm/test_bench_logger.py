"""The bench logger's frames in the embedded interpreter: the same bytes as here, in a heap of 24 KiB."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

from benchmarks.embedded import Interpreter

FOLDER = Path(__file__).resolve().parents[2] / "firmware" / "bench_logger"


def ended(script: str, heap_KiB: int = 24) -> object:
    """What ended a script that may import the logger's modules; None if nothing did."""
    files = {
        f"/drive/{name}.py": (FOLDER / f"{name}.py").read_text("utf-8") for name in ("frames", "chip", "wire")
    }
    order = {
        "files": files, "start": "import sys\nsys.path[:] = ['/drive']\n__torpor__ = 1", "script": script,
        "heap": heap_KiB * 1024, "pystack": 384,
    }  # fmt: skip
    with Interpreter() as interpreter:
        result = interpreter.run(order, lambda ask, blob: ({}, b""), lambda kind, text: None)
    return result["ended"]


def expected() -> bytes:
    body = struct.pack("<BBHHIIIhHH", 1, 2, 0xFFFE, 65535, 2**32 - 1, 2**29 - 1, 100000, -1000, 0x3867, 3)
    body += b"\x00\x7b\x1e\x7a\xff\xff\x1f\x42"
    return b"\xa5\x5a" + body + struct.pack("<I", zlib.crc32(body))


FRAME = f"""
from frames import Frame
frame = Frame(2)
for turn in range(2):
    frame.put(b"\\x00\\x7b\\x1e\\x7a", {2**32 - 1})
    frame.put(b"\\xff\\xff\\x1f\\x42", 0)
    sealed = frame.seal(0xFFFE, 65535, {2**29 - 1}, 100000, -1000, 0x3867, 3)
    assert bytes(sealed) == {expected()!r}, bytes(sealed)
"""


def test_a_frame_has_the_same_bytes() -> None:
    assert ended(FRAME) is None


def test_a_wrong_byte_would_be_seen() -> None:
    found = ended(FRAME.replace("-1000", "-1001"))
    assert isinstance(found, list)
    assert found[0] == "AssertionError"


def test_a_port_that_takes_little_at_a_time_gets_all_of_it() -> None:
    """None where it takes nothing, as a port of USB answers that must not wait."""
    script = """
from wire import Port
class Usb:
    connected = True
    def __init__(self):
        self.got, self.turn = b"", 0
    def write(self, view):
        self.turn += 1
        if self.turn & 1:
            return None
        self.got += bytes(view[:3])
        return len(view[:3])
usb = Usb()
port = Port(usb)
assert usb.write_timeout == 0
port.send(memoryview(b"0123456789"))
turns = 0
while not port.free():
    port.turn()
    turns += 1
assert (usb.got, turns) == (b"0123456789", 7), (usb.got, turns)
usb.connected = False
port.send(memoryview(b"abc"))
assert port.free() and usb.got == b"0123456789"
"""
    assert ended(script) is None


def test_the_chip_is_read_without_a_loop_over_bytes() -> None:
    script = """
from chip import Chip, averages, config
registers = {0: b"\\x38\\x67", 1: b"\\x00\\x7b", 2: b"\\x1e\\x7a", 3: b"\\x00\\x00"}
class Bus:
    def writeto(self, address, order):
        assert (address, bytes(order)) == (64, b"\\x00\\x38\\x67")
    def writeto_then_readfrom(self, address, out, into, in_start=0, in_end=None):
        into[in_start:in_end] = registers[out[0]]
chip = Chip(Bus(), 64, config(320, averages(100)))
chip.begin()
chip.wait()
assert bytes(chip.sample) == b"\\x00\\x7b\\x1e\\x7a" and not chip.strange()
registers[0] = b"\\x39\\x9f"
assert chip.strange()
"""
    assert ended(script) is None
