"""The sleep floor, honestly: what a node takes at rest, how far that may be off, and how much it matters.

A mean of many readings is sure to a fraction of the meter's step as long as there is noise; its zero is not.
So a floor is given with what the chip's data sheet lets its zero be off, unless a recording without the load
says where the zero is, or the owner says the current itself.
"""

from __future__ import annotations
