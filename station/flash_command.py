"""`torpor flash`: CircuitPython onto a board, by its UF2 drive or by an ESP chip's loader."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from station.boards_command import names_like
from station.detect_completion import complete_boards
from station.errors import Exit, StationError
from station.needless import needless
from station.screen import console

if TYPE_CHECKING:
    from station.detect import Found
    from station.flash_image import Image

JSON_VERSION = 1


@dataclass(frozen=True, slots=True)
class _Options:
    yes: bool
    anyway: bool
    erase: bool
    baud: int
    stub: bool
    board_id: str
    as_json: bool


@click.command(name="flash")
@click.argument("words", nargs=-1, required=True, metavar="[BOARD] IMAGE", shell_complete=complete_boards)
@click.option("--check", "only_check", is_flag=True, help="Only say what IMAGE is; no board is needed.")
@click.option("--design", shell_complete=names_like,
              help="The design that the board is for: its image is then the only right one.")  # fmt: skip
@click.option("--erase", is_flag=True, help="ESP: erase all of the flash first, the board's files too.")
@click.option(
    "--baud", type=click.IntRange(min=9600), default=460800, show_default=True, help="ESP: how fast."
)
@click.option("--no-stub", is_flag=True, help="ESP: by the loader in the chip's ROM only, slower.")
@click.option("--anyway", is_flag=True, help="Also an older version, other firmware, another board's image.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document for a machine.")
def command(
    words: tuple[str, ...], only_check: bool, design: str | None, erase: bool, baud: int, no_stub: bool,
    anyway: bool, yes: bool, as_json: bool,
) -> None:  # fmt: skip
    """Write the firmware IMAGE (.uf2 or .bin) onto BOARD: a serial number, port or drive; may be left out if
    there is one. The file is checked whole before anything is written, and for an ESP the offset is read
    from it. Causes of `flash read err, 1000`, and everything else: docs/flash.md.
    """
    from station.flash_image import read_image

    if erase and no_stub:
        raise click.UsageError("--erase is done by the stub, so it cannot go with --no-stub.")
    wanted, path = _arguments(words)
    if only_check:
        needless(("erase", "baud", "no_stub", "anyway", "yes"), "beside --check, which writes nothing")
        if len(words) > 1:
            raise click.UsageError(f"--check wants the image alone, without a board ('{words[0]}').")
    options = _Options(yes, anyway, erase, baud, not no_stub, _board_id(design), as_json)
    image = read_image(path, options.board_id)
    if only_check:
        _tell_check(image, options)
        return
    if image.uf2:
        needless(("erase", "baud", "no_stub"), "of a .uf2, which goes onto a drive")
    board = _board(wanted, image)
    _refuse(image, board, options)
    _ask(image, board, options)
    back = _by_drive(image, board) if image.uf2 else _by_loader(image, board, options)
    _tell(image, back, options)


def _arguments(words: tuple[str, ...]) -> tuple[str | None, Path]:
    if len(words) > 2:
        raise click.UsageError(f"At most a board and an image are needed; these are {len(words)} words.")
    path = Path(words[-1])
    if not path.is_file():
        raise click.UsageError(f"There is no file '{path}'.")
    return (words[0] if len(words) == 2 else None), path


def _board_id(design: str | None) -> str:
    if design is None:
        return ""
    from boards import load_design

    return str(load_design(design).board.caps["circuitpython_board"])


def _tell_check(image: Image, options: _Options) -> None:
    from station.flash_image import doubts

    wrong = doubts(image, options.board_id)
    if options.as_json:
        click.echo(json.dumps({"version": JSON_VERSION, **image.document, "doubts": wrong}, indent=1))
    else:
        for line in image.lines:
            click.echo(line)
    if wrong:
        raise StationError(" ".join(wrong))


def _board(wanted: str | None, image: Image) -> Found:
    from station.detect import detect
    from station.flash_target import target

    return target(wanted, detect(), image)


def _refuse(image: Image, board: Found, options: _Options) -> None:
    """What may be wrong is refused before anything happens; what cannot be right, always."""
    from station.detect import Mode
    from station.esp_loader import need_esptool
    from station.flash_image import check_family, doubts

    if board.mode is Mode.UF2:
        check_family(image, board)
    if image.esp:
        need_esptool()
    wrong = doubts(image, options.board_id or board.board_id, "" if options.board_id else board.name)
    if wrong and not options.anyway:
        raise StationError(f"{' '.join(wrong)} (--anyway writes it all the same)")


def _ask(image: Image, board: Found, options: _Options) -> None:
    if options.yes:
        return
    loses = "everything on it is erased" if options.erase else "the files on its drive stay as a rule"
    question = f"Write {image.claims.title} onto {board.line}? The firmware there is replaced; {loses}."
    if not sys.stdin.isatty():
        raise StationError(f"{question} There is no terminal to ask on: --yes says so.", Exit.USAGE)
    if not click.confirm(question, err=True):
        raise StationError("Nothing was written.")


def _by_drive(image: Image, board: Found) -> Found | None:
    from station.detect import Mode, detect
    from station.flash_image import check_family
    from station.flash_uf2 import Waits, copy, into_bootloader, wait_back

    waits, before = Waits(), detect()
    loader = board if board.mode is Mode.UF2 else into_bootloader(board, detect, waits.bootloader)
    check_family(image, loader)
    if loader.drive is None:
        raise StationError(f"{loader.line}: {' '.join(loader.notes)}", Exit.NO_BOARD)
    with _bar("copying") as watch:
        copy(image, loader.drive, watch)
    click.echo("Copied; the board restarts.", err=True)
    return wait_back(image, board, before, detect, waits.back, waits)


def _by_loader(image: Image, board: Found, options: _Options) -> Found | None:
    from dataclasses import replace

    from station.detect import Mode, detect
    from station.esp_loader import Asked, write
    from station.flash_uf2 import Waits, wait_back
    from station.flash_words import causes_after, start_of

    assert image.esp is not None
    native, before, waits = board.mode is Mode.ESP, detect(), Waits()
    listen_s = 1.0 if native else 6.0  # a port that is the chip's own goes away as the chip restarts
    asked = Asked(baud=options.baud, erase=options.erase, stub=options.stub, listen_s=listen_s)
    try:
        with _bar("writing") as watch:
            seen, log = write(board.port, image.content, image.esp, asked, watch)
    except StationError as problem:
        _say(causes_after(problem, image.esp))
        raise
    if native and not log:
        return wait_back(image, board, before, detect, waits.native, waits)
    start = start_of(log, image.esp, seen.clues)
    _say(start.lines)
    if start.wrong:
        raise StationError(start.wrong)
    return replace(board, chip=seen.name, version=image.claims.version, name=image.claims.board or seen.name)


def _say(lines: tuple[str, ...]) -> None:
    """Lines for the owner, as wide as the screen; a numbered one hangs under its text."""
    width = max(40, min(console(stderr=True).width, 110))
    for line in lines:
        hang = "     " if line.startswith("  ") else ""
        click.echo(textwrap.fill(line, width, subsequent_indent=hang, break_on_hyphens=False), err=True)


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal, nothing elsewhere. Ctrl-C says what it leaves behind."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    begun = False
    try:
        with Progress(*columns, console=console(stderr=True), disable=not sys.stderr.isatty()) as progress:
            task = progress.add_task(what, total=None)

            def watch(done: int, total: int) -> None:
                nonlocal begun
                begun = True
                progress.update(task, completed=done, total=total)

            yield watch
    except KeyboardInterrupt:
        if begun:
            click.echo("torpor: The board's firmware is half written now; flash it again.", err=True)
        raise


def _tell(image: Image, back: Found | None, options: _Options) -> None:
    from station.detect_command import document

    if options.as_json:
        told = document(back) if back else None
        click.echo(json.dumps({"version": JSON_VERSION, "written": image.document, "board": told}, indent=1))
    elif back is not None:
        design = f" --board {image.designs[0]}" if image.designs else ""
        unread = "" if back.version else " Its drive does not show, so its version was not read."
        click.echo(f"Done: {back.line}.{unread} Next: `torpor deploy{design}`.")
    if back is None:
        raise StationError(
            "The file is on the board, but the board has not shown itself since: press RESET, and look again "
            "with `torpor detect`.",
            Exit.NO_BOARD,
        )
