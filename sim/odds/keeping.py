"""What takes seconds to work out and stays the same is kept in a folder beside the environment.

Its name is a hash of everything that it is made from, the sources of firmware and simulator included: an old
one is never read, and the folder can be deleted at any time.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = ("firmware/lib", "firmware/wildcam", "sim", "boards")


def folder() -> Path:
    """Where it is kept: in the environment, or where TORPOR_CACHE says."""
    return Path(os.environ.get("TORPOR_CACHE") or Path(sys.prefix) / "torpor-cache")


def compiled_folder() -> Path:
    """Where what numba has compiled is kept; those of older sources go."""
    wanted = folder() / f"compiled-{sources()[:16]}"
    for other in folder().glob("compiled-*"):
        if other != wanted:
            shutil.rmtree(other, ignore_errors=True)
    return wanted


@lru_cache(maxsize=1)
def sources() -> str:
    """A hash of the checkout's firmware, simulator and parts."""
    digest = hashlib.sha256()
    for where in SOURCES:
        for path in sorted((ROOT / where).rglob("*")):
            if path.suffix in (".py", ".toml"):
                digest.update(path.read_bytes())
    return digest.hexdigest()


def kept(kind: str, made_from: object, make: Callable[[], NDArray[np.generic]]) -> NDArray[np.generic]:
    """The array that `make` gives, from the folder if it is there. A folder that cannot be written is no
    error."""
    name = hashlib.sha256(f"{kind} {made_from!r} {sources()}".encode()).hexdigest()[:24]
    path = folder() / f"{kind}-{name}.npy"
    with suppress(OSError, ValueError, EOFError):
        return np.asarray(np.load(path, allow_pickle=False))
    made = make()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.stem}.{os.getpid()}.part")
        with part.open("wb") as file:
            np.save(file, made, allow_pickle=False)
        os.replace(part, path)
    return made
