"""`torpor receive`: the home station. Takes pictures, journals and readings of nodes, until it is stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from station.errors import Exit, StationError
from station.needless import needless
from station.screen import console

if TYPE_CHECKING:
    from collections.abc import Callable

    from station.beside import Companion, Pages, Say
    from station.limits import Limits
    from station.listening import Tls
    from station.store import Store
    from station.tally import Tally

    Companions = Callable[[Store, Say], list[Companion]]

data_option = click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), default=Path("torpor-data"),
    show_default=True, envvar="TORPOR_DATA", show_envvar=True, help="Folder of pictures and database.",
)  # fmt: skip
_seconds = click.FloatRange(0.1)
_file = click.Path(path_type=Path, dir_okay=False)


@click.command(name="receive")
@data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address; 0.0.0.0 is every one it has.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0: a free one.")
@click.option("--tls-cert", type=_file, help="Certificate (PEM): private as well as signed.")
@click.option("--tls-key", type=_file, help="Its key (PEM).")
@click.option("--quota-mb", type=click.FloatRange(0), default=0.0, help="Pictures of a node.  [0: no limit]")
@click.option("--floor-mb", type=click.FloatRange(0), default=200.0, show_default=True, help="To leave free.")
@click.option("--per-address", type=click.IntRange(1), default=64, show_default=True, help="Connections.")
@click.option("--head-s", type=_seconds, default=10.0, show_default=True, help="A head may take so long.")
@click.option("--idle-s", type=_seconds, default=10.0, show_default=True, help="So may a pause in a body.")
@click.option("--body-s", type=_seconds, default=30.0, show_default=True, help="A body: this, and 4 kB/s.")
@click.option("--keep-days", type=click.FloatRange(0), default=0.0, help="Delete older pictures.  [0: none]")
@click.option("--keep-gb", type=click.FloatRange(0), default=0.0, help="A node's oldest go.  [0: no limit]")
@click.option("--after-export", is_flag=True, help="Of those, only pictures that were exported.")
@click.option("--webhook", metavar="URL", help="POST an alert there when a node is late, or quiet, or back.")
@click.option(
    "--heartbeats",
    type=click.FloatRange(1),
    default=3.0,
    show_default=True,
    help="Late after so many of its usual pauses, and a day at least.",
)
@click.option("--mqtt", metavar="URL", help="Tell Home Assistant by a broker: mqtt://USER@HOST:1883")
@click.option(
    "--mqtt-password-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Or in TORPOR_MQTT_PASSWORD.",
)
@click.option(
    "--weather",
    type=click.Path(path_type=Path),
    help="Weather file or LATITUDE,LONGITUDE of your site, for the forecast.",
)
@click.option("--quiet", "-q", is_flag=True, help="No line for each upload.")
def command(
    data: Path, host: str, port: int, tls_cert: Path | None, tls_key: Path | None,
    quota_mb: float, floor_mb: float, per_address: int, head_s: float, idle_s: float, body_s: float,
    keep_days: float, keep_gb: float, after_export: bool,
    webhook: str | None, heartbeats: float, mqtt: str | None, mqtt_password_file: Path | None,
    weather: Path | None, quiet: bool,
) -> None:  # fmt: skip
    """Receive what nodes send, keep it in DATA, show it as a web page. Ctrl-C or SIGTERM ends it in peace.

    Nodes are added with `torpor node add`. The protocol is signed, not private: docs/protocol.md.
    """
    from station.beside import Pages
    from station.broker import broker_of
    from station.limits import Limits
    from station.retention import Retention, Rules

    if not keep_days and not keep_gb:
        needless(["after_export"], "without --keep-days or --keep-gb")
    if mqtt is None:
        needless(["mqtt_password_file"], "without --mqtt")
    limits = Limits(
        head_s=head_s, idle_s=idle_s, body_s=body_s, per_address=per_address,
        floor_bytes=int(floor_mb * 1e6), quota_bytes=int(quota_mb * 1e6),
    )  # fmt: skip
    pages = Pages(_weather(weather), _webhook(webhook), heartbeats)
    rules = Rules(keep_days, int(keep_gb * 1e9), after_export)
    broker = broker_of(mqtt, mqtt_password_file) if mqtt else None
    if broker:
        from station.mqtt_bridge import library

        library()

    def companions(store: Store, trouble: Say) -> list[Companion]:
        found: list[Companion] = [Retention(store, rules, trouble)]
        if broker:
            from station.mqtt_bridge import Bridge  # large, for whoever wants none

            found.append(Bridge(store, broker, heartbeats, trouble))
        return found

    tls = _tls(tls_cert, tls_key)
    listener = _listen(host, port)
    with listener:
        signals = _serve(data, listener, limits, pages, companions, quiet, tls)
    if signal.SIGINT in signals:
        raise KeyboardInterrupt


def _tls(cert: Path | None, key: Path | None) -> Tls | None:
    """Certificate and key, if both are good and belong together."""
    import ssl

    if cert is None and key is None:
        return None
    if cert is None or key is None:
        raise StationError("--tls-cert and --tls-key need each other: give both or none.", Exit.USAGE)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key, password="")
    except (OSError, ssl.SSLError) as error:
        why = getattr(error, "strerror", None) or getattr(error, "reason", None) or error
        raise StationError(f"{cert} and {key} are no certificate with its key: {why}.", Exit.USAGE) from None
    return cert, key


def _weather(weather: Path | None) -> str:
    """What the forecast reads: a file or a folder by its whole path, or a place by its coordinates."""
    if weather is None:
        return ""
    from sim.place import place_of

    if place_of(str(weather)) is not None:
        return str(weather)
    if not weather.exists():
        raise StationError(f"{weather}: there is no such weather file.", Exit.USAGE)
    return str(weather.resolve())


def _webhook(url: str | None) -> str:
    if not url:
        return ""
    from station.alerts import check_url

    return check_url(url)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except UnicodeError:  # an empty label, or one over 63 letters
        raise StationError(f"{host} is no name of a host.", Exit.USAGE) from None
    except OSError as error:
        is_name = isinstance(error, socket.gaierror)
        why = error.strerror if is_name else os.strerror(error.errno or 0)
        raise StationError(f"{host}:{port} cannot be listened on: {why}.", Exit.NETWORK) from error


def _serve(
    data: Path,
    listener: socket.socket,
    limits: Limits,
    pages: Pages,
    companions: Companions,
    quiet: bool,
    tls: Tls | None,
) -> tuple[int, ...]:
    """Receive until a signal comes; returns the signals."""
    from station.lock import locked
    from station.store import Store
    from station.tally import shown

    screen = console(stderr=True)
    with locked(data), Store(data, limits.quota_bytes) as store:
        parts, strays = store.sweep()
        if parts or strays:
            screen.print(f"Cleared up after a kill: {parts} parts deleted, {strays} pictures put aside.")
        host, port = listener.getsockname()[:2]
        scheme = "https" if tls else "http"
        screen.print(f"Receiving on {scheme}://{f'[{host}]' if ':' in host else host}:{port} into {data}")
        _hint(store, host)
        with shown(screen, quiet) as tally:
            return _run(store, limits, tally, listener, pages, companions(store, tally.trouble), tls)


def _hint(store: Store, host: str) -> None:
    screen = console(stderr=True)
    if not store.nodes():
        screen.print("No node may send yet: torpor new NAME makes one (torpor node add NAME: its key alone)")
    if host.startswith("127.") or host == "::1":
        screen.print("Only this computer can reach it: --host 0.0.0.0 lets your network in")


def _run(
    store: Store,
    limits: Limits,
    tally: Tally,
    listener: socket.socket,
    pages: Pages,
    more: list[Companion],
    tls: Tls | None,
) -> tuple[int, ...]:
    from station.app import make_app
    from station.beside import beside
    from station.listening import server

    forecasts = pages.forecasts(store, tally.trouble)
    made = server(make_app(store, limits, tally, forecasts), limits, tls)

    async def run() -> tuple[int, ...]:
        async with beside(forecasts, pages.alerts(store, tally.trouble), tally.trouble, *more):
            await made.serve([listener])
        return made.signals

    try:
        import uvloop
    except ImportError:  # there is none for Windows
        return asyncio.run(run())
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(run())
