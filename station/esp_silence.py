"""esptool without its own printing: what it writes becomes progress, the rest is kept for whoever asks.

Imported only where esptool is installed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from esp_pylib.logger import EspLog, EspLogBase


class Silence(EspLogBase):
    """esptool's logger: says nothing, tells `watch` (done, all) as blocks go over."""

    def __init__(self, watch: Callable[[int, int], None] | None) -> None:
        self._watch = watch

    def print(self, *args: Any, **kwargs: Any) -> None:
        del args, kwargs

    def err(self, *args: Any, suggestion: str | None = None) -> None:
        del args, suggestion

    def warn(self, *args: Any, suggestion: str | None = None) -> None:
        del args, suggestion

    def note(self, *args: Any) -> None:
        del args

    def hint(self, *args: Any) -> None:
        del args

    def debug(self, *args: Any) -> None:
        del args

    def warning(self, message: str, suggestion: str | None = None) -> None:
        del message, suggestion

    def error(self, message: str, suggestion: str | None = None) -> None:
        del message, suggestion

    def set_verbosity(self, mode: int | str) -> None:
        del mode

    def progress_bar(
        self, cur_iter: int, total_iters: int, prefix: str = "", suffix: str = "", bar_length: int = 30
    ) -> None:
        del prefix, suffix, bar_length
        if self._watch:
            self._watch(cur_iter, total_iters)


def _say_nothing(*words: object) -> None:
    del words


@contextmanager
def silenced(watch: Callable[[int, int], None] | None) -> Iterator[None]:
    """Inside, esptool prints nothing."""
    from esptool.reset import ResetStrategy  # importing it sets esptool's own logger, so this comes first

    before = EspLog.instance
    EspLog.set_logger(Silence(watch))
    ResetStrategy.print_once = _say_nothing  # it has kept the logger that was there at its import
    try:
        yield
    finally:
        EspLog.instance = before
