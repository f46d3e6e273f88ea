"""Printing for people: one console, wide enough for tables when nobody is watching."""

from __future__ import annotations

import sys

from rich.console import Console

#: Where the output is no terminal (a pipe, a file) there is no width to ask for.
WIDTH_OF_A_FILE = 132


def console(stderr: bool = False) -> Console:
    """Return a console on stdout (or stderr, for progress) as it is now; colours only on a terminal,
    NO_COLOR is honoured."""
    file = sys.stderr if stderr else sys.stdout
    width = None if file.isatty() else WIDTH_OF_A_FILE
    return Console(file=file, width=width, highlight=False, soft_wrap=False)
