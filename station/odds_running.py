"""Runs questions under a progress bar; what Ctrl-C leaves is kept, and said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from station.errors import Exit, StationError
from station.screen import console

if TYPE_CHECKING:
    from sim.odds.spread import Task

Taken = TypeVar("Taken")


def folder_of(out: Path | None, name: str) -> Path:
    """The output folder, made if need be."""
    folder = out or Path(f"torpor-out-{name}")
    if folder.exists() and not folder.is_dir():
        raise StationError(f"{folder}: is a file, expected a folder for the output.", Exit.USAGE)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def live(
    tasks: Sequence[Task], text: str, folder: Path | None, options: dict[str, Any],
    take: Callable[[Iterator[dict[str, Any]]], Taken],
) -> Taken:  # fmt: skip
    """What `take` makes of all parts, under a progress bar on stderr (none with --json).

    Raises StationError when it is interrupted: finished parts are in the folder; without one they are lost.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from sim.odds.resuming import Shelf
    from sim.odds.spread import carry_out

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console(stderr=True), disable=options["as_json"], transient=True)
    line = bar.add_task(text + (" (compiling, once)" if is_new() else ""), total=len(tasks))
    done = 0

    def told(finished: int, of: int) -> None:
        nonlocal done
        done = finished
        bar.update(line, completed=finished, total=of, description=text if finished else None)

    try:
        with bar:
            shelf = Shelf(folder, options["resume"]) if folder else None
            return take(carry_out(tasks, shelf, options["dask"], told))
    except KeyboardInterrupt:
        if folder is None:
            raise
        raise StationError(
            f"Interrupted: {done} of {len(tasks)} parts are in {folder}; the same command with --resume "
            f"goes on.",
            Exit.INTERRUPTED,
        ) from None


def is_new() -> bool:
    """Whether the kernel has not been compiled yet from these sources."""
    from sim.odds.keeping import folder, sources

    return not any((folder() / f"compiled-{sources()[:16]}").rglob("*.nbi"))
