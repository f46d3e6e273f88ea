"""A bar on stderr while files go to a board, and what a person is told who stops it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import rich_click as click
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from station.deploy_carry import RESTARTING, Told
from station.screen import console

HALF_THERE = "The board runs nothing until the same command has run to its end."
ALL_THERE = "All of it is there; the board's reset button starts it."


@contextmanager
def shown_bar(total: int) -> Iterator[Told]:
    """Show how many of `total` bytes are written (only on a terminal)."""
    screen = console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(binary_units=True))
    last = ""
    try:
        with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bars:
            task = bars.add_task("", total=max(1, total))

            def tell(what: str, done: int) -> None:
                nonlocal last
                last = what
                bars.update(task, description=what, completed=done)

            yield tell
    except KeyboardInterrupt:
        if last:  # else nothing was begun
            click.echo(f"torpor: {ALL_THERE if last == RESTARTING else HALF_THERE}", err=True)
        raise
