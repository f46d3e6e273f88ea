"""Stand-ins for CircuitPython's core modules: the same names and rules, on the virtual node."""

from __future__ import annotations

from types import ModuleType

from sim.machine import Machine
from sim.standins import buses, espcamera, network, pins, plain, sleeping, storing, timing


def core_modules(machine: Machine) -> dict[str, ModuleType]:
    """All core modules of one node, by name; made once, they read what a wake changes from `machine`."""
    modules: dict[str, ModuleType] = {}
    for group in (plain, timing, sleeping, storing, pins, buses, network, espcamera):
        modules.update(group.modules(machine))
    return modules
