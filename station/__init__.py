"""The home end: the `torpor` command and what talks to real nodes."""

from __future__ import annotations

__version__ = "0.1.0"
