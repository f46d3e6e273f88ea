"""A serial port of USB between a node and a host: its buffer, and what can happen to bytes on the way."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sim.world import World


@dataclass(frozen=True, slots=True)
class PortFaults:
    """What goes wrong, drawn from `seed`: the chance of each byte to be lost or changed, and stretches
    (from_s, until_s) in which the host does not fetch what was written."""

    seed: int = 0
    lost: float = 0.0
    changed: float = 0.0
    stalls: Sequence[tuple[float, float]] = ()


class UsbPort:
    """One port, as CircuitPython's `usb_cdc.Serial` shows it to a program that only writes.

    Parameters
    ----------
    host : takes what arrives. `room` : bytes of the buffer between. `rate` : bytes a second at which the host
        empties it.

    Attributes
    ----------
    connected : whether a program at the host has the port open. torn : bytes lost or changed on the way.
    """

    def __init__(
        self, world: World, host: Callable[[bytes], None], faults: PortFaults, room: int = 256,
        rate: float = 100_000.0,
    ) -> None:  # fmt: skip
        self._world = world
        self._host = host
        self._faults = faults
        self._random = random.Random(f"usb port {faults.seed}")
        self._room = room
        self._rate = rate
        self._held = 0.0  # bytes that the host has not fetched yet
        self._seen_s = 0.0
        self.connected = True
        self.timeout: float | None = None
        self.write_timeout: float | None = None
        self.torn = 0

    def write(self, buffer: Any) -> int | None:
        """As much as there is room for; None where there is none."""
        self._world.sync()
        self._fetch()
        count = min(len(buffer), self._room - int(self._held))
        if count <= 0:
            return None
        self._held += count
        self._host(self._carried(bytes(buffer[:count])))
        return count

    def _fetch(self) -> None:
        now = self._world.now
        if not any(start <= now < end for start, end in self._faults.stalls):
            self._held = max(0.0, self._held - (now - self._seen_s) * self._rate)
        self._seen_s = now

    def _carried(self, data: bytes) -> bytes:
        faults = self._faults
        if not faults.lost and not faults.changed:
            return data
        arrived = bytearray()
        for byte in data:
            drawn = self._random.random()
            if drawn < faults.lost + faults.changed:
                self.torn += 1
            if drawn >= faults.lost:
                arrived.append(
                    byte ^ 1 << self._random.randrange(8) if drawn < faults.lost + faults.changed else byte
                )
        return bytes(arrived)
