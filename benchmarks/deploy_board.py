"""A board with a console: the embedded interpreter's raw REPL, its drive in a folder (tests/vm/repl.mjs)."""

from __future__ import annotations

import json
import struct
import subprocess
import threading
from pathlib import Path
from typing import Any

from benchmarks.embedded import HERE, PACKAGE
from benchmarks.node_js import node

#: What an ESP32 says of itself before the firmware runs.
ROM = (
    "ets Jul 29 2019 12:21:46\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n"
    "configsip: 0, SPIWP:0xee\r\nclk_drv:0x00,q_drv:0x00\r\nload:0x3fff0030,len:5868\r\nentry 0x400805f0\r\n"
    "Serial console setup\r\n"
)
BOOT_OUT = (
    "Adafruit CircuitPython 10.2.1 on 2026-05-12; AI Thinker ESP32-CAM with ESP32\r\n"
    "Board ID:ai-thinker-esp32-cam\r\nUID:7C9EBD4A0F31\r\nMAC:7c:9e:bd:4a:0f:31\r\n"
)
#: Seconds that the board may think about what it was sent.
LIMIT_s = 60.0


class EmbeddedBoard:
    """One board at a time in one process; `insert` begins with another. `fed` counts what it was sent."""

    def __init__(self) -> None:
        command = [node(), str(HERE / "repl.mjs"), str(PACKAGE)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.root = Path()

    def __enter__(self) -> EmbeddedBoard:
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.kill()
        self._process.communicate()

    def insert(self, root: Path, **how: Any) -> bytes:
        """A board whose drive lies in `root`, switched on; returns what it says.

        Of `how`: rom, chatter (text), safe (the reason), asleep, readonly, zlib, paste, refusesCompiled,
        card (a card is at /sd), cluster, clusters, cutWrite (its supply breaks down within the nth write),
        cached (what was not synced is lost then), rotten (so many writes store a wrong byte).
        """
        self.root = root
        if not (root / "boot_out.txt").exists():
            (root / "boot_out.txt").write_bytes(BOOT_OUT.encode())
        order = {"rom": ROM, "chatter": "dark, 12 lux\r\n", **how}
        return self._say(b"n", json.dumps({"root": str(root), **order}).encode())

    def feed(self, data: bytes) -> bytes:
        """Bytes to its console; returns everything it says until it waits again."""
        return self._say(b"d", data)

    def reset(self) -> bytes:
        """Its reset button, or its watchdog."""
        return self._say(b"r", b"")

    def _say(self, kind: bytes, content: bytes) -> bytes:
        assert self._process.stdin is not None and self._process.stdout is not None
        guard = threading.Timer(LIMIT_s, self._process.kill)
        guard.start()
        try:
            self._process.stdin.write(kind + struct.pack("<I", len(content)) + content)
            self._process.stdin.flush()
            head = self._process.stdout.read(5)
            if len(head) < 5:
                raise RuntimeError("the embedded interpreter ended, or thought for too long")
            return self._process.stdout.read(struct.unpack("<I", head[1:])[0])
        finally:
            guard.cancel()
