"""The private module table: one virtual machine's imports, with nothing in `sys.modules`.

The drive's files and the real Adafruit libraries are loaded beside stand-ins for the core modules.
A new table is made for every wake, as the board starts a new VM; code objects are shared.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import CodeType, ModuleType
from typing import Any

from sim.costs import COUNTER, FIND, ROUNDS, Prices, compile_costed

#: Exceptions and functions of CPython that CircuitPython does not have (reference: py/objexcept.c).
_ABSENT = (
    "FileNotFoundError FileExistsError PermissionError IsADirectoryError NotADirectoryError BlockingIOError "
    "InterruptedError ConnectionResetError ConnectionRefusedError ConnectionAbortedError ChildProcessError "
    "ProcessLookupError UnboundLocalError SystemError BaseExceptionGroup ExceptionGroup Warning UserWarning "
    "breakpoint input help exit quit copyright credits license ascii vars aiter anext"
).split()
_BUILTINS = {name: value for name, value in vars(builtins).items() if name not in _ABSENT}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a drive. `native`: built into the board's firmware, so it costs nothing there;
    `compiled`: it lies on the drive as .mpy; `compilable`: it could."""

    path: str
    text: str
    native: bool = False
    compiled: bool = False
    compilable: bool = False
    size: int = field(init=False)  # bytes of the text

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", len(self.text.encode()))

    def played_by(self, text: str) -> SourceFile:
        """Another text in its place, which costs what it costs."""
        file = SourceFile(self.path, text, self.native, self.compiled, self.compilable)
        object.__setattr__(file, "size", self.size)
        return file


_code_cache: dict[tuple[str, int, Prices | None], CodeType] = {}


def _code(file: SourceFile, prices: Prices) -> CodeType:
    key = (file.path, hash(file.text), None if file.native else prices)
    code = _code_cache.get(key)
    if code is None:
        code = _code_cache[key] = compile_costed(file.text, file.path, None if file.native else prices)
    return code


class ModuleTable:
    """Imports of one virtual machine.

    Parameters
    ----------
    files : dotted module name -> file ("torpor" for a package's __init__).
    packages : the dotted names that are packages.
    cores : stand-ins for core modules by name.
    counter : one-element list, nanoseconds of interpreting that are not yet virtual time.
    natives : what the board's own builtins are (print, open).
    on_load, on_loaded : called before and after a file is executed.
    """

    def __init__(
        self,
        files: Mapping[str, SourceFile],
        packages: frozenset[str],
        cores: Mapping[str, ModuleType],
        prices: Prices,
        counter: list[int],
        natives: Mapping[str, Any],
        on_load: Callable[[str, SourceFile], None],
        on_loaded: Callable[[str, ModuleType], None],
    ) -> None:
        self.modules: dict[str, ModuleType] = {}
        self._files = files
        self._packages = packages
        self._cores = cores
        self._prices = prices
        self._counter = counter
        self._on_load = on_load
        self._on_loaded = on_loaded
        self._builtins = dict(_BUILTINS)
        self._builtins.update(natives)
        self._builtins["__import__"] = self._import
        self._builtins[COUNTER] = counter
        self._builtins[ROUNDS] = self._rounds
        self._builtins[FIND] = self._find

    def _rounds(self, iterable: Any, price: int) -> Any:
        try:
            self._counter[0] += price * len(iterable)
        except TypeError:
            return self._counted(iterable, price)
        return iterable

    def _counted(self, iterable: Any, price: int) -> Any:
        for item in iterable:
            self._counter[0] += price
            yield item

    def _find(self, where: Any, *args: Any) -> int:
        at: int = where.find(*args)
        start = args[1] if len(args) > 1 else 0
        end = at if at >= 0 else args[2] if len(args) > 2 else len(where)
        looked = min(end, len(where)) - start
        if looked > 0:
            self._counter[0] += int(looked * self._prices.find_byte)
        return at

    def run_main(self, file: SourceFile) -> ModuleType:
        """Run a file as `__main__` (boot.py, code.py)."""
        return self._execute("__main__", file, package="")

    def load(self, name: str) -> ModuleType:
        module = self.modules.get(name)
        if module is not None:
            return module
        parent, _, leaf = name.rpartition(".")
        if parent:
            self.load(parent)
            loaded = self.modules.get(name)
            if loaded is not None:
                return loaded
        core = self._cores.get(name)
        if core is not None:
            self.modules[name] = core
            hook = core.__dict__.get("__on_import__")
            if hook is not None:
                hook()
        else:
            file = self._files.get(name)
            if file is None:
                raise ImportError(f"no module named '{name}'")
            return self._execute(name, file, name if name in self._packages else parent)
        if parent:
            setattr(self.modules[parent], leaf, core)
        return core

    def _execute(self, name: str, file: SourceFile, package: str) -> ModuleType:
        self._on_load(name, file)
        module = ModuleType(name)
        space = module.__dict__
        space["__builtins__"] = self._builtins
        space["__package__"] = package
        space["__file__"] = file.path
        self.modules[name] = module
        parent, _, leaf = name.rpartition(".")
        if parent:  # before it is executed: packages import each other in a circle
            setattr(self.modules[parent], leaf, module)
        try:
            exec(_code(file, self._prices), space)
        except Exception:
            self.modules.pop(name, None)
            raise
        self._on_loaded(name, module)
        return module

    def _import(
        self,
        name: str,
        globals_: Mapping[str, Any] | None = None,
        locals_: Any = None,
        fromlist: Any = (),
        level: int = 0,
    ) -> ModuleType:
        if level:
            package = str((globals_ or {}).get("__package__", ""))
            for _ in range(level - 1):
                package = package.rpartition(".")[0]
            name = f"{package}.{name}" if name else package
        module = self.load(name)
        if not fromlist:
            return module if level else self.modules[name.partition(".")[0]]
        if fromlist is not True and name in self._packages:
            for item in fromlist:
                if item != "*" and item not in module.__dict__ and f"{name}.{item}" in self._files:
                    self.load(f"{name}.{item}")
        return module
