"""`torpor doctor`: what is wrong with a node, and what to do."""

from __future__ import annotations

import json
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from station.boards_command import names_like
from station.deploy_choice import LOGGER, ROUTE, route_options
from station.errors import Exit, StationError
from station.needless import needless
from station.screen import console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from station.doctor_case import Case
    from station.doctor_console import AtConsole
    from station.doctor_lines import Heard
    from station.doctor_logger import Logger
    from station.doctor_table import Finding

#: Options of an examination, which a file does without.
_OF_BOARD = (*ROUTE, "names", "picture", "opens", "logger")
_NAMES = "board pins meter pir camera card sensor wifi home sleep".split()


@click.command(name="doctor")
@route_options
@click.option("--design", shell_complete=names_like, help="Its design.  [default: as it was deployed]")
@click.option(
    "--settings",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Check this settings.toml instead of a board; with --design both.",
)
@click.option(
    "--kept",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Read this doctor.txt, which the doctor kept on a node's drive, instead of a board.",
)
@click.option(
    "--check",
    "names",
    multiple=True,
    type=click.Choice(_NAMES),
    help="Only this; repeatable.  [default: all]",
)
@click.option(
    "--picture",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("doctor.jpg"),
    show_default=True,
    help="Where the camera's picture goes.",
)
@click.option("--open", "opens", is_flag=True, help="Show the picture.")
@click.option(
    "--logger", metavar="PORT", help="A bench logger in the battery's lead measures the real sleep."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    design: str | None, file: Path | None, names: tuple[str, ...], picture: Path, opens: bool,
    kept: Path | None, logger: str | None, as_json: bool, **where: Any,
) -> Exit:  # fmt: skip
    """Examine a node that is plugged in: supply, pins, motion sensor, camera, Wi-Fi, station, sleep.

    It stops the node's program, sends each check to its console, and starts the program again; nothing on
    the drive changes. With --host it asks over the web workflow, which is cut off by joining and by sleeping:
    these two are left out then. With --settings, and no board, it reads a settings file and a design
    instead. The exit code is 1 if something is wrong.
    """
    if file is not None:
        needless((*_OF_BOARD, "kept"), "beside --settings, which reads a file")
        return _without_board(file, design, as_json)
    if kept is not None:
        needless(_OF_BOARD, "beside --kept, which reads a file")
        return _told(_read(kept), design or "", picture, opens, as_json, str(kept))
    checks = list(names) or _NAMES
    if where["host"] is not None:
        checks = _by_air(names, logger)
    if logger is not None and "sleep" not in checks:
        raise click.UsageError("--logger measures the sleep: it wants --check sleep too.")
    if design:
        from boards import load_design

        load_design(design)  # before anything is stopped
    heard, named, port = _examined(where, checks, logger, bool(design))
    return _told(heard, design or named, picture, opens, as_json, port)


def _by_air(names: tuple[str, ...], logger: str | None) -> list[str]:
    """What can be asked over the network, which no sleep survives."""
    from station.doctor_console import NOT_BY_AIR

    if logger is not None or set(names) & set(NOT_BY_AIR):
        raise click.UsageError("A sleep cuts the network's console off: plug the board in for that.")
    return list(names) or [name for name in _NAMES if name not in NOT_BY_AIR]


def _examined(
    where: dict[str, Any], names: list[str], port: str | None, is_named: bool
) -> tuple[Heard, str, str]:
    """What the checks told, the design that the board names, and the board's port. `is_named`: that design
    does not matter."""
    from station.doctor_console import examine
    from station.doctor_logger import Logger

    with Logger(port) if port else nullcontext() as logger:
        board = _console(where)
        try:
            board.prepare()
            if not is_named:
                _refuse_unknown(board.design)
            heard = examine(board, names, _begins)
            heard += _slept(board, heard, names, logger)
        finally:
            board.close()
    return heard, board.design, board.wire.name


def _refuse_unknown(named: str) -> None:
    """What a board was deployed as, and no design of a node is."""
    from station.detect_choice import design_of_board

    if named == LOGGER:
        raise StationError("This board is a bench logger: torpor record asks it.", Exit.USAGE)
    if named:
        design_of_board(named, "--design")


def _read(path: Path) -> Heard:
    """What a doctor.txt tells, and whether it is all."""
    from station.doctor_lines import Heard, Told, read_lines

    heard = read_lines(path.read_text(encoding="utf-8", errors="replace").splitlines())
    if not heard.told:
        raise StationError(f"{path}: no line of it is the doctor's.")
    whole = heard.one("doctor.ends") is not None and not heard.garbled
    return heard if whole else heard + Heard((Told("doctor.unfinished"),))


def _told(heard: Heard, design: str, picture: Path, opens: bool, as_json: bool, port: str) -> Exit:
    from station.doctor_case import case_of
    from station.doctor_judge import judge

    case = case_of(design, heard, time.time())
    kept = _keep(heard.picture, picture, opens)
    return _report(judge(case), as_json, case, kept, port)


def _slept(board: AtConsole, heard: Heard, names: list[str], logger: Logger | None) -> Heard:
    """The real sleep at last, where the board is not on USB."""
    from station.doctor_lines import Heard
    from station.doctor_sleep import sleep_for_real

    usb = heard.one("sleep.usb")
    if "sleep" not in names or usb is None or usb["usb"]:
        return Heard()
    _begins("deep")
    return sleep_for_real(board, logger)


def _console(where: dict[str, Any]) -> AtConsole:
    """The console of the board that is meant."""
    from station.deploy_choice import by_web
    from station.doctor_console import AtConsole, PATIENCE_s
    from station.route_serial_wire import choose_port, find_serial
    from station.route_web import console_of

    if where["host"] is not None:
        wire = console_of(by_web(where["host"], where["wait_s"], where["web_password"]))
        return AtConsole(wire, PATIENCE_s, by_air=True)
    needless(["web_password"], "without --host")
    port = where["port"] or _port(where["to"] or (str(where["drive"]) if where["drive"] else None))
    return AtConsole(choose_port(port, find_serial()), max(where["wait_s"], PATIENCE_s))


def _port(to: str | None) -> str:
    from station.deploy_choice import pick
    from station.detect import detect

    found = pick(to, detect())
    if not found.port:
        raise StationError(
            f"{found.title}: its console is not to be seen here; name it with --port.", Exit.NO_BOARD
        )
    return found.port


def _begins(name: str) -> None:
    from station.doctor_console import HANDS

    click.echo(f"{name} ..." + (f" {HANDS[name]}" if name in HANDS else ""), err=True)


def _keep(jpeg: bytes, path: Path, opens: bool) -> str:
    if not jpeg:
        return ""
    path.write_bytes(jpeg)
    click.echo(f"The picture is in {path}.", err=True)
    if opens:
        click.launch(str(path))
    return str(path)


def _without_board(file: Path | None, design: str | None, as_json: bool) -> Exit:
    from boards import load_design
    from station.doctor_settings import examine_files

    node = load_design(design) if design else None
    found = examine_files(file.read_text(encoding="utf-8") if file else None, node)
    return _report(found, as_json, None, "", str(file or design))


def _report(found: Sequence[Finding], as_json: bool, case: Case | None, picture: str, where: str) -> Exit:
    from station.doctor_table import Weight
    from station.doctor_words import document, show, verdict

    if as_json:
        click.echo(json.dumps(document(found, case, picture, where), indent=2, ensure_ascii=False))
    else:
        screen = console()
        show(screen, found, case)
        screen.print(verdict(found), soft_wrap=True)
    return Exit.FAILED if any(one.weight is Weight.WRONG for one in found) else Exit.OK
