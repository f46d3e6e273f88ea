"""Modules whose work is done in this wake leave the heap: what comes needs it."""

import sys


def modules(*names):
    """Forget these; what other modules still hold of them stays."""
    for name in names:
        sys.modules.pop(name, None)
        package, _, leaf = name.rpartition(".")
        holder = sys.modules.get(package)
        if holder and hasattr(holder, leaf):
            delattr(holder, leaf)
