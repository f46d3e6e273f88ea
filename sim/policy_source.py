"""The node's own policy, compiled for the fast kernel: the very source files, every function by numba.

The files lie side by side in one namespace, where each function finds the others compiled. What they import
from each other is left out; `const` is the identity.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from sim.errors import SimError

LIBRARY = Path(__file__).resolve().parent.parent / "firmware" / "lib" / "torpor"
#: Reasons first: the others name them.
FILES = ("reasons", "policy", "learning", "season")


@lru_cache(maxsize=4)
def order(which: str) -> tuple[str, ...]:
    """Names of the places of decide's "Snapshot" or "Config", from the policy's docstring."""
    text = ast.get_docstring(ast.parse((LIBRARY / "policy.py").read_text("utf-8"))) or ""
    found = re.search(rf"^{which}: ([\w\s]+)\.", text, re.M)
    if not found:
        raise SimError(f"firmware/lib/torpor/policy.py: its docstring has no line {which!r}.")
    return tuple(found[1].split())


@lru_cache(maxsize=1)
def plain() -> dict[str, Any]:
    """Everything that the files define, as plain Python."""
    space: dict[str, Any] = {"const": lambda value: value, "__name__": "policy"}
    for name in FILES:
        exec(_code(LIBRARY / f"{name}.py"), space)
    return space


@lru_cache(maxsize=1)
def compiled() -> dict[str, Any]:
    """The same with every function of policy and learning compiled.

    Raises SimError if numba is not installed.
    """
    jit = jitter()
    space = dict(plain())
    for name, thing in list(space.items()):
        if isinstance(thing, FunctionType) and name not in ("const", "course", "flat"):
            space[name] = jit(FunctionType(thing.__code__, space, name))
    return space


def jitter() -> Callable[..., Any]:
    """numba's njit, or one sentence that says how to get it."""
    try:
        from numba import njit
    except ImportError:
        raise SimError(
            "The fast kernel needs numba: `python3 run.py test` or `bench` installs it into .venv."
        ) from None
    made: Callable[..., Any] = njit
    return made


def as_it_is(function: Callable[..., Any]) -> Callable[..., Any]:
    """What stands for the compiler where nothing is compiled."""
    return function


def _code(path: Path) -> CodeType:
    """A file without its imports from the node's modules."""
    tree = ast.parse(path.read_text("utf-8"), str(path))
    tree.body = [
        line
        for line in tree.body
        if not (isinstance(line, ast.ImportFrom) and (line.module or "").split(".")[0] in _OF_THE_NODE)
    ]
    return compile(tree, str(path), "exec")


_OF_THE_NODE = ("torpor", "micropython")
