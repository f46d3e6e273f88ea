"""The boards that are plugged in, as words for the shell's completion."""

from __future__ import annotations

import rich_click as click
from click.shell_completion import CompletionItem


def complete_boards(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The handles of the boards that are here and begin so; files, too, where the argument may be one.

    Never an error: whoever presses Tab wants no sentence.
    """
    from station.detect import detect

    del ctx
    try:
        found = detect()
    except Exception:
        found = []
    words = [
        CompletionItem(word, help=one.name or one.board_id)
        for one in found
        for word in one.handles
        if word.lower().startswith(incomplete.lower())
    ]
    return words + ([CompletionItem(incomplete, type="file")] if param.nargs == -1 else [])
