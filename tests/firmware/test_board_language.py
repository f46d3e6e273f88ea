"""The firmware uses nothing that CircuitPython does not have, and that CPython would let pass.

The list is what was seen refused or missing on the real firmware (10.2.1) and what its sources leave out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"
FILES = sorted(FIRMWARE.rglob("*.py"))

#: Names that a NameError waits behind.
NAMES = set(
    "FileNotFoundError FileExistsError PermissionError IsADirectoryError NotADirectoryError BlockingIOError "
    "InterruptedError ConnectionResetError ConnectionRefusedError ConnectionAbortedError ChildProcessError "
    "ProcessLookupError UnboundLocalError SystemError ExceptionGroup BaseExceptionGroup Warning UserWarning "
    "ascii vars breakpoint aiter anext".split()
)
#: Methods that no type of the board has. (`zfill` and friends; `copy` of a hash; `hexdigest`.)
METHODS = set(
    "zfill ljust rjust removeprefix removesuffix isalnum isidentifier isdecimal isnumeric istitle title "
    "casefold swapcase expandtabs translate maketrans bit_length bit_count hexdigest as_integer_ratio "
    "is_integer iter_unpack cast tobytes tolist with_traceback add_note add_done_callback makefile fileno "
    "shutdown recv walk scandir makedirs __del__ __init_subclass__".split()
)
#: Attributes of modules that exist on the desktop only.
MEMBERS = set(
    "hashlib.sha256 hashlib.sha1 hashlib.md5 math.isclose sys.stdout.flush time.time_ns time.ticks_ms "
    "time.perf_counter time.monotonic_raw os.path os.environ random.shuffle random.sample random.gauss "
    "gc.threshold micropython.mem_info asyncio.Queue asyncio.timeout asyncio.to_thread asyncio.TaskGroup "
    "asyncio.Semaphore asyncio.shield asyncio.wait binascii.b64encode".split()
)
#: Calls whose keywords the board refuses: callee's last name -> keywords.
KEYWORDS = {
    "print": {"flush", "file"},
    "to_bytes": {"length", "byteorder", "signed"},
    "from_bytes": {"bytes", "byteorder", "signed"},
    "zip": {"strict"},
    "sum": {"start"},
    "decode": {"errors", "encoding"},
    "encode": {"errors", "encoding"},
    "bytes": {"encoding"},
    "dumps": {"indent", "sort_keys", "default"},
    "split": {"maxsplit", "sep"},
    "open": {"encoding", "newline"},
    "round": {"ndigits"},
    "enumerate": {"start"},
    "crc32": {"value"},
}
#: Modules that no board has (what a board does have is held by tests/rooms).
MODULES = set(
    "dataclasses enum typing abc pathlib logging functools itertools threading datetime hmac copy".split()
)


def walk(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Every node of a source with what is wrong about it."""
    for node in ast.walk(tree):
        yield from ((node, wrong) for wrong in wrongs(node))


def wrongs(node: ast.AST) -> Iterator[str]:
    yield from _grammar(node)
    yield from _names(node)
    if isinstance(node, ast.Call):
        yield from _calls(node)


def _grammar(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Match):
        yield "match"
    if isinstance(node, ast.arguments) and node.posonlyargs:
        yield "positional-only arguments"
    if isinstance(node, ast.ExceptHandler):
        caught = "" if node.type is None else ast.unparse(node.type)
        if not caught or "BaseException" in caught:
            yield "an except that swallows the request to sleep"
    if isinstance(node, ast.TryStar):
        yield "except*"
    if isinstance(node, ast.Raise) and node.cause is not None:
        yield "raise ... from"
    built = isinstance(node, ast.Set) or isinstance(getattr(node, "ctx", None), ast.Load)
    if built and any(isinstance(item, ast.Starred) for item in getattr(node, "elts", ())):
        yield "unpacking inside a display"
    if isinstance(node, ast.Dict) and None in node.keys:
        yield "unpacking inside a display"
    if isinstance(node, ast.Slice) and node.step is not None:
        yield "a slice with a step"
    if isinstance(node, ast.Delete) and any(
        isinstance(t, ast.Subscript) and isinstance(t.slice, ast.Slice) for t in node.targets
    ):
        yield "del of a slice"
    if isinstance(node, ast.comprehension) and node.is_async:
        yield "an async comprehension"
    if "Comp" in type(node).__name__ and any(isinstance(inner, ast.Await) for inner in ast.walk(node)):
        yield "await inside a comprehension"
    if isinstance(node, ast.ClassDef):
        if len(node.bases) > 1:
            yield "multiple inheritance"
        if node.keywords:
            yield "a class keyword"
    if isinstance(node, ast.FormattedValue) and node.conversion == ord("a"):
        yield "!a in an f-string"


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and node.id in NAMES:
        yield node.id
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in METHODS:
        yield node.name
    if isinstance(node, ast.Attribute):
        if node.attr in METHODS:
            yield node.attr
        if ast.unparse(node) in MEMBERS:
            yield ast.unparse(node)
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name.split(".")[0] in MODULES)
    if isinstance(node, ast.ImportFrom):
        if (node.module or "").split(".")[0] in MODULES:
            yield str(node.module)
        yield from (name for alias in node.names if (name := f"{node.module}.{alias.name}") in MEMBERS)


