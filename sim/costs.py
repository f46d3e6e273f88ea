"""What interpreting costs: counters compiled into the firmware's code.

Each block of a function gets one statement that adds the block's price to a counter; the world
turns the counter into virtual time whenever the firmware touches it. Prices are rows of the board.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from types import CodeType

from boards import Part

COUNTER = "_torpor_ns"
ROUNDS = "_torpor_rounds"
FIND = "_torpor_find"

_OPERATIONS = (ast.BinOp, ast.Compare, ast.Subscript, ast.UnaryOp, ast.BoolOp)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
_Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


@dataclass(frozen=True, slots=True)
class Prices:
    """Interpreter prices in nanoseconds, from the board's rows (source: the rows themselves)."""

    call: int
    method_call: int
    loop_round: int
    operation: int
    compile_py_byte: float
    compile_mpy_byte: float
    crc32_byte: float
    sha256_byte: float
    find_byte: float

    @classmethod
    def of(cls, board: Part) -> Prices:
        us = 1000
        return cls(
            call=round(board.v("call") * us),
            method_call=round(board.v("method_call") * us),
            loop_round=round(board.v("loop_round") * us),
            operation=round(board.v("operation") * us),
            compile_py_byte=board.v("compile_py") * us,
            compile_mpy_byte=board.v("compile_mpy") * us,
            crc32_byte=board.v("crc32") * us,
            sha256_byte=board.v("sha256") * us,
            find_byte=board.v("find") * us,
        )


def compile_costed(source: str, name: str, prices: Prices | None) -> CodeType:
    """Compile a file of the drive; with `prices`, counters are woven in (None: native on the board)."""
    tree = ast.parse(source, name)
    if prices is not None:
        tree = ast.fix_missing_locations(_Weaver(prices).visit(tree))
    code: CodeType = compile(tree, name, "exec", flags=_annotations_flag(), dont_inherit=True)
    return code


def _annotations_flag() -> int:
    import __future__

    return __future__.annotations.compiler_flag


class _Weaver(ast.NodeTransformer):
    """Adds a counter statement at the start of every function, loop body and branch.

    A module's own straight-line code costs nothing here: the row for compiling was measured at import.
    """

    def __init__(self, prices: Prices) -> None:
        self.prices = prices

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "find" and not node.keywords:
            return ast.Call(_name(FIND), [node.func.value, *node.args], [])
        return node

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        return self._comprehension(node, [node.elt])

    def visit_SetComp(self, node: ast.SetComp) -> ast.AST:
        return self._comprehension(node, [node.elt])

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.AST:
        return self._comprehension(node, [node.elt])

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        return self._comprehension(node, [node.key, node.value])

    def _comprehension(self, node: _Comprehension, made: list[ast.expr]) -> ast.AST:
        """Each round of each `for` costs its round and its conditions; the innermost makes an element."""
        rounds = [sum(map(self._price, one.ifs)) + self.prices.loop_round for one in node.generators]
        rounds[-1] += self.prices.operation + sum(map(self._price, made))
        self.generic_visit(node)
        for one, price in zip(node.generators, rounds, strict=True):
            one.iter = ast.Call(_name(ROUNDS), [one.iter, ast.Constant(price)], [])
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        self._body(node, "body", 0)  # the call itself is priced where it is made
        return node

    def visit_Try(self, node: ast.Try) -> ast.AST:
        straight, last = node.body, node.finalbody
        self._body(node, "orelse", 0)
        node.body = [self.visit(statement) for statement in straight]
        node.handlers = [self.visit(handler) for handler in node.handlers]
        node.finalbody = [self.visit(statement) for statement in last]
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        node.iter = self.visit(node.iter)
        self._body(node, "body", self.prices.loop_round)
        self._body(node, "orelse", 0)
        return node

    def visit_AsyncFor(self, node: ast.AsyncFor) -> ast.AST:
        node.iter = self.visit(node.iter)
        self._body(node, "body", self.prices.loop_round)
        self._body(node, "orelse", 0)
        return node

    def visit_While(self, node: ast.While) -> ast.AST:
        extra = self.prices.loop_round + self._price(node.test)
        node.test = self.visit(node.test)
        self._body(node, "body", extra)
        self._body(node, "orelse", 0)
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        node.test = self.visit(node.test)
        self._body(node, "body", 0)
        self._body(node, "orelse", 0)
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        self._body(node, "body", self.prices.call)
        return node

    def _body(self, node: ast.AST, field: str, extra: int) -> None:
        body: list[ast.stmt] = getattr(node, field)
        if not body:
            return
        price = extra + sum(self._statement(statement) for statement in body)
        new = [self.visit(statement) for statement in body]
        if price:
            at = 1 if _is_docstring(body[0]) else 0
            new.insert(at, _count(price))
        setattr(node, field, new)

    def _statement(self, node: ast.stmt) -> int:
        """Price of one statement without the blocks inside it (these count for themselves)."""
        total = 0
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.stmt, ast.excepthandler)):
                if isinstance(node, (ast.With, ast.AsyncWith, ast.Try)) and child in _straight(node):
                    total += self._statement(child)
                continue
            total += self._price(child)
        return total + (self.prices.operation if isinstance(node, ast.AugAssign) else 0)

    def _price(self, node: ast.AST) -> int:
        """Price of one expression, without what its comprehensions do in their rounds."""
        total = 0
        if isinstance(node, ast.Call):
            method = isinstance(node.func, ast.Attribute)
            total = self.prices.method_call if method else self.prices.call
        elif isinstance(node, _OPERATIONS):
            total = self.prices.operation
        inside = ast.iter_child_nodes(node)
        if isinstance(node, _COMPREHENSIONS):
            inside = iter([one.iter for one in node.generators[:1]])
        return total + sum(map(self._price, inside))


def _straight(node: ast.With | ast.AsyncWith | ast.Try) -> list[ast.stmt]:
    """Statements inside that run whenever the statement itself runs."""
    if isinstance(node, ast.Try):
        return [*node.body, *node.finalbody]
    return node.body


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _count(price: int) -> ast.stmt:
    target = ast.Subscript(_name(COUNTER), ast.Constant(0), ast.Store())
    return ast.AugAssign(target, ast.Add(), ast.Constant(price))


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
