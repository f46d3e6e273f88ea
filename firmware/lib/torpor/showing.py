"""What install mode sends home: a small picture, and how the node stands. It is no visitor's picture."""

import asyncio
import os

import wifi

import rows
from torpor import clock, codes, link, tasks, upload

SCAN_ms = 30000  # where the radio does not tell the signal of what it has joined, it looks around so often


class Showing:
    """One after the other; `heard`: home has answered with the node's key."""

    heard = False

    def __init__(self, wake, lamp, take):
        self._wake = wake
        self._lamp = lamp
        self._take = take
        self._boot = int.from_bytes(os.urandom(4), "little")
        self._number = 0
        self._joined = self._told = False
        self._dBm = 0
        self._scanned = clock.now()
        self._buffer = bytearray(upload.PIECE)

    async def once(self, left_s):
        """Join if need be, take, send; what fails is said by the LED."""
        if not self._joined and not await self._join():
            return
        self._dBm = link.signal() or self._dBm
        if not self._dBm or (not rows.NEARBY and clock.since(self._scanned) > SCAN_ms):
            self._scan()
        self._lamp.rose = False
        fault, size, read_into = 0, 0, None
        if self._take:
            try:
                size, read_into = await self._take(self._wake)
            except (OSError, RuntimeError, ValueError) as error:
                print("camera:", error)
                fault = codes.NO_PICTURE
                self._lamp.say(fault, codes.LONG_ms)
        try:
            await self._send(size, read_into, self._line(left_s, fault))
        finally:
            self._wake.rails.off("camera")

    async def _join(self):
        self._lamp.say(codes.SEARCHING, codes.FLICKER_ms, codes.FLICKER_ms)
        await self._lamp.said()
        there = self._scan()
        self._joined = there and link.join(self._wake.settings, self._wake.feed)
        if self._joined:
            self._dBm = link.signal() or self._dBm
            self._lamp.say(codes.bars(self._dBm), codes.SHORT_ms)
        else:
            self._lamp.say(codes.NO_ENTRY if there else codes.NO_NETWORK, codes.LONG_ms)
        await self._lamp.said()
        return self._joined

    def _scan(self):
        """How strong the owner's Wi-Fi is here. False if it is not here."""
        found = 0
        self._scanned = clock.now()
        try:
            for network in wifi.radio.start_scanning_networks():
                self._lamp.look()
                self._wake.feed()
                if network.ssid == self._wake.settings["ssid"]:
                    found = max(found, 120 + network.rssi)
        except (OSError, RuntimeError):
            pass
        wifi.radio.stop_scanning_networks()
        if found:
            self._dBm = 120 - found
        return found > 0

    async def _send(self, size, read_into, line):
        wake = self._wake
        session = upload.Session(link.pool(), wake.settings, line, lambda: tasks.breathe(wake), self._buffer)
        self._number += 1
        key = "previews/%08x-%d" % (self._boot, self._number)
        try:
            await session.put(key, size, read_into)
            if not self._told:
                self._lamp.say(codes.HOME, codes.LONG_ms)
            self.heard = self._told = True
        except upload.UploadError as error:
            self._told = False
            self._joined = error.status > 0  # else it may be the Wi-Fi that is gone
            self._lamp.say(codes.NOT_KNOWN if error.status else codes.NO_HOME, codes.LONG_ms)
        except RuntimeError as error:  # the camera's: two readings differ; the next picture
            print("camera:", error)
        session.close()
        await asyncio.sleep_ms(0)

    def _line(self, left_s, fault):
        """The telemetry."""
        wake, lamp = self._wake, self._lamp
        moved_s = clock.since(lamp.moved) // 1000 if lamp.motions else -1
        return '{"cause":0,"mV":%d,"soc":%d,"rssi":%d,"motions":%d,"moved":%d,"left":%d,"fault":%d}' % (
            wake.mV, wake.soc, -self._dBm, lamp.motions, moved_s, left_s, fault,
        )  # fmt: skip
