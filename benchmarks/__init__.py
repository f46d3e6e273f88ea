"""Speed and quality, measured side by side with peers. One module is one benchmark; contract.py says how."""

from __future__ import annotations