def _calls(node: ast.Call) -> Iterator[str]:
    name = ast.unparse(node.func).rsplit(".", 1)[-1]
    wrong = KEYWORDS.get(name, set()) & {str(keyword.arg) for keyword in node.keywords}
    if wrong:
        yield f"{name}({', '.join(sorted(wrong))}=)"


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(FIRMWARE)) for path in FILES])
def test_firmware_speaks_the_boards_language(path: Path) -> None:
    found = [
        f"line {getattr(node, 'lineno', '?')}: {wrong}"
        for node, wrong in walk(ast.parse(path.read_text("utf-8")))
    ]
    assert found == []


def test_the_firmware_is_there() -> None:
    assert len(FILES) > 30


FORBIDDEN = [
    "match x:\n    case 1: pass",
    "def f(a, /): pass",
    "try: f()\nexcept: pass",
    "try: f()\nexcept BaseException: pass",
    "try: f()\nexcept (OSError, BaseException): pass",
    "raise OSError(1) from None",
    "x = [*a, b]",
    "x = (*a, b)",
    "x = {**a}",
    "x = {*a}",
    "x = a[::2]",
    "x[::2] = b",
    "del a[1:2]",
    "async def f():\n    return [await g() for g in h]",
    "async def f():\n    return [g async for g in h]",
    "class A(B, C): pass",
    "class A(B, metaclass=C): pass",
    "x = f'{a!a}'",
    "try: f()\nexcept FileNotFoundError: pass",
    "'7'.zfill(2)",
    "s.removeprefix('a')",
    "s.rjust(3)",
    "(5).bit_length()",
    "hashlib.sha256(b'')",
    "from hashlib import sha256",
    "h.hexdigest()",
    "os.path.join('a')",
    "import typing",
    "from dataclasses import dataclass",
    "from enum import IntEnum",
    "print(1, flush=True)",
    "int.from_bytes(b, 'little', signed=True)",
    "(5).to_bytes(length=2, byteorder='big')",
    "zip(a, b, strict=True)",
    "sum(a, start=1)",
    "b.decode(errors='replace')",
    "json.dumps(a, sort_keys=True)",
    "s.recv(10)",
    "view.cast('B')",
    "time.time_ns()",
    "class A:\n    def __del__(self): pass",
]


@pytest.mark.parametrize("source", FORBIDDEN)
def test_the_check_sees_what_the_board_lacks(source: str) -> None:
    assert list(walk(ast.parse(source)))


ALLOWED = [
    "a, *b = c",
    "f(*a, **b)",
    "for i in range(0, n, 8): pass",
    "x = a[1:2]",
    "kept = kept[-4:]",
    "(n := 10)",
    "try: f()\nexcept (OSError, ValueError): pass",
    "items.sort(key=len)",
    "'%08x' % n",
    "b'%d' % n",
    "f'{x!r} {x=}'",
    "int.from_bytes(os.urandom(4), 'little')",
    "raw.startswith(b'HTTP')",
    "raw[9:12].isdigit()",
    "s.strip('0123')",
    "json.dumps(v).encode()",
    "async with a: pass",
    "hashlib.new('sha256', b'')",
    "d.pop('a', None)",
]


@pytest.mark.parametrize("source", ALLOWED)
def test_the_check_lets_pass_what_the_board_has(source: str) -> None:
    assert not list(walk(ast.parse(source if "async" not in source else "async def f():\n    " + source)))


def test_what_holds_the_loop_is_never_called_in_an_async_step() -> None:
    """`time.sleep` in a coroutine stalls the ceilings; only the meter's 18 ms of `read_now` may."""
    found = [
        f"{path.name}:{call.lineno}"
        for path in FILES
        for step in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(step, ast.AsyncFunctionDef)
        for call in ast.walk(step)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "time.sleep"
    ]
    assert found == []
