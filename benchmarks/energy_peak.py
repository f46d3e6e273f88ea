"""What bounds the kernel: the operations that its source has per hour and lane, beside what one core does at
most."""

from __future__ import annotations

import ast
import time
from pathlib import Path
from typing import Any

import numpy as np

ODDS = Path(__file__).resolve().parent.parent / "sim" / "odds"
#: Functions of an hour, by their files.
HOUR = {
    "lanes": ("draw",),
    "deciding": ("look", "serve"),
    "powering": ("charged", "open_circuit", "supplied"),
}
_ROUNDS, _LENGTH, _CHAIN = 20_000, 512, 16


def operations() -> int:
    """Arithmetic, comparisons and choices in the loops over lanes of one hour, all branches counted."""
    found = 0
    for name, functions in HOUR.items():
        tree = ast.parse((ODDS / f"{name}.py").read_text("utf-8"))
        for function in tree.body:
            if isinstance(function, ast.FunctionDef) and function.name in functions:
                found += sum(_inside(loop) for loop in ast.walk(function) if isinstance(loop, ast.For))
    return found


def _inside(node: ast.AST) -> int:
    """Operations in a piece of source; what only finds a place in an array is none."""
    if isinstance(node, ast.Subscript):
        return 0
    own = isinstance(node, ast.BinOp | ast.AugAssign | ast.Compare | ast.IfExp | ast.UnaryOp)
    if isinstance(node, ast.Call):
        own = getattr(node.func, "id", getattr(node.func, "attr", "")) in ("min", "max", "floor", "int32")
    return int(own) + sum(_inside(child) for child in ast.iter_child_nodes(node))


def peak_per_s() -> float:
    """Multiplications and additions in single precision that one core does per second: measured, on chains of
    multiply-adds in registers."""
    from numba import njit

    @njit(fastmath={"contract"})
    def chains(kept: Any, by: Any, more: Any, rounds: int) -> None:
        for _ in range(rounds):
            for i in range(_LENGTH):
                x = kept[i]
                for _ in range(_CHAIN):
                    x = x * by + more
                kept[i] = x

    work = (np.ones(_LENGTH, dtype=np.float32), np.float32(0.999), np.float32(0.001))
    chains(*work, 1)
    best = float("inf")
    for _ in range(5):
        started = time.thread_time()
        chains(*work, _ROUNDS)
        best = min(best, time.thread_time() - started)
    return 2.0 * _ROUNDS * _LENGTH * _CHAIN / best
