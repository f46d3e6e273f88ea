"""Type-check every application of firmware/ against the stubs of the boards it runs on.

Run as a script by `run.py lint`; the test beside it proves that it catches wrong calls. The typings that mypy
needs are made from circuitpython-stubs each time: they belong to the installed version, not to the checkout.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONFIG = Path(__file__).with_name("mypy-firmware.ini")

#: Applications of no design: any board runs them.
ANY_BOARD = ("bench_logger",)
#: What lies beside an application: its modules are there too.
BESIDE = {"doctor": "wildcam"}

#: What a generated node.py offers is known only after deploy: any name, any type.
NODE = "from typing import Any\n\ndef __getattr__(name: str) -> Any: ...\n"

#: The board's gc, which has two functions more and most of CPython's not.
GC = """\
def collect() -> None: ...
def disable() -> None: ...
def enable() -> None: ...
def isenabled() -> bool: ...
def mem_alloc() -> int: ...
def mem_free() -> int: ...
"""

#: On the board `import alarm` brings these along; the stubs do not say so.
ALARM = "\nfrom . import pin as pin, time as time, touch as touch\n"


def site_packages() -> Path:
    return Path(sysconfig.get_path("purelib"))


def make_typings(folder: Path, board_id: str) -> Path:
    """Lay out the stubs that differ from what mypy would find: pins of this board, node, gc, alarm, hashlib.

    Raises FileNotFoundError if circuitpython-stubs does not know the board.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copytree(site_packages() / "board_definitions" / board_id, folder / "board")
    pins = folder / "board" / "__init__.pyi"
    # boards with a screen still name a class that displayio has no more
    pins.write_text(pins.read_text("utf-8").replace("displayio.Display", "Any"), "utf-8")
    for name in ("alarm", "hashlib", "microcontroller"):
        shutil.copytree(site_packages() / f"{name}-stubs", folder / name)
    with (folder / "alarm" / "__init__.pyi").open("a", encoding="utf-8") as stub:
        stub.write(ALARM)
    promise(folder / "microcontroller" / "__init__.pyi", "nvm: Optional[ByteArray]", "nvm: ByteArray")
    promise(
        folder / "microcontroller" / "__init__.pyi",
        "watchdog: Optional[WatchDogTimer]",
        "watchdog: WatchDogTimer",
    )
    for name in ("node", "rows"):
        (folder / f"{name}.pyi").write_text(NODE, encoding="utf-8")
    (folder / "gc.pyi").write_text(GC, encoding="utf-8")
    return folder


def promise(stub: Path, optional: str, there: str) -> None:
    """Say in a stub that something is there: the boards of our designs have it (a test holds that)."""
    text = stub.read_text("utf-8")
    if optional not in text:
        raise ValueError(f"{stub} no longer says {optional!r}; see what the stubs say now.")
    stub.write_text(text.replace(optional, there), "utf-8")


def check(firmware: Path, application: str, typings: Path, cache: Path) -> tuple[int, str]:
    """Run mypy over the framework and one application. Returns its exit code and what it printed."""
    roots = [firmware / "lib", firmware / application]
    roots += [firmware / BESIDE[application]] if application in BESIDE else []
    bundle = Path(sys.prefix) / "cp-bundle"
    files = sorted(str(path) for root in roots[:2] for path in root.rglob("*.py"))
    environment = os.environ | {"MYPYPATH": os.pathsep.join(map(str, [*roots, typings, bundle]))}
    command = [sys.executable, "-m", "mypy", "--config-file", str(CONFIG), "--cache-dir", str(cache), *files]
    run = subprocess.run(command, cwd=firmware, env=environment, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout + run.stderr


def targets() -> Iterator[tuple[str, str]]:
    """Every application with a CircuitPython board that runs it, as the designs say."""
    sys.path.insert(0, str(ROOT))  # as a script, only this folder would be searched
    from boards import list_designs, load_design

    designs = [load_design(name) for name in list_designs()]
    ready = {
        (d.application, str(d.board.caps["circuitpython_board"])) for d in designs if d.firmware == "ready"
    }
    ready |= {("doctor", board_id) for application, board_id in ready if application in BESIDE.values()}
    ready |= {(name, board_id) for name in ANY_BOARD for _, board_id in ready}
    yield from sorted(ready)


def main() -> int:
    """Check every target; the exit code is mypy's worst."""
    worst = 0
    for application, board_id in targets():
        typings = make_typings(Path(sys.prefix) / "firmware-typings" / board_id, board_id)
        cache = ROOT / ".mypy_cache" / f"firmware-{application}-{board_id}"
        code, output = check(ROOT / "firmware", application, typings, cache)
        print(f"firmware {application} on {board_id}: {output}", end="")
        worst = max(worst, code)
    return worst


if __name__ == "__main__":
    sys.exit(main())
