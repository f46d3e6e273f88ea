"""Options of the whole test run."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

#: Deploy, store and export make each file durable: a disk would be waited for thousands of times.
MEMORY, NEEDED_B = Path("/dev/shm"), 2 << 30


def pytest_configure() -> None:
    lie_in_memory()
    hear_ctrl_c()


def lie_in_memory() -> None:
    """Let the tests' folders lie in memory where there is enough of it, as a container may not have."""
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > NEEDED_B:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def hear_ctrl_c() -> None:
    """A shell's job in the background ignores Ctrl-C, and so would every process that a test starts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="also run the tests marked `full` (long runs)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect long runs unless they are asked for."""
    if config.getoption("--full"):
        return
    long_runs = [item for item in items if item.get_closest_marker("full")]
    if long_runs:
        config.hook.pytest_deselected(items=long_runs)
        items[:] = [item for item in items if not item.get_closest_marker("full")]
