"""A bar on stderr while files go to a board, and what a person is told who stops it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import rich_click as click
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from station.deploy_carry import Told
from station.screen import console


@contextmanager
def shown_bar(total: int) -> Iterator[Told]:
    """Show how many of `total` bytes are written (only on a terminal)."""
    screen = console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(binary_units=True))
    try:
        with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bars:
            task = bars.add_task("", total=max(1, total))
            yield lambda what, done: bars.update(task, description=what, completed=done)
    except KeyboardInterrupt:
        click.echo("torpor: The board runs nothing until the same command has run to its end.", err=True)
        raise
