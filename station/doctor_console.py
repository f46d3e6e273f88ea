"""The doctor's checks on a board's console: each is sent to the raw REPL and runs from memory. The drive is
not touched, so the node's application is there afterwards as before; it is started again at the end."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from sim.application import ROOT
from station.deploy_route import RouteLost
from station.doctor_lines import Heard, Told, read_lines
from station.raw_repl import Garbled, RawRepl, Wire

FOLDER = ROOT / "firmware" / "doctor"
#: Each check, and how long it may be silent, s.
CHECKS = {
    "board": 15.0, "pins": 20.0, "meter": 20.0, "pir": 90.0, "camera": 40.0, "card": 20.0, "sensor": 20.0,
    "wifi": 40.0, "home": 40.0, "sleep": 40.0,
}  # fmt: skip
#: What somebody at the node should do meanwhile.
HANDS = {
    "pir": "move before the motion sensor, then stand still",
    "sleep": "move before it once more",
    "deep": "some ten seconds of real sleep",
}
PATIENCE_s = 12.0
TRIES = 3
#: Before the first check: the application's watchdog would bite, and a latched node would switch itself off.
_PREPARE = """
import gc, json, sys
try:
    from microcontroller import watchdog
    watchdog.mode = None
except Exception:
    pass
try:
    import node
    if node.LATCH:
        import latching
        latching.hold()
except Exception:
    pass
try:
    with open("/torpor.json") as file:
        design = json.load(file)["design"]
except Exception:
    design = ""
tell = Teller(print)
tell.say("design.is", name=design)
loaded = set(sys.modules)
kept = set(globals())
"""
_CALL = "\nrun(tell)\n"
#: At a console that comes over the network: the check of Wi-Fi leaves the join alone.
_CALL_BY_AIR = {"wifi": "\nrun(tell, stays=True)\n"}
#: And a sleep would end it.
NOT_BY_AIR = ("sleep",)
#: After each check: a Pico W has no room for all of them. The one socket pool of the radio stays.
_FORGET = """
for name in list(sys.modules):
    if name not in loaded and name not in ("torpor", "torpor.link", "node", "rows"):
        sys.modules.pop(name)
        package, _, leaf = name.rpartition(".")
        if package in sys.modules and hasattr(sys.modules[package], leaf):
            delattr(sys.modules[package], leaf)
for name in list(globals()):
    if name not in kept and name != "kept":
        del globals()[name]
gc.collect()
"""


def lean(text: str) -> str:
    """A module without what only people read: it crosses the wire, and the board compiles it from memory."""
    tree = ast.parse(text)
    for one in ast.walk(tree):
        if isinstance(one, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = one.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                one.body = one.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def source(name: str) -> str:
    return lean((FOLDER / f"{name}.py").read_text(encoding="utf-8"))


@dataclass(slots=True)
class AtConsole:
    """A board at its prompt. `close` starts its application again. `by_air`: the prompt comes over the
    network."""

    wire: Wire
    patience_s: float = PATIENCE_s
    by_air: bool = False
    design: str = ""
    _repl: RawRepl = field(init=False)
    _ready: bool = False

    def __post_init__(self) -> None:
        self._repl = RawRepl(self.wire)

    def prepare(self) -> None:
        """Stop the application. Raises RouteLost or RouteError if there is no prompt."""
        for _ in range(TRIES):
            self._repl.enter(self.patience_s)
            with suppress(Garbled):
                said, _ = self._repl.run((source("telling") + _PREPARE).encode())
                found = _heard(said).one("design.is")
                if found is not None:
                    self.design, self._ready = str(found["name"]), True
                    return
        raise RouteLost(f"{self.wire.name}: nothing comes through whole; try another cable or port.")

    def check(self, name: str) -> Heard:
        """Run one check; one whose lines came spoilt runs once more. What it raises, and that it never
        ended, are findings too."""
        heard = self._once(name)
        if heard.garbled:
            again = self._once(name)
            heard = again if again.garbled <= heard.garbled else heard
        if heard.garbled:
            heard += Heard((Told("check.garbled", {"check": name, "count": heard.garbled}),))
        return heard

    def _once(self, name: str) -> Heard:
        try:
            if not self._ready:
                self.prepare()
            call = _CALL_BY_AIR.get(name, _CALL) if self.by_air else _CALL
            said, wrong = self._repl.run((source(f"check_{name}") + call).encode(), CHECKS[name])
            self._repl.run(_FORGET.encode())
        except Garbled:
            self._ready = False
            return Heard((Told("check.hung", {"check": name}),))
        heard = _heard(said)
        if wrong.strip():
            heard += Heard((Told("check.crashed", {"check": name, "text": _last(wrong)}),))
        return heard

    def ask(self, code: str) -> Heard:
        """Code with its answer, after a start. Raises Garbled or RouteError."""
        self.prepare()
        return _heard(self._repl.run(code.encode())[0])

    def send(self, code: str) -> None:
        """Code that never answers; what was defined is gone then."""
        self._ready = False
        self._repl.send(code.encode())

    def wait(self, most_s: float, settled_s: float) -> tuple[bytes, float | None]:
        """What the board says within `settled_s`, and after how many seconds it speaks again; None: never."""
        began, said = self.wire.clock(), b""
        while (passed_s := self.wire.clock() - began) < most_s:
            piece = self.wire.read(0.05)
            if piece and passed_s > settled_s:
                return said, passed_s
            said += piece
        return said, None

    def close(self) -> None:
        with suppress(OSError):  # it is gone: nothing to give back
            self._repl.leave()
        self.wire.close()


def examine(board: AtConsole, names: list[str], begins: Callable[[str], None]) -> Heard:
    """One check after the other. `begins` hears of each."""
    heard = Heard((Told("console.by_air"),) if board.by_air else ())
    for name in names:
        begins(name)
        heard += board.check(name)
        if any("no module named 'node'" in one["text"] for one in heard.all("check.crashed")):
            break  # there is no firmware: nothing else could be asked
    return heard


def _heard(said: bytes) -> Heard:
    return read_lines(said.decode("utf-8", "replace").splitlines())


def _last(traceback: bytes) -> str:
    """The last line of a traceback: what went wrong."""
    lines = [line for line in re.split(r"[\r\n]+", traceback.decode("utf-8", "replace")) if line.strip()]
    return lines[-1].strip() if lines else ""
