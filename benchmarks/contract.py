"""What a benchmark is: a module here with `run(progress) -> Result`, and the document it becomes."""

from __future__ import annotations

import ast
import importlib
import os
import platform
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

FOLDER = Path(__file__).parent

#: What has speed of its own in our figures.
LIBRARIES = ("numpy", "pandas", "pvlib", "matplotlib", "pillow", "uvicorn", "uvloop", "httptools")

#: Told by a benchmark while it runs: what it does now, and which share of the work is done (0 to 1).
Progress = Callable[[str, float], None]

Figure = bool | int | float | str | None | Mapping[str, "Figure"] | list["Figure"]


class BenchmarkError(Exception):
    """A benchmark cannot be run; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a benchmark measured: our figures, and the same work done by others in the same call."""

    figures: Mapping[str, Figure]
    peers: Mapping[str, Figure] = field(default_factory=dict)


def names(folder: Path = FOLDER) -> list[str]:
    """Return the benchmarks in a folder: modules with a function `run` at the top level."""
    return sorted(path.stem for path in folder.glob("[!_]*.py") if _has_run(path))


def _has_run(path: Path) -> bool:
    tree = ast.parse(path.read_text("utf-8"))
    return any(isinstance(node, ast.FunctionDef) and node.name == "run" for node in tree.body)


def find(name: str) -> Callable[[Progress], Result]:
    """Return the `run` of a benchmark; BenchmarkError if there is none of that name."""
    known = names()
    if name not in known:
        there = ", ".join(known) or "none yet"
        raise BenchmarkError(f"There is no benchmark {name!r}; there is: {there}.")
    run: Callable[[Progress], Result] = importlib.import_module(f"benchmarks.{name}").run
    return run


def document(name: str, result: Result) -> dict[str, object]:
    """Return the JSON document of a benchmark."""
    return {
        "name": name,
        "figures": dict(result.figures),
        "peers": dict(result.peers),
        "environment": environment(),
    }


def environment() -> dict[str, object]:
    """Return what the figures depend on: Python, system, processor, cores, library versions."""
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "platform": f"{platform.system()} {platform.machine()}",
        "cpu": cpu_model(),
        "cores": os.cpu_count() or 1,
        "libraries": {name: found for name in LIBRARIES if (found := _version(name))},
    }


def cpu_model(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Return the processor's name as the system gives it, or its architecture where it gives none."""
    if cpuinfo.exists():
        lines = cpuinfo.read_text("utf-8", "replace").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
        return model or platform.machine()
    if platform.system() == "Darwin":
        asked = subprocess.run(
            ["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True, check=False
        )
        return asked.stdout.strip() or platform.machine()
    return platform.processor() or platform.machine()


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""
