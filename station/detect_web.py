"""Boards on the network: those that CircuitPython's web workflow announces by mDNS, or a host that was named.

A node of Torpor's is not among them: it sleeps, and it keeps its Wi-Fi to itself. This finds a board on the
bench that has a web password.
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterable
from typing import Any

from station.detect import Found, Mode
from station.errors import Exit, StationError

SERVICE = "_circuitpython._tcp.local."
ANSWER_s = 5.0
_MOST = 4096


def ask(host: str, timeout_s: float = ANSWER_s) -> Found:
    """The board at a host ("cpy-a1b2c3.local", "10.0.0.7:8080"), by its version.json; no password is needed.

    Raises
    ------
    StationError : nobody answers there, or not a board (exit code of the network).
    """
    url = f"http://{_bracketed(host)}/cp/version.json"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=timeout_s) as answer:
            told = json.loads(answer.read(_MOST))
    except (OSError, http.client.HTTPException, ValueError) as problem:
        raise StationError(f"{host}: {_why(problem)}", Exit.NETWORK) from None
    if not isinstance(told, dict) or not str(told.get("version", "")):
        raise StationError(f"{host} answers, but not as a CircuitPython board does.", Exit.NETWORK)
    return _found(host, told)


def _bracketed(host: str) -> str:
    return f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host


def _why(problem: Exception) -> str:
    if isinstance(problem, urllib.error.HTTPError):
        return f"it answers with {problem.code} {problem.reason}; is this a board with the web workflow?"
    if isinstance(problem, json.JSONDecodeError | UnicodeDecodeError):
        return "it answers, but not with the JSON of a CircuitPython board."
    reason = getattr(problem, "reason", problem) or type(problem).__name__
    reason = getattr(reason, "strerror", None) or reason
    return (
        f"no board answers there ({reason}). Is it awake, on this network, with "
        "CIRCUITPY_WEB_API_PASSWORD in its settings.toml?"
    )


def _found(host: str, told: dict[str, Any]) -> Found:
    return Found(
        Mode.WEB,
        serial=str(told.get("UID", "")),
        host=host,
        version=str(told["version"]),
        board_id=str(told.get("board_id", "")),
        name=str(told.get("board_name", "")),
    )


def browse(seconds: float, interfaces: list[str] | None = None) -> list[str]:
    """The hosts that announce a web workflow within so many seconds.

    Raises
    ------
    StationError : python-zeroconf is not installed, or no network takes part.
    """
    try:
        from zeroconf import InterfaceChoice, ServiceBrowser, Zeroconf
    except ModuleNotFoundError:
        raise StationError(
            "To look for boards on the network, the library zeroconf is needed: "
            ".venv/bin/python -m pip install zeroconf (--host HOST asks one without it)",
            Exit.USAGE,
        ) from None
    import time

    try:
        with Zeroconf(interfaces=interfaces or InterfaceChoice.Default) as zeroconf:
            names: set[str] = set()
            browser = ServiceBrowser(zeroconf, SERVICE, [lambda **change: names.add(change["name"])])
            time.sleep(seconds)
            browser.cancel()
            infos = [zeroconf.get_service_info(SERVICE, name, timeout=1000) for name in sorted(names)]
    except OSError as problem:
        raise StationError(f"No mDNS on this network: {problem.strerror or problem}.", Exit.NETWORK) from None
    return sorted({host for info in infos if info for host in _hosts(info)})


def _hosts(info: Any) -> Iterable[str]:
    """An address rather than a name: a computer without mDNS of its own cannot resolve the name."""
    addresses = [one for one in info.parsed_addresses() if ":" not in one]
    if addresses:
        yield addresses[0] if info.port == 80 else f"{addresses[0]}:{info.port}"
