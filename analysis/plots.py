"""Every plot of Torpor, by one import."""

from __future__ import annotations

from .contact_sheet import contact_sheet_png
from .plot_log import log_png
from .plot_wake import wake_png
from .plot_year import year_png

__all__ = ["contact_sheet_png", "log_png", "wake_png", "year_png"]
