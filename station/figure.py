"""A number of the command line between two bounds; what is no number of all (nan) is refused like any other
outside them."""

from __future__ import annotations

from math import isfinite
from typing import Any

import rich_click as click


class Figure(click.FloatRange):
    """As click's own, which lets nan pass, and infinity where a side is open."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Raises click.BadParameter for what is not finite."""
        number = float(super().convert(value, param, ctx))
        if not isfinite(number):
            self.fail(f"{number} is no number that can be reckoned with.", param, ctx)
        return number
