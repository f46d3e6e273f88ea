"""A sensor of which the twin knows only what it takes: what it reads, a stand-in of its owner's says."""

from __future__ import annotations

from collections.abc import Callable


class Unread:
    """One part behind its switch, or without one.

    Attributes
    ----------
    on : whether it has a supply.
    """

    def __init__(self, on_change: Callable[[bool], None]) -> None:
        self._on_change = on_change
        self.on = False

    def power(self, now_s: float, on: bool) -> None:
        """Its switch closed or opened."""
        del now_s
        self.on = on
        self._on_change(on)
