"""wifi, socketpool, ipaddress: a radio that costs as soon as it is imported, sockets that send in parts."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from types import ModuleType, SimpleNamespace
from typing import Any

from sim.air import ETIMEDOUT, Connection, NetworkError
from sim.errors import BoardOSError
from sim.machine import Machine

_ENOTCONN = 128


def modules(machine: Machine) -> dict[str, ModuleType]:
    addresses = ModuleType("ipaddress")
    addresses.__dict__.update(IPv4Address=IPv4Address, ip_address=IPv4Address)
    return {
        "wifi": _wifi(machine),
        "socketpool": _socketpool(machine),
        "ipaddress": addresses,
        "ssl": _ssl(machine),
    }


class Radio:
    """wifi.radio. A CYW43 ignores channel and BSSID, tells neither, and stays powered when it is disabled; an
    ESP's heeds them and is really off."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._enabled = True
        self._gateway = ""
        self._hints = bool(machine.hardware.design.board.caps["heeds_bssid"])
        self.hostname = "cpy"
        self.tx_power = 20.0 if self._hints else 31.75
        self.pool_made = False

    def woken(self) -> None:
        """The module was imported in a new virtual machine: the station is enabled."""
        self._enabled = True
        self._gateway = ""  # set: no DHCP
        self.pool_made = False
        self._machine.hardware.air.joined = False
        self._machine.radio("left")

    @property
    def enabled(self) -> bool:
        return self._enabled

    @enabled.setter
    def enabled(self, on: bool) -> None:
        self._enabled = on
        if not on:
            self._machine.hardware.air.joined = False
            self._machine.leave_air()

    @property
    def connected(self) -> bool:
        return self._machine.hardware.air.joined

    @property
    def ap_info(self) -> Any:
        """The access point joined, None without one; a CYW43 does not tell."""
        if not self._hints:
            raise NotImplementedError
        if not self.connected:
            return None
        link = self._machine.hardware.air.link
        return SimpleNamespace(ssid="home", bssid=link.bssid, channel=link.channel, rssi=round(link.rssi_dBm))

    def connect(
        self,
        ssid: str,
        password: str | bytes = b"",
        *,
        channel: int = 0,
        bssid: bytes | None = None,
        timeout: float | None = None,
    ) -> None:
        machine = self._machine
        if not 1 <= len(ssid) <= 32:
            raise ValueError("ssid length must be 1-32")
        if len(password) != 0 and not 8 <= len(password) <= 64:
            raise ValueError("password length must be 8-64")
        if not self._enabled:
            raise RuntimeError("Station must be started")
        if bssid is not None and len(bssid) != 6:
            raise ValueError("Invalid BSSID")
        machine.world.sync()
        machine.radio("join")
        if machine.hardware.pir:
            machine.hardware.pir.radio_burst(machine.world.now)
        link = machine.hardware.air.link
        if link.ssid not in ("", ssid):
            self._missed(timeout or 8.0, "No network with that ssid")
        if link.password not in ("", password):
            self._missed(link.join_s, "Authentication failure")
        try:
            near = (channel, bssid) if self._hints else (0, None)
            machine.hardware.air.join(timeout or 8.0, *near, self._gateway)
        except NetworkError:
            machine.radio("left")
            raise ConnectionError("No network with that ssid") from None
        machine.radio("idle")

    def _missed(self, seconds: float, text: str) -> None:
        self._machine.world.spend(seconds)
        self._machine.radio("left")
        raise ConnectionError(text)

    def start_scanning_networks(self, *, start_channel: int = 1, stop_channel: int = 11) -> Iterator[Any]:
        """What is heard on all channels, as it is found; a joined radio may look around as well."""
        machine = self._machine
        if not self._enabled:
            raise RuntimeError("Station must be started")
        machine.world.sync()
        machine.radio("join")
        air = machine.hardware.air
        heard = air.scan()
        machine.radio("idle" if self.connected else "left")
        ssid = air.link.ssid or machine.environment.get("TORPOR_WIFI_SSID", "")
        return iter([SimpleNamespace(ssid=ssid, rssi=round(dBm), channel=air.link.channel) for dBm in heard])

    def stop_scanning_networks(self) -> None:
        """Nothing is left of it."""

    @property
    def ipv4_address(self) -> IPv4Address | None:
        return IPv4Address("192.168.1.57") if self.connected else None

    @property
    def ipv4_gateway(self) -> IPv4Address | None:
        air = self._machine.hardware.air
        return IPv4Address(self._gateway or air.link.gateway) if self.connected else None

    def set_ipv4_address(
        self, *, ipv4: IPv4Address, netmask: IPv4Address, gateway: IPv4Address, ipv4_dns: Any = None
    ) -> None:
        """Stops DHCP until the next reset."""
        if not all(isinstance(one, IPv4Address) for one in (ipv4, netmask, gateway)):
            raise TypeError("address must be an IPv4Address")
        self._gateway = str(gateway)


