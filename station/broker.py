"""The address of an MQTT broker, and what it takes to get in."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from station.errors import Exit, StationError

PASSWORD = "TORPOR_MQTT_PASSWORD"
_PORTS = {"mqtt": 1883, "mqtts": 8883}
_PREFIX = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")


@dataclass(frozen=True, slots=True)
class Broker:
    """Attributes
    ----------
    prefix : of every topic but the discovery's. tls : encrypted, the certificate checked.
    """

    host: str
    port: int
    tls: bool
    user: str
    password: str = field(repr=False)
    prefix: str = "torpor"

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def broker_of(url: str, password_file: Path | None = None) -> Broker:
    """Read mqtt://[USER@]HOST[:PORT][/PREFIX]; the password comes from a file or the environment.

    StationError if it is no such address, or has the password in it: command lines are seen by others.
    """
    parts = urlsplit(url)
    try:
        port = parts.port
        (parts.hostname or "").encode("idna")  # as the socket will: ".." and labels over 63 letters
    except ValueError:
        port = 0
    if parts.scheme not in _PORTS or not parts.hostname or port == 0 or parts.query or parts.fragment:
        raise StationError(
            "--mqtt is no address of a broker: expected mqtt://USER@HOST:PORT, or mqtts:// with TLS.",
            Exit.USAGE,
        )
    if parts.password is not None:
        raise StationError(f"The broker's password does not belong into --mqtt: put it into {PASSWORD}"
                           " or a file (--mqtt-password-file).", Exit.USAGE)  # fmt: skip
    prefix = parts.path.strip("/") or "torpor"
    if not _PREFIX.fullmatch(prefix):
        raise StationError(
            f"{prefix!r} is no prefix of topics: it may have a-z, 0-9, -, _ and /.", Exit.USAGE
        )
    return Broker(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        tls=parts.scheme == "mqtts",
        user=unquote(parts.username or ""),
        password=_password(password_file),
        prefix=prefix,
    )


def _password(path: Path | None) -> str:
    return path.read_text(encoding="utf-8").strip("\r\n") if path else os.environ.get(PASSWORD, "")
