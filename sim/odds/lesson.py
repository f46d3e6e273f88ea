"""The node's daily lesson for many lanes: `learn` of firmware/lib/torpor/learning.py itself, in floating
point.

Two changes make the very source fit for sixteen lanes at a time: a division that rounds down becomes one of
floats, and `plan`, a search that asks a projection again and again, becomes a look into a table which that
very search has filled before the run.
"""

from __future__ import annotations

import ast
from types import FunctionType
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.odds.keeping import kept
from sim.policy_source import LIBRARY, compiled

#: Shape of a plan's table per half-month: charge from 0 to 1, and harvest of the best day per capacity, as a
#: root up to MOST. Ours: linear between its points, errors below a per cent of the capacity a day.
CHARGES, HARVESTS, MOST = 51, 64, 1.0
#: The capacity the table is filled for, J: large, so that whole numbers do not round.
_WHOLE = 10_000_000
#: Steps of the node's own search (8 halvings), and halvings of ours.
_STEPS, _HALVINGS = 256.0, 22

_inline: Any = njit(nogil=True, fastmath=True, error_model="numpy", forceinline=True)


@_inline
def floor_div(a, b):  # type: ignore[no-untyped-def]
    return np.floor(a / b)


@_inline
def planned(charge, half, harvest, base, most, config, season):  # type: ignore[no-untyped-def]
    """What `plan` of the firmware finds, to its own steps: config ends with what the table said, J a day."""
    return min(max(np.floor(config[4] * _STEPS / most) * most / _STEPS, 0.0), most)


@_inline
def place(charge, harvest, capacity_J):  # type: ignore[no-untyped-def]
    """Where a charge (1/100 %) and a harvest (J a day) lie in the table: (index, part of a step in each)."""
    f = np.float32
    x = min(np.sqrt(max(harvest / capacity_J, f(0.0)) * f(1.0 / MOST)) * f(HARVESTS - 1), f(HARVESTS - 1.01))
    y = min(max(charge * f((CHARGES - 1) / 10000.0), f(0.0)), f(CHARGES - 1.01))
    i, j = np.int32(y), np.int32(x)
    return i * np.int32(HARVESTS) + j, y - f(i), x - f(j)


class _Floats(ast.NodeTransformer):
    """a // b becomes floor_div(a, b)."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.op, ast.FloorDiv):
            return node
        call = ast.Call(ast.Name("floor_div", ast.Load()), [node.left, node.right], [])
        return ast.copy_location(call, node)


def _learn() -> Any:
    path = LIBRARY / "learning.py"
    tree = ast.parse(path.read_text("utf-8"), str(path))
    tree.body = [
        _Floats().visit(one)
        for one in tree.body
        if not isinstance(one, ast.ImportFrom)
        and not (isinstance(one, ast.FunctionDef) and one.name != "learn")
    ]
    space: dict[str, Any] = {"const": lambda value: value, "floor_div": floor_div, "plan": planned}
    exec(compile(ast.fix_missing_locations(tree), str(path), "exec"), space)
    made: FunctionType = space["learn"]
    return _inline(made)


learn = _learn()


def plan_table(season: tuple[int, ...], low_pct: int) -> NDArray[np.float32]:
    """Largest even outflow (sleep and service, of the capacity a day) that `plan` grants, shape
    (24, CHARGES * HARVESTS)."""
    return kept("plans", (season, low_pct), lambda: _filled(season, low_pct)).astype(np.float32)


def _filled(season: tuple[int, ...], low_pct: int) -> NDArray[np.float32]:
    bears = compiled()["_bears"]

    @njit(nogil=True)
    def fill(season, low_pct):  # type: ignore[no-untyped-def]
        table = np.zeros((24, CHARGES * HARVESTS), dtype=np.float32)
        config = (_WHOLE, low_pct, 0, 0)
        for half in range(24):
            for at in range(CHARGES * HARVESTS):
                charge = at // HARVESTS * 10000 // (CHARGES - 1)
                harvest = int(_WHOLE * MOST * (at % HARVESTS / (HARVESTS - 1)) ** 2)
                low, high = 0, _WHOLE * 4
                for _ in range(_HALVINGS):
                    middle = (low + high) // 2
                    if bears(middle, charge, half, harvest, 0, config, season):
                        low = middle
                    else:
                        high = middle
                table[half, at] = low / _WHOLE
        return table

    made: NDArray[np.float32] = fill(season, low_pct)
    return made