def _wifi(machine: Machine) -> ModuleType:
    module = ModuleType("wifi")
    radio = Radio(machine)
    management = SimpleNamespace(MIN="MIN", MAX="MAX", NONE="NONE")
    module.__dict__.update(radio=radio, PowerManagement=management, __on_import__=radio.woken)
    return module


class Socket:
    """One TCP socket: send() may take a part, recv_into waits at most the timeout."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._connection: Connection | None = None
        self._timeout: float | None = None
        self.tls = False

    def settimeout(self, seconds: float | None) -> None:
        self._timeout = seconds

    def setsockopt(self, *options: Any) -> None:
        pass

    def _limit(self) -> float:
        return 3600.0 if self._timeout is None else self._timeout

    def _open(self) -> Connection:
        if self._connection is None:
            raise BoardOSError(_ENOTCONN, "ENOTCONN")
        return self._connection

    def connect(self, address: tuple[str, int]) -> None:
        self._machine.world.sync()
        self._hung()
        self._connection = self._network(lambda: self._machine.hardware.air.connect(self._limit(), self.tls))

    def send(self, data: Any) -> int:
        machine = self._machine
        machine.world.sync()
        self._hung()
        machine.radio("tx")
        try:
            return int(self._network(lambda: self._open().send(data, self._limit())))
        finally:
            machine.radio("idle")

    def recv_into(self, buffer: Any, size: int = 0) -> int:
        self._machine.world.sync()
        self._hung()
        view = memoryview(buffer)
        part = self._network(lambda: self._open().receive(size or len(view), self._limit()))
        view[: len(part)] = part
        return len(part)

    def _hung(self) -> None:
        """With a camera of espcamera live, network requests hang (CircuitPython #10678)."""
        camera = self._machine.hardware.espcam
        if camera is not None and camera.live:
            self._machine.idle(self._limit())
            raise BoardOSError(ETIMEDOUT, "ETIMEDOUT")

    @staticmethod
    def _network(call: Any) -> Any:
        try:
            return call()
        except NetworkError as error:
            raise BoardOSError(error.errno, "network") from None

    def close(self) -> None:
        self._connection = None

    def __enter__(self) -> Socket:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class Context:
    """ssl.SSLContext: what it wraps speaks TLS from `connect` on; few boards have the memory for that."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._trusts = ""

    def load_verify_locations(self, cadata: str) -> None:
        """Whom to trust, as PEM."""
        if "BEGIN CERTIFICATE" not in cadata:
            raise ValueError("Invalid certificate")
        self._trusts = cadata

    def wrap_socket(self, sock: Socket, *, server_hostname: str | None = None) -> Socket:
        """Before `connect`."""
        if not self._machine.hardware.design.board.caps["psram"]:
            raise MemoryError("no room for the buffers of TLS")
        if not (self._trusts and server_hostname):
            raise ValueError("certificate and name of the server are needed")
        sock.tls = True
        return sock


def _ssl(machine: Machine) -> ModuleType:
    module = ModuleType("ssl")
    module.__dict__.update(SSLContext=Context, create_default_context=lambda: Context(machine))
    return module


def _socketpool(machine: Machine) -> ModuleType:
    module = ModuleType("socketpool")

    class SocketPool:
        AF_INET, SOCK_STREAM, IPPROTO_TCP = 2, 1, 6

        def __init__(self, radio: Radio) -> None:
            if radio.pool_made:
                raise RuntimeError("Already have a SocketPool for this radio")
            radio.pool_made = True

        def socket(self, family: int = 2, type: int = 1, proto: int = 0) -> Socket:
            return Socket(machine)

        def getaddrinfo(self, host: str, port: int) -> list[Any]:
            if not machine.hardware.air.link.resolves:
                raise BoardOSError(-2, "Name or service not known")
            return [(2, 1, 0, "", (host, port))]

    module.__dict__.update(SocketPool=SocketPool, gaierror=OSError)
    return module
