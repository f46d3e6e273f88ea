"""The doctor's patient: a twin with power, by day, and a virtual machine of it to run code in, as at the
prompt of its board."""

from __future__ import annotations

from math import nan
from typing import Any

from boards import load_design
from sim.drive import assemble
from sim.errors import DeepSleep
from sim.modules import ModuleTable, SourceFile
from sim.run import Twin, build
from sim.scenario import Scenario
from sim.watching import WakeNote

#: When the patient comes: by day, s.
NOON_s = 12 * 3600.0


def patient(scenario: Scenario, **faults: Any) -> Twin:
    """A node with power, at noon, with the doctor's files beside its own; `faults` as in `sim.run.build`."""
    drive = assemble(load_design(scenario.design), scenario.settings, beside="doctor")
    twin = build(scenario, drive=drive, **faults)
    twin.hardware.power_up()
    if twin.design.latch:
        twin.hardware.board_up()
        twin.world.opens_at = None  # it is held by whoever stands before it
    twin.world.pass_until(NOON_s)
    twin.life.machine.booted_s = twin.world.now
    twin.hardware.files.readonly = False
    twin.life.note = WakeNote(1, twin.world.now, "POWER_ON", nan)  # the camera marks its frames there
    return twin


class AtPrompt:
    """A patient's virtual machine; what is defined stays until it sleeps. `sleeps` : how often it did."""

    def __init__(self, twin: Twin) -> None:
        self.twin = twin
        self.sleeps = 0
        self._said: list[str] = []
        drive, machine = twin.life.drive, twin.life.machine
        self._table = ModuleTable(
            drive.modules, drive.packages, machine.cores, machine.prices, twin.world.counter,
            {"print": self._print, "open": twin.life._open, "globals": self._globals},
            lambda name, file: None, lambda name, module: None,
        )  # fmt: skip
        self._main: dict[str, Any] = {}

    def run(self, code: str) -> tuple[list[str], str]:
        """Run code in the namespace of before. Returns the lines that it printed, and what it raised."""
        self._said.clear()
        wrong = ""
        try:
            self._execute(code)
        except DeepSleep as sleep:
            self._sleep(sleep)
        except Exception as error:
            wrong = f"Traceback (most recent call last):\r\n{type(error).__name__}: {error}\r\n"
        self.twin.world.sync()
        return list(self._said), wrong

    def _sleep(self, request: DeepSleep) -> None:
        """As the board sleeps; then it has started, and nothing is left of what was defined."""
        life, machine = self.twin.life, self.twin.life.machine
        life._sleep(request)
        self.sleeps += 1
        self.twin.hardware.sleep(False)
        machine.booted_s = self.twin.world.now
        self._main.clear()

    def _execute(self, code: str) -> None:
        bare = self._table.run_main(SourceFile("prompt.py", "pass"))
        self._main.setdefault("__builtins__", bare.__dict__["__builtins__"])
        exec(compile(code, "prompt.py", "exec"), self._main)

    def _globals(self) -> dict[str, Any]:
        return self._main

    def _print(self, *values: object) -> None:
        self._said.append(" ".join(map(str, values)))
