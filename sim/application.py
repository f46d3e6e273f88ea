"""A node's application: one of the project's, or a folder of the owner's own beside the design's file."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from boards import Design
from boards.schema import NEEDS
from sim.errors import DriveError

ROOT = Path(__file__).resolve().parent.parent
#: In the root of every drive; an application has its own code.py, and its install mode.
SCRIPTS = ("boot.py", "safemode.py")
OWN_SCRIPTS = ("code.py", "install.py")


def folder_of(design: Design) -> Path:
    """Where its files lie."""
    home = design.path.parent if is_own(design) else ROOT / "firmware"
    return home / design.application


def is_own(design: Design) -> bool:
    """Whether it is its owner's."""
    return design.application not in NEEDS


def own_files(design: Design) -> Iterator[tuple[str, Path]]:
    """(path on the drive, file) of every source in an application's folder and in its lib/.

    Raises DriveError for a file that has no place on a drive.
    """
    folder = folder_of(design)
    for path in sorted(folder.glob("*.py")):
        if path.name in SCRIPTS:
            raise DriveError(f"{path}: every drive has a {path.name} already; leave this one away.")
        yield path.name, path
    for path in sorted((folder / "lib").rglob("*")):
        if path.suffix == ".mpy":
            raise DriveError(f"{path}: a compiled file says nothing to the twin; put its .py there.")
        if path.suffix == ".py":
            yield path.relative_to(folder).as_posix(), path


def dotted(path: str) -> tuple[str, bool]:
    """The module that a source on the drive is, and whether it is a package: "lib/a/__init__.py" -> a."""
    module = path.removeprefix("lib/").removesuffix(".py").replace("/", ".")
    return module.removesuffix(".__init__"), module.endswith(".__init__")


def refuse_taken(own: Mapping[str, Path], theirs: Mapping[str, object]) -> None:
    """DriveError for a module of the owner's that has the name of another on the drive, or of what is
    generated."""
    for module, path in own.items():
        if module in theirs or module in ("node", "rows"):
            raise DriveError(f"{path}: {module} is the name of a module that every such drive has already.")


def text_of(path: Path) -> str:
    """A source that parses; DriveError, one sentence, for one that does not."""
    try:
        text = path.read_text(encoding="utf-8")
        ast.parse(text)
    except UnicodeDecodeError:
        raise DriveError(f"{path}: a letter in it is not UTF-8: save the file as UTF-8.") from None
    except SyntaxError as error:
        raise DriveError(f"{path}, line {error.lineno}: this is no Python ({error.msg}).") from None
    return text
