"""The Wi-Fi between node and home: joining takes time, links lose, stall and go away."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from boards.parts_file import shipped_parts
from sim.cell import interpolate
from sim.home import Home, Inbox

ETIMEDOUT = 116  # numbers of CircuitPython's errno (newlib's), not the desktop's
ECONNRESET = 104
ECONNREFUSED = 111
EHOSTUNREACH = 118
EINPROGRESS = 119

#: Strength that counts as good, dBm: from here on the signal takes nothing away.
GOOD_dBm = -60.0

#: A look at all channels takes so long (estimate: 13 channels, 0.1 to 0.2 s each; not measured).
SCAN_s = 2.0

#: lwIP on a Pico W: what one send may take at most, bytes (8 segments of 1460).
SEND_BUFFER = 8 * 1460


@dataclass(frozen=True, slots=True)
class Link:
    """A garden's Wi-Fi, as it is where the signal is good.

    Attributes
    ----------
    rssi_dBm : strength of the access point at the node; what a weaker one makes of all the rest stands in
        the tables of the part "wifi-2.4GHz" (boards/parts/signals.toml).
    join_s, join_spread : median time to join and get an address, and the spread of its logarithm
        ("a couple of seconds", 2 to 8: CircuitPython #9080 and others).
    hinted : share of `join_s` that is left where channel or address of the access point are given and the
        radio heeds them (estimate: a scan of one channel instead of all). channel, bssid : its own.
    addressed : share that is left with a fixed address (estimate: DHCP's four messages take 0.3 to 1 s of
        three). gateway : the only one that leads home.
    ssid, password : what the access point wants; "" takes any. resolves : whether its names are known.
    refuses : nobody listens at the home station's port.
    join_fails : chance that a try ends in an error after `join_s`.
    tls_s : a TLS handshake, by an ESP32 with a P-256 certificate (estimate: 0.4 to 3 s; CircuitPython #7657).
    rate_B_s : payload rate. latency_s : one way. server_s : until the home station has made it durable.
    short_send : chance that send() takes only a part. stall : chance per KiB of a retransmission.
    drop : chance per KiB that the connection dies. lost_answer : chance that only the answer is lost.
    outages : (start_s, end_s) without any network.
    """

    rssi_dBm: float = GOOD_dBm
    join_s: float = 3.0
    hinted: float = 0.5
    addressed: float = 0.75
    gateway: str = "192.168.1.1"
    ssid: str = ""
    password: str = ""
    resolves: bool = True
    refuses: bool = False
    channel: int = 6
    bssid: bytes = b"\x02torpo"
    join_spread: float = 0.35
    join_fails: float = 0.03
    tls_s: float = 1.5
    rate_B_s: float = 150_000.0
    latency_s: float = 0.01
    server_s: float = 0.02
    short_send: float = 0.03
    stall: float = 0.002
    drop: float = 0.00005
    lost_answer: float = 0.001
    outages: Sequence[tuple[float, float]] = field(default_factory=tuple)

    def heard(self) -> Link:
        """The same as it is at the node."""
        if self.rssi_dBm >= GOOD_dBm:
            return self
        part = shipped_parts()["signal", "wifi-2.4GHz"]
        found = {name: interpolate(table.points, self.rssi_dBm) for name, table in part.tables.items()}
        return replace(
            self,
            join_s=self.join_s * found["join"],
            join_fails=1.0 - (1.0 - self.join_fails) * (1.0 - found["join_fails"]),
            rate_B_s=self.rate_B_s * found["rate"],
            stall=min(1.0, self.stall + found["stall"]),
            drop=min(1.0, self.drop + found["drop"]),
        )


class NetworkError(Exception):
    """A network call failed; `errno` as CircuitPython gives it (0: joining failed)."""

    def __init__(self, errno: int) -> None:
        super().__init__(errno)
        self.errno = errno


class Air:
    """Everything between the node's radio and the home station, on the world's time.

    `spend(seconds)` lets time pass; `now()` tells it.
    """

    def __init__(
        self, link: Link, home: Home, now: Callable[[], float], spend: Callable[[float], None], seed: int
    ) -> None:
        self.link = link.heard()
        self.home = home
        self.now = now
        self.spend = spend
        self.random = random.Random(f"air {seed}")
        self.joined = False
        self.lost = False  # joined, but with a gateway that leads nowhere

    def away(self) -> bool:
        now = self.now()
        return any(start <= now < end for start, end in self.link.outages)

    def join(self, timeout_s: float, channel: int = 0, bssid: bytes | None = None, gateway: str = "") -> None:
        """Scan, associate, DHCP unless a fixed address comes with its `gateway`; `channel` and `bssid` as far
        as the radio heeds them. Raises NetworkError(0) when that fails or takes too long."""
        link = self.link
        took = link.join_s * math.exp(self.random.gauss(0.0, link.join_spread))
        failed = self.random.random() < link.join_fails
        if channel or bssid:
            took *= link.hinted
            failed = (
                failed or (channel or link.channel) != link.channel or (bssid or link.bssid) != link.bssid
            )
        if gateway:
            took *= link.addressed
        if self.away():
            self.spend(timeout_s)
            raise NetworkError(0)
        self.spend(min(took, timeout_s))
        if failed or took > timeout_s:
            raise NetworkError(0)
        self.joined = True
        self.lost = gateway not in ("", link.gateway)

    def scan(self) -> list[float]:
        """Strengths of home's network as a look at all channels finds them, dBm; none while it is away."""
        self.spend(SCAN_s)
        return [] if self.away() else [self.link.rssi_dBm]

    def connect(self, timeout_s: float, tls: bool = False) -> Connection:
        if not self.joined:
            raise NetworkError(EHOSTUNREACH)
        if self.away() or self.lost:  # a CYW43 says this and not ETIMEDOUT when connecting takes too long
            self.spend(timeout_s)
            raise NetworkError(EINPROGRESS)
        if self.link.refuses:
            self.spend(2.0 * self.link.latency_s)
            raise NetworkError(ECONNREFUSED)
        self.spend(3.0 * self.link.latency_s + (self.link.tls_s if tls else 0.0))
        return Connection(self)


class Connection:
    """One TCP connection to the home station."""

    def __init__(self, air: Air) -> None:
        self._air = air
        self._inbox = Inbox(air.home)
        self._answer = b""
        self._answer_at = 0.0
        self.dead = False

    def _alive(self) -> None:
        if self.dead or not self._air.joined or self._air.away():
            self.dead = True
            raise NetworkError(ECONNRESET)

    def send(self, data: bytes, timeout_s: float) -> int:
        """Hand bytes to the network; how many it took. Time passes at the link's rate."""
        self._alive()
        air = self._air
        link = air.link
        chance = air.random.random
        count = min(len(data), SEND_BUFFER)
        if count > 1 and chance() < link.short_send:
            count = air.random.randrange(1, count)
        share = count / 1024.0
        if chance() < link.drop * share:
            air.spend(min(timeout_s, 1.0))
            self.dead = True
            self._inbox.ended()
            raise NetworkError(ECONNRESET)
        stall = air.random.uniform(0.2, 1.5) if chance() < link.stall * share else 0.0
        if stall >= timeout_s:
            air.spend(timeout_s)
            self._inbox.ended()
            raise NetworkError(ETIMEDOUT)
        air.spend(count / link.rate_B_s + stall)
        answer = self._inbox.feed(bytes(data[:count]), air.now())
        if answer is not None:
            self._answer_at = air.now() + 2.0 * link.latency_s + link.server_s
            if chance() < link.lost_answer:
                self.dead = True
            else:
                self._answer += answer
        return count

    def receive(self, most: int, timeout_s: float) -> bytes:
        """Up to `most` bytes of the answer; waits for it, at most `timeout_s`."""
        self._alive()
        air = self._air
        wait_s = max(0.0, self._answer_at - air.now())
        if not self._answer or wait_s > timeout_s:
            air.spend(timeout_s)
            raise NetworkError(ETIMEDOUT)
        air.spend(wait_s)
        part, self._answer = self._answer[:most], self._answer[most:]
        return part
